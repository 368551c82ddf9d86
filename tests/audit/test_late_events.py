"""Events that commit late, in another order, or never: each that is written gets one place, and none that is not."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal

import pytest
from django.db import connection, transaction

from council.audit import sequencer
from council.audit.models import AuditEvent, LogEntry, PendingEvent
from tests.audit.log_rows import assert_whole

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("memory")]


def index_of(event):
    return LogEntry.objects.get(pk=event.pk).index


def rolled_back(write):
    with transaction.atomic():
        event = write()
        transaction.set_rollback(True)
    return event


def test_an_event_that_commits_after_younger_ones_were_placed_comes_behind_them(write):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one transaction write at a time")
    written, placed = Signal(), Signal()

    def slow():
        try:
            with transaction.atomic():
                event = write()
                written.set()
                assert placed.wait(timeout=30)
            return event
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(slow)
        assert written.wait(timeout=30)
        with transaction.atomic():
            young = write()
        sequencer.run_once()
        assert not LogEntry.objects.filter(pk__lt=young.pk, tier=2).exists()
        placed.set()
        late = late.result(timeout=30)
    assert late.pk < young.pk
    sequencer.run_once()
    assert index_of(late) > index_of(young)
    assert_whole()


def test_an_id_that_is_older_than_the_last_place_gets_the_next_one(write):
    """The same on both databases: ids of two processes do not come in order."""
    with transaction.atomic():
        first = write()
    early = AuditEvent.objects.get(pk=first.pk)
    with transaction.atomic():
        write()
    sequencer.run_once()
    early.pk = early.pk.__class__(int=early.pk.int - (1 << 90))
    with transaction.atomic():
        early.save(force_insert=True)
        PendingEvent.objects.create(event=early.pk, tier=2)
    sequencer.run_once()
    assert index_of(early) == 3
    assert_whole()


def test_an_event_that_was_rolled_back_never_gets_a_place(write):
    undone = rolled_back(write)
    with transaction.atomic():
        kept = write()
    sequencer.run_once()
    assert not LogEntry.objects.filter(pk=undone.pk).exists()
    assert LogEntry.objects.filter(pk=kept.pk).exists()
    assert_whole()


def test_an_event_of_a_savepoint_that_was_rolled_back_leaves_no_gap(write):
    with transaction.atomic():
        write()
        rolled_back(write)
        write()
    sequencer.run_once()
    assert LogEntry.objects.filter(tier=2).count() == 3
    assert_whole()


def test_what_commits_while_a_batch_is_integrated_waits_for_the_next(write, monkeypatch):
    """The failpoint stands inside the transaction, after the queue was read."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one transaction write at a time")
    with transaction.atomic():
        write()
    said = []

    def another(name):
        if name == "log.batch_written" and not said:
            with ThreadPoolExecutor(1) as pool:
                said.append(pool.submit(committed).result(timeout=30))

    def committed():
        try:
            with transaction.atomic():
                return write()
        finally:
            connection.close()

    monkeypatch.setattr(sequencer, "passing", another)
    assert sequencer.integrate(2) == 1
    assert PendingEvent.objects.get().event == said[0].pk
    assert sequencer.integrate(2) == 1
    assert (index_of(said[0]), PendingEvent.objects.count()) == (1, 0)
