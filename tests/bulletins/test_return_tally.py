"""What the desk sees of a recall: the sum at each stage, the steps with their times, and who is missing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Contact, Notice
from bulletins.actions.returned import note_call, remind_returns
from bulletins.models import Delivery, Package, Revision
from bulletins.releasing import distribute
from bulletins.return_tally import Missing, tally_of
from tests import cast
from tests.bulletins import parcels
from tests.bulletins.recalls import confirm, owed, pass_the_deadline, put_out, read, take_back, taken_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def row_of(revision: Revision, name: str) -> Missing:
    return next(row for row in tally_of(revision).missing if row.organisation == name)


def test_the_sum_is_right_at_each_stage(world):
    revision, sums = put_out(world), []
    sums.append(tally_of(revision).sentence)
    take_back(revision, world)
    sums.append(tally_of(revision).sentence)
    confirm(owed(revision, world.company), world.reader_one, "destroyed", 2, 1)
    sums.append(tally_of(revision).sentence)
    pass_the_deadline(revision)
    sums.append(tally_of(revision).sentence)
    confirm(owed(revision, world.thinktank), world.analyst, "returned", 1, 3)
    sums.append(tally_of(revision).sentence)
    assert sums == ["0件中0件確認", "2件中0件確認", "2件中1件確認", "2件中1件確認・1件超過", "2件中2件確認"]


def test_a_late_confirmation_counts_and_is_shown_as_late(world):
    revision = taken_back(world)
    pass_the_deadline(revision)
    confirm(owed(revision, world.company), world.reader_one, "destroyed", 2, 1)
    tally = tally_of(revision)
    assert (tally.confirmed, tally.late, tally.overdue, tally.copies) == (1, 1, 1, (2, 1))
    assert [(row.organisation, row.confirmed_by, row.late) for row in tally.answered] == [
        (world.company.name, "平野 隼", True)
    ]


def test_the_steps_have_their_numbers_and_times(world):
    parcels.key(world.company, world.reader_two)
    revision = put_out(world)
    distribute(revision.pk)
    revision = take_back(revision, world)
    steps = tally_of(revision).steps
    assert (steps.stopped.done, steps.stopped.at) == (True, revision.closed_at)
    assert (steps.destroyed.number, steps.destroyed.done) == (1, True)
    assert (steps.told.number, steps.told.of, steps.told.done) == (0, 2, False)
    assert steps.deadline == owed(revision, world.company).return_deadline


def test_organisations_are_told_once_a_notice_has_left_for_each(world):
    revision, now = taken_back(world), timezone.now()
    notices = Notice.objects.filter(kind="recalled")
    notices.filter(person=world.reader_one).update(sent_at=now)
    assert tally_of(revision).steps.told.number == 1
    notices.filter(person=world.analyst).update(sent_at=now + timedelta(minutes=1))
    notices.filter(person=world.reader_two).update(sent_at=now + timedelta(minutes=9))
    assert tally_of(revision).steps.told.at == now + timedelta(minutes=1)


def test_all_have_confirmed_when_the_last_has(world):
    revision = taken_back(world)
    confirm(owed(revision, world.company), world.reader_one)
    assert not tally_of(revision).steps.confirmed.done
    last = confirm(owed(revision, world.thinktank), world.analyst).delivery
    assert tally_of(revision).steps.confirmed.at == last.returned_at


def test_a_missing_organisation_stands_with_what_is_known_of_its_copies(world):
    revision = put_out(world)
    read(revision, world.reader_one, world.reader_two)
    Package.objects.filter(organisation=world.company).update(fetched_at=timezone.now())
    take_back(revision, world)
    row, other = row_of(revision, world.company.name), row_of(revision, world.thinktank.name)
    assert (row.opened, row.packages, other.opened, other.packages) == (2, 1, 0, 0)


def test_a_missing_organisation_stands_with_whom_to_call(world):
    add = Contact.objects.create
    add(kind="mailbox", organisation=world.company, address="kanri@suirei.example", telephone="00-0000-0101")
    add(kind="deputy", organisation=world.company, person=world.administrator, telephone="00-0000-0102")
    add(
        kind="deputy",
        organisation=world.company,
        person=world.reader_one,
        telephone="00-0000-0103",
        ended_at=timezone.now(),
    )
    revision = taken_back(world)
    telephones = row_of(revision, world.company.name).telephones
    assert [(each.who, each.number) for each in telephones] == [
        ("森本 健", "00-0000-0102"), ("窓口のメールアドレス", "00-0000-0101"),
    ]  # fmt: skip


def test_reminders_and_calls_stand_in_the_row(world):
    revision = taken_back(world)
    assert row_of(revision, world.company.name).may_be_reminded(timezone.now())
    remind_returns(revision.bulletin_id, acting_user=world.publisher)
    note_call(owed(revision, world.company).pk, acting_user=world.approver)
    row = row_of(revision, world.company.name)
    assert not row.may_be_reminded(timezone.now())
    assert row.may_be_reminded(row.reminded_at + timedelta(hours=24))
    assert (row.called_by, row.called_at is None) == ("高橋 直子", False)


def test_those_over_their_deadline_stand_first(world):
    revision = taken_back(world)
    assert [row.organisation for row in tally_of(revision).missing] == [world.thinktank.name, world.company.name]
    Delivery.objects.filter(organisation=world.company).update(return_deadline=timezone.now() - timedelta(hours=1))
    assert [row.organisation for row in tally_of(revision).missing] == [world.company.name, world.thinktank.name]


def queries_for(revision: Revision) -> int:
    with CaptureQueriesContext(connection) as queries:
        tally_of(revision)
    return len(queries)


def test_the_number_of_queries_does_not_grow_with_the_organisations(world):
    few = taken_back(world)
    many = taken_back(world, people=[cast.person(cast.organisation(), name=f"読む 人{n}") for n in range(9)])
    confirm(owed(many, world.company), world.reader_one)
    assert tally_of(many).asked == 10
    assert queries_for(few) == queries_for(many) == 6
