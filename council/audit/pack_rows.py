"""The events of a pack as rows: for spreadsheets and for programs, with names put to them as on the page of events."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone, translation

from council.access.facts import Subject
from council.audit.leaf import MEMBERS
from council.audit.models import AuditEvent
from council.audit.reading import Reader
from council.audit.showing import Shown, show
from council.spreadsheets import lines_of

_AT_ONCE = 500
_NAMES = ("time_jst", "sentence_ja", "sentence_en", "person", "person_name", "organisation_name")
HEAD = (*_NAMES, *MEMBERS)


class Row(NamedTuple):
    """One event: names and sentences, and the members of its leaf, None for those that spoiled bytes no longer tell."""

    names: Mapping[str, str]
    leaf: Mapping[str, str | int | None]

    @property
    def cells(self) -> list[object]:
        members = (self.leaf[member] for member in MEMBERS)
        return [*(self.names[name] for name in _NAMES), *("" if each is None else each for each in members)]


def rows_of(events: Sequence[UUID]) -> Iterator[Row]:
    """The events, in this order, some hundred at a time."""
    for start in range(0, len(events), _AT_ONCE):
        yield from _batch(events[start : start + _AT_ONCE])


def as_csv(rows: Iterator[Row]) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, one row an event."""
    yield from lines_of(_with_head(rows))


def as_json(rows: Iterator[Row]) -> Iterator[bytes]:
    """One array, one object an event: the members of the leaf under `leaf`, what was put to them beside it."""
    before = "[\n"
    for row in rows:
        yield (before + json.dumps({**row.names, "leaf": dict(row.leaf)}, ensure_ascii=False)).encode()
        before = ",\n"
    yield b"[]\n" if before == "[\n" else b"\n]\n"


def _with_head(rows: Iterator[Row]) -> Iterator[Sequence[object]]:
    yield HEAD
    yield from (row.cells for row in rows)


def _batch(ids: Sequence[UUID]) -> list[Row]:
    found = sorted(AuditEvent.objects.filter(pk__in=ids), key=lambda event: event.pk)
    with translation.override("ja"):
        japanese = show(_everything(), found)
    with translation.override("en"):
        english = show(_everything(), found)
    return [_row(ja, en) for ja, en in zip(japanese, english, strict=True)]


def _row(ja: Shown, en: Shown) -> Row:
    names = {
        "time_jst": timezone.localtime(ja.moment).isoformat(timespec="milliseconds"),
        "sentence_ja": ja.sentence,
        "sentence_en": en.sentence,
        "person": ja.person,
        "person_name": ja.name,
        "organisation_name": ja.organisation,
    }
    return Row(names, ja.fields)


def _everything() -> Reader:
    """A pack was asked for by an auditor: its rows are those that auditors see."""
    now = timezone.now()
    return Reader(Subject("", "", timezone.localdate(now), now), None)
