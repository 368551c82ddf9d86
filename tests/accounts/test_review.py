"""The access review by its verbs: what is asked, who may answer, and what an answer does at once."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import founding
from accounts.actions.people import leave_subcommittee, suspend_person
from accounts.actions.review import answer_for, close_review, open_review, remind_of_review
from accounts.actions.verb import Refused
from accounts.models import Notice, ReviewCampaign, ReviewItem, RoleAssignment, SubcommitteeMembership, User
from accounts.review_duties import duties_of
from council.access.facts import Role
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts import reviews
from tests.accounts.reviews import END, KEEP, begun, item, said


def events(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action, outcome="allow"))


def test_a_review_asks_about_every_right_of_a_person_and_about_nothing_else(world: cast.Council) -> None:
    campaign = begun(world)
    asked = ReviewItem.objects.filter(campaign=campaign, person=world.reader_three).values_list("kind", "value")
    assert set(asked) == {
        ("account", ""), ("role", "member"), ("tier", "2"), ("subcommittee", str(world.materials.pk)),
    }  # fmt: skip
    # Tier one is what everybody has.
    assert not ReviewItem.objects.filter(person=world.reader_one, kind="tier").exists()


def test_nobody_is_asked_about_people_who_can_not_sign_in(world: cast.Council) -> None:
    suspend_person(world.reader_one, acting_user=world.administrator)
    campaign = begun(world)
    assert not ReviewItem.objects.filter(campaign=campaign, person=world.reader_one).exists()


@pytest.mark.parametrize("who", ["operator", "officer"])
def test_operators_and_clearance_officers_begin_reviews(world: cast.Council, who: str) -> None:
    campaign = open_review(timezone.now() + timedelta(days=14), acting_user=getattr(world, who))
    assert [event.object for event in events("review.open")] == [str(campaign.pk)]


@pytest.mark.parametrize("who", ["administrator", "auditor", "publisher", "reader_two"])
def test_nobody_else_does(world: cast.Council, who: str) -> None:
    with pytest.raises(Refused):
        open_review(timezone.now() + timedelta(days=14), acting_user=getattr(world, who))
    assert not ReviewCampaign.objects.exists()


def test_one_review_runs_at_a_time(world: cast.Council) -> None:
    begun(world)
    with pytest.raises(ValidationError, match="次は始められません"):
        begun(world)
    assert ReviewCampaign.objects.count() == 1


@pytest.mark.parametrize("days", [-1, 0, 2, 400])
def test_a_deadline_is_at_least_three_days_and_at_most_a_year_ahead(world: cast.Council, days: int) -> None:
    with pytest.raises(ValidationError):
        begun(world, days=days)


def test_keeping_changes_nothing_but_the_answer(world: cast.Council) -> None:
    campaign = begun(world)
    reviews.answered(campaign, world.reader_two, KEEP, by=world.administrator)
    rows = ReviewItem.objects.filter(campaign=campaign, person=world.reader_two)
    assert {(row.answer, row.outcome, row.answered_by) for row in rows} == {("keep", "", world.administrator)}
    assert [event.object for event in events("review.answer")] == [str(world.reader_two.pk)]


def test_ending_takes_effect_at_once_with_the_event_of_the_verb(world: cast.Council) -> None:
    campaign = begun(world)
    reviews.answered(campaign, world.reader_two, END, "subcommittee", "tier", by=world.administrator)
    assert not SubcommitteeMembership.objects.filter(person=world.reader_two).exists()
    world.reader_two.refresh_from_db()
    assert world.reader_two.tier == 1
    assert len(events("subcommittee.leave")) == len(events("tier.change")) == len(events("review.answer")) == 1
    assert item(campaign, world.reader_two, "tier", 2).outcome == "ended"
    assert item(campaign, world.reader_two).answer == ""


def test_whoever_ends_the_account_ends_everything_of_the_person(world: cast.Council) -> None:
    campaign = begun(world)
    reviews.answered(campaign, world.reader_two, END, "account", by=world.administrator)
    rows = ReviewItem.objects.filter(campaign=campaign, person=world.reader_two)
    assert {(row.answer, row.outcome) for row in rows} == {("end", "ended")}
    world.reader_two.refresh_from_db()
    assert not world.reader_two.is_active
    assert not RoleAssignment.objects.filter(person=world.reader_two).exists()


def test_an_answer_can_be_changed_until_the_deadline(world: cast.Council) -> None:
    campaign = begun(world)
    reviews.answered(campaign, world.reader_two, KEEP, by=world.administrator)
    reviews.answered(campaign, world.reader_two, END, "subcommittee", by=world.administrator)
    assert item(campaign, world.reader_two, "subcommittee", world.materials.pk).outcome == "ended"
    reviews.overdue(campaign)
    with pytest.raises(ValidationError, match="期限を過ぎた"):
        reviews.answered(campaign, world.reader_two, END, "tier", by=world.administrator)
    assert User.objects.get(pk=world.reader_two.pk).tier == 2


def test_the_same_answer_twice_is_one_event(world: cast.Council) -> None:
    campaign = begun(world)
    for _ in range(2):
        reviews.answered(campaign, world.reader_two, KEEP, by=world.administrator)
    assert len(events("review.answer")) == 1


def test_nobody_answers_for_themselves(world: cast.Council) -> None:
    campaign = begun(world)
    with pytest.raises(Refused, match="oneself"):
        reviews.answered(campaign, world.administrator, KEEP, by=world.administrator)
    second = cast.person(world.company, Role.ADMINISTRATOR, tier=2, subcommittees=[world.materials])
    assert reviews.answered(campaign, world.administrator, KEEP, by=second).written == 5


def test_an_operator_answers_where_nobody_else_can(world: cast.Council) -> None:
    campaign = begun(world)
    assert reviews.answered(campaign, world.administrator, KEEP, by=world.operator).written == 5
    assert reviews.answered(campaign, world.analyst, KEEP, by=world.operator).written == 4


@pytest.mark.parametrize("who", ["other_administrator", "officer", "auditor", "reader_two"])
def test_nobody_answers_for_people_of_others(world: cast.Council, who: str) -> None:
    campaign = begun(world)
    with pytest.raises(Refused):
        reviews.answered(campaign, world.reader_one, KEEP, by=getattr(world, who))
    assert not ReviewItem.objects.exclude(answer="").exists()


def test_what_an_administrator_may_not_end_waits_for_an_operator(world: cast.Council) -> None:
    # Somebody who may see more than the administrator: their affairs are the operator's.
    campaign = begun(world)
    result = reviews.answered(campaign, world.reader_three, END, "role", "tier", by=world.administrator)
    assert (result.written, result.beyond) == (2, 2)
    waiting = item(campaign, world.reader_three, "role", "member")
    assert (waiting.answer, waiting.outcome) == ("end", "")
    assert RoleAssignment.objects.filter(person=world.reader_three).exists()
    # No trace of a refusal: nothing was refused, the answer stands.
    assert not AuditEvent.objects.filter(outcome="deny").exists()
    reviews.answered(campaign, world.reader_three, END, "role", by=world.operator)
    assert item(campaign, world.reader_three, "role", "member").outcome == "ended"
    assert not RoleAssignment.objects.filter(person=world.reader_three).exists()


def test_what_ended_by_other_ways_meanwhile_is_gone(world: cast.Council) -> None:
    campaign = begun(world)
    leave_subcommittee(world.reader_two, world.materials, acting_user=world.administrator)
    reviews.answered(campaign, world.reader_two, END, "subcommittee", by=world.administrator)
    assert item(campaign, world.reader_two, "subcommittee", world.materials.pk).outcome == "gone"
    assert len(events("subcommittee.leave")) == 1


def test_a_right_given_after_the_beginning_is_not_asked_about(world: cast.Council) -> None:
    campaign = begun(world)
    founding.found_role(world.reader_two, Role.ADMINISTRATOR)
    assert len(said(campaign, world.reader_two, KEEP)) == 4


def test_other_words_are_refused_and_nothing_is_written(world: cast.Council) -> None:
    campaign = begun(world)
    with pytest.raises(ValidationError):
        answer_for(
            campaign, world.reader_two, said(campaign, world.reader_two, "maybe"), acting_user=world.administrator
        )
    assert not ReviewItem.objects.exclude(answer="").exists()


def test_the_items_of_somebody_else_are_left_alone(world: cast.Council) -> None:
    campaign = begun(world)
    answers = said(campaign, world.other_reader, END)
    assert answer_for(campaign, world.reader_two, answers, acting_user=world.administrator).written == 0
    assert User.objects.get(pk=world.other_reader.pk).is_active


def test_administrators_are_asked_at_the_beginning_and_operators_for_the_rest(world: cast.Council) -> None:
    begun(world)
    told = {row.person: row.level for row in Notice.objects.filter(kind="review")}
    assert set(told) == {world.administrator, world.other_administrator, world.operator}
    # Four people of the company, the administrator aside.
    assert told[world.administrator] == 3
    duties = duties_of(ReviewCampaign.objects.get())
    assert told[world.operator] == duties.left_in_all
    assert duties.left[world.company.pk] == 1
    assert world.thinktank.pk in duties.without
    assert world.company.pk not in duties.without


def test_a_reminder_by_hand_goes_out_once_a_day(world: cast.Council) -> None:
    campaign = begun(world)
    Notice.objects.all().delete()
    assert remind_of_review(campaign, acting_user=world.officer) > 1
    with pytest.raises(ValidationError, match="1日に1回"):
        remind_of_review(campaign, acting_user=world.operator)
    assert Notice.objects.filter(person=world.administrator).count() == 1
    assert str(world.company.pk) in {event.object for event in events("review.remind")}
    Notice.objects.all().delete()
    reviews.moved(campaign, reminded_at=timezone.now() - timedelta(hours=25))
    remind_of_review(campaign, acting_user=world.operator)
    assert Notice.objects.filter(person=world.administrator).count() == 1


def test_a_review_is_closed_by_hand_when_everything_is_answered(world: cast.Council) -> None:
    campaign = begun(world)
    with pytest.raises(ValidationError, match="まだ答えのない"):
        close_review(campaign, acting_user=world.officer)
    ReviewItem.objects.update(answer="keep", answered_by=world.operator, answered_at=timezone.now())
    closed = close_review(campaign, acting_user=world.officer)
    assert closed.closed_at
    assert set(ReviewItem.objects.values_list("outcome", flat=True)) == {"kept"}
    assert len(events("review.close")) == 1
    begun(world)


def test_an_administrator_who_was_ended_meanwhile_answers_no_more(world: cast.Council) -> None:
    campaign = begun(world)
    suspend_person(world.administrator, acting_user=world.operator)
    with pytest.raises(Refused, match="suspended"):
        reviews.answered(campaign, world.reader_two, KEEP, by=world.administrator)
