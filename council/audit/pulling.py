"""Auditors' programs take the logs away file by file: the checkpoint and its tiles. Each file is an event, written before its bytes."""

from dataclasses import dataclass

from django.db import transaction
from django.http import Http404

from council.audit import log_keys
from council.audit.events import Event
from council.audit.models import LogHead
from council.audit.proving import covering_checkpoint, newest_checkpoint, with_cosignatures
from council.audit.reading import Reader
from council.audit.record import record
from council.audit.tiles import WIDTH, LogReader, Tile


@dataclass(frozen=True, slots=True)
class Pulled:
    """A tile; one that is `full` never changes."""

    data: bytes
    full: bool


def pull_checkpoint(reader: Reader, log: str, *, newest: bool = False) -> bytes:
    """The checkpoint that a quorum of witnesses has cosigned last (without witnesses, or if `newest`: the newest) with every line.

    For readers that reading.auditor_of() let in. Http404 for a log that is not there, AuditUnavailable when the event can't be written.
    """
    tier = _tier(log)
    row = newest_checkpoint(tier) if newest else covering_checkpoint(tier, 0)
    if row is None:
        raise Http404
    # Only the newest still has the log's second signature; it says the same as the row otherwise.
    head = LogHead.objects.filter(pk=tier, signed_size=row.size).first()
    signed, first = with_cosignatures(row), bytes(row.note)
    if head and bytes(head.note).startswith(first):
        signed = bytes(head.note) + signed.removeprefix(first)
    _record(reader, tier, f"{log}/checkpoint")
    return signed


def pull_tile(reader: Reader, log: str, path: str) -> Pulled:
    """A tile of hashes or entries by its path behind `tile/`; raises like pull_checkpoint(), Http404 also for what is not signed yet."""
    tier, tile = _tier(log), Tile.parse(f"tile/{path}")
    size = LogHead.objects.filter(pk=tier).values_list("signed_size", flat=True).first() or 0
    data = LogReader(tier, size).data(tile) if tile else None
    if tile is None or data is None:
        raise Http404
    _record(reader, tier, f"{log}/{tile.path}")
    return Pulled(data, tile.width == WIDTH)


def _tier(log: str) -> int:
    tier = log_keys.tier_of(log)
    if tier is None:
        raise Http404
    return tier


def _record(reader: Reader, tier: int, object: str) -> None:  # noqa: A002  the member of the leaf
    """Of the log's own tier: the number of a tile tells how long the log is."""
    with transaction.atomic():
        record(
            Event.AUDIT_PULL,
            actor=reader.subject.person,
            organisation=reader.subject.organisation,
            object=object,
            tier=tier,
        )
