"""Who is written to when something is published, recalled or late, and that nobody is written to twice."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Contact, Notice, User
from bulletins import notifying
from bulletins.models import Delivery, Revision
from tests import cast
from tests.bulletins import letterbox

pytestmark = pytest.mark.django_db
Kind, State = Notice.Kind, Notice.State


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def company_people(world: cast.Council) -> set[User]:
    return {world.administrator, world.reader_one, world.reader_two, world.reader_three}


def test_each_reader_gets_one_notice(world):
    revision = letterbox.put_out(world)
    rows = Notice.objects.filter(about=revision.bulletin_id)
    assert {row.person for row in rows} == company_people(world)
    assert {(row.reference, row.revision, row.tier) for row in rows} == {(revision.bulletin.reference, 1, 1)}


def test_whoever_does_not_reach_the_floor_gets_none(world):
    letterbox.put_out(world, tier=2)
    assert not Notice.objects.filter(person=world.reader_one).exists()
    assert letterbox.notice(world.reader_two).tier == 2


def test_the_tier_of_a_notice_is_the_floor_and_not_the_banner(world):
    letterbox.put_out(world, tier=2, floor=1, floor_title="下の題名")
    assert letterbox.notice(world.reader_one).tier == 1


def test_each_mailbox_of_the_readers_organisations_gets_one(world):
    box, theirs = letterbox.mailbox(world.company), letterbox.mailbox(world.other_company, "hoka@kaisha.example")
    ended = letterbox.mailbox(world.company, "moto@kaisha.example", ended_at=timezone.now())
    letterbox.put_out(world)
    assert letterbox.notice(box).organisation == world.company
    assert not Notice.objects.filter(contact__in=[theirs, ended]).exists()


def test_telling_twice_writes_once(world):
    revision = letterbox.put_out(world)
    before = set(Notice.objects.values_list("pk", flat=True))
    letterbox.notify(revision)
    assert set(Notice.objects.values_list("pk", flat=True)) == before


def test_a_notice_written_anew_keeps_its_id(world):
    revision = letterbox.put_out(world)
    before = set(Notice.objects.values_list("pk", flat=True))
    Notice.objects.all().delete()
    letterbox.notify(revision)
    assert set(Notice.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize("rhythm", ["daily", "weekly"])
def test_who_wants_digests_waits_for_them(world, rhythm):
    letterbox.rhythm(world.reader_two, rhythm)
    letterbox.put_out(world)
    assert letterbox.notice(world.reader_two).state == State.HELD
    assert letterbox.notice(world.reader_one).state == State.QUEUED


@pytest.mark.parametrize("what", [{"deadline": letterbox.in_days(3)}, {"kind": "flash"}, {"kind": "alert"}])
def test_what_is_compulsory_waits_for_no_digest(world, what):
    letterbox.rhythm(world.reader_two, "weekly")
    letterbox.put_out(world, **what)
    assert letterbox.notice(world.reader_two).state == State.QUEUED


def test_an_organisation_with_a_deadline_of_its_own_is_told_that_one(world):
    revision = letterbox.put_out(world, deadline=letterbox.in_days(3))
    later = letterbox.in_days(9)
    letterbox.delivery(revision, world.company, deadline=later)
    Notice.objects.all().delete()
    letterbox.notify(revision)
    assert letterbox.notice(world.reader_two).deadline == later


def _published_to(many: int, world: cast.Council) -> tuple[Revision, list]:
    revision = letterbox.put_out(world)
    made = [cast.organisation(seats=[]) for _ in range(many)]
    people = [cast.person(each, password=None) for each in made]
    for each in made:
        letterbox.mailbox(each, f"{each.pk}@kaisha.example")
    return revision, [(person, None) for person in people]


def test_many_organisations_take_no_query_each(world):
    costs = []
    for many in (3, 40):
        revision, readers = _published_to(many, world)
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            notifying.published(revision, readers)
        assert Notice.objects.filter(about=revision.bulletin_id).count() == 4 + 2 * many
        costs.append(len(queries))
    # SQLite takes some fifty rows in one statement.
    assert costs[1] <= costs[0] + 2


@pytest.mark.parametrize("kind", [Kind.RECALLED, Kind.SUPERSEDED])
def test_the_end_is_told_at_once_with_the_deadline_for_the_return(world, kind):
    letterbox.rhythm(world.reader_two, "weekly")
    box, until = letterbox.mailbox(world.company), letterbox.in_days(2)
    revision = letterbox.put_out(world)
    letterbox.delivery(revision, world.company, return_deadline=until)
    for _twice in range(2):
        notifying.closed(revision, kind, {world.company.pk: [world.reader_two]})
    for whom in (world.reader_two, box):
        told = letterbox.notice(whom, kind=kind)
        assert (told.state, told.deadline, told.organisation) == (State.QUEUED, until, world.company)


def test_the_end_is_told_with_the_deadline_given_where_no_row_has_one(world):
    revision, until = letterbox.put_out(world), letterbox.in_days(2)
    notifying.closed(revision, Kind.RECALLED, {world.company.pk: [world.reader_two]}, deadline=until)
    assert letterbox.notice(world.reader_two, kind=Kind.RECALLED).deadline == until


def late(world: cast.Council, **facts: object) -> Delivery:
    return letterbox.delivery(letterbox.put_out(world, deadline=letterbox.in_days(-1)), world.company, **facts)


def test_a_round_of_reminders_is_written_once_and_the_next_one_again(world):
    owed = late(world)
    for round in ("first", "first", "second"):
        notifying.reminder(owed, [world.reader_two], round=round)
    rows = Notice.objects.filter(person=world.reader_two, kind=Kind.REMINDER)
    assert rows.count() == 2
    assert {row.deadline for row in rows} == {owed.deadline}


def test_each_level_is_told_once_also_to_contacts(world):
    owed, box = late(world), letterbox.mailbox(world.company)
    deputy = Contact.objects.create(kind=Contact.Kind.DEPUTY, organisation=world.company, person=world.administrator)
    for level in (1, 1, 2):
        notifying.escalation(owed, level, [deputy, box, world.operator])
    for whom in (world.administrator, box, world.operator):
        rows = Notice.objects.filter(kind=Kind.ESCALATION, **({"contact": whom} if whom == box else {"person": whom}))
        assert sorted(row.level for row in rows) == [1, 2]
        assert {row.organisation for row in rows} == {world.company}


def test_a_person_who_is_a_contact_too_is_told_once(world):
    deputy = Contact.objects.create(kind=Contact.Kind.DEPUTY, organisation=world.company, person=world.administrator)
    notifying.escalation(late(world), 1, [world.administrator, deputy])
    assert Notice.objects.filter(kind=Kind.ESCALATION).count() == 1


def test_lateness_with_the_return_is_told_apart_from_that_with_the_acknowledgement(world):
    owed = late(world)
    notifying.escalation(owed, 1, [world.operator])
    owed.recalled_at, owed.return_deadline = timezone.now() - timedelta(days=3), owed.deadline
    notifying.escalation(owed, 1, [world.operator])
    assert Notice.objects.filter(kind=Kind.ESCALATION, person=world.operator).count() == 2


def test_a_deadline_that_was_extended_and_missed_again_is_another_lateness(world):
    owed, later = late(world), letterbox.in_days(-0.5)
    notifying.escalation(owed, 1, [world.operator])
    owed.deadline = later
    notifying.escalation(owed, 1, [world.operator])
    assert later in Notice.objects.filter(kind=Kind.ESCALATION).values_list("deadline", flat=True)


@pytest.mark.parametrize(("state", "kind"), [("recalled", Kind.RECALLED), ("superseded", Kind.SUPERSEDED)])
def test_a_reminder_after_the_end_asks_for_the_return(world, state, kind):
    owed = late(world, recalled_at=timezone.now(), return_deadline=letterbox.in_days(1))
    owed.revision.state = state
    notifying.reminder(owed, [world.reader_two], round="first")
    assert letterbox.notice(world.reader_two, kind=kind).deadline == owed.return_deadline


def test_who_wanted_to_say_more_is_asked_without_the_deadline_that_is_over(world):
    owed = late(world)
    notifying.reminder(owed, [world.reader_two], round=f"{notifying.ANSWER}-2026-11-17")
    asked = letterbox.notice(world.reader_two, kind=Kind.REMINDER)
    assert (asked.deadline, notifying.asks_answer(asked)) == (None, True)
