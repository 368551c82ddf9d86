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
        events = _rows(event for _, event, _ in entries)
        for index, event, hashed in entries:
            if event in events and (wrong := _wrong(event, events[event], bytes(hashed))):
                yield Difference(index, f"番号{index}の行の {wrong} が、記録の内容と違います。")
        passed(last)


def _rows(events: Iterator[UUID]) -> dict[UUID, tuple]:
    found = AuditEvent.objects.filter(pk__in=list(events))
    return {event: rest for event, *rest in found.values_list("pk", "leaf", "time", *_COLUMNS)}


def _members(leaf: bytes) -> dict[str, object]:
    """None for what is no leaf: then every column says something else."""
    try:
        said = json.loads(leaf)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _wrong(event: UUID, row: tuple, hashed: bytes) -> str:
    """The first column that is not what the leaf says, or nothing."""
    leaf, time, *columns = row
    if leaf_hash(bytes(leaf)) != hashed:
        return "leaf_hash"
    said = _members(bytes(leaf))
    shown = {"id": str(event), "time": time_text(time), **dict(zip(_COLUMNS, columns, strict=True))}
    return next((name for name, value in shown.items() if said.get(name) != value), "")
