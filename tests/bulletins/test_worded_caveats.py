"""The caveats that take words of their own: chosen in the form, kept, shown with what is enforced and what is not."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bulletins.models import Part, Revision
from bulletins.scratches import version_of
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.desk_hand import at, form, the_revision

pytestmark = pytest.mark.django_db

TYPED = {
    "only_for": "社内限り",
    "until": "2999-03-31",
    "kept_until": "2999-04-01",
    "restored_within": "３日",
    "kept_at": "鍵のかかる書庫",
}
WORDS = ["社内限り", "2999年3月31日まで", "2999年4月1日まで保存", "3日以内復旧", "鍵のかかる書庫において保存"]


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def desk(client, world) -> Client:
    return cast.sign_in(client, world.publisher)


def base_of(revision: Revision) -> str:
    return version_of(Revision.unrestricted.get(pk=revision.pk).saved_at)


def field(page: str, name: str) -> str:
    return next(tag.split(">")[0] for tag in page.split("<input") if f'name="{name}"' in tag.split(">")[0])


def test_words_of_the_whole_and_of_a_part_are_kept_and_stand_in_the_form_again(desk, world):
    sent = form({"text": "一", **TYPED}, people=world.reader_one.email, **TYPED)
    assert desk.post(reverse("desk:new"), sent).status_code == 302
    revision = the_revision()
    assert (
        sorted(revision.caveats)
        == sorted(Part.unrestricted.get(revision=revision, kind="text").caveats)
        == sorted(WORDS)
    )
    page = desk.get(at("edit", revision)).content.decode()
    for name, typed in {**TYPED, "only_for": "社内", "restored_within": "3日"}.items():
        assert f'value="{typed}"' in field(page, name)
        assert f'value="{typed}"' in field(page, f"part-1-{name}")
    desk.post(at("edit", revision), form({"text": "一"}, only_for="社内", title="直した"))
    assert the_revision().caveats == ["社内限り"]


def test_a_dropped_file_carries_the_words_beside_it(desk, world):
    draft = shelf.drafted(world.publisher)
    sent = {"tier": "1", "only_for": "社内", "base": base_of(draft), "file": SimpleUploadedFile("表.csv", b"a,b")}
    assert desk.post(at("attach", draft), sent).status_code == 200
    assert Part.unrestricted.exclude(stored_file="").get().caveats == ["社内限り"]
    refused = desk.post(at("attach", draft), {**sent, "only_for": "極秘", "file": SimpleUploadedFile("表.csv", b"a")})
    assert (refused.status_code, "見せてよい相手" in refused.json()["words"]) == (422, True)


def test_who_writes_english_names_the_portal_in_english(desk):
    desk.post(reverse("desk:new"), form({"text": "一"}, kept_at="This portal"))
    assert the_revision().caveats == ["このポータルにおいて保存"]


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("only_for", "極秘", "見せてよい相手を40字まで"),
        ("restored_within", "すぐに", "数と単位"),
        ("kept_at", "【書庫】", "場所を40字まで"),
        ("kept_until", "あした", "日付"),
    ],
)
def test_a_word_that_is_not_taken_is_said_at_its_field_and_nothing_is_saved(desk, name, typed, said):
    page = desk.post(reverse("desk:new"), form({"text": "一", name: typed})).content.decode()
    assert said in page.split(f'id="id_part-1-{name}_error"')[1].split("</p>")[0]
    assert not Revision.unrestricted.exists()
    preview = desk.post(reverse("desk:preview"), {**form({"text": "一"}, **{name: typed}), "preview": "all"})
    assert name == "kept_until" or said in preview.content.decode()


def test_readers_see_what_is_stopped_and_what_is_left_to_them(client, world):
    what = {"caveats": ["社内限り", "3日以内復旧", "2999年4月1日まで保存", "このポータルにおいて保存"]}
    revision = shelf.published(world.publisher, world.approver, tier=2, people=[world.reader_two], **what)
    page = cast.sign_in(client, world.reader_two).get(f"/bulletins/{revision.bulletin_id}/").text
    stopped, trusted = (
        page.split(f"<dt>{words}</dt><dd>")[1].split("</dd>")[0] for words in ("システムが止める", "あなたが守る")
    )
    for words in (
        "このポータルからの転送",
        "文字の選択と複写",
        "封をした包みの受け取り",
        "書かれた日までの、このポータルからの廃棄",
    ):
        assert words in stopped
    for words in (
        "書かれた相手以外に見せたり話したりしない",
        "書かれた時間のうちに使えるように戻す",
        "書かれた日まで写しを消さない",
    ):
        assert words in trusted
    assert "社内にだけ見せられ" in page
    assert all(f"<li>{words}</li>" in page for words in what["caveats"])
