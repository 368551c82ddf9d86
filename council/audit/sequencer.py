"""Gives each event its place in the log of its tier, and signs how far the log is. One at a time writes into a log: its head is locked.

Two transactions, so that nothing is signed that is not in the database for good: the first integrates (places, full tiles, the head),
the second signs. Wherever the process dies, the next run goes on; council/failpoints.py names the steps.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from council.audit import checkpoint, log_keys, signer_state
from council.audit.checkpoint import Checkpoint
from council.audit.events import Event
from council.audit.models import AuditEvent, LogCheckpoint, LogEntry, LogHead, LogTile, PendingEvent
from council.audit.record import record
from council.audit.signer_state import SignerRefused
from council.audit.tiles import WIDTH, LogReader
from council.audit.tree import Frontier, complete_root, leaf_hash
from council.failpoints import passing
from council.sealing.errors import gettext_noop

AT_ONCE = 2000
HEARTBEAT = timedelta(minutes=1)
_ROWS = 500

BROKEN = gettext_noop("記録 %(origin)s の続きを書けません。件数、順番、ハッシュのどれかが食い違っています。")
MISSING = gettext_noop("記録 %(origin)s に入るはずの出来事 %(event)s の行がありません。")


@dataclass(frozen=True, slots=True)
class Span:
    """Some hashes of one level of tiles, from place `first` on."""

    level: int
    first: int
    hashes: list[bytes]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did: how many events found their place, whether more may wait, and why a log could not go on."""

    placed: int
    more: bool
    refused: dict[int, SignerRefused]


def turn(now: datetime | None = None) -> Turn:
    """A heartbeat where one is due, then one batch and a checkpoint for each log; a log that is refused does not hold up the others."""
    beat(now or timezone.now())
    placed: dict[int, int] = {}
    refused: dict[int, SignerRefused] = {}
    for tier in log_keys.TIERS:
        try:
            placed[tier] = integrate(tier)
        except SignerRefused as error:
            refused[tier] = error
        try:
            sign(tier)
        except SignerRefused as error:
            refused.setdefault(tier, error)
    return Turn(sum(placed.values()), AT_ONCE in placed.values(), refused)


def catch_up(now: datetime | None = None) -> Turn:
    """Turns until nothing waits any more, as one."""
    done = turn(now)
    placed = done.placed
    while done.more:
        done = turn(now)
        placed += done.placed
    return Turn(placed, more=False, refused=done.refused)


def run_once(now: datetime | None = None) -> int:
    """catch_up(); how many events found their place.

    SignerRefused for the first log that can't go on; the others were integrated and signed before that is said.
    """
    done = catch_up(now)
    for refusal in done.refused.values():
        raise refusal
    return done.placed


def beat(now: datetime) -> int:
    """Writes a heartbeat into every log whose last one is HEARTBEAT old: silence in a log then means that nobody wrote; how many."""
    heard = dict(LogHead.objects.values_list("tier", "beat_at"))
    beats = 0
    for tier in (tier for tier in log_keys.TIERS if _is_silent(heard.get(tier), now)):
        with transaction.atomic():
            # Another sequencer may have been faster.
            if _is_silent(head_of(tier).beat_at, now):
                record(Event.HEARTBEAT, actor=None, organisation=None, tier=tier)
                LogHead.objects.filter(pk=tier).update(beat_at=now)
                beats += 1
    return beats


def _is_silent(beat_at: datetime | None, now: datetime) -> bool:
    # Far in the future is a clock that was set back: waiting for it would be silence too.
    return beat_at is None or abs(now - beat_at) >= HEARTBEAT


