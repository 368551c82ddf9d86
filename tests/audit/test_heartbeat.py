"""A heartbeat leaf each minute turns silence into evidence."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from council.audit import sequencer
from council.audit.details import details_of
from council.audit.events import Event
from council.audit.leaf import fields_of
from council.audit.models import AuditEvent, LogHead, PendingEvent
from council.audit.record import AuditUnavailable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def beats(tier=2):
    return AuditEvent.objects.filter(action=Event.HEARTBEAT, tier=tier).count()


def test_the_first_turn_beats_in_every_log():
    assert sequencer.beat(NOON) == 3
    assert [beats(tier) for tier in (1, 2, 3)] == [1, 1, 1]
    assert PendingEvent.objects.count() == 3


@pytest.mark.parametrize(("seconds", "beaten"), [(0, 0), (59.999, 0), (60, 3), (61, 3), (86_400, 3)])
def test_a_minute_later_it_beats_again_and_not_before(seconds, beaten):
    sequencer.beat(NOON)
    assert sequencer.beat(NOON + timedelta(seconds=seconds)) == beaten


def test_ten_minutes_of_turns_twice_a_second_have_ten_beats():
    for half_seconds in range(2 * 600):
        sequencer.beat(NOON + timedelta(seconds=half_seconds / 2))
    assert beats() == 10


def test_after_an_hour_of_standstill_there_is_one_beat_and_not_sixty():
    sequencer.beat(NOON)
    sequencer.beat(NOON + timedelta(hours=1))
    assert beats() == 2


def test_a_clock_that_is_set_back_silences_no_log():
    sequencer.beat(NOON)
    assert sequencer.beat(NOON - timedelta(seconds=30)) == 0
    assert sequencer.beat(NOON - timedelta(hours=1)) == 3
    assert sequencer.beat(NOON - timedelta(hours=1) + timedelta(seconds=30)) == 0


def test_events_do_not_stand_for_heartbeats(write):
    sequencer.beat(NOON)
    write()
    assert sequencer.beat(NOON + timedelta(minutes=1)) == 3


def test_a_heartbeat_is_by_nobody_about_nothing():
    sequencer.run_once(NOON)
    event = AuditEvent.objects.get(tier=3)
    fields = fields_of(bytes(event.leaf))
    assert (fields["actor"], fields["org"], fields["object"], fields["outcome"]) == ("", "", "", "allow")
    assert details_of([event])[event.pk]["facts"] == {}


def test_a_heartbeat_that_can_t_be_written_is_due_at_the_next_turn(own_keyring):
    own_keyring.unlink()
    with pytest.raises(AuditUnavailable):
        sequencer.beat(NOON)
    assert not LogHead.objects.filter(beat_at__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_four_at_once_beat_once():
    together = Barrier(4)

    def beat(_):
        try:
            together.wait(timeout=30)
            return sequencer.beat(NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(beat, range(4))) == 3
        assert sum(pool.map(lambda _: beat(0), range(4))) == 0
    assert [beats(tier) for tier in (1, 2, 3)] == [1, 1, 1]
