"""The rows of events against their leaves: what pages search and show is what was hashed."""

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple
from uuid import UUID

from council.audit.leaf import time_text
from council.audit.models import AuditEvent, LogEntry
from council.audit.tree import leaf_hash

_AT_ONCE = 2000
_COLUMNS = ("actor", "org", "action", "object", "revision", "tier", "outcome", "reason", "request")


class Difference(NamedTuple):
    """The index of an entry whose row says something else than its leaf, and a sentence."""

    index: int
    sentence: str


def differences(tier: int, size: int, passed: Callable[[int], object]) -> Iterator[Difference]:
    """What differs among the first `size` entries of a log; `passed(how many)` is called now and then. Rows that are gone are not told."""
    for first in range(0, size, _AT_ONCE):
        last = min(size, first + _AT_ONCE)
        places = LogEntry.objects.filter(tier=tier, index__gte=first, index__lt=last).order_by("index")
        entries = list(places.values_list("index", "event", "leaf_hash"))
        events = _rows([event for _, event, _ in entries])
        for index, event, hashed in entries:
            if event in events and (wrong := _wrong(event, events[event], hashed)):
                yield Difference(index, f"番号{index}の行の {wrong} が、記録の内容と違います。")
        passed(last)


def members(leaf: object) -> dict[str, object]:
    """What the column of a leaf says; empty for what is no leaf: then every column says something else."""
    try:
        said = json.loads(_bytes(leaf))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _rows(events: list[UUID]) -> dict[UUID, tuple | None]:
    """The rows of these events; None for one that can't be read."""
    found = AuditEvent.objects.filter(pk__in=events)
    try:
        return {event: rest for event, *rest in found.values_list("pk", "leaf", "time", *_COLUMNS)}
    except (AttributeError, OverflowError, TypeError, ValueError):
        # The halves tell which row it is.
        half = len(events) // 2
        return _rows(events[:half]) | _rows(events[half:]) if half else dict.fromkeys(events)


def _bytes(column: object) -> bytes:
    """Nothing for what is no bytes: SQLite keeps anything in any column."""
    return bytes(column) if isinstance(column, bytes | memoryview) else b""


def _wrong(event: UUID, row: tuple | None, hashed: object) -> str:
    """The first column that is not what the leaf says, or nothing."""
    if row is None or row[1] is None:
        return "time"
    leaf, time, *columns = row
    if leaf_hash(_bytes(leaf)) != _bytes(hashed):
        return "leaf_hash"
    said = members(leaf)
    shown = {"id": str(event), "time": time_text(time), **dict(zip(_COLUMNS, columns, strict=True))}
    return next((name for name, value in shown.items() if said.get(name) != value), "")