def integrate(tier: int, at_once: int = AT_ONCE) -> int:
    """Gives up to `at_once` waiting events their places, in the order of their ids; how many.

    SignerRefused when the log can't go on: what it says of itself does not fit, or only events are waiting that are gone.
    """
    if not PendingEvent.objects.filter(tier=tier).exists():
        return 0
    with transaction.atomic():
        head = head_of(tier)
        waiting = list(
            PendingEvent.objects.filter(tier=tier).order_by("event").values_list("event", flat=True)[:at_once]
        )
        leaves = dict(AuditEvent.objects.filter(pk__in=waiting).values_list("pk", "leaf"))
        found = [event for event in waiting if event in leaves]
        if waiting and not found:
            raise SignerRefused(MISSING, origin=head.origin, event=waiting[0])
        _append(head, {event: leaf_hash(bytes(leaves[event])) for event in found})
        PendingEvent.objects.filter(pk__in=found).delete()
        passing("log.batch_written")
    passing("log.batch_committed")
    return len(found)


def _append(head: LogHead, hashes: dict[UUID, bytes]) -> None:
    """Puts these leaves behind the last: places, tiles that become full, the head."""
    leaves, edge = list(hashes.values()), _edge(head)
    entries = [
        LogEntry(event=event, tier=head.tier, index=head.size + place, leaf_hash=hashed)
        for place, (event, hashed) in enumerate(hashes.items())
    ]
    try:
        LogTile.objects.bulk_create(_full_tiles(head.tier, head.size, leaves), batch_size=_ROWS)
        LogEntry.objects.bulk_create(entries, batch_size=_ROWS)
    except (IntegrityError, LookupError):
        # Places that are taken, or hashes before these that are gone.
        raise SignerRefused(BROKEN, origin=head.origin) from None
    for hashed in leaves:
        edge.append(hashed)
    LogHead.objects.filter(pk=head.tier).update(size=edge.size, frontier=bytes(edge))


def sign(tier: int) -> Checkpoint | None:
    """Signs the log as it is, unless that is signed already; SignerRefused when it is not what was signed before."""
    head = LogHead.objects.filter(pk=tier).first()
    if head is None or head.size == head.signed_size:
        check(tier)
        return None
    with transaction.atomic():
        head = head_of(tier)
        if head.size == head.signed_size:
            return None
        new, signer, cosigner = (
            _checkpoint(head),
            log_keys.signer(tier, head.origin),
            log_keys.cosigner(tier, head.origin),
        )
        signer_state.advance(new, LogReader(tier, head.size).consistency, begun=_has_begun(tier))
        passing("log.state_written")
        now = timezone.now()
        signed, second = checkpoint.sign(new, signer), cosigner.line(new, int(now.timestamp()))
        LogCheckpoint.objects.create(tier=tier, size=new.size, root=new.root, note=signed, signed_at=now)
        LogHead.objects.filter(pk=tier).update(signed_size=new.size, note=signed + second)
    passing("log.checkpoint_committed")
    return new


def check(tier: int) -> None:
    """SignerRefused when the log in the database is not one that goes on from what was signed last. Writes nothing."""
    # The memory first: whatever it holds was in the database before.
    last = signer_state.last_signed(log_keys.origin(tier))
    head = LogHead.objects.filter(pk=tier).first() or LogHead(tier=tier, origin=log_keys.first_origin(tier))
    prove = LogReader(tier, head.size).consistency
    signer_state.check(_checkpoint(head), last, prove, begun=last is None and _has_begun(tier))


def head_of(tier: int) -> LogHead:
    """The head of a log, locked until the end of the transaction; a log begins when somebody first asks for it."""
    head = LogHead.objects.select_for_update().filter(pk=tier).first()
    if head is None:
        LogHead.objects.bulk_create([LogHead(tier=tier, origin=log_keys.first_origin(tier))], ignore_conflicts=True)
        head = LogHead.objects.select_for_update().get(pk=tier)
    return head


def _has_begun(tier: int) -> bool:
    return LogCheckpoint.objects.filter(tier=tier).exists()


def _checkpoint(head: LogHead) -> Checkpoint:
    return Checkpoint(head.origin, head.size, _edge(head).root())


def _edge(head: LogHead) -> Frontier:
    try:
        return Frontier.parse(head.size, bytes(head.frontier))
    except ValueError:
        raise SignerRefused(BROKEN, origin=head.origin) from None


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
