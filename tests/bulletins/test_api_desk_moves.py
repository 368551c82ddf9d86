"""What comes after approval, over the API: planned, planned no more, replaced, disposed of, kept; and who is kept from which."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from bulletins.actions.close import recall
from bulletins.models import PartWrap, Revision
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import calls, shelf
from tests.bulletins.test_api_desk import brought_to, state_of

pytestmark = pytest.mark.django_db
VERBS = ("schedule", "schedule/cancel", "supersede", "dispose", "keep")
KEY = {"Idempotency-Key": "5d1f9b1e-8e5e-4c0e-8a55-0a52f1f0c0de"}


@pytest.fixture
def world():
    return cast.council()


def in_hours(hours):
    return (timezone.now() + timedelta(hours=hours)).isoformat()


def body_of(verb):
    """What the verb asks for at least."""
    return {
        "schedule": {"moment": in_hours(3)},
        "schedule/cancel": {},
        "keep": {"review_on": str(timezone.localdate() + timedelta(days=90))},
    }.get(verb, {"why": "新しい資料に書き直した。"})


def standing(world, state):
    if state == "scheduled":
        bulletin = brought_to(world, "approved")
        calls.post(world.publisher, f"{bulletin}/schedule/", body_of("schedule"))
    elif state == "recalled":
        bulletin = brought_to(world, "published")
        recall(bulletin, acting_user=world.publisher)
    else:
        bulletin = brought_to(world, state)
    return bulletin


# (verb, state it starts from, person, status): what is allowed and what is denied differ by one fact.
STEPS = [
    ("schedule", "approved", "publisher", 200),
    ("schedule", "approved", "approver", 403),
    ("schedule", "in_review", "publisher", 409),
    ("schedule", "scheduled", "publisher", 409),
    ("schedule/cancel", "scheduled", "publisher", 200),
    ("schedule/cancel", "scheduled", "approver", 403),
    ("schedule/cancel", "in_review", "publisher", 409),
    ("supersede", "published", "publisher", 200),
    ("supersede", "published", "approver", 200),
    ("supersede", "approved", "publisher", 409),
    ("dispose", "recalled", "publisher", 200),
    ("dispose", "recalled", "approver", 200),
    ("dispose", "published", "publisher", 409),
    ("keep", "published", "publisher", 200),
    ("keep", "published", "approver", 403),
    ("keep", "approved", "publisher", 409),
    *((verb, "approved", "auditor", 404) for verb in VERBS),
]


@pytest.mark.parametrize(("verb", "state", "person", "status"), STEPS)
def test_each_step_takes_its_role_and_its_state(world, verb, state, person, status):
    bulletin = standing(world, state)
    answer = calls.post(getattr(world, person), f"{bulletin}/{verb}/", body_of(verb))
    assert answer.status_code == status
    if status != 200:
        assert state_of(bulletin) == state
        assert AuditEvent.objects.order_by("id").last().outcome == "deny"
    if status in (403, 409):
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"].endswith("。")


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("state", "person"), [("approved", "reader_one"), ("published", "auditor")])
def test_desk_of_others_is_missing_to_the_byte_and_to_the_query(world, verb, state, person):
    bulletin = standing(world, state)
    answer = calls.refused_alike(getattr(world, person), "post", f"{{}}/{verb}/", bulletin, body_of(verb))
    assert answer.status_code == 404


def test_what_is_planned_says_when_and_can_be_cancelled(world):
    bulletin, body = standing(world, "approved"), body_of("schedule")
    planned = calls.post(world.publisher, f"{bulletin}/schedule/", body).json()
    assert (planned["state"], datetime.fromisoformat(planned["scheduled_for"])) == (
        "scheduled",
        datetime.fromisoformat(body["moment"]),
    )
    [row] = calls.get(world.approver, f"{bulletin}/revisions/").json()["results"]
    assert row["scheduled_for"] == planned["scheduled_for"]
    cancelled = calls.post(world.publisher, f"{bulletin}/schedule/cancel/").json()
    assert (cancelled["state"], cancelled["scheduled_for"]) == ("approved", None)
    assert calls.post(world.publisher, f"{bulletin}/schedule/cancel/").status_code == 409


@pytest.mark.parametrize("moment", ["2024-04-01T09:00:00+09:00", "2099-12-01T09:00:00", "明日", None])
def test_moment_lies_ahead_and_has_a_zone(world, moment):
    bulletin = standing(world, "approved")
    refused = calls.post(world.publisher, f"{bulletin}/schedule/", {"moment": moment})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/moment")
    assert state_of(bulletin) == "approved"


def test_planning_stops_when_the_audience_is_another_size(world):
    bulletin = standing(world, "approved")
    body = {**body_of("schedule"), "expected_people": 99}
    assert calls.post(world.publisher, f"{bulletin}/schedule/", body).status_code == 409


@pytest.mark.parametrize(("verb", "state"), [("schedule", "approved"), ("keep", "published"), ("dispose", "recalled")])
def test_the_same_request_with_its_key_is_done_once(world, verb, state):
    bulletin, body = standing(world, state), body_of(verb)
    before = AuditEvent.objects.filter(object=str(bulletin), action__startswith="bulletin.").count()
    first, second = (calls.post(world.publisher, f"{bulletin}/{verb}/", body, **KEY) for _ in range(2))
    assert (first.status_code, first.content) == (200, second.content)
    assert AuditEvent.objects.filter(object=str(bulletin), action__startswith="bulletin.").count() == before + 1
    assert calls.post(world.publisher, f"{bulletin}/{verb}/", {**body, "x": 1}, **KEY).status_code == 422


def test_superseded_is_gone_for_readers_and_says_why_to_its_desk(world):
    bulletin = standing(world, "published")
    assert calls.post(world.approver, f"{bulletin}/supersede/", body_of("supersede")).json()["state"] == "superseded"
    assert calls.get(world.reader_one, f"{bulletin}/").status_code == 404
    assert calls.get(world.publisher, f"{bulletin}/").status_code == 200


def test_disposed_opens_for_nobody(world):
    bulletin = standing(world, "recalled")
    assert calls.post(world.publisher, f"{bulletin}/dispose/", body_of("dispose")).json()["state"] == "disposed"
    assert calls.get(world.publisher, f"{bulletin}/").status_code == 404
    assert not PartWrap.objects.exists()


@pytest.mark.parametrize(("verb", "state"), [("supersede", "published"), ("dispose", "recalled")])
@pytest.mark.parametrize("body", [{}, {"why": "  "}, {"why": 5}, {"why": "極秘\n理由"}])
def test_what_ends_for_good_takes_a_reason(world, verb, state, body):
    bulletin = standing(world, state)
    refused = calls.post(world.publisher, f"{bulletin}/{verb}/", body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/why")
    assert state_of(bulletin) == state


def test_the_day_of_the_next_look_moves_once(world):
    day = timezone.localdate() + timedelta(days=30)
    bulletin = shelf.published(
        world.publisher, world.approver, organisations=[world.company], review_on=day
    ).bulletin_id
    later = {**body_of("keep"), "seen": str(day)}
    assert calls.post(world.publisher, f"{bulletin}/keep/", later).json()["review_on"] == later["review_on"]
    assert calls.post(world.publisher, f"{bulletin}/keep/", later).status_code == 409
    never = {"review_on": None, "seen": later["review_on"]}
    assert calls.post(world.publisher, f"{bulletin}/keep/", never).json()["review_on"] is None
    assert Revision.unrestricted.get().review_on is None


@pytest.mark.parametrize("body", [{}, {"review_on": "2020-01-01"}, {"review_on": "来週"}])
def test_the_day_of_the_next_look_lies_ahead(world, body):
    bulletin = standing(world, "published")
    refused = calls.post(world.publisher, f"{bulletin}/keep/", body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/review_on")
