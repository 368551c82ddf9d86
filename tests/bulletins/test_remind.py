"""再通知 by hand, once a day for each organisation, and longer deadlines."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Notice
from accounts.subject import subject_of
from bulletins.access import NotVisible
from bulletins.actions.acknowledge import acknowledge
from bulletins.actions.answer import answer
from bulletins.actions.close import recall
from bulletins.actions.draft import start_revision
from bulletins.actions.remind import extend_deadline, remind
from bulletins.actions.verb import Conflict
from bulletins.desk import Refused
from bulletins.drafting import Invalid
from bulletins.models import Delivery
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.deadline_cast import delivery, put_out, told
from tests.bulletins.races import all_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def revision(world: cast.Council) -> object:
    later = timezone.now() + timedelta(days=5)
    return put_out(world, deadline=later, organisations=[world.company, world.other_company, world.thinktank])


def ago(revision: object, **time: int) -> None:
    Delivery.objects.filter(revision=revision).update(reminded_at=timezone.now() - timedelta(**time))


def test_everybody_who_has_not_acknowledged_is_reminded_and_the_others_are_not(world, revision):
    acknowledge(subject_of(world.reader_one), revision.bulletin_id)
    answer(subject_of(world.analyst), revision.bulletin_id, "not_applicable")
    assert remind(revision.bulletin_id, acting_user=world.publisher) == 1
    assert sorted(told("reminder")) == sorted([world.other_reader.name, world.other_administrator.name])


def test_those_named_and_no_others(world, revision):
    assert remind(revision.bulletin_id, [world.thinktank.pk, uuid4()], acting_user=world.approver) == 1
    assert told("reminder") == [world.analyst.name]


def test_what_was_not_delivered_is_passed_over(world, revision):
    Notice.objects.filter(organisation=world.company).update(state=Notice.State.BOUNCED, sent_at=None)
    assert remind(revision.bulletin_id, acting_user=world.publisher) == 2
    assert delivery(revision, world.company).reminded_at is None


def test_a_second_press_on_the_same_day_is_refused_with_the_moment_of_the_next(world, revision):
    remind(revision.bulletin_id, acting_user=world.publisher)
    ago(revision, hours=20)
    soon = timezone.localtime(timezone.now() + timedelta(hours=4))
    with pytest.raises(Conflict, match=f"次は{soon.month}月{soon.day}日.*{soon.hour}:"):
        remind(revision.bulletin_id, acting_user=world.publisher)
    assert len(told("reminder")) == 7


def test_after_a_day_it_is_possible_again(world, revision):
    remind(revision.bulletin_id, acting_user=world.publisher)
    ago(revision, hours=24)
    assert remind(revision.bulletin_id, acting_user=world.publisher) == 3


def test_who_was_not_reminded_today_still_is(world, revision):
    remind(revision.bulletin_id, [world.company.pk], acting_user=world.publisher)
    assert remind(revision.bulletin_id, acting_user=world.publisher) == 2


def test_with_nobody_left_it_says_so(world, revision):
    for who in (world.reader_one, world.other_reader, world.analyst):
        acknowledge(subject_of(who), revision.bulletin_id)
    with pytest.raises(Conflict, match="再通知する組織はありません"):
        remind(revision.bulletin_id, acting_user=world.publisher)
    assert not AuditEvent.objects.filter(action="bulletin.remind").exists()


def test_it_is_an_event_with_its_numbers(world, revision):
    remind(revision.bulletin_id, acting_user=world.publisher)
    event = AuditEvent.objects.get(action="bulletin.remind")
    assert (event.object, event.outcome) == (str(revision.bulletin_id), "allow")
    assert details_of([event])[event.pk]["facts"] == {"organisations": 3, "people": 7}


def test_a_draft_of_the_next_revision_does_not_stand_in_the_way(world, revision):
    start_revision(revision.bulletin_id, shelf.draft(change_summary="直した"), acting_user=world.publisher)
    assert remind(revision.bulletin_id, acting_user=world.publisher) == 3


def test_what_is_not_out_any_more_can_not_be_asked_for(world, revision):
    recall(revision.bulletin_id, "誤り", acting_user=world.publisher)
    with pytest.raises(Conflict, match="公開中の資料ではない"):
        remind(revision.bulletin_id, acting_user=world.publisher)


@pytest.mark.parametrize(
    ("who", "refused"), [("reader_two", NotVisible), ("auditor", NotVisible), ("operator", NotVisible)]
)
def test_only_the_desk_reminds(world, revision, who, refused):
    for verb in (remind, partial(extend_deadline, organisation_id=world.company.pk, until=timezone.now())):
        with pytest.raises(refused):
            verb(revision.bulletin_id, acting_user=getattr(world, who))
    assert AuditEvent.objects.filter(action="bulletin.remind", outcome="deny").count() == 2


def test_the_desk_of_another_agency_that_was_asked_to_approve_does_not_remind(world):
    other = cast.person(world.other_agency, "approver", tier=2)
    nominated = put_out(world, nominated=[other])
    with pytest.raises((Refused, NotVisible)):
        remind(nominated.bulletin_id, acting_user=other)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_press_at_once_remind_once(world):
    revision = put_out(world, deadline=timezone.now() + timedelta(days=5))
    results = all_at_once([partial(remind, revision.bulletin_id, acting_user=world.publisher)] * 4)
    assert sorted(map(type, results), key=str) == sorted([int, *([Conflict] * 3)], key=str)
    assert len(told("reminder")) == 4


# --- longer deadlines ---


def test_one_organisation_gets_longer_and_the_others_do_not(world, revision):
    until = timezone.now() + timedelta(days=9)
    extend_deadline(revision.bulletin_id, world.company.pk, until, acting_user=world.publisher)
    assert delivery(revision, world.company).deadline == until
    assert delivery(revision, world.thinktank).deadline == revision.deadline


def test_it_is_an_event_with_both_moments(world, revision):
    until = timezone.now() + timedelta(days=9)
    extend_deadline(revision.bulletin_id, world.company.pk, until, acting_user=world.publisher)
    event = AuditEvent.objects.get(action="deadline.extend")
    facts = details_of([event])[event.pk]["facts"]
    assert (event.object, facts["organisation"]) == (str(revision.bulletin_id), str(world.company.pk))
    assert (facts["from"], facts["until"]) == (revision.deadline.isoformat(), until.isoformat())


@pytest.mark.parametrize(
    "moment",
    [
        timezone.now() + timedelta(days=1),  # before the deadline
        timezone.now() - timedelta(days=1),
        (timezone.now() + timedelta(days=9)).replace(tzinfo=None),
        timezone.now().replace(year=9000),
    ],
)
def test_a_moment_that_is_no_later_one_is_refused(world, revision, moment):
    with pytest.raises(Invalid) as refused:
        extend_deadline(revision.bulletin_id, world.company.pk, moment, acting_user=world.publisher)
    assert list(refused.value.errors) == ["until"]
    assert delivery(revision, world.company).deadline == revision.deadline


def test_an_organisation_that_never_got_it_is_no_choice(world, revision):
    with pytest.raises(Invalid) as refused:
        extend_deadline(
            revision.bulletin_id, world.audit.pk, timezone.now() + timedelta(days=9), acting_user=world.publisher
        )
    assert list(refused.value.errors) == ["organisation"]


def test_where_nothing_was_asked_for_nothing_is_extended(world):
    revision = put_out(world, deadline=None)
    with pytest.raises(Conflict, match="確認を求めていない"):
        extend_deadline(
            revision.bulletin_id, world.company.pk, timezone.now() + timedelta(days=9), acting_user=world.publisher
        )
