"""「○○限り」 where ○○ is a name that the portal knows: then it is enforced, and not left on trust.

The name of one of the author's own subcommittees becomes the label's subcommittee, which every reading asks about. Of an organisation's
name the audience is held to it: nobody else is among those to whom the bulletin is released. Any other name, that of a subcommittee
which the author does not belong to included, stays as it was written, and on trust: nothing tells that there is such a subcommittee.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import Organisation, Subcommittee, User
from council.access import caveats
from council.access.facts import Subject

if TYPE_CHECKING:
    from bulletins.drafting import Draft, PartDraft

Words = tuple[str, ...]


def narrowed(draft: "Draft", subject: Subject) -> "Draft":
    """The draft with the names of own subcommittees in 「○○限り」, of the whole and of each part, as subcommittees of that label."""
    every = [*draft.caveats, *(word for part in draft.parts for word in part.caveats)]
    own = _own(subject) if any(map(_named_in, every)) else {}
    parts = tuple(replace(part, **_split(part, own)) for part in draft.parts)
    return replace(draft, parts=parts, **_split(draft, own))


def narrowed_part(part: "PartDraft", subject: Subject) -> "PartDraft":
    """narrowed() for one part."""
    return replace(part, **_split(part, _own(subject) if any(map(_named_in, part.caveats)) else {}))


def faults_in(
    words: Words, organisations: Iterable[Organisation], people: Iterable[User], *, others: bool
) -> Iterator[str]:
    """One sentence for each organisation that the caveats of the whole name and that is not all of the audience.

    `others`: it is released to subcommittees too, whose members are of many organisations.
    """
    homes = {row.pk for row in organisations} | {person.organisation_id for person in people}
    for home in _organisations(words):
        if others or homes - {home.pk}:
            sentence = _("「%(name)s限り」です。公開先を、%(name)sと、%(name)sの人だけにしてください。")
            yield sentence % {"name": home.name}


def part_faults_in(words: Words) -> Iterator[str]:
    """A part goes to whoever of the audience reaches its label: no organisation can be kept from it by its name."""
    for home in _organisations(words):
        sentence = _("「%(name)s限り」は、部分だけには付けられません。資料全体に付けるか、資料を分けてください。")
        yield sentence % {"name": home.name}


def _named_in(word: object) -> str:
    """The names in 「○○限り」; empty for any other word, and for what is no caveat."""
    try:
        return caveats.parse(word).only if isinstance(word, str) else ""
    except caveats.CaveatRefused:
        return ""


def _organisations(words: Words) -> list[Organisation]:
    named = {_alike(name) for name in map(_named_in, words) if name}
    return [row for row in Organisation.objects.filter(is_active=True) if _alike(row.name) in named] if named else []


def _own(subject: Subject) -> dict[str, str]:
    rows = Subcommittee.objects.filter(pk__in=subject.subcommittees)
    return {_alike(name): str(pk) for pk, name in rows.values_list("pk", "name")}


def _split(given: "Draft | PartDraft", own: Mapping[str, str]) -> dict[str, Words]:
    known = {word: own.get(_alike(_named_in(word))) for word in given.caveats}
    found = [pk for pk in known.values() if pk]
    return {
        "caveats": tuple(word for word, pk in known.items() if not pk),
        "subcommittees": tuple(dict.fromkeys((*given.subcommittees, *found))),
    }


def _alike(name: str) -> str:
    return unicodedata.normalize("NFKC", name).replace(" ", "")
