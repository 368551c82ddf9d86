"""After a recall: who is asked what became of the copies, who is told, and what is destroyed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Contact, KeyHolder, Notice, User
from accounts.subject import subject_of
from bulletins.actions.close import dispose, expire, supersede
from bulletins.actions.draft import start_revision
from bulletins.actions.publish import publish
from bulletins.actions.review import approve, submit
from bulletins.deadlines import return_deadline
from bulletins.models import Delivery, Package, PackageSeal, PartWrap, Payload, PayloadWrap, Revision
from bulletins.releasing import distribute
from bulletins.returns import owed_by
from council import failpoints
from tests import cast
from tests.bulletins import parcels, shelf
from tests.bulletins.recalls import READERS, owed, put_out, read, said, take_back, taken_back, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def test_a_recall_asks_every_organisation_with_readers_until_the_deadline(world):
    revision = taken_back(world)
    rows = Delivery.objects.filter(revision=revision)
    assert {row.organisation for row in rows} == {world.company, world.thinktank}
    assert {row.recalled_at for row in rows} == {revision.closed_at}
    assert {row.return_deadline for row in rows} == {return_deadline(1, revision.closed_at)}


def test_the_event_says_how_many_were_asked_and_told(world):
    taken_back(world)
    numbers = said("bulletin.recall")
    assert (numbers["organisations"], numbers["people"], numbers["packages"]) == (2, len(READERS), 0)


def test_readers_and_their_mailboxes_are_told_and_no_others(world):
    Contact.objects.create(kind="mailbox", organisation=world.company, address="kanri@suirei.example")
    Contact.objects.create(kind="mailbox", organisation=world.other_company, address="kanri@yunagi.example")
    taken_back(world)
    assert told() == {*READERS, "kanri@suirei.example"}


def test_whoever_opened_it_is_told_after_they_have_lost_it(world):
    revision = put_out(world, tier=2, parts=[("本文です。", 2)])
    read(revision, world.reader_two)
    User.objects.filter(pk=world.reader_two.pk).update(tier=1)
    take_back(revision, world)
    assert "加藤 美咲" in told()


def test_whoever_was_only_mailed_is_told_too(world):
    revision = put_out(world, tier=2, parts=[("本文です。", 2)])
    Notice.objects.filter(person=world.reader_two).update(sent_at=timezone.now())
    User.objects.filter(organisation=world.company).update(tier=1)
    take_back(revision, world)
    assert {"加藤 美咲"} == told() - {"守永 俊", "水城 環"}


def test_an_organisation_that_had_an_earlier_revision_only_is_asked_too(world):
    first = put_out(world, people=[world.analyst, world.other_reader])
    read(first, world.other_reader)
    to = {"organisations": [world.company], "change_summary": "直した。"}
    second = take_back(shelf.revised(first, world.publisher, world.approver, **to), world)
    assert owed(second, world.other_company).readers == 0
    assert [row.reference for row in owed_by(subject_of(world.other_reader))] == [second.bulletin.reference]


@pytest.fixture
def distributed(world) -> Revision:
    """Put out and sealed to the company's key, whose holder has been suspended since."""
    parcels.key(world.company, world.reader_two)
    revision = put_out(world, parts=["甲", shelf.attachment()])
    distribute(revision.pk)
    User.objects.filter(pk=world.reader_two.pk).update(is_active=False)
    return revision


def test_holders_of_the_key_of_a_fetched_package_are_told(world, distributed):
    Package.objects.filter(organisation=world.company).update(fetched_at=timezone.now())
    take_back(distributed, world)
    assert "加藤 美咲" in told()
    assert said("bulletin.recall")["packages"] == 1


def test_of_a_package_that_nobody_fetched_its_key_holders_hear_nothing(world, distributed):
    take_back(distributed, world)
    assert told() == READERS - {"加藤 美咲"}


def test_holders_of_a_key_that_came_later_hear_nothing(world, distributed):
    Package.objects.filter(organisation=world.company).update(fetched_at=timezone.now(), released_at=timezone.now())
    parcels.key(world.company, world.other_reader, days=1)
    KeyHolder.objects.filter(person=world.other_reader).update(person=cast.person(world.company, name="新しい 人"))
    User.objects.filter(name="新しい 人").update(is_active=False)
    take_back(distributed, world)
    assert "新しい 人" not in told()


def test_superseding_asks_too_and_says_so(world):
    revision = supersede(put_out(world).bulletin_id, acting_user=world.publisher)
    assert owed(revision, world.company).return_deadline
    assert set(Notice.objects.exclude(kind="published").values_list("kind", flat=True)) == {"superseded"}
    assert said("bulletin.superseded")["organisations"] == 2


def test_what_expires_is_not_asked_back(world):
    revision = put_out(world)
    Revision.unrestricted.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert expire(revision.bulletin_id)
    assert not Delivery.objects.filter(recalled_at__isnull=False).exists()
    assert told() == set()


def test_a_new_revision_asks_nothing_back_of_the_one_before(world):
    shelf.revised(put_out(world), world.publisher, world.approver, people=[world.analyst], change_summary="直した。")
    assert not Delivery.objects.filter(recalled_at__isnull=False).exists()


def test_the_deadline_tells_nothing_of_parts_above_the_floor(world):
    what = {"tier": 3, "floor": 1, "floor_title": "下の題名", "designation": world.item, "parts": ["甲", ("乙", 3)]}
    approvers = [world.approver, world.second_approver]
    high = take_back(shelf.published(world.publisher, approvers, organisations=[world.company], **what), world)
    assert owed(high, world.company).return_deadline == return_deadline(1, high.closed_at)
    assert return_deadline(3, high.closed_at) != return_deadline(1, high.closed_at)


def test_what_was_asked_back_once_is_not_asked_for_again(world):
    first = put_out(world)
    read(first, world.analyst)
    again = shelf.draft(change_summary="直した。", organisations=[world.company])
    start_revision(first.bulletin_id, again, acting_user=world.publisher)
    take_back(first, world)
    submit(first.bulletin_id, acting_user=world.publisher)
    approve(first.bulletin_id, acting_user=world.approver)
    second = take_back(publish(first.bulletin_id, acting_user=world.publisher), world)
    assert [row.organisation for row in Delivery.objects.filter(revision=second)] == [world.company]


def test_reminders_and_escalation_of_the_acknowledgement_end_with_it(world):
    revision = put_out(world)
    Delivery.objects.update(reminded_at=timezone.now(), level=2, escalated_at=timezone.now())
    take_back(revision, world)
    assert set(Delivery.objects.values_list("reminded_at", "level", "escalated_at")) == {(None, 0, None)}


def test_a_recall_destroys_every_key_of_what_was_served(world, distributed):
    keys = (PartWrap, PayloadWrap, PackageSeal)
    assert all(model.objects.exists() for model in keys)
    take_back(distributed, world)
    assert not any(model.objects.exists() for model in keys)
    assert set(Payload.objects.values_list("sealed_key", "stored_file")) == {(b"", "")}


def test_after_the_disposal_nothing_is_owed_any_more(world):
    revision = taken_back(world)
    dispose(revision.bulletin_id, acting_user=world.publisher)
    assert owed_by(subject_of(world.analyst)) == []


def test_the_first_thing_after_the_commit_can_be_made_to_fail(world, django_capture_on_commit_callbacks):
    revision = put_out(world)
    with django_capture_on_commit_callbacks() as callbacks:
        take_back(revision, world)
    assert callbacks[0].func is failpoints.passing
    assert callbacks[0].args == ("close.committed",)
