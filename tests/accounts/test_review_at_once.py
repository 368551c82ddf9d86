"""Many answer, lapse and close at the same moment: what happens is what happens when they come one after the other."""

import pytest
from django.db import connection

from accounts.actions.review import Answered, answer_for, close_review, open_review
from accounts.actions.review_lapse import close_by_the_clock, lapse_organisation
from accounts.actions.verb import Refused
from accounts.models import ReviewCampaign, ReviewItem, User
from council.access.facts import Role
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts.reviews import END, KEEP, answered, begun, overdue, said
from tests.bulletins.races import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def count(action: str) -> int:
    return AuditEvent.objects.filter(action=action, outcome="allow").count()


def test_twenty_answers_at_once_for_twenty_people_are_all_written() -> None:
    world = cast.council()
    people = [cast.person(world.company) for _ in range(20)]
    campaign = begun(world)
    calls = [lambda who=who: answered(campaign, who, KEEP, by=world.administrator) for who in people]
    connection.close()
    assert all_at_once(calls) == [Answered(2, 0)] * 20
    assert ReviewItem.objects.filter(person__in=people, answer=KEEP).count() == 40
    assert count("review.answer") == 20


def test_twenty_times_the_same_end_at_once_ends_once() -> None:
    world = cast.council()
    campaign = begun(world)
    answers = said(campaign, world.reader_two, END)
    connection.close()
    results = all_at_once(
        [lambda: answer_for(campaign, world.reader_two, answers, acting_user=world.administrator)] * 20
    )
    assert sorted(result.written for result in results) == [0] * 19 + [4]
    assert count("people.suspend") == count("review.answer") == count("role.revoke") == 1


def test_of_two_administrators_who_end_each_other_at_once_one_stays() -> None:
    world = cast.council()
    second = cast.person(world.company, Role.ADMINISTRATOR, tier=2, subcommittees=[world.materials])
    campaign = begun(world)
    pairs = [(world.administrator, second), (second, world.administrator)]
    calls = [lambda by=by, who=who: answered(campaign, who, END, by=by) for by, who in pairs]
    connection.close()
    results = all_at_once(calls)
    assert sorted(type(result) is Refused for result in results) == [False, True]
    assert User.objects.filter(pk__in=[world.administrator.pk, second.pk], is_active=True).count() == 1


def test_of_twenty_reviews_begun_at_once_one_is_begun() -> None:
    world = cast.council()
    deadline = begun(world).deadline
    ReviewItem.objects.all().delete()
    ReviewCampaign.objects.all().delete()
    connection.close()
    all_at_once([lambda: open_review(deadline, acting_user=world.operator)] * 20)
    assert ReviewCampaign.objects.count() == 1
    assert ReviewItem.objects.filter(person=world.reader_two).count() == 4


def test_ten_workers_that_lapse_and_close_at_once_do_it_once() -> None:
    world = cast.council()
    campaign = overdue(begun(world))
    connection.close()
    ended = all_at_once([lambda: lapse_organisation(campaign, world.company.pk)] * 10)
    assert sum(1 for each in ended if each) == 1
    assert AuditEvent.objects.filter(action="review.lapse", object=str(world.reader_two.pk)).count() == 1
    connection.close()
    assert sum(all_at_once([lambda: close_by_the_clock(campaign)] * 10)) == 1
    assert count("review.close") == 1


def test_two_workers_at_once_do_not_end_both_of_the_last_two_operators() -> None:
    world = cast.council()
    second = cast.person(world.agency, Role.OPERATOR, tier=2)
    campaign = overdue(begun(world))
    connection.close()
    homes = (world.agency.pk, world.office.pk)
    all_at_once([lambda home=home: lapse_organisation(campaign, home) for home in homes])
    assert User.objects.filter(pk__in=[world.operator.pk, second.pk], is_active=True).count() == 1


def test_closing_by_hand_and_a_last_change_of_mind_leave_a_report_that_is_true() -> None:
    world = cast.council()
    campaign = begun(world)
    ReviewItem.objects.update(answer=KEEP)
    answers = said(campaign, world.reader_two, END)
    connection.close()
    all_at_once(
        [
            lambda: close_review(campaign, acting_user=world.operator),
            lambda: answer_for(campaign, world.reader_two, answers, acting_user=world.administrator),
        ]
    )
    campaign.refresh_from_db()
    active = User.objects.get(pk=world.reader_two.pk).is_active
    line = f"{world.reader_two.pk} account - {'keep kept' if active else 'end ended'} "
    assert line.encode() in bytes(campaign.report)
