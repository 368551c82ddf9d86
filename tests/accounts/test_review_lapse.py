"""After the deadline of a review: what nobody answered for ends, once, and never so far that nobody is left to undo it."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts import review_clock
from accounts.actions.review_lapse import lapse_organisation
from accounts.models import Notice, ReviewCampaign, ReviewItem, RoleAssignment, SubcommitteeMembership, User
from accounts.review_campaigns import by_hand
from accounts.review_notices import moments
from council.access.facts import Role
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts import reviews
from tests.accounts.reviews import END, KEEP, begun, item, overdue


def outcomes(campaign: ReviewCampaign, person: User) -> set[str]:
    return set(ReviewItem.objects.filter(campaign=campaign, person=person).values_list("outcome", flat=True))


def events(action: str, **facts: object) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action, **facts))


def test_what_nobody_answered_for_ends_and_what_was_kept_stays(world: cast.Council) -> None:
    campaign = begun(world)
    reviews.answered(campaign, world.reader_one, KEEP, by=world.administrator)
    assert review_clock.tend() is False
    overdue(campaign)
    assert review_clock.tend() is True
    world.reader_two.refresh_from_db()
    assert not world.reader_two.is_active
    assert world.reader_two.tier == 1
    assert not RoleAssignment.objects.filter(person=world.reader_two).exists()
    assert not SubcommitteeMembership.objects.filter(person=world.reader_two).exists()
    assert outcomes(campaign, world.reader_two) == {"lapsed"}
    assert outcomes(campaign, world.reader_one) == {"kept"}
    assert User.objects.get(pk=world.reader_one.pk).is_active


def test_nothing_ends_before_the_deadline(world: cast.Council) -> None:
    campaign = begun(world)
    assert lapse_organisation(campaign, world.company.pk) == 0
    assert review_clock.tend() is False
    assert not ReviewItem.objects.exclude(outcome="").exists()


def test_only_the_right_without_an_answer_ends(world: cast.Council) -> None:
    campaign = begun(world)
    reviews.answered(campaign, world.reader_two, KEEP, "account", "role", "tier", by=world.administrator)
    overdue(campaign)
    review_clock.tend()
    assert item(campaign, world.reader_two, "subcommittee", world.materials.pk).outcome == "lapsed"
    assert outcomes(campaign, world.reader_two) == {"kept", "lapsed"}
    assert User.objects.get(pk=world.reader_two.pk).is_active


def test_it_is_the_portal_that_ends_them_and_the_log_says_so(world: cast.Council) -> None:
    overdue(begun(world))
    review_clock.tend()
    about = {"object": str(world.reader_two.pk), "actor": "", "org": str(world.company.pk)}
    ended = [
        events(action, **about) for action in ("people.suspend", "role.revoke", "tier.change", "subcommittee.leave")
    ]
    assert [len(each) for each in ended] == [1, 1, 1, 1]
    (lapsed,) = events("review.lapse", **about)
    told = details_of([lapsed])[lapsed.pk]
    assert told["person"] == ""
    assert "role:member" in told["facts"]["rights"]


def test_a_second_turn_changes_nothing(world: cast.Council) -> None:
    campaign = overdue(begun(world))
    assert lapse_organisation(campaign, world.company.pk) > 0
    before = list(AuditEvent.objects.values_list("pk", flat=True))
    assert lapse_organisation(campaign, world.company.pk) == 0
    assert list(AuditEvent.objects.values_list("pk", flat=True)) == before
    review_clock.tend()
    assert review_clock.tend() is False
    assert len(events("review.close")) == 1


def test_the_last_operator_auditor_and_administrator_stay(world: cast.Council) -> None:
    campaign = overdue(begun(world))
    review_clock.tend()
    for person in (world.operator, world.auditor, world.administrator, world.other_administrator):
        person.refresh_from_db()
        assert person.is_active
        assert person.role_assignments.exists()
        assert outcomes(campaign, person) == {""}
    left = {row.person for row in by_hand(campaign)}
    assert left == {world.operator, world.auditor, world.administrator, world.other_administrator}


def test_of_two_administrators_the_one_who_comes_here_stays(world: cast.Council) -> None:
    never = cast.person(world.company, Role.ADMINISTRATOR)
    User.objects.filter(pk=world.administrator.pk).update(last_login=timezone.now())
    campaign = overdue(begun(world))
    review_clock.tend()
    assert outcomes(campaign, never) == {"lapsed"}
    assert outcomes(campaign, world.administrator) == {""}


def test_an_operator_may_lapse_when_another_is_left(world: cast.Council) -> None:
    second = cast.person(world.agency, Role.OPERATOR)
    campaign = begun(world)
    reviews.answered(campaign, second, KEEP, by=world.operator)
    overdue(campaign)
    review_clock.tend()
    assert outcomes(campaign, world.operator) == {"lapsed"}
    assert User.objects.get(pk=second.pk).is_active


def test_what_was_to_end_and_could_not_is_carried_out(world: cast.Council) -> None:
    campaign = begun(world)
    reviews.answered(campaign, world.reader_three, KEEP, by=world.administrator)
    reviews.answered(campaign, world.reader_three, END, "tier", by=world.administrator)
    overdue(campaign)
    review_clock.tend()
    ended = item(campaign, world.reader_three, "tier", 2)
    assert (ended.outcome, ended.answered_by) == ("ended", world.administrator)
    assert User.objects.get(pk=world.reader_three.pk).tier == 1
    assert not events("review.lapse", object=str(world.reader_three.pk))


def test_what_had_ended_already_is_gone(world: cast.Council) -> None:
    campaign = begun(world)
    SubcommitteeMembership.objects.filter(person=world.reader_two).delete()
    overdue(campaign)
    review_clock.tend()
    assert item(campaign, world.reader_two, "subcommittee", world.materials.pk).outcome == "gone"
    assert not events("subcommittee.leave", object=str(world.reader_two.pk))


def test_an_organisation_that_fails_holds_up_no_other_and_is_tried_again(world: cast.Council) -> None:
    campaign, real = overdue(begun(world)), review_clock.lapse_organisation

    def fails_for_one(campaign: ReviewCampaign, organisation: object) -> int:
        if organisation == world.company.pk:
            raise OSError("the disk is full")
        return real(campaign, organisation)

    with patch.object(review_clock, "lapse_organisation", fails_for_one):
        assert review_clock.tend() is False
    assert outcomes(campaign, world.reader_two) == {""}
    assert outcomes(campaign, world.other_reader) == {"lapsed"}
    assert review_clock.tend() is True
    assert outcomes(campaign, world.reader_two) == {"lapsed"}


def test_a_turn_that_has_no_time_left_closes_nothing(world: cast.Council) -> None:
    overdue(begun(world))
    assert review_clock.tend(seconds=-1) is False
    assert not events("review.lapse")


@pytest.mark.parametrize("name", ["half", "near"])
def test_the_clock_reminds_once_at_each_moment(world: cast.Council, name: str) -> None:
    campaign = begun(world)
    Notice.objects.all().delete()
    # The clock is set, not the campaign: where a deadline falls in the day and the week moves the moments before it.
    minute_after = moments(campaign)[name] + timedelta(minutes=1)
    with patch("django.utils.timezone.now", lambda: minute_after):
        for _ in range(2):
            review_clock.tend()
    assert Notice.objects.filter(kind="review", person=world.administrator).count() == 1
    assert [event.actor for event in events("review.remind", object=str(world.company.pk))] == [""]


def test_the_clock_reminds_nobody_who_has_answered(world: cast.Council) -> None:
    campaign = begun(world)
    Notice.objects.all().delete()
    ReviewItem.objects.filter(organisation=world.other_company).exclude(person=world.other_administrator).update(
        answer="keep"
    )
    reviews.moved(campaign, opened_at=timezone.now() - timedelta(days=20))
    review_clock.tend()
    told = {row.person for row in Notice.objects.filter(kind="review")}
    assert told == {world.administrator, world.operator}
