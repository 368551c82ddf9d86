"""Parts find their places in a revision that a verb may write: sealed, carried over, put in order, taken out."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils.translation import gettext as _

from bulletins.drafting import Invalid, PartDraft
from bulletins.models import Part, PartWrap, Revision
from bulletins.sealed import Words, open_file, open_parts, seal_part

# Above every position that a revision can have.
_OUT_OF_THE_WAY = 1_000_000


def with_files(revision: Revision, checked: Iterable[PartDraft], source: Revision | None) -> list[PartDraft]:
    """The parts, each kept attachment left where it lies or with its bytes carried over. Invalid when one is not there.

    A seal is bound to revision and label: what changes one of them is sealed anew, and so are new words beside a file.
    """
    rows = Part.unrestricted.filter(revision=source).exclude(stored_file="").select_related("revision")
    held = {row.pk: row for row in rows} if source else {}
    words = open_parts(held.values())
    parts = []
    for number, given in enumerate(checked, start=1):
        row = held.pop(given.keep, None) if given.keep else None
        if given.keep and row is None:
            raise Invalid({f"parts.{number}.file": [_("この付属資料はもうありません。もう一度付けてください。")]})
        if row is None or given.data is not None:
            parts.append(replace(given, keep=None))
        elif source == revision and _is_sealed_as(row, words[row.pk], given):
            parts.append(given)
        else:
            said, data = words[row.pk], open_file(row)
            parts.append(replace(given, keep=None, name=said.name, data=data, findings=said.findings))
    return parts


def _is_sealed_as(row: Part, words: Words, given: PartDraft) -> bool:
    return (row.tier, tuple(row.subcommittees), words.text) == (given.tier, given.subcommittees, given.text)


def place(revision: Revision, given: list[PartDraft]) -> None:
    """Puts exactly these parts in exactly this order; whatever else the revision had has to be discarded before."""
    # Positions are unique: parts that stay move out of the way before they find their new place.
    Part.unrestricted.filter(revision=revision).update(position=F("position") + _OUT_OF_THE_WAY)
    made = []
    for position, each in enumerate(given):
        if each.keep:
            Part.unrestricted.filter(pk=each.keep).update(position=position, caveats=list(each.caveats))
        else:
            made.append(_sealed(revision, position, each))
    _store(made)


def append(revision: Revision, given: PartDraft) -> Part:
    """Puts one more part behind the others."""
    last = Part.unrestricted.filter(revision=revision).aggregate(last=Max("position"))["last"]
    made = _sealed(revision, (-1 if last is None else last) + 1, given)
    _store([made])
    return made[0]


def _sealed(revision: Revision, position: int, given: PartDraft) -> tuple[Part, list[PartWrap]]:
    part = Part(
        revision=revision,
        position=position,
        kind=given.kind,
        tier=given.tier,
        subcommittees=list(given.subcommittees),
        caveats=list(given.caveats),
    )
    return part, seal_part(revision, part, given.text, name=given.name, data=given.data, findings=given.findings)


def _store(made: list[tuple[Part, list[PartWrap]]]) -> None:
    Part.unrestricted.bulk_create([part for part, _wraps in made])
    PartWrap.objects.bulk_create([wrap for _part, wraps in made for wrap in wraps])


def discard_parts(parts: QuerySet[Part]) -> None:
    """Deletes parts, and their sealed files once that is certain."""
    files = [name for name in parts.values_list("stored_file", flat=True) if name]
    parts.delete()
    for name in files:
        transaction.on_commit(partial(default_storage.delete, name), robust=True)
