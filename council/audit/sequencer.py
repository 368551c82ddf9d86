"""Gives each event its place in the log of its tier, and signs how far the log is. One at a time writes into a log: its head is locked.

Two transactions, so that nothing is signed that is not in the database for good: the first integrates (places, full tiles, the head),
the second signs. Wherever the process dies, the next run goes on; council/failpoints.py names the steps.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from council.audit import checkpoint, log_keys, signer_state
from council.audit.checkpoint import Checkpoint
from council.audit.events import Event
from council.audit.models import AuditEvent, LogCheckpoint, LogEntry, LogHead, LogTile, PendingEvent
from council.audit.record import record
from council.audit.tiles import WIDTH, LogReader
from council.audit.tree import Frontier, complete_root, leaf_hash
from council.failpoints import passing

AT_ONCE = 2000
HEARTBEAT = timedelta(minutes=1)
_ROWS = 500


@dataclass(frozen=True, slots=True)
class Span:
    """Some hashes of one level of tiles, from place `first` on."""

    level: int
    first: int
    hashes: list[bytes]


def run_once(now: datetime | None = None) -> int:
    """A heartbeat where one is due, everything that waits, and a checkpoint of every log that grew; how many events found their place.

    SignerRefused for the first log that can't be signed; the others were integrated and signed before that is said.
    """
    beat(now or timezone.now())
    placed, refused = 0, None
    for tier in log_keys.TIERS:
        while found := integrate(tier):
            placed += found
        try:
            sign(tier)
        except signer_state.SignerRefused as error:
            refused = refused or error
    if refused:
        raise refused
    return placed


def beat(now: datetime) -> int:
    """Writes a heartbeat into every log whose last one is HEARTBEAT old: silence in a log then means that nobody wrote; how many."""
    beats = 0
    for tier in log_keys.TIERS:
        with transaction.atomic():
            head = head_of(tier)
            if head.beat_at is None or now - head.beat_at >= HEARTBEAT:
                record(Event.HEARTBEAT, actor=None, organisation=None, tier=tier)
                LogHead.objects.filter(pk=tier).update(beat_at=now)
                beats += 1
    return beats


def integrate(tier: int, at_once: int = AT_ONCE) -> int:
    """Gives up to `at_once` waiting events their places, in the order of their ids; how many."""
    if not PendingEvent.objects.filter(tier=tier).exists():
        return 0
    with transaction.atomic():
        head = head_of(tier)
        waiting = list(
            PendingEvent.objects.filter(tier=tier).order_by("event").values_list("event", flat=True)[:at_once]
        )
        leaves = dict(AuditEvent.objects.filter(pk__in=waiting).values_list("pk", "leaf"))
        hashes = [leaf_hash(bytes(leaves[event])) for event in waiting]
        entries = [
            LogEntry(event=event, tier=tier, index=head.size + place, leaf_hash=hashed)
            for place, (event, hashed) in enumerate(zip(waiting, hashes, strict=True))
        ]
        full = _full_tiles(tier, head.size, hashes)
        LogEntry.objects.bulk_create(entries, batch_size=_ROWS)
        LogTile.objects.bulk_create(full, batch_size=_ROWS)
        edge = Frontier.parse(head.size, bytes(head.frontier))
        for hashed in hashes:
            edge.append(hashed)
        LogHead.objects.filter(pk=tier).update(size=edge.size, frontier=bytes(edge))
        PendingEvent.objects.filter(pk__in=waiting).delete()
        passing("log.batch_written")
    passing("log.batch_committed")
    return len(waiting)


def sign(tier: int) -> Checkpoint | None:
    """Signs the log as it is, unless that is signed already; SignerRefused when it is not what was signed before."""
    head = LogHead.objects.filter(pk=tier).first()
    if head is None or head.size == head.signed_size:
        return None
    with transaction.atomic():
        head = head_of(tier)
        new = Checkpoint(head.origin, head.size, Frontier.parse(head.size, bytes(head.frontier)).root())
        begun = LogCheckpoint.objects.filter(tier=tier).exists()
        signer_state.advance(new, LogReader(tier, head.size).consistency, begun=begun)
        passing("log.state_written")
        now = timezone.now()
        signed = checkpoint.sign(new, log_keys.signer(tier, head.origin))
        second = log_keys.cosigner(tier, head.origin).line(new, int(now.timestamp()))
        LogCheckpoint.objects.create(tier=tier, size=new.size, root=new.root, note=signed, signed_at=now)
        LogHead.objects.filter(pk=tier).update(signed_size=new.size, note=signed + second)
    passing("log.checkpoint_committed")
    return new


def head_of(tier: int) -> LogHead:
    """The head of a log, locked until the end of the transaction; a log begins when somebody first asks for it."""
    head = LogHead.objects.select_for_update().filter(pk=tier).first()
    if head is None:
        LogHead.objects.bulk_create([LogHead(tier=tier, origin=log_keys.first_origin(tier))], ignore_conflicts=True)
        head = LogHead.objects.select_for_update().get(pk=tier)
    return head


def _full_tiles(tier: int, size: int, hashes: list[bytes]) -> list[LogTile]:
    """The tiles that become full when these leaf hashes follow the first `size`: of every level, the lowest first."""
    made, span, reader = [], Span(0, size, hashes), LogReader(tier, size)
    while span.hashes:
        full = _cut(span, reader, tier)
        made += full
        span = Span(span.level + 1, full[0].number if full else 0, [tile.root for tile in full])
    return made


def _cut(span: Span, reader: LogReader, tier: int) -> list[LogTile]:
    number, behind = divmod(span.first, WIDTH)
    if behind + len(span.hashes) < WIDTH:
        return []
    # What the first of them holds already: fewer than 256 hashes.
    before = reader.hashes(span.level, number, behind)
    every = [*before, *span.hashes]
    return [
        _tile(tier, span.level, number + place, every[place * WIDTH : (place + 1) * WIDTH])
        for place in range(len(every) // WIDTH)
    ]


def _tile(tier: int, level: int, number: int, hashes: list[bytes]) -> LogTile:
    return LogTile(tier=tier, level=level, number=number, hashes=b"".join(hashes), root=complete_root(hashes))
