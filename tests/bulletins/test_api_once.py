"""Idempotency-Key: sent twice, done once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bulletins.models import Bulletin, IdempotencyKey
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import calls, shelf

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


@pytest.fixture
def world():
    return cast.council()


def create(who, **changes):
    return calls.post(who, "", calls.draft(**changes), **KEY)


def aged(by):
    IdempotencyKey.objects.update(created_at=timezone.now() - by)


def test_draft_sent_twice_is_one_draft_and_one_answer(world):
    first, second = create(world.publisher), create(world.publisher)
    assert first.status_code == 201
    assert calls.received(first) == calls.received(second)
    assert Bulletin.unrestricted.count() == 1


def test_without_a_key_each_request_counts(world):
    calls.post(world.publisher, "", calls.draft())
    calls.post(world.publisher, "", calls.draft())
    assert Bulletin.unrestricted.count() == 2


def test_publishing_twice_gives_the_answer_of_the_first(world):
    bulletin = shelf.handed_in(world.publisher, organisations=[world.company]).bulletin_id
    calls.post(world.approver, f"{bulletin}/approve/")
    first, second = (calls.post(world.publisher, f"{bulletin}/publish/", **KEY) for _ in range(2))
    assert (first.status_code, first.content) == (200, second.content)
    assert AuditEvent.objects.filter(action="bulletin.publish").count() == 1


def test_acknowledging_twice_with_a_key_is_one_event(world):
    bulletin = shelf.published(world.publisher, world.approver, organisations=[world.company]).bulletin_id
    answers = {calls.post(world.reader_one, f"{bulletin}/acknowledge/", **KEY).content for _ in range(2)}
    assert len(answers) == 1
    assert AuditEvent.objects.filter(action="bulletin.acknowledge").count() == 1


def test_key_for_another_request_is_refused(world):
    create(world.publisher)
    refused = create(world.publisher, title="別の題名")
    assert refused.status_code == 422
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert Bulletin.unrestricted.count() == 1


def test_keys_of_two_people_have_nothing_to_do_with_each_other(world):
    other = cast.person(world.agency, "publisher")
    assert create(world.publisher).json()["id"] != create(other).json()["id"]


def test_request_under_way_is_a_conflict(world):
    create(world.publisher)
    IdempotencyKey.objects.update(status=None)
    assert create(world.publisher).status_code == 409


@pytest.mark.parametrize(("state", "age"), [(201, timedelta(hours=25)), (None, timedelta(minutes=11))])
def test_key_is_free_again_in_time(world, state, age):
    create(world.publisher)
    IdempotencyKey.objects.update(status=state)
    aged(age)
    assert create(world.publisher).status_code == 201
    assert Bulletin.unrestricted.count() == 2


def test_key_is_kept_for_a_day(world):
    create(world.publisher)
    aged(timedelta(hours=23))
    create(world.publisher)
    assert Bulletin.unrestricted.count() == 1


def test_what_was_refused_may_be_sent_again(world):
    assert create(world.publisher, tier="機密性3").status_code == 400
    assert create(world.publisher).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "é"])
def test_keys_have_bounds(world, key):
    refused = calls.post(world.publisher, "", calls.draft(), **{"Idempotency-Key": key})
    assert refused.status_code == 400
    assert not Bulletin.unrestricted.exists()


def test_forbidden_stays_missing_with_a_key(world):
    bulletin = shelf.published(world.publisher, world.approver, organisations=[world.company]).bulletin_id
    answer = calls.refused_alike(world.other_reader, "post", "{}/acknowledge/", bulletin, headers=KEY)
    assert answer.status_code == 404


def test_rows_keep_no_words(world):
    create(world.publisher, title="会社名の入った題名", tier=2)
    [row] = IdempotencyKey.objects.values()
    assert "会社名の入った題名" not in str(row)
