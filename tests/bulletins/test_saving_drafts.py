"""Saving again, and beginning the next revision: what is kept, carried over, sealed anew or left alone."""

import pytest
from django.core.files.storage import default_storage

from bulletins.actions.draft import save_draft, start_revision
from bulletins.actions.publish import publish
from bulletins.actions.verb import Conflict
from bulletins.desk import Refused
from bulletins.drafting import Invalid, PartDraft
from bulletins.models import Bulletin, Part, PartWrap, Release, Revision
from bulletins.sealed import open_file
from council.access.policy import Reason
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.desk_hand import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def test_saving_again_replaces_words_labels_and_audience(world):
    draft = shelf.drafted(world.publisher, organisations=[world.company])
    what = shelf.draft(title="新しい題名", tier=2, parts=["一", ("二", 2)], organisations=[world.thinktank])
    saved = save_draft(draft.bulletin_id, what, acting_user=world.publisher)
    assert words_of(saved) == ["新しい題名", "一", "二"]
    assert [row.organisation for row in Release.objects.filter(revision=saved)] == [world.thinktank]


def kept(revision: Revision, **changes: object) -> PartDraft:
    """The attachment of a revision, to be kept."""
    part = Part.unrestricted.exclude(stored_file="").get(revision=revision)
    return PartDraft("", changes.pop("tier", part.tier), "attachment", keep=part.pk, **changes)


def the_file(revision: Revision) -> Part:
    return Part.unrestricted.exclude(stored_file="").select_related("revision").get(revision=revision)


def test_a_kept_attachment_moves_without_being_sealed_again(world):
    draft = shelf.drafted(world.publisher, parts=["一", shelf.attachment(), "二"])
    before = the_file(draft)
    what = shelf.draft(parts=[kept(draft), "一", "二", "三"])
    after = the_file(save_draft(draft.bulletin_id, what, acting_user=world.publisher))
    assert (after.position, after.stored_file) == (1, before.stored_file)
    assert open_file(after) == b"a,b\n1,2\n"


def test_a_kept_attachment_takes_a_new_label_and_opens_under_it(world):
    draft = shelf.drafted(world.publisher, tier=2, parts=["一", shelf.attachment(tier=1)])
    before = the_file(draft).stored_file
    what = shelf.draft(tier=2, parts=["一", kept(draft, tier=2, subcommittees=(str(world.materials.pk),))])
    after = the_file(save_draft(draft.bulletin_id, what, acting_user=world.publisher))
    assert (after.tier, after.subcommittees) == (2, [str(world.materials.pk)])
    assert (open_file(after), after.stored_file == before) == (b"a,b\n1,2\n", False)


def test_the_sealed_file_of_a_removed_attachment_goes_once_that_is_certain(world, django_capture_on_commit_callbacks):
    draft = shelf.drafted(world.publisher, parts=["一", shelf.attachment()])
    stored = the_file(draft).stored_file
    with django_capture_on_commit_callbacks(execute=True):
        save_draft(draft.bulletin_id, shelf.draft(parts=["一"]), acting_user=world.publisher)
    assert not default_storage.exists(stored)


@pytest.mark.parametrize("times", [1, 2])
def test_an_attachment_that_is_not_there_can_not_be_kept(world, times):
    draft = shelf.drafted(world.publisher, parts=["一", shelf.attachment()])
    once = kept(draft)
    if times == 1:
        save_draft(draft.bulletin_id, shelf.draft(parts=["一"]), acting_user=world.publisher)
    with pytest.raises(Invalid) as caught:
        save_draft(draft.bulletin_id, shelf.draft(parts=[once] * times), acting_user=world.publisher)
    assert list(caught.value.errors) == [f"parts.{times}.file"]


def test_an_attachment_of_another_bulletin_can_not_be_taken_over(world):
    other = kept(shelf.drafted(world.publisher, parts=[shelf.attachment()]))
    mine = shelf.drafted(world.publisher)
    with pytest.raises(Invalid):
        save_draft(mine.bulletin_id, shelf.draft(parts=[other]), acting_user=world.publisher)


def test_the_kind_of_a_bulletin_that_exists_stays(world):
    draft = shelf.drafted(world.publisher)
    with pytest.raises(Invalid) as caught:
        save_draft(draft.bulletin_id, shelf.draft(kind="alert"), acting_user=world.publisher)
    assert "kind" in caught.value.errors


def test_a_revision_carries_attachments_over_and_leaves_the_old_ones_alone(world):
    first = shelf.published(
        world.publisher, world.approver, parts=["一", shelf.attachment()], people=[world.reader_one]
    )
    what = shelf.draft(parts=["一、改。", kept(first)], people=[world.reader_one], change_summary="直した。")
    second = start_revision(first.bulletin_id, what, acting_user=world.publisher)
    assert (second.number, open_file(the_file(second)), open_file(the_file(first))) == (2, *[b"a,b\n1,2\n"] * 2)
    assert the_file(second).stored_file != the_file(first).stored_file


def test_a_revision_needs_a_summary_of_what_changed(world):
    first = shelf.published(world.publisher, world.approver, people=[world.reader_one])
    with pytest.raises(Invalid) as caught:
        start_revision(first.bulletin_id, shelf.draft(change_summary="  "), acting_user=world.publisher)
    assert list(caught.value.errors) == ["change_summary"]


def test_a_second_revision_waits_for_the_first_with_a_clear_word(world):
    first = shelf.published(world.publisher, world.approver, people=[world.reader_one])
    start_revision(first.bulletin_id, shelf.draft(change_summary="直した。"), acting_user=world.publisher)
    with pytest.raises(Conflict, match="作りかけの改訂"):
        start_revision(first.bulletin_id, shelf.draft(change_summary="また。"), acting_user=world.publisher)


def test_what_was_published_is_never_edited(world):
    first = shelf.published(world.publisher, world.approver, people=[world.reader_one])
    with pytest.raises(Refused) as caught:
        save_draft(first.bulletin_id, shelf.draft(), acting_user=world.publisher)
    assert caught.value.reason is Reason.STATE


def test_every_part_is_sealed_and_has_its_wrap(world):
    draft = shelf.drafted(
        world.publisher, tier=2, title="表に出ない題名", parts=[("表に出ない本文", 2), shelf.attachment()]
    )
    parts = Part.unrestricted.filter(revision=draft)
    assert not any("表に出ない".encode() in bytes(part.ciphertext) for part in parts)
    assert PartWrap.objects.filter(part__in=parts).count() == 4


def test_readers_keep_the_published_revision_while_the_next_is_written(world):
    first = shelf.published(world.publisher, world.approver, people=[world.reader_one])
    start_revision(first.bulletin_id, shelf.draft(change_summary="直した。"), acting_user=world.publisher)
    with pytest.raises(Refused):
        publish(first.bulletin_id, acting_user=world.publisher)
    assert Bulletin.unrestricted.get(pk=first.bulletin_id).served_id == first.pk
