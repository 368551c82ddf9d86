"""A rotation of keys from end to end: a new epoch, every wrap made anew, the epochs before closed and, when asked, destroyed.

Nothing here remembers anything: an unfinished rotation is one whose minimum epoch is below the current one.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from django.db import OperationalError, connection, transaction

from council.audit.events import Event
from council.audit.record import record
from council.keys import keyring
from council.rewrapping import Batch, is_under_way, one_pass, remaining

# One number for everything that rotates, on PostgreSQL; SQLite has one writer anyway.
_LOCK = 0x636F756E63696C
_POLL = 0.2
PATIENCE = 60.0
# Who has read a wrap outside a transaction opens it within this many seconds, before its epoch closes.
GRACE = 2.0


class Tally(NamedTuple):
    """How many wraps were made anew, and how many could not be opened."""

    done: int
    stuck: int


def begin() -> int:
    """Begins an epoch and says so in the log; the current one when the last rotation is unfinished. KeyringUnavailable."""
    with transaction.atomic():
        _alone()
        ring = keyring()
        if is_under_way(ring):
            return ring.current_epoch()
        _note(Event.KEYS_ROTATED, step="begun", epoch=ring.current_epoch() + 1)
        return ring.rotate()


def rewrap_all(show: Callable[[Batch], None] = lambda batch: None, until: float | None = None) -> Tally:
    """Passes until one of them makes nothing anew, or until time.monotonic() has reached `until`."""
    done = 0
    while True:
        this = stuck = 0
        for batch in one_pass():
            this, stuck = this + batch.done, stuck + batch.stuck
            show(batch)
            if until is not None and time.monotonic() >= until:
                return Tally(done + this, stuck)
        done += this
        if not this:
            return Tally(done, stuck)


def catch_up(show: Callable[[Batch], None] = lambda batch: None, *, patience: float = PATIENCE) -> Tally:
    """Makes anew whatever is left, and waits, at most so many seconds without progress, for rows that others hold."""
    done, until = 0, time.monotonic() + patience
    while True:
        tally = rewrap_all(show)
        done += tally.done
        if tally.done:
            until = time.monotonic() + patience
        if sum(remaining().values()) <= tally.stuck or time.monotonic() >= until:
            return Tally(done, tally.stuck)
        time.sleep(_POLL)


def last_writers_are_gone(patience: float = PATIENCE) -> bool:
    """Waits, at most so many seconds more than a moment, until no transaction is open that may have sealed in the epoch before."""
    time.sleep(max(keyring().lag, GRACE))
    began, until = _now(), time.monotonic() + patience
    while _is_older_open(began):
        if time.monotonic() >= until:
            return False
        time.sleep(_POLL)
    return True


def finish(*, abandon: bool = False) -> int:
    """Closes the epochs before the current one when no wrap is left in them; how many are left, which keep them open.

    Only after last_writers_are_gone(). `abandon` closes them all the same: what is left opens for nobody from then on.
    """
    with transaction.atomic():
        _alone()
        ring = keyring()
        left = sum(remaining().values())
        if is_under_way(ring) and (abandon or not left):
            epoch = ring.current_epoch()
            _note(Event.KEYS_ROTATED, step="ended", epoch=epoch, abandoned=left)
            ring.set_minimum_epoch(epoch)
        return left


def go_on(seconds: float) -> int:
    """A piece of an unfinished rotation, and its end when nothing is left, within about so many seconds; how many are left."""
    if not is_under_way(keyring()):
        return 0
    until = time.monotonic() + seconds
    rewrap_all(until=until)
    if not any(remaining().values()) and last_writers_are_gone(patience=seconds):
        rewrap_all(until=until + seconds)
        return finish()
    return sum(remaining().values())


def retire() -> tuple[int, ...]:
    """Destroys the keys of the epochs that are closed, for good; which those were."""
    with transaction.atomic():
        _alone()
        ring = keyring()
        minimum = ring.minimum_epoch()
        closed = [epoch for epoch in ring.epochs() if epoch < minimum]
        if not closed:
            return ()
        _note(Event.KEYS_RETIRED, minimum=minimum, epochs=closed)
        return ring.retire_below(minimum)


def _note(event: Event, **detail: object) -> None:
    record(event, actor=None, organisation=None, object="keyring", detail=detail)


def _alone() -> None:
    """One rotation at a time, to the end of the transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _now() -> datetime | None:
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def _is_older_open(moment: datetime | None) -> bool:
    """Whether a transaction of this database has been open since before then.

    SQLite has one writer, and transactions here begin as writers: once we have been one, every earlier one has ended.
    """
    if connection.vendor != "postgresql":
        with suppress(OperationalError), transaction.atomic():
            return False
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND xact_start < %s "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend')",
            [moment],
        )
        return cursor.fetchone()[0]
