"""What an author hands in: each fault is a clear sentence at its field, and nothing is written."""

import pytest
from django.core.files.storage import default_storage

from accounts.models import User
from bulletins.actions.draft import create_draft, save_draft, start_revision
from bulletins.actions.publish import publish
from bulletins.actions.verb import Conflict
from bulletins.desk import Refused
from bulletins.drafting import LARGEST_FILE, Draft, Invalid, PartDraft
from bulletins.models import Bulletin, Part, PartWrap, Release, Revision
from bulletins.sealed import open_file, open_parts
from council.access.policy import Reason
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def faults(by: User, what: Draft) -> dict[str, list[str]]:
    """The faults of a draft that must not be taken, after a look that nothing of it is there."""
    with pytest.raises(Invalid) as caught:
        create_draft(what, acting_user=by)
    assert not Bulletin.unrestricted.exists()
    assert not Part.unrestricted.exists()
    return caught.value.errors


def words_of(revision: Revision) -> list[str]:
    parts = list(Part.unrestricted.filter(revision=revision).select_related("revision"))
    words = open_parts(parts)
    return [words[part.pk].text or words[part.pk].name for part in parts]


ABOVE = ["機密性3", "機密性３情報", "極秘", "秘"]


@pytest.mark.parametrize("tier", ABOVE)
def test_a_tier_above_this_portal_is_refused_by_name_and_never_rounded_down(world, tier):
    assert "機密性3情報" in faults(world.publisher, shelf.draft(tier=tier))["tier"][0]


@pytest.mark.parametrize("tier", ABOVE)
def test_a_part_with_a_tier_above_this_portal_is_refused(world, tier):
    assert "機密性3情報" in faults(world.publisher, shelf.draft(parts=[("本文です。", tier)]))["parts.1.tier"][0]


@pytest.mark.parametrize("tier", [0, 4, -1, 1.5, True, None, "", "2;", [2], "機密性２"])
def test_a_tier_that_is_none_is_refused(world, tier):
    assert "格付は" in faults(world.publisher, shelf.draft(tier=tier))["tier"][0]


def test_a_title_marked_above_this_portal_is_refused(world):
    assert "機密性3情報" in faults(world.publisher, shelf.draft(title="【極秘】調達先の一覧"))["title"][0]


def test_a_title_for_the_floor_marked_above_this_portal_is_refused(world):
    what = shelf.draft(tier=2, floor=1, floor_title="【極秘】調達先の一覧")
    assert "機密性3情報" in faults(world.publisher, what)["floor_title"][0]


def test_a_summary_of_changes_marked_above_this_portal_is_refused(world):
    what = shelf.draft(change_summary="格付：機密性3情報")
    assert "機密性3情報" in faults(world.publisher, what)["change_summary"][0]


def test_a_part_marked_above_this_portal_is_refused_at_its_place(world):
    found = faults(world.publisher, shelf.draft(parts=["前置き。", "機密性３情報\n\n一覧は次のとおり。"]))
    assert list(found) == ["parts.2.text"]


def test_a_sentence_that_speaks_of_the_grade_is_no_mark(world):
    assert shelf.drafted(world.publisher, parts=["機密性3情報は、このポータルでは扱いません。"])


@pytest.mark.parametrize("word", ["機密性3", "社外秘", "2026年13月1日まで", ""])
def test_a_caveat_outside_the_vocabulary_is_refused(world, word):
    assert "取扱制限" in faults(world.publisher, shelf.draft(caveats=[word]))["caveats"][0]


def test_a_part_with_a_caveat_outside_the_vocabulary_is_refused(world):
    found = faults(world.publisher, shelf.draft(parts=[PartDraft("本文です。", caveats=("機密性3",))]))
    assert "取扱制限" in found["parts.1.caveats"][0]


def test_a_last_day_that_is_over_is_refused(world):
    assert "過ぎて" in faults(world.publisher, shelf.draft(caveats=["2020年1月1日まで"]))["caveats"][0]


def test_an_attachment_marked_above_this_portal_is_refused(world):
    found = faults(world.publisher, shelf.draft(parts=[shelf.attachment(data="極秘\n一覧".encode())]))
    assert "機密性3情報" in found["parts.1.file"][0]


def test_a_part_above_the_bulletin_is_refused(world):
    assert "超えて" in faults(world.publisher, shelf.draft(tier=1, parts=["公開。", ("内部。", 2)]))["parts.2.tier"][0]


