"""Finding signals of misuse in the events: each rule where it is reached and where it is not, once, wherever the look begins."""

from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from council.audit import names, signals, tasks
from council.audit.details import details_of
from council.audit.models import AuditEvent, Signal, SignalReach
from council.audit.record import actor_of, record
from council.celery import app
from tests.audit.conftest import ORGANISATION, PERSON
from tests.audit.shelf import GROUP, HIDDEN, SEEN, Clock, Shelf

pytestmark = pytest.mark.django_db

JST = ZoneInfo("Asia/Tokyo")
TUESDAY = datetime(2026, 10, 13, 10, 0, tzinfo=JST)
SATURDAY = datetime(2026, 10, 17, 10, 0, tzinfo=JST)
OTHER = "0d1f7b52-7c2b-4a68-8c5a-9a3f5f1d6e70"


@pytest.fixture(autouse=True)
def shelf(monkeypatch, settings):
    monkeypatch.setattr(names, "_resolvers", [Shelf()])
    settings.AUDIT_THRESHOLDS = {
        "bulk_reading": {"bulletins": 4},
        "odd_hours": {"reads": 3},
        "first_download": {"on": False},
        "export_spike": {"floor": 4, "times": 3, "days": 30},
        "refusals_in_a_row": {"refusals": 3, "sign_ins": 3},
    }


@pytest.fixture
def did(monkeypatch):
    """Writes an event at a moment; by the person, about a bulletin with this number, unless something else is said."""
    clock = Clock()

    def did(moment, action="bulletin.read", number=1, **change):
        clock.set(moment)
        facts = {"actor": PERSON, "organisation": ORGANISATION, "object": f"b-{number}", "tier": 2, **change}
        with monkeypatch.context() as patch, transaction.atomic():
            patch.setattr("council.audit.record.uuid7", clock)
            return record(action, **facts)

    return did


def found(since=TUESDAY - timedelta(days=1), until=SATURDAY + timedelta(days=2)):
    signals.find(since, until)
    return [(signal.rule, signal.count, signal.threshold) for signal in Signal.objects.order_by("key")]


def minutes(number):
    return timedelta(minutes=number)


def test_many_bulletins_within_an_hour_are_a_signal(did):
    events = [did(TUESDAY + minutes(14 * number), number=number) for number in range(4)]
    assert found() == [("bulk_reading", 4, 4)]
    signal = Signal.objects.get()
    assert (signal.first_event, signal.event) == (events[0].pk, events[-1].pk)
    assert (signal.actor, signal.org) == (actor_of(PERSON), ORGANISATION)


def test_one_bulletin_many_times_or_many_in_more_than_an_hour_are_none(did):
    for number in range(8):
        did(TUESDAY + minutes(number))
        did(TUESDAY + minutes(60 + 21 * number), number=number + 2)
    assert found() == []


def test_two_people_are_not_added_up(did):
    for number in range(4):
        did(TUESDAY, number=number, actor=PERSON if number % 2 else OTHER)
    assert found() == []


def test_reading_at_night_is_counted_over_midnight(did):
    night = TUESDAY.replace(hour=22)
    for number, hours in enumerate((0, 1, 6)):
        did(night + timedelta(hours=hours), number=number)
    did(night + timedelta(hours=7), number=9)
    assert found() == [("odd_hours", 3, 3)]
    assert Signal.objects.get().key.endswith(":2026-10-13")


@pytest.mark.parametrize(
    ("day", "signal"), [(SATURDAY, True), (datetime(2026, 10, 12, 9, tzinfo=JST), True), (TUESDAY, False)]
)
def test_a_day_off_or_a_holiday_is_odd_all_day(did, day, signal):
    for number in range(3):
        did(day + minutes(100 * number), number=number)
    assert found(day - timedelta(days=1)) == ([("odd_hours", 3, 3)] if signal else [])


def test_the_files_of_one_package_are_one_deed(did):
    for _file in range(6):
        did(SATURDAY, "package.fetch", object=SEEN)
    assert found() == []


