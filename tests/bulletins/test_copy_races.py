"""What happens while a copy is being made: somebody else is faster, or the bulletin is taken back."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.subject import subject_of
from bulletins.access import NotVisible
from bulletins.actions.close import recall
from bulletins.actions.copies import Made, NoPaper, Wish, take_copy
from bulletins.actions.read import Opened
from bulletins.actions.verb import Conflict
from bulletins.models import Revision, TakenCopy
from bulletins.paper.press import Pressed
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db
FILE = Pressed(b"%PDF", "ua-1")


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def revision(world: cast.Council) -> Revision:
    return shelf.published(world.publisher, world.approver, organisations=[world.company])


def wish(*, id: UUID | None = None, revision: int = 1) -> Wish:
    return Wish(id or uuid4(), revision, "meeting", None)


def another(world: cast.Council, revision: Revision, number: int) -> TakenCopy:
    return TakenCopy.objects.create(
        bulletin=revision.bulletin, revision=1, number=number, person=world.reader_two, organisation=world.company,
        reason="record", taken_at=timezone.now(), return_by=date(2027, 1, 1),
    )  # fmt: skip


def test_whoever_was_slower_gets_the_next_number_on_every_page(world: cast.Council, revision: Revision) -> None:
    made_for = []

    def make(_opened: Opened, number: int) -> Made:
        made_for.append(number)
        if number == 1:
            another(world, revision, 1)
        return FILE

    copy, _pdf = take_copy(subject_of(world.reader_one), revision.bulletin_id, wish(), make)
    assert (copy.number, made_for) == (2, [1, 2])
    assert AuditEvent.objects.filter(action="copy.take").count() == 1


def test_who_is_never_fast_enough_is_asked_to_try_again(world: cast.Council, revision: Revision) -> None:
    def make(_opened: Opened, number: int) -> Made:
        another(world, revision, number)
        return FILE

    with pytest.raises(Conflict):
        take_copy(subject_of(world.reader_one), revision.bulletin_id, wish(), make)
    assert not TakenCopy.objects.filter(person=world.reader_one).exists()


def test_what_is_taken_back_meanwhile_is_not_handed_out(world: cast.Council, revision: Revision) -> None:
    def make(_opened: Opened, _number: int) -> Made:
        recall(revision.bulletin_id, acting_user=world.publisher)
        return FILE

    with pytest.raises(NotVisible):
        take_copy(subject_of(world.reader_one), revision.bulletin_id, wish(), make)
    assert not TakenCopy.objects.exists()
    assert AuditEvent.objects.filter(action="bulletin.read", outcome="deny").exists()


def test_a_copy_of_a_revision_that_is_no_longer_served_is_not_made(world: cast.Council, revision: Revision) -> None:
    shelf.revised(revision, world.publisher, world.approver, organisations=[world.company], change_summary="直した。")
    with pytest.raises(Conflict):
        take_copy(subject_of(world.reader_one), revision.bulletin_id, wish(), lambda *_: FILE)


def test_a_copy_that_was_given_back_is_not_made_again(world: cast.Council, revision: Revision) -> None:
    same = wish()
    subject = subject_of(world.reader_one)
    copy, _pdf = take_copy(subject, revision.bulletin_id, same, lambda *_: FILE)
    TakenCopy.objects.filter(pk=copy.pk).update(ended_at=timezone.now(), ending="destroyed")
    with pytest.raises(Conflict):
        take_copy(subject, revision.bulletin_id, same, lambda *_: FILE)


def test_without_the_event_there_is_no_copy(
    world: cast.Council, revision: Revision, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(event: object, **_facts: object) -> None:
        raise RuntimeError(str(event))

    def make(_opened: Opened, _number: int) -> Made:
        monkeypatch.setattr("bulletins.actions.copies.record", fail)
        return FILE

    with pytest.raises(RuntimeError):
        take_copy(subject_of(world.reader_one), revision.bulletin_id, wish(), make)
    assert not TakenCopy.objects.exists()


def test_what_has_no_paper_is_refused_and_the_refusal_recorded(world: cast.Council) -> None:
    shut = shelf.published(world.publisher, world.approver, organisations=[world.company], caveats=["印刷禁止"])
    with pytest.raises(NoPaper):
        take_copy(subject_of(world.reader_one), shut.bulletin_id, wish(), lambda *_: FILE)
    event = AuditEvent.objects.get(action="bulletin.print")
    assert (event.outcome, event.reason, TakenCopy.objects.count()) == ("deny", "caveat", 0)


def test_whoever_is_suspended_meanwhile_gets_no_copy(world: cast.Council, revision: Revision) -> None:
    def make(_opened: Opened, _number: int) -> Made:
        User.objects.filter(pk=world.reader_one.pk).update(is_active=False)
        return FILE

    with pytest.raises(NotVisible):
        take_copy(subject_of(world.reader_one), revision.bulletin_id, wish(), make)
    assert not TakenCopy.objects.exists()
    assert AuditEvent.objects.filter(action="bulletin.read", outcome="deny").count() == 1
