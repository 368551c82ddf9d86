"""What the desk counts: days in Japan, without heartbeats, in a number of queries that events don't change."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from council.audit import desk, signals
from council.audit.models import Signal
from tests import cast
from tests.audit.desk_days import at, noon, write
from tests.audit.keepers import AUDITOR

pytestmark = pytest.mark.django_db


def activity():
    return desk.activity_at(timezone.now())


def counts(field):
    return [getattr(each, field) for each in activity().days]


def test_the_fourteen_days_end_with_today():
    days = [each.day for each in activity().days]
    assert len(days) == 14
    assert days[-1] == timezone.localdate()
    assert days == sorted(days)


def test_each_event_is_counted_on_its_day_by_what_became_of_it():
    write(
        at(noon(3)), at(noon(3)), at(noon(3), outcome="deny", reason="tier"), at(noon(0), outcome="deny", reason="tier")
    )
    assert (counts("done")[-4], counts("refused")[-4], counts("refused")[-1]) == (2, 1, 1)


def test_a_day_begins_at_midnight_in_japan():
    midnight = noon(1).replace(hour=0)
    write(at(midnight), at(midnight - timedelta(milliseconds=1)))
    assert counts("done")[-3:] == [1, 1, 0]


def test_what_is_older_than_fourteen_days_is_not_counted():
    write(at(noon(14)), at(noon(13)))
    assert sum(counts("done")) == 1


def test_heartbeats_are_not_counted():
    write(at(noon(2), "log.heartbeat"), at(noon(2)), at(noon(1), "log.heartbeat"))
    assert (counts("done")[-3], counts("done")[-2]) == (1, 0)


def test_reasons_are_told_in_words_the_most_first_and_tier_three_as_one():
    write(
        *(
            at(noon(1), outcome="deny", reason=each)
            for each in ("roster", "clearance", "roster", "caveat", "caveat", "tier")
        )
    )
    assert activity().reasons == [("重要経済安保情報の条件", 3), ("取扱制限", 2), ("格付が上限を超える", 1)]


def test_takers_are_organisations_that_received_files():
    company = cast.organisation(name="翠嶺マテリアル株式会社")
    org = str(company.pk)
    write(
        at(noon(1), "package.fetch", org=org),
        at(noon(1), "bulletin.download", org=org),
        at(noon(1), "bulletin.read", org=org),
    )
    write(at(noon(1), "package.fetch", org=org, outcome="deny", reason="state"))
    assert activity().takers == [("翠嶺マテリアル株式会社", 2)]


def test_the_rest_of_a_long_list_is_one_row():
    write(*(at(noon(1), outcome="deny", reason=f"why_{n}") for n in range(10) for _ in range(n + 1)))
    reasons = activity().reasons
    assert len(reasons) == 7
    assert reasons[0] == ("why_9", 10)
    assert reasons[-1] == ("そのほか", 1 + 2 + 3 + 4)


def test_more_events_take_no_more_queries():
    write(*(at(noon(n % 14), outcome="deny", reason="tier") for n in range(50)))
    with CaptureQueriesContext(
        connection,
    ) as found:
        activity()
    assert len(found) <= 5


def test_signals_are_open_until_somebody_has_looked_into_them_and_an_event_says_so():
    facts = {
        "rule": "bulk_reading",
        "event": "0" * 32,
        "first_event": "0" * 32,
        "count": 9,
        "threshold": 5,
        "raised_at": timezone.now(),
    }
    Signal.objects.create(key="a", **facts)
    Signal.objects.create(key="b", settled_at=timezone.now(), settled_by=AUDITOR.person, **facts)
    looked_into = Signal.objects.create(key="c", **facts)
    assert desk.open_signals() == 3
    signals.settle(looked_into.pk, "問題なし", subject=AUDITOR)
    assert desk.open_signals() == 2
