"""Recall, supersede, expire, dispose: access ends at once, and what is destroyed opens for nobody."""

from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.subject import subject_of
from bulletins.access import NotVisible, may, readers_of, visible_to
from bulletins.actions.answer import answer
from bulletins.actions.close import dispose, due_for_expiry, expire, recall, supersede
from bulletins.actions.draft import start_revision
from bulletins.actions.inspect import inspect
from bulletins.actions.publish import schedule
from bulletins.actions.read import open_bulletin
from bulletins.actions.review import approve, submit
from bulletins.desk import Refused
from bulletins.drafting import PartDraft
from bulletins.models import AnswerWrap, Bulletin, GroupGrant, Listing, PartWrap, PersonGrant, Revision
from council.access.facts import State
from council.access.policy import Action, Reason
from council.audit.events import Event
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.races import all_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def revision(world) -> Revision:
    return shelf.published(world.publisher, world.approver, organisations=[world.company], people=[world.analyst])


def nobody_reads(revision: Revision, reader: User) -> bool:
    with pytest.raises(NotVisible):
        open_bulletin(subject_of(reader), revision.bulletin_id)
    gone = not (GroupGrant.objects.exists() or PersonGrant.objects.exists() or Listing.objects.exists())
    return gone and not visible_to(reader).exists() and readers_of(revision.bulletin_id) == []


def test_recall_ends_reading_for_everybody_at_once_and_destroys_the_keys(world, revision):
    assert may(world.reader_one, Action.READ, revision.bulletin_id)
    assert recall(revision.bulletin_id, "誤り", acting_user=world.publisher).state == State.RECALLED
    assert nobody_reads(revision, world.reader_one)
    assert not PartWrap.objects.exists()


def test_what_is_recalled_shows_its_desk_no_words(world, revision):
    recall(revision.bulletin_id, "誤り", acting_user=world.approver)
    inspected = inspect(subject_of(world.publisher), revision.bulletin_id)
    assert (inspected.title, inspected.rendition) == ("", None)


def test_recall_takes_the_served_revision_and_leaves_the_draft_of_the_next(world, revision):
    start_revision(revision.bulletin_id, shelf.draft(change_summary="直した。"), acting_user=world.publisher)
    assert recall(revision.bulletin_id, "誤り", acting_user=world.publisher).number == 1
    assert dict(Revision.unrestricted.values_list("number", "state")) == {1: State.RECALLED, 2: State.DRAFT}
    assert inspect(subject_of(world.publisher), revision.bulletin_id).title == "架空の題名"


@pytest.mark.parametrize(("verb", "page"), [(recall, "desk:recall"), (supersede, "desk:supersede")])
def test_what_was_planned_does_not_bring_back_what_was_taken_back(client, world, revision, verb, page):
    correction = shelf.draft(change_summary="直した。", organisations=[world.company])
    start_revision(revision.bulletin_id, correction, acting_user=world.publisher)
    submit(revision.bulletin_id, acting_user=world.publisher)
    approve(revision.bulletin_id, acting_user=world.approver)
    schedule(revision.bulletin_id, timezone.now() + timedelta(hours=1), acting_user=world.publisher)
    asked = cast.sign_in(client, world.publisher).get(reverse(page, args=[revision.bulletin_id]))
    assert "予定は取り消されます" in asked.text
    verb(revision.bulletin_id, "誤り", acting_user=world.publisher)
    newest = Revision.unrestricted.get(number=2)
    assert (newest.state, newest.scheduled_for, newest.scheduled_by) == (State.APPROVED, None, None)
    assert AuditEvent.objects.filter(action=Event.BULLETIN_UNSCHEDULED, revision=2).count() == 1


@pytest.mark.parametrize("verb", [recall, supersede])
def test_what_is_not_published_can_not_be_taken_back(world, verb):
    draft = shelf.drafted(world.publisher)
    with pytest.raises(Refused) as caught:
        verb(draft.bulletin_id, acting_user=world.publisher)
    assert caught.value.reason is Reason.STATE


def test_a_reader_who_recalls_is_told_that_nothing_is_there(world, revision):
    with pytest.raises(NotVisible):
        recall(revision.bulletin_id, acting_user=world.reader_two)
    assert Bulletin.unrestricted.get().served_id == revision.pk


