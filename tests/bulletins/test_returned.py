"""Confirming a return: who may, what counts, what is kept; and what the desk does about those who do not."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Contact, Notice, User
from bulletins.access import NotVisible
from bulletins.actions.returned import confirm_return, note_call, remind_returns
from bulletins.actions.verb import Conflict
from bulletins.desk import Refused
from bulletins.drafting import Invalid
from bulletins.models import Delivery, Revision
from council.access.facts import Role
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins.races import all_at_once
from tests.bulletins.recalls import confirm, owed, pass_the_deadline, put_out, read, said, take_back, taken_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def revision(world) -> Revision:
    return taken_back(world, deadline=timezone.now() + timedelta(days=9))


@pytest.fixture
def delivery(world, revision) -> Delivery:
    return owed(revision, world.company)


def confirmations() -> int:
    return AuditEvent.objects.filter(action="bulletin.confirm_return", outcome="allow").count()


def test_one_of_those_who_held_it_confirms_for_the_organisation(world, delivery):
    assert confirm(delivery, world.reader_one, "destroyed", 3, 2).counts
    delivery.refresh_from_db()
    assert delivery.returned_by == world.reader_one
    assert (delivery.return_kind, delivery.copies_digital, delivery.copies_paper) == ("destroyed", 3, 2)
    assert delivery.returned_at


def test_the_event_has_kind_and_numbers(world, revision, delivery):
    confirm(delivery, world.reader_one, "returned", 0, 4)
    facts = {"kind": "returned", "copies_digital": 0, "copies_paper": 4, "late": False, "instead_of": ""}
    assert said("bulletin.confirm_return") == facts
    assert AuditEvent.objects.get(action="bulletin.confirm_return").object == str(revision.bulletin_id)


@pytest.mark.parametrize("kind", ["destroyed", "returned", "none"])
def test_no_copies_is_an_answer_of_every_kind(world, delivery, kind):
    assert confirm(delivery, world.reader_one, kind).counts


@pytest.mark.parametrize(
    ("kind", "digital", "paper", "fields"),
    [
        ("none", 1, 0, {"copies_digital"}),
        ("none", 0, 1, {"copies_paper"}),
        ("destroyed", -1, 0, {"copies_digital"}),
        ("returned", 0, 10_000, {"copies_paper"}),
        ("lost", 0, 0, {"kind"}),
    ],
)
def test_what_can_not_be_is_not_kept(world, delivery, kind, digital, paper, fields):
    with pytest.raises(Invalid) as caught:
        confirm(delivery, world.reader_one, kind, digital, paper)
    assert set(caught.value.errors) == fields
    assert confirmations() == 0


def test_the_largest_number_is_taken(world, delivery):
    assert confirm(delivery, world.reader_one, "destroyed", 9999, 9999).counts


def test_a_second_confirmation_changes_nothing(world, delivery):
    confirm(delivery, world.reader_one, "destroyed", 3)
    assert not confirm(delivery, world.reader_two, "returned", 5).counts
    delivery.refresh_from_db()
    assert (delivery.returned_by, delivery.return_kind, delivery.copies_digital) == (world.reader_one, "destroyed", 3)
    assert confirmations() == 1


def test_no_copies_gives_way_when_some_are_found_and_the_log_holds_both(world, delivery):
    confirm(delivery, world.reader_one, "none")
    assert not confirm(delivery, world.reader_two, "none").counts
    assert confirm(delivery, world.reader_two, "destroyed", 1).counts
    delivery.refresh_from_db()
    assert (delivery.returned_by, delivery.return_kind, delivery.copies_digital) == (world.reader_two, "destroyed", 1)
    assert said("bulletin.confirm_return")["instead_of"] == "none"
    assert confirmations() == 2


def test_a_late_confirmation_is_taken_and_the_event_says_so(world, revision, delivery):
    pass_the_deadline(revision)
    assert confirm(delivery, world.reader_one).counts
    assert said("bulletin.confirm_return")["late"] is True


@pytest.mark.parametrize("who", ["other_reader", "publisher", "auditor", "operator", "analyst"])
def test_for_others_it_does_not_exist(world, delivery, who):
    with pytest.raises(NotVisible):
        confirm(delivery, getattr(world, who))
    assert AuditEvent.objects.get(action="bulletin.confirm_return").outcome == "deny"


def test_a_colleague_who_never_held_it_learns_nothing_of_it(world):
    revision = taken_back(world, tier=2, parts=[("本文です。", 2)])
    with pytest.raises(NotVisible):
        confirm(owed(revision, world.company), world.reader_one)
    assert confirm(owed(revision, world.company), world.reader_two).counts


def test_whoever_became_an_auditor_confirms_nothing(world, delivery):
    world.reader_one.role_assignments.create(role=Role.AUDITOR)
    with pytest.raises(NotVisible):
        confirm(delivery, world.reader_one)


def test_whoever_lost_their_clearance_still_confirms(world):
    revision = put_out(world, tier=2, parts=[("本文です。", 2)])
    read(revision, world.reader_two)
    take_back(revision, world)
    User.objects.filter(pk=world.reader_two.pk).update(tier=1)
    Notice.objects.filter(person=world.reader_two).delete()
    assert confirm(owed(revision, world.company), world.reader_two).counts


def test_what_is_still_served_can_not_be_handed_back(world):
    revision = put_out(world)
    read(revision, world.reader_one)
    with pytest.raises(NotVisible):
        confirm(Delivery.objects.get(revision=revision, organisation=world.company), world.reader_one)


def test_the_bulletins_id_names_it_too(world, revision, delivery):
    assert confirm_return(revision.bulletin_id, "none", acting_user=world.reader_one).delivery == delivery


@pytest.mark.django_db(transaction=True)
def test_twenty_confirmations_at_once_make_one(world, delivery):
    people = [world.reader_one, world.reader_two, world.reader_three, world.administrator] * 5
    results = all_at_once([partial(confirm, delivery, each, "destroyed", n) for n, each in enumerate(people)])
    assert sorted(result.counts for result in results) == [False] * 19 + [True]
    assert confirmations() == 1


# --- the desk -----------------------------------------------------------------------------------------------------------


def reminders() -> list[str]:
    rows = Notice.objects.filter(key__startswith="reminder:").select_related("person", "contact", "organisation")
    return sorted(row.person.name if row.person else row.contact.address for row in rows)


def test_a_reminder_goes_to_everybody_who_was_told_and_has_not_confirmed(world, revision, delivery):
    confirm(delivery, world.reader_one)
    assert remind_returns(revision.bulletin_id, acting_user=world.publisher) == 1
    assert reminders() == ["守永 俊"]
    assert owed(revision, world.thinktank).reminded_at
    assert said("bulletin.remind")["organisations"] == 1


def test_a_reminder_goes_to_mailboxes_too(world):
    Contact.objects.create(kind="mailbox", organisation=world.thinktank, address="kanri@kikou.example")
    revision = taken_back(world, organisations=[], people=[world.analyst])
    remind_returns(revision.bulletin_id, acting_user=world.publisher)
    assert reminders() == ["kanri@kikou.example", "守永 俊"]


def test_an_organisation_is_reminded_once_a_day(world, revision):
    assert remind_returns(revision.bulletin_id, acting_user=world.publisher) == 2
    with pytest.raises(Conflict):
        remind_returns(revision.bulletin_id, acting_user=world.approver)
    Delivery.objects.filter(organisation=world.company).update(reminded_at=timezone.now() - timedelta(hours=24))
    assert remind_returns(revision.bulletin_id, acting_user=world.publisher) == 1


@pytest.mark.django_db(transaction=True)
def test_five_reminders_at_once_write_once(world, revision):
    calls = [partial(remind_returns, revision.bulletin_id, acting_user=world.publisher)] * 5
    results = all_at_once(calls)
    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 4 + ["int"]
    assert len(reminders()) == 5


def test_when_all_have_confirmed_there_is_nobody_to_remind(world, revision):
    confirm(owed(revision, world.company), world.reader_one)
    confirm(owed(revision, world.thinktank), world.analyst)
    with pytest.raises(Conflict):
        remind_returns(revision.bulletin_id, acting_user=world.publisher)


def test_a_newer_draft_does_not_stand_in_the_way_of_a_reminder(world):
    revision = put_out(world)
    Revision.unrestricted.create(
        bulletin=revision.bulletin, number=2, author=world.publisher, floor=1, tier=1, state="draft"
    )
    take_back(revision, world)
    assert remind_returns(revision.bulletin_id, acting_user=world.publisher) == 2


def test_a_call_is_kept_with_whoever_made_it(world, revision, delivery):
    note_call(delivery.pk, acting_user=world.approver)
    delivery.refresh_from_db()
    assert delivery.called_by == world.approver
    assert said("return.call")["organisation"] == str(world.company.pk)
    confirm(delivery, world.reader_one)
    with pytest.raises(Conflict):
        note_call(delivery.pk, acting_user=world.approver)


@pytest.mark.parametrize("who", ["reader_one", "auditor", "operator", "other_reader"])
def test_without_the_desk_nobody_reminds_or_calls(world, revision, delivery, who):
    for call in (partial(remind_returns, revision.bulletin_id), partial(note_call, delivery.pk)):
        with pytest.raises((NotVisible, Refused)):
            call(acting_user=getattr(world, who))
    assert reminders() == []


def test_the_desk_is_told_nothing_of_ids_that_were_never_used(world):
    for call in (partial(remind_returns, uuid4()), partial(note_call, uuid4())):
        with pytest.raises(NotVisible):
            call(acting_user=world.publisher)
