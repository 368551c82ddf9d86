"""After approval, on the pages of the desk: a moment is planned, cancelled, missed; a bulletin is superseded and disposed of."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bulletins.actions.close import recall
from bulletins.actions.publish import publish, publish_scheduled, schedule, unschedule
from bulletins.actions.review import approve, send_back, submit
from bulletins.actions.verb import Conflict
from bulletins.models import Bulletin, Release, Revision
from bulletins.schedules import failure_of, plan_of
from council.access.facts import State
from council.audit.events import Event
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db
JST = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def revision(world) -> Revision:
    handed = shelf.handed_in(world.publisher, organisations=[world.company])
    return approve(handed.bulletin_id, acting_user=world.approver)


@pytest.fixture
def desk(client: Client, world) -> Client:
    return cast.sign_in(client, world.publisher)


def at(name: str, revision: Revision) -> str:
    return reverse(f"desk:{name}", args=[revision.bulletin_id])


def state() -> str:
    return Revision.unrestricted.get().state


TOMORROW = (timezone.now().astimezone(JST) + timedelta(days=1)).date()
PLAN = {"day": TOMORROW.isoformat(), "clock": "09:30"}


def test_the_moment_is_shown_in_japan_and_in_utc_with_the_people_before_anything_is_planned(desk, revision):
    html = desk.post(at("schedule", revision), PLAN).content.decode()
    assert f"{TOMORROW.year}年{TOMORROW.month}月{TOMORROW.day}日" in html
    assert f"{TOMORROW} 00:30 UTC" in html
    assert "この日時に 1組織 4名に公開する" in html
    assert state() == State.APPROVED


def test_a_confirmed_moment_is_kept_in_utc_and_said_on_the_desk(desk, revision):
    answer = desk.post(at("schedule", revision), {**PLAN, "confirm": "yes", "expected_people": "4"}, follow=True)
    html = answer.content.decode()
    moment = Revision.unrestricted.get().scheduled_for
    assert (state(), moment.astimezone(JST).strftime("%H:%M")) == (State.SCHEDULED, "09:30")
    assert f"{TOMORROW} 00:30 UTC に公開する予定です" in html
    assert "予定を取り消す" in html


@pytest.mark.parametrize("what", [{"day": "2020-01-01"}, {"day": ""}, {"clock": "25:00"}, {"day": "ねこ"}])
def test_what_is_no_moment_to_come_is_said_at_its_field(desk, revision, what):
    answer = desk.post(at("schedule", revision), {**PLAN, **what, "confirm": "yes", "expected_people": "4"})
    assert (answer.status_code, state()) == (422, State.APPROVED)
    assert 'aria-invalid="true"' in answer.content.decode()


def test_another_number_of_people_than_was_shown_plans_nothing(desk, world, revision):
    cast.person(world.company, tier=2)
    html = desk.post(
        at("schedule", revision), {**PLAN, "confirm": "yes", "expected_people": "4"}, follow=True
    ).content.decode()
    assert "見る人の数が変わりました" in html
    assert state() == State.APPROVED


def planned(world, revision: Revision) -> Revision:
    return schedule(revision.bulletin_id, timezone.now() + timedelta(days=1), acting_user=world.publisher)


def test_people_who_came_since_are_named_on_the_desk_and_get_it_at_the_moment(desk, world, revision):
    planned(world, revision)
    cast.person(world.company, tier=2)
    html = desk.get(at("work", revision)).content.decode()
    assert "予定を決めたときは4名、いまは5名が見られます" in html
    Revision.unrestricted.update(scheduled_for=timezone.now())
    assert publish_scheduled(revision.bulletin_id)


def test_a_plan_is_cancelled_by_its_publisher_with_an_event(desk, world, revision):
    planned(world, revision)
    html = desk.post(at("unschedule", revision), follow=True).content.decode()
    assert "公開の予定を取り消しました" in html
    assert (state(), Revision.unrestricted.get().scheduled_for) == (State.APPROVED, None)
    assert AuditEvent.objects.filter(action=Event.BULLETIN_UNSCHEDULED, outcome="allow").count() == 1
    assert failure_of(Revision.unrestricted.get()) == ""


def test_what_is_not_planned_is_not_cancelled(world, revision):
    with pytest.raises(Conflict):
        unschedule(revision.bulletin_id, acting_user=world.publisher)


def test_what_is_planned_can_be_published_at_once(world, revision):
    planned(world, revision)
    publish(revision.bulletin_id, expected_people=4, acting_user=world.publisher)
    assert (state(), plan_of(Revision.unrestricted.get())) == (State.PUBLISHED, None)


def missed(world, revision: Revision) -> None:
    planned(world, revision)
    Revision.unrestricted.update(scheduled_for=timezone.now())
    Release.objects.create(revision=revision, organisation=world.other_company)
    assert not publish_scheduled(revision.bulletin_id)


def test_a_moment_that_was_missed_is_told_on_the_desk_with_the_reason(desk, world, revision):
    missed(world, revision)
    html = desk.get(at("work", revision)).content.decode()
    assert "予定の時刻に公開できませんでした" in html
    assert "もう一度承認を受けてください" in html


def test_it_is_told_until_it_is_approved_anew(desk, world, revision):
    missed(world, revision)
    send_back(revision.bulletin_id, acting_user=world.approver)
    submit(revision.bulletin_id, acting_user=world.publisher)
    approve(revision.bulletin_id, acting_user=world.approver)
    assert "予定の時刻に公開できませんでした" not in desk.get(at("work", revision)).content.decode()


def served(world) -> Revision:
    return shelf.published(world.publisher, world.approver, organisations=[world.company])


@pytest.mark.parametrize(("name", "end"), [("supersede", State.SUPERSEDED), ("dispose", State.DISPOSED)])
def test_what_ends_for_good_asks_for_a_reason_and_whether_it_is_meant(desk, world, name, end):
    revision = served(world)
    if name == "dispose":
        recall(revision.bulletin_id, "誤り", acting_user=world.publisher)
    before = state()
    assert desk.get(at(name, revision)).status_code == 200
    for what in ({}, {"why": "AL-2222 に替えた"}, {"meant": "yes"}):
        assert (desk.post(at(name, revision), what).status_code, state()) == (422, before)
    answer = desk.post(at(name, revision), {"why": "AL-2222 に替えた", "meant": "yes"}, follow=True)
    assert (answer.status_code, state()) == (200, end)


def test_the_desk_reads_in_the_history_why_it_was_superseded(desk, world):
    revision = served(world)
    desk.post(at("supersede", revision), {"why": "AL-2222 に替えた", "meant": "yes"})
    html = desk.get(at("work", revision)).content.decode()
    assert "AL-2222 に替えた" in html
    assert at("dispose", revision) in html
    assert Bulletin.unrestricted.get().served_id is None


@pytest.mark.parametrize("name", ["supersede", "dispose", "schedule"])
def test_what_can_not_be_done_now_is_said_on_the_work_page(desk, world, name):
    revision = shelf.drafted(world.publisher)
    assert desk.get(at(name, revision))["Location"] == at("work", revision)


@pytest.mark.parametrize("name", ["supersede", "dispose", "schedule", "changes"])
def test_readers_find_no_such_page(client, world, name):
    revision = served(world)
    assert cast.sign_in(client, world.reader_two).get(at(name, revision)).status_code == 404