@pytest.mark.django_db(transaction=True)
def test_five_recalls_at_once_are_one(world, revision):
    results = all_at_once([partial(recall, revision.bulletin_id, acting_user=world.publisher)] * 5)
    assert sorted(type(result).__name__ for result in results) == ["Refused"] * 4 + ["Revision"]
    assert AuditEvent.objects.filter(action=Action.RECALL, outcome="allow").count() == 1


def test_superseding_keeps_the_words_for_the_desk_and_says_so_in_the_log(world, revision):
    assert supersede(revision.bulletin_id, acting_user=world.publisher).state == State.SUPERSEDED
    assert nobody_reads(revision, world.reader_one)
    assert inspect(subject_of(world.publisher), revision.bulletin_id).title == "架空の題名"
    assert AuditEvent.objects.filter(action=Event.BULLETIN_SUPERSEDED).count() == 1


def test_expiry_closes_what_has_passed_its_last_moment_once(world, revision):
    assert not expire(revision.bulletin_id)
    past = timezone.now() - timedelta(seconds=1)
    Revision.unrestricted.update(expires_at=past)
    Listing.objects.update(expires_at=past)
    assert due_for_expiry() == [revision.bulletin_id]
    assert [expire(revision.bulletin_id) for _ in range(2)] == [True, False]
    assert nobody_reads(revision, world.reader_one)


def test_readers_are_refused_before_the_scheduler_has_come_round(world, revision):
    Revision.unrestricted.update(expires_at=timezone.now())
    assert may(world.reader_one, Action.READ, revision.bulletin_id).reason is Reason.EXPIRED


def test_disposal_destroys_the_keys_of_every_revision(world, revision):
    shelf.revised(revision, world.publisher, world.approver, people=[world.reader_one], change_summary="直した。")
    supersede(revision.bulletin_id, acting_user=world.publisher)
    assert PartWrap.objects.exists()
    assert dispose(revision.bulletin_id, acting_user=world.publisher).state == State.DISPOSED
    assert not PartWrap.objects.exists()
    with pytest.raises(NotVisible):
        inspect(subject_of(world.publisher), revision.bulletin_id)


def test_what_is_served_can_not_be_disposed_of(world, revision):
    with pytest.raises(Refused) as caught:
        dispose(revision.bulletin_id, acting_user=world.publisher)
    assert caught.value.reason is Reason.STATE


def test_disposing_destroys_the_notes_of_answers_too(world):
    revision = shelf.published(world.publisher, world.approver, organisations=[world.company])
    answer(subject_of(world.reader_two), revision.bulletin_id, "applicable", note="3台あります。")
    recall(revision.bulletin_id, acting_user=world.publisher)
    assert AnswerWrap.objects.count() == 1
    dispose(revision.bulletin_id, acting_user=world.publisher)
    assert not AnswerWrap.objects.exists()


def kept_back(world: cast.Council, **what: object) -> Revision:
    made = shelf.published(world.publisher, world.approver, organisations=[world.company], **what)
    return recall(made.bulletin_id, "誤り", acting_user=world.publisher)


@pytest.mark.parametrize(
    "what", [{"caveats": ["削除禁止"]}, {"parts": [PartDraft("本文", caveats=("2999年3月31日まで保存",))]}]
)
def test_what_a_caveat_keeps_is_not_disposed_of_and_its_desk_says_why(client, world, what):
    revision = kept_back(world, **what)
    with pytest.raises(Refused, match=Reason.CAVEAT):
        dispose(revision.bulletin_id, "期間が過ぎた", acting_user=world.publisher)
    page = cast.sign_in(client, world.publisher).get(f"/desk/{revision.bulletin_id}/").text
    assert "取扱制限（削除禁止、○○まで保存）があるため、廃棄できません。" in page


def test_after_the_day_until_which_it_was_to_be_kept_it_can_be_disposed_of(world):
    revision = kept_back(world, caveats=["2999年3月31日まで保存"])
    Revision.unrestricted.filter(pk=revision.pk).update(caveats=["2020年3月31日まで保存"])
    assert dispose(revision.bulletin_id, "期間が過ぎた", acting_user=world.publisher).state == State.DISPOSED
