"""A new bulletin begins with the parts of its kind; what nobody wrote is left out, and the prompts are published by nobody."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from bulletins.kind_templates import TEMPLATES, key_of
from bulletins.models import Bulletin, Part
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.desk_hand import form, the_revision, words_of

NEW = "/desk/new/"


@pytest.fixture
def world(db) -> cast.Council:
    return cast.council()


@pytest.fixture
def desk(client, world) -> Client:
    return cast.sign_in(client, world.publisher)


def shown(page: str, name: str) -> list[str]:
    """The values of the hidden fields of this name, part by part."""
    return re.findall(rf'name="part-\d+-{name}" value="([^"]*)"', page)


def test_every_kind_has_a_template_of_parts_that_there_are():
    assert set(TEMPLATES) == set(Bulletin.Kind.values)
    assert {slot.part for each in TEMPLATES.values() for slot in each.slots} <= set(
        Part.Kind.values
    ) - Part.OF_THE_WHOLE
    for each in TEMPLATES.values():
        assert len({slot.name for slot in each.slots}) == len({slot.heading for slot in each.slots}) == len(each.slots)


def test_writing_begins_with_the_choice_of_a_kind(desk):
    page = desk.get(NEW).content.decode()
    assert re.findall(r'href="\?kind=(\w+)"', page) == Bulletin.Kind.values
    assert shown(page, "kind") == ["text"]


@pytest.mark.parametrize("kind", Bulletin.Kind.values)
def test_the_form_of_a_kind_holds_its_parts_with_the_prompts_beside_them_and_not_in_them(desk, kind):
    page = desk.get(NEW, {"kind": kind}).content.decode()
    slots = TEMPLATES[kind].slots
    assert shown(page, "kind") == [slot.part for slot in slots]
    assert re.search(rf'<option value="{kind}" selected', page)
    written = re.findall(r"<textarea[^>]*part-\d+-text[^>]*>\s*(.*?)\s*</textarea>", page)
    assert written == [f"## {slot.heading}" for slot in slots if slot.text]
    assert all(page.count(slot.prompt) == 1 for slot in slots)
    assert "placeholder" not in page.split("<main")[1]


def test_an_unknown_kind_begins_like_none(desk):
    assert shown(desk.get(NEW, {"kind": "nothing"}).content.decode(), "kind") == ["text"]


def slots(*written: str) -> list[dict]:
    """The parts of a 速報 as they are sent, those that are named with words under their heading."""
    return [
        {"slot": key_of("flash", slot), "text": slot.text + (f"{slot.name}の文" if slot.name in written else "")}
        for slot in TEMPLATES["flash"].slots
    ]


def test_parts_that_were_left_as_they_were_are_dropped_with_a_word_about_it(desk):
    saved = desk.post(NEW, form(*slots("summary", "measures"), kind="flash"), follow=True)
    assert words_of(the_revision())[1:] == ["## 概要\n\nsummaryの文", "## 対処\n\nmeasuresの文"]
    assert "何も書かれていない部分は除いて保存しました：影響、問い合わせ" in saved.content.decode()


def test_a_draft_in_which_nobody_wrote_anything_is_not_saved(desk):
    answer = desk.post(NEW, form(*slots(), kind="flash"))
    assert answer.status_code == 422
    assert "本文を1つ以上" in answer.content.decode()
    assert not Bulletin.unrestricted.exists()


def test_a_fault_stands_at_its_part_though_an_empty_one_before_it_is_left_out(desk):
    page = desk.post(
        NEW, form(*slots("impact")[:1], {"text": "a", "tier": "2"}, kind="flash", tier="1")
    ).content.decode()
    second = page.split('id="part-2"')[1]
    assert "部分の格付が資料の格付を超えています。" in second
    assert "error-text" not in page.split('id="part-1"')[1].split('id="part-2"')[0]


def test_the_help_is_there_again_when_the_draft_is_edited_later(desk, world):
    revision = shelf.drafted(world.publisher, kind="flash", parts=["## 影響\n\n工場一つ", "## 別の見出し\n\n文"])
    page = desk.get(reverse("desk:edit", args=[revision.bulletin_id])).content.decode()
    assert shown(page, "slot") == ["flash.impact"]
    assert TEMPLATES["flash"].slots[1].prompt in page
