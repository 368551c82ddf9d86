"""Answers of organisations in the API: taken, shown to the own organisation, and missing where the bulletin is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bulletins.actions.answer import LONGEST_NOTE
from bulletins.models import Answer, Revision
from tests import cast
from tests.bulletins import calls, shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def put_out(world: cast.Council, **what: object) -> Revision:
    what.setdefault("organisations", [world.company, world.other_company])
    return shelf.published(world.publisher, world.approver, **what)


def in_days(days: int) -> object:
    return timezone.localdate() + timedelta(days=days)


def test_the_api_takes_an_answer_and_shows_those_of_the_callers_organisation(world):
    revision = put_out(world)
    path = f"{revision.bulletin_id}/answer/"
    taken = calls.post(world.reader_one, path, {"value": "applicable", "until": str(in_days(5)), "note": "3台"})
    assert (taken.status_code, taken.json()["value"], taken.json()["note"]) == (200, "applicable", "3台")
    seen = calls.get(world.administrator, f"{revision.bulletin_id}/").json()["answers"]
    assert seen == [taken.json()]
    assert set(seen[0]) == {"value", "until", "answered_at", "by", "note"}
    assert calls.get(world.other_reader, f"{revision.bulletin_id}/").json()["answers"] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/value"),
        ({"value": "perhaps"}, "/value"),
        ({"value": "checking"}, "/until"),
        ({"value": "checking", "until": "soon"}, "/until"),
        ({"value": "handled", "note": "x" * (LONGEST_NOTE + 1)}, "/note"),
        ({"value": "handled", "note": 5}, "/note"),
        ({"value": "handled", "by": "me"}, "/by"),
    ],
)
def test_the_api_names_what_does_not_hold(world, body, pointer):
    answered = calls.post(world.reader_one, f"{put_out(world).bulletin_id}/answer/", body)
    assert (answered.status_code, answered.json()["errors"][0]["pointer"]) == (400, pointer)


def test_a_key_makes_one_answer_of_two_requests(world):
    path = f"{put_out(world).bulletin_id}/answer/"
    sent = [calls.post(world.reader_one, path, {"value": "handled"}, **{"Idempotency-Key": "k1"}) for _ in range(2)]
    assert sent[0].content == sent[1].content
    assert Answer.objects.count() == 1


@pytest.mark.parametrize("who", ["reader_one", "analyst", "auditor"])
def test_the_api_answers_for_forbidden_as_for_missing(world, who):
    hidden = put_out(world, tier=2).bulletin_id
    refused = calls.refused_alike(getattr(world, who), "post", "{}/answer/", hidden, {"value": "handled"})
    assert refused.status_code == 404