def test_the_first_download_in_a_subcommittee_is_a_signal_and_the_second_is_none(did, settings):
    settings.AUDIT_THRESHOLDS = {}
    did(TUESDAY, "package.fetch", object=SEEN)
    assert found() == [("first_download", 1, 1)]
    assert Signal.objects.get().key == f"first_download:{actor_of(PERSON)}:{GROUP}"
    did(TUESDAY + minutes(1), "bulletin.download", object=HIDDEN)
    assert len(found()) == 1


def test_whoever_downloaded_there_before_anybody_looked_is_no_newcomer(did, settings):
    settings.AUDIT_THRESHOLDS = {}
    did(TUESDAY - timedelta(days=300), "bulletin.download", object=SEEN)
    did(TUESDAY, "package.fetch", object=HIDDEN)
    assert found() == []


def test_a_download_that_was_refused_is_no_first_one(did, settings):
    settings.AUDIT_THRESHOLDS = {}
    did(TUESDAY, "package.fetch", object=SEEN, outcome="deny", reason="tier")
    assert found() == []


def test_more_exports_than_ever_are_a_signal(did):
    for number in range(4):
        did(TUESDAY + minutes(70 * number), "package.fetch", number=number)
    assert found() == [("export_spike", 4, 4)]


def test_more_exports_than_the_own_mean_allows_are_a_signal_and_the_usual_ones_none(did):
    for day in range(1, 31):
        for number in range(2):
            did(TUESDAY - timedelta(days=day), "package.fetch", number=f"{day}-{number}")
    for number in range(5):
        did(TUESDAY + minutes(number), "package.fetch", number=number)
    assert found() == []
    did(TUESDAY + minutes(9), "package.fetch", number=9)
    assert found() == [("export_spike", 6, 6)]


def test_refusals_with_nothing_allowed_in_between_are_a_signal(did):
    refused = {"outcome": "deny", "reason": "tier"}
    for number in (1, 2):
        did(TUESDAY + minutes(number), **refused)
    did(TUESDAY + minutes(3), "bulletin.list", object="")
    for number in (4, 5):
        did(TUESDAY + minutes(number), **refused)
    assert found() == []
    did(TUESDAY + minutes(6), **refused)
    assert found() == [("refusals_in_a_row", 3, 3)]


def test_failed_sign_ins_into_one_organisation_are_a_signal(did):
    failed = {"actor": None, "object": "", "outcome": "deny", "reason": "password"}
    for number in (1, 2):
        did(TUESDAY + minutes(number), "session.sign_in_failed", **failed)
    assert found() == []
    did(TUESDAY + minutes(3), "session.sign_in_failed", **failed)
    assert found() == [("refusals_in_a_row", 3, 3)]
    assert (Signal.objects.get().actor, Signal.objects.get().org) == ("", ORGANISATION)


def test_a_sign_in_that_succeeds_ends_the_row_of_failures(did):
    failed = {"actor": None, "object": "", "outcome": "deny", "reason": "password"}
    for number in (1, 2, 4, 5):
        did(TUESDAY + minutes(number), "session.sign_in_failed", **failed)
    did(TUESDAY + minutes(3), "session.sign_in", object="")
    assert found() == []


def test_looking_twice_raises_nothing_twice_and_says_so_once_in_the_log(did):
    for number in range(4):
        did(TUESDAY + minutes(number), number=number)
    assert found() == found() == [("bulk_reading", 4, 4)]
    event = AuditEvent.objects.get(action="audit.signal")
    assert (event.actor, event.org, event.object) == ("", "", str(Signal.objects.get().pk))
    assert details_of([event])[event.pk]["facts"] == {"key": Signal.objects.get().key}


def test_a_signal_that_goes_on_grows_until_it_is_settled(did):
    for number in range(4):
        did(TUESDAY + minutes(number), number=number)
    found()
    did(TUESDAY + minutes(5), number=5)
    assert found() == [("bulk_reading", 5, 4)]
    Signal.objects.update(settled_at=TUESDAY)
    did(TUESDAY + minutes(6), number=6)
    assert found() == [("bulk_reading", 5, 4)]


