"""期限: one list and one sheet of everything owed, and the address that calendar programs ask."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from accounts.actions import people as people_verbs
from accounts.models import User
from accounts.subject import subject_of
from bulletins.actions.acknowledge import acknowledge
from bulletins.actions.close import recall
from bulletins.actions.read import open_bulletin
from bulletins.calendar_feed import JST
from bulletins.models import Bulletin, CalendarFeed, Revision, TakenCopy
from bulletins.month import Month, month_of, sheet
from council.access.tiers import Tier
from council.audit.models import AuditEvent
from council.audit.record import actor_of
from tests import cast
from tests.bulletins import letterbox

TODAY = date(2026, 11, 22)


def test_a_month_has_whole_weeks_from_sunday_and_knows_days_off():
    weeks = sheet(Month(2026, 11), TODAY, [(date(2026, 11, 23), "a")])
    days = [day for week in weeks for day in week]
    assert [len(week) for week in weeks] == [7] * len(weeks)
    assert days[0].day.weekday() == 6
    assert [day.day.day for day in days if day.today] == [22]
    assert [(day.holiday, day.off, list(day.dues)) for day in days if day.day == date(2026, 11, 23)] == [
        ("勤労感謝の日", True, ["a"])
    ]


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2027-01", Month(2027, 1)), ("", Month(2026, 11)), ("2027-13", Month(2026, 11)), ("0001-01", Month(2026, 11)),
        ("２０２７-01", Month(2026, 11)), ("2027", Month(2026, 11)), ("2027-1-1", Month(2026, 11)),
    ],
)  # fmt: skip
def test_an_address_names_a_month_or_todays_is_shown(text, month):
    assert month_of(text, TODAY) == month


def test_the_year_ends_in_december():
    assert (Month(2026, 12).after, Month(2027, 1).before) == (Month(2027, 1), Month(2026, 12))


@pytest.fixture
def world(db) -> cast.Council:
    return cast.council()


def put_out(world: cast.Council, title: str = "蒼鷺計画", tier: int = 2, days: int = 9) -> Revision:
    return letterbox.put_out(world, title=title, tier=tier, deadline=letterbox.in_days(days))


def page(who: User, query: str = "") -> str:
    response = cast.sign_in(Client(), who, Tier.CRITICAL).get(f"/deadlines/{query}")
    assert response.status_code == 200
    html = response.content.decode()
    return html[html.index("<main") : html.index("</main>")]


def test_the_earliest_deadline_stands_first_and_what_is_done_goes(world):
    later, sooner = put_out(world, days=9), put_out(world, days=2)
    hrefs = re.findall(r'record-title"><a href="/bulletins/([^/]+)/"', page(world.reader_two))
    assert hrefs == [str(sooner.bulletin_id), str(later.bulletin_id)]
    acknowledge(subject_of(world.reader_two), sooner.bulletin_id)
    assert str(sooner.bulletin_id) not in page(world.reader_two)


def test_a_return_and_a_copy_stand_among_them(world):
    revision = put_out(world)
    open_bulletin(subject_of(world.reader_two), revision.bulletin_id)
    TakenCopy.objects.create(
        bulletin=revision.bulletin, revision=1, number=4, person=world.reader_two, organisation=world.company,
        reason="meeting", taken_at=timezone.now(), return_by=timezone.localdate() + timedelta(days=5),
    )  # fmt: skip
    assert "の写し 第4号を返すか、裁断する" in page(world.reader_two)
    recall(revision.bulletin_id, acting_user=world.publisher)
    assert "の写しの始末を確認する" in page(world.reader_two)


def test_the_sheet_names_references_and_no_title(world):
    revision = put_out(world)
    month = revision.deadline.astimezone(JST)
    html = page(world.reader_two, f"?view=month&month={month:%Y-%m}")
    assert revision.bulletin.reference in html
    assert "蒼鷺計画" not in html


def _still(html: str) -> str:
    """Without what differs between any two answers: the moment, and the token of the form."""
    return re.sub(r'datetime=.*?</time>|value="[^"]{64}"', "", html)


def test_what_one_may_not_see_is_due_nowhere(world):
    put_out(world)
    with CaptureQueriesContext(
        connection,
    ) as some:
        mine = page(world.other_reader)
    Bulletin.unrestricted.update(served=None)
    with CaptureQueriesContext(connection) as none:
        empty = page(world.other_reader)
    assert _still(mine) == _still(empty)
    assert len(some) == len(none)


def made(who: User) -> str:
    """The path of a new feed."""
    response = cast.sign_in(Client(), who).post("/deadlines/feed/", {"do": "make"})
    return re.search(r"http://testserver(/deadlines/[^<]+\.ics)", response.content.decode())[1]


def test_a_calendar_program_gets_deadlines_in_japanese_time_and_no_classified_title(world):
    secret, open_one = put_out(world), put_out(world, title="公開の題名", tier=1)
    response = Client().get(made(world.reader_two))
    calendar = Calendar.from_ical(response.content)
    events = {str(each["url"]): each for each in calendar.walk("VEVENT")}
    one, two = (events[f"http://testserver/bulletins/{each.bulletin_id}/"] for each in (open_one, secret))
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert two["summary"] == f"【機密性2情報】確認　{secret.bulletin.reference}"
    assert "公開の題名" in one["summary"]
    assert two["dtend"].params["TZID"] == "Asia/Tokyo"
    assert two.end == secret.deadline.astimezone(JST).replace(microsecond=0)
    assert "蒼鷺" not in response.content.decode()


def test_the_address_is_told_once_and_only_its_digest_is_kept(world):
    path = made(world.reader_two)
    secret = path.removeprefix("/deadlines/").removesuffix(".ics")
    assert secret not in str(CalendarFeed.objects.values())
    assert secret not in page(world.reader_two)


def test_a_new_address_and_a_revoked_one_end_the_old_at_once(world):
    first, second = made(world.reader_two), made(world.reader_two)
    assert [Client().get(path).status_code for path in (first, second)] == [404, 200]
    cast.sign_in(Client(), world.reader_two).post("/deadlines/feed/", {"do": "revoke"})
    revoked, never = Client().get(second), Client().get("/deadlines/never.ics")
    assert (revoked.status_code, revoked.content) == (never.status_code, never.content)


def test_a_suspended_persons_address_leads_nowhere(world):
    path = made(world.reader_two)
    people_verbs.suspend_person(world.reader_two, acting_user=world.administrator)
    assert Client().get(path).status_code == 404


def test_whoever_lost_their_right_has_nothing_in_the_calendar(world):
    put_out(world)
    path = made(world.reader_two)
    User.objects.filter(pk=world.reader_two.pk).update(tier=1)
    assert not Calendar.from_ical(Client().get(path).content).walk("VEVENT")


def test_making_asking_and_revoking_are_events_of_the_person(world):
    path = made(world.reader_two)
    Client().get(path)
    cast.sign_in(Client(), world.reader_two).post("/deadlines/feed/", {"do": "revoke"})
    events = AuditEvent.objects.filter(action__startswith="feed.").order_by("pk")
    assert [(each.action, each.actor) for each in events] == [
        (f"feed.{verb}", actor_of(str(world.reader_two.pk))) for verb in ("make", "fetch", "revoke")
    ]
