"""What an author hands in: each fault is a clear sentence at its field, and nothing is written."""

import pytest

from accounts.models import User
from bulletins.actions.draft import create_draft
from bulletins.desk import Refused
from bulletins.draft_files import LARGEST_FILE
from bulletins.drafting import Draft, Invalid, PartDraft
from bulletins.models import Bulletin, Part
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


def test_the_name_of_an_own_subcommittee_becomes_the_subcommittee_of_the_label(world):
    words = [f"{world.materials.name}限り", "転送禁止"]
    given = shelf.draft(caveats=words, parts=[PartDraft("本文", caveats=(words[0],))], people=[world.reader_one])
    revision = create_draft(given, acting_user=world.publisher)
    own = [str(world.materials.pk)]
    assert (revision.caveats, revision.subcommittees) == (["転送禁止"], own)
    part = Part.unrestricted.get(revision=revision, kind="text")
    assert (part.caveats, part.subcommittees) == ([], own)


def test_any_other_name_stays_as_it_was_written_be_it_of_a_subcommittee_or_not(world):
    words = [f"{world.infrastructure.name}限り", "社内限り"]
    revision = create_draft(shelf.draft(caveats=words), acting_user=cast.person(world.agency, "publisher"))
    assert (revision.caveats, revision.subcommittees) == (words, [])


def test_what_is_for_one_organisation_alone_is_released_to_it(world):
    given = shelf.draft(caveats=[f"{world.company.name}限り"], organisations=[world.company], people=[world.reader_one])
    assert create_draft(given, acting_user=world.publisher).caveats == [f"{world.company.name}限り"]


@pytest.mark.parametrize(("to", "who"), [("people", "analyst"), ("to_subcommittees", "materials")])
def test_what_is_for_one_organisation_alone_is_released_to_nobody_else(world, to, who):
    audience = {"organisations": [world.company], to: [getattr(world, who)]}
    said = faults(world.publisher, shelf.draft(caveats=[f"{world.company.name}限り"], **audience))["caveats"][0]
    assert f"公開先を、{world.company.name}と" in said


def test_no_part_is_for_one_organisation_alone(world):
    given = shelf.draft(
        parts=[PartDraft("本文", caveats=(f"{world.company.name}限り",))], organisations=[world.company]
    )
    assert "部分だけには付けられません" in faults(world.publisher, given)["parts.1.caveats"][0]


@pytest.mark.parametrize("word", ["2020年1月1日まで保存", "3000年1月1日まで保存"])
def test_a_day_to_keep_it_until_is_one_to_come_that_calendars_know(world, word):
    assert "期限" in faults(world.publisher, shelf.draft(caveats=[word]))["caveats"][0]