def test_what_lies_before_the_look_is_known_to_it(did):
    for number in range(4):
        did(TUESDAY + minutes(number), number=number)
    assert found(since=TUESDAY + minutes(3)) == [("bulk_reading", 4, 4)]


def test_a_look_in_small_pieces_finds_what_one_look_finds(did, monkeypatch):
    monkeypatch.setattr(signals, "AT_ONCE", 2)
    for number in range(7):
        did(TUESDAY + minutes(number), number=number)
        did(TUESDAY + minutes(number), outcome="deny", reason="tier", actor=OTHER)
        did(SATURDAY + minutes(number), "package.fetch", number=number)
    pieces = found()
    Signal.objects.all().delete()
    monkeypatch.setattr(signals, "AT_ONCE", 1000)
    assert pieces == found()
    assert [rule for rule, _count, _threshold in pieces] == [
        "bulk_reading",
        "export_spike",
        "odd_hours",
        "refusals_in_a_row",
    ]


def test_the_next_look_begins_where_the_last_one_ended(did):
    for number in range(4):
        did(TUESDAY + minutes(number), number=number)
    assert signals.find_new(TUESDAY + minutes(10)) == 1
    assert SignalReach.objects.get().reached_at == TUESDAY + minutes(10)
    Signal.objects.all().delete()
    assert signals.find_new(TUESDAY + minutes(20)) == 0


def test_after_a_long_silence_nothing_in_between_is_missed(did):
    signals.find_new(TUESDAY)
    for number in range(4):
        did(TUESDAY + timedelta(days=1, minutes=number), number=number)
    assert signals.find_new(TUESDAY + timedelta(days=9)) == 1


def test_a_clock_that_was_years_ahead_hides_nothing_once_it_is_back(did):
    signals.find_new(TUESDAY + timedelta(days=9999))
    for number in range(4):
        did(TUESDAY + minutes(number), number=number)
    assert signals.find_new(TUESDAY + minutes(10)) == 1
    assert SignalReach.objects.get().reached_at == TUESDAY + minutes(10)


def test_a_look_back_does_not_take_the_mark_back():
    signals.find_new(TUESDAY)
    signals.find(TUESDAY - timedelta(days=5), TUESDAY - timedelta(days=4))
    assert SignalReach.objects.get().reached_at == TUESDAY


def test_a_rule_that_is_off_finds_nothing(did, settings):
    settings.AUDIT_THRESHOLDS = {"bulk_reading": {"on": False, "bulletins": 2}, "first_download": {"on": False}}
    for number in range(4):
        did(TUESDAY + minutes(number), number=number)
    assert found() == []


@pytest.mark.django_db(transaction=True)
def test_the_scheduler_has_the_task_and_the_task_looks_up_to_now(did):
    beat = {entry["task"]: entry["schedule"] for entry in app.conf.beat_schedule.values()}
    assert beat[tasks.find_signals.name] == 300.0
    for number in range(4):
        did(datetime.now(JST) - minutes(5 - number), number=number)
    assert tasks.find_signals() >= 1
    assert tasks.find_signals() == 0


def test_while_another_one_looks_nothing_is_done(did, monkeypatch):
    @contextmanager
    def taken(name):
        yield False

    monkeypatch.setattr(tasks, "only_one", taken)
    assert tasks.find_signals() == 0
    assert not SignalReach.objects.exists()


def queries_of(since, until):
    with CaptureQueriesContext(connection) as captured:
        signals.find(since, until)
    return len(captured)


def test_a_look_costs_no_more_queries_for_many_events_than_for_few(did):
    day = timedelta(days=1)
    for number in range(2):
        did(TUESDAY + minutes(number))
        for person in range(20):
            did(TUESDAY + day + minutes(20 * number), actor=str(UUID(int=person)), number=number)
    signals.find(TUESDAY - day, TUESDAY - day)
    assert queries_of(TUESDAY, TUESDAY + minutes(9)) == queries_of(TUESDAY + day, TUESDAY + 2 * day)
