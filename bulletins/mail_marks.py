"""The caveats that a notice's mail may name: those that every reader of the bulletin sees on its banner, and no others.

They are the bulletin's own, and those of the parts at its floor that ask for no further subcommittee. A caveat of a part above would tell
whoever reads the title that there is such a part.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.utils import timezone

from accounts.models import Notice
from bulletins.models import Part, Revision
from council.access.caveats import Caveat, parse_all

Marks = Mapping[UUID, tuple[Caveat, ...]]


def caveats_of(notices: Iterable[Notice]) -> dict[UUID, tuple[Caveat, ...]]:
    """The caveats of what each notice is about, by the notice, those that stop most first; two queries, or none."""
    wanted = {each.pk: (each.about, each.revision) for each in notices if each.about and each.revision}
    if not wanted:
        return {}
    rows = Revision.unrestricted.filter(bulletin__in={about for about, _number in wanted.values()})
    revisions = {(row.bulletin_id, row.number): row for row in rows}
    asked = {found.pk: found for key in wanted.values() if (found := revisions.get(key))}
    words = _words(asked)
    return {pk: words[revisions[key].pk] for pk, key in wanted.items() if key in revisions}


def _words(revisions: Mapping[UUID, Revision]) -> dict[UUID, tuple[Caveat, ...]]:
    found = {pk: list(row.caveats) for pk, row in revisions.items()}
    parts = Part.unrestricted.filter(revision__in=revisions).order_by("position")
    for pk, tier, names, marks in parts.values_list("revision", "tier", "subcommittees", "caveats"):
        row = revisions[pk]
        if tier <= row.floor and set(names) <= set(row.subcommittees):
            found[pk] += marks
    return {pk: _strictest_first(words) for pk, words in found.items()}


def _strictest_first(words: list[str]) -> tuple[Caveat, ...]:
    today = timezone.localdate()
    marks = [each for each in parse_all(words) if not each.is_over(today)]
    return tuple(sorted(marks, key=lambda each: -len(each.stops)))