def test_tier_three_without_a_designation_is_refused(world):
    assert "指定" in faults(world.publisher, shelf.draft(tier=3))["designation"][0]


def test_a_designation_the_author_may_not_handle_looks_like_one_that_is_not_there(world):
    theirs = cast.designation(world.other_agency)
    unknown = faults(world.publisher, Draft("threat", "題名", 3, (PartDraft("本文。"),), designation="無番号"))
    assert faults(world.publisher, shelf.draft(tier=3, designation=theirs)) == unknown


def test_a_designation_on_anything_but_tier_three_is_refused(world):
    assert "designation" in faults(world.publisher, shelf.draft(tier=2, designation=world.item))


def test_a_connected_portal_takes_no_tier_three(world, settings):
    settings.COUNCIL_ZONE = "connected"
    assert "tier" in faults(world.publisher, shelf.draft(tier=3, designation=world.item))


def test_an_author_writes_nothing_above_their_own_tier(world):
    humble = cast.person(world.agency, "publisher", tier=1)
    assert "tier" in faults(humble, shelf.draft(tier=2))


@pytest.mark.parametrize("kind", ["", "rumour", "機密性3", None])
def test_an_unknown_kind_is_refused(world, kind):
    assert faults(world.publisher, shelf.draft(kind=kind))["kind"] == ["知らない種類です。"]


@pytest.mark.parametrize("kind", ["", "video", "title"])
def test_an_unknown_kind_of_part_is_refused(world, kind):
    found = faults(world.publisher, shelf.draft(parts=[PartDraft("本文です。", kind=kind)]))
    assert found["parts.1.kind"] == ["知らない種類です。"]


NAMES = [
    "../一覧.csv",
    "..\\一覧.csv",
    "/etc/passwd",
    "一覧\x00.csv",
    "一覧\n.csv",
    "\u202efdp.exe",
    "",
    ".htaccess",
    "con.txt",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_that_could_do_harm_is_refused(world, name):
    assert "ファイル名" in faults(world.publisher, shelf.draft(parts=[shelf.attachment(name)]))["parts.1.file"][0]


@pytest.mark.parametrize("size", [0, LARGEST_FILE + 1])
def test_a_file_that_is_empty_or_too_large_is_refused(world, size):
    found = faults(world.publisher, shelf.draft(parts=[shelf.attachment(data=b"x" * size)]))
    assert "20MB" in found["parts.1.file"][0]


def test_an_attachment_without_a_file_is_refused(world):
    found = faults(world.publisher, shelf.draft(parts=[PartDraft("説明", kind="attachment")]))
    assert found == {"parts.1.file": ["ファイルを選んでください。"]}


def test_a_paragraph_with_a_file_is_refused_and_loses_no_words(world):
    found = faults(world.publisher, shelf.draft(parts=[PartDraft("本文です。", name="a.csv", data=b"a")]))
    assert list(found) == ["parts.1.kind"]


@pytest.mark.parametrize("title", ["", "   ", "一行目\n二行目", "題名\x00", "長" * 201])
def test_a_title_that_is_no_line_of_words_is_refused(world, title):
    assert faults(world.publisher, shelf.draft(title=title))["title"]


@pytest.mark.parametrize("number", [0, 401])
def test_no_parts_and_too_many_parts_are_refused(world, number):
    assert "parts" in faults(world.publisher, shelf.draft(parts=["本文。"] * number))


def test_somebody_elses_subcommittee_looks_like_one_that_is_not_there(world):
    theirs = cast.subcommittee()
    unknown = faults(world.publisher, Draft("threat", "題名", 1, (PartDraft("本文。"),), subcommittees=("x",)))
    assert faults(world.publisher, shelf.draft(subcommittees=[theirs])) == unknown


def test_a_floor_above_the_bulletin_is_refused(world):
    assert "floor" in faults(world.publisher, shelf.draft(tier=1, floor=2))


def test_every_fault_is_named_at_once(world):
    found = faults(world.publisher, shelf.draft(kind="x", title="", tier=1, parts=[("", 2)], caveats=["x"]))
    assert set(found) == {"kind", "title", "caveats", "parts.1.text", "parts.1.tier"}


def test_a_reader_begins_no_bulletin(world):
    with pytest.raises(Refused) as caught:
        shelf.drafted(world.reader_two)
    assert caught.value.reason is Reason.ROLE


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
