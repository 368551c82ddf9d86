"""Structured parts in the editor: fields and rows without a script, faults at their fields, and plain text where there is no shape."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from bulletins import structured
from bulletins.drafting import Invalid, PartDraft
from bulletins.models import Part
from bulletins.sealed import open_parts
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.desk_hand import form, the_revision

NEW = "/desk/new/"
SUPPLY = {"name": "樹脂", "steps": [{"item": "母材", "share": "45", "stock": "30"}, {"item": "助剤"}]}


@pytest.fixture
def world(db) -> cast.Council:
    return cast.council()


@pytest.fixture
def desk(client, world) -> Client:
    return cast.sign_in(client, world.publisher)


def sheet(kind: str, fields: dict, **more: object) -> dict:
    """A structured part as a browser sends it."""
    sent = {"kind": kind, "sheet": "1"}
    for name, value in fields.items():
        if isinstance(value, str):
            sent[f"fact-{name}"] = value
            continue
        sent[f"{name}-rows"] = str(len(value))
        sent |= {f"{name}-{n}-{column}": words for n, row in enumerate(value, 1) for column, words in row.items()}
    return {**sent, **more}


def words() -> str:
    part = Part.unrestricted.select_related("revision").get(position=1)
    return open_parts([part])[part.pk].text


def value_of(page: str, name: str) -> str:
    return re.search(rf'name="part-1-{name}"[^>]*? value="([^"]*)"|name="part-1-{name}"[^>]*>', page)[1]


def test_fields_and_rows_are_saved_as_markdown_and_come_back_as_fields(desk):
    assert desk.post(NEW, form(sheet("supply", SUPPLY), kind="supply_chain")).status_code == 302
    assert structured.read("supply", words()) == structured.normalised("supply", SUPPLY)
    page = desk.get(reverse("desk:edit", args=[the_revision().bulletin_id])).content.decode()
    assert [value_of(page, f"steps-{n}-item") for n in (1, 2)] == ["母材", "助剤"]
    assert 'name="part-1-text"' not in page


def test_a_fault_stands_at_its_field_in_its_row_and_every_word_is_kept(desk):
    faulty = {**SUPPLY, "steps": [{"item": ""}, {"item": "母材", "share": "101"}]}
    answer = desk.post(NEW, form(sheet("supply", faulty), kind="supply_chain"))
    page = answer.content.decode()
    assert answer.status_code == 422
    field = re.search(r'name="part-1-steps-2-share"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in field
    assert 'value="101"' in field
    assert page.count("品目・工程ごとの供給 1行目 依存度（%）：0から100までの数を入れてください。") == 2
    assert value_of(page, "fact-name") == "樹脂"


@pytest.mark.parametrize(
    ("button", "items"),
    [
        ("more-1-steps", ["母材", "助剤", None, None, None]),
        ("less-1-steps-1", ["助剤"]),
        ("less-1-steps-9", ["母材", "助剤"]),
        ("more-9-steps", ["母材", "助剤"]),
        ("more-1-name", ["母材", "助剤"]),
    ],
)
def test_rows_come_and_go_without_a_script_and_nothing_is_saved(desk, button, items):
    page = desk.post(NEW, form(sheet("supply", SUPPLY), kind="supply_chain", **{button: "1"})).content.decode()
    rows = int(value_of(page, "steps-rows"))
    assert [value_of(page, f"steps-{n}-item") for n in range(1, rows + 1)] == items
    assert not Part.unrestricted.exists()


def test_no_more_rows_than_can_be_saved_are_offered(desk):
    many = {**SUPPLY, "steps": [{"item": str(n)} for n in range(59)]}
    page = desk.post(NEW, form(sheet("supply", many), kind="supply_chain", **{"more-1-steps": "1"})).content.decode()
    assert value_of(page, "steps-rows") == "60"
    assert 'name="more-1-steps"' not in page


def test_a_sheet_is_moved_with_everything_in_it(desk):
    parts = [sheet("supply", SUPPLY), {"text": "段落"}]
    page = desk.post(NEW, form(*parts, kind="supply_chain", **{"down-1": "1"})).content.decode()
    assert 'name="part-2-steps-1-item" value="母材"' in page


def test_a_text_of_no_shape_is_edited_as_text_and_the_page_says_so(desk, world):
    revision = shelf.drafted(world.publisher, kind="region", parts=[PartDraft("取り込んだ文章", 1, "region")])
    page = desk.get(reverse("desk:edit", args=[revision.bulletin_id])).content.decode()
    assert "欄に分けずに文章（Markdown）のまま直します" in page
    assert re.search(r"<textarea[^>]*part-1-text[^>]*>\s*取り込んだ文章</textarea>", page)
    assert desk.post(
        reverse("desk:edit", args=[revision.bulletin_id]), form({"kind": "region", "text": "直した文章"}, kind="region")
    ).status_code == 302  # fmt: skip
    assert words() == "直した文章"


def test_a_sheet_handed_in_by_a_program_is_refused_by_the_name_of_its_field(world):
    faulty = structured.to_markdown("technology", {"name": "量子", "summary": "測る", "readiness": "TRL 12"})
    with pytest.raises(Invalid) as refused:
        shelf.drafted(world.publisher, kind="technology", parts=["概要", PartDraft(faulty, 1, "technology")])
    assert refused.value.errors == {"parts.2.text": ["成熟度（TRL）：並んでいるものから選んでください。"]}


def test_an_empty_sheet_that_nobody_offered_asks_for_its_fields(desk):
    page = desk.post(NEW, form(sheet("injects", {}), kind="scenario")).content.decode()
    assert "シナリオの名前：入力してください。" in page
    assert "状況付与：1行以上入れてください。" in page


def test_a_sheet_of_the_template_that_was_left_empty_is_left_out(desk):
    parts = [{"text": "一"}, sheet("region", {}, slot="region.region")]
    saved = desk.post(NEW, form(*parts, kind="region"), follow=True).content.decode()
    assert "何も書かれていない部分は除いて保存しました：地域シート" in saved
    assert Part.unrestricted.count() == 2


def test_readers_get_a_table_they_can_scroll_with_a_caption_and_heads(client, world):
    text = structured.to_markdown("supply", SUPPLY)
    revision = shelf.published(
        world.publisher, world.approver, kind="supply_chain", organisations=[world.company],
        parts=[PartDraft(text, 1, "supply")],
    )  # fmt: skip
    page = cast.sign_in(client, world.reader_two).get(f"/bulletins/{revision.bulletin_id}/").content.decode()
    assert '<div class="table-scroll" tabindex="0" role="region" aria-label="品目・工程ごとの供給">' in page
    assert "<caption>品目・工程ごとの供給</caption>" in page
    assert '<th scope="row">母材</th>' in page
