"""Structured parts are Markdown of a fixed shape: what is written is read again, to the letter, and what does not hold is named."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletins import structured
from bulletins.markdown import headings, render
from bulletins.structured_shapes import SHAPES
from tests.draws import drawn

# Marks that tables, headings and our own way of writing them live on, among letters.
_words = st.text(
    st.one_of(st.sampled_from(list("|\\<br>&#3560924;\n\r-:`*　 %年月日")), st.characters(codec="utf-8")), max_size=40
)
_typed = st.one_of(
    _words,
    st.sampled_from(
        ["", "5", "２０％", "high", "高い（7割以上）", "2026-11-01", "2026年13月1日", "a<br>b", "&#124;", "\\|"]
    ),
)


@st.composite
def _filled(draw: st.DrawFn) -> tuple[str, dict]:
    kind = draw(st.sampled_from(sorted(SHAPES)))
    shape = SHAPES[kind]
    fields = {field.name: draw(_typed) for field in (shape.title, *shape.facts)}
    for table in shape.tables:
        row = st.fixed_dictionaries({each.name: _typed for each in table.columns})
        fields[table.name] = draw(st.lists(row, max_size=3))
    return kind, fields


@given(_filled())
@drawn(30)
def test_what_is_written_is_read_again_to_the_letter(filled):
    kind, fields = filled
    text = structured.to_markdown(kind, fields)
    assert structured.read(kind, text) == structured.normalised(kind, fields)
    assert structured.to_markdown(kind, structured.read(kind, text)) == text


@given(_filled())
@drawn(15)
def test_a_page_shows_one_row_for_each_row_whatever_stands_in_it(filled):
    kind, fields = filled
    kept = structured.normalised(kind, fields)
    rows = sum(len(kept[table.name]) + 1 for table in SHAPES[kind].tables if kept[table.name])
    rows += sum(bool(kept[field.name]) for field in SHAPES[kind].facts)
    assert render(structured.to_markdown(kind, fields)).count("<tr>") == rows


REGION = {
    "name": "架空海峡",
    "since": "2026-11-01",
    "until": "2026-11-20",
    "overview": "航行の制限が続く。\n\n迂回は9日。",
    "events": [{"date": "2026-11-03", "event": "通航の予告 | 第2報", "source": "港湾局"}],
    "assessments": [{"judgement": "年内は続く", "confidence": "high", "basis": "前例"}],
}


def test_a_region_sheet_is_a_heading_facts_and_tables_under_their_captions():
    assert structured.to_markdown("region", REGION) == (
        "## 地域シート：架空海峡\n\n表：地域の概況\n\n|  |  |\n| --- | --- |\n| 期間の始め | 2026年11月1日 |\n"
        "| 期間の終わり | 2026年11月20日 |\n| 概況 | 航行の制限が続く。<br><br>迂回は9日。 |\n\n表：主な出来事\n\n"
        "| 日付 | 出来事 | 出典 |\n| --- | --- | --- |\n| 2026年11月3日 | 通航の予告 \\| 第2報 | 港湾局 |\n\n"
        "表：評価と確からしさ\n\n| 評価 | 確からしさ | 根拠 |\n| --- | --- | --- |\n| 年内は続く | 高い（7割以上） | 前例 |"
    )


def test_its_page_names_columns_rows_and_regions_and_says_confidence_in_words():
    html = render(structured.to_markdown("region", REGION))
    assert re.findall("<caption>(.*?)</caption>", html) == ["地域の概況", "主な出来事", "評価と確からしさ"]
    assert 'tabindex="0" role="region" aria-label="主な出来事"' in html
    assert '<th scope="col">日付</th>' in html
    assert '<th scope="row">2026年11月3日</th>\n<td>通航の予告 | 第2報</td>' in html
    assert "<td>高い（7割以上）</td>" in html
    assert [each.text for each in headings(structured.to_markdown("region", REGION))] == ["地域シート：架空海峡"]


def test_shares_and_stocks_stand_right_with_their_units_in_the_head():
    text = structured.to_markdown(
        "supply", {"name": "樹脂", "steps": [{"item": "母材", "share": "４５％", "stock": "30"}]}
    )
    html = render(text)
    assert '<th scope="col" class="num">依存度（%）</th>' in html
    assert '<td class="num">45</td>\n<td class="num">30</td>' in html


GOOD = {
    "injects": {"name": "停電", "premise": "平日", "injects": [{"at": "9:00", "inject": "入電"}]},
    "technology": {"name": "量子", "summary": "測る", "readiness": "9"},
    "region": REGION,
    "supply": {"name": "樹脂", "steps": [{"item": "母材", "share": "0"}, {"item": "助剤", "share": "100"}]},
}


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_a_sheet_that_is_filled_in_holds(kind):
    assert structured.check(kind, GOOD[kind]) == {}


@pytest.mark.parametrize(
    ("kind", "fault", "place"),
    [
        ("technology", {"readiness": "10"}, "readiness"),
        ("technology", {"readiness": "0"}, "readiness"),
        ("technology", {"name": " "}, "name"),
        ("technology", {"name": "長" * 201}, "name"),
        ("technology", {"as_of": "2026-02-30"}, "as_of"),
        ("region", {"until": "2026-10-31"}, "until"),
        ("region", {"assessments": [{"judgement": "続く", "confidence": "たぶん"}]}, "assessments.1.confidence"),
        ("region", {"events": [{}, {"date": "きのう", "event": "x"}]}, "events.1.date"),
        ("supply", {"steps": []}, "steps"),
        ("supply", {"steps": [{"item": "母材", "share": "100.5"}]}, "steps.1.share"),
        ("supply", {"steps": [{"item": "母材", "share": "約半分"}]}, "steps.1.share"),
        ("supply", {"steps": [{"item": "母材", "stock": "3651"}]}, "steps.1.stock"),
        ("injects", {"injects": [{"at": "9:00", "inject": "入電"}] * 61}, "injects"),
    ],
)
def test_what_does_not_hold_is_named_by_its_place(kind, fault, place):
    assert list(structured.check(kind, {**GOOD[kind], **fault})) == [place]


def test_a_sentence_says_which_field_of_which_row_it_speaks_of():
    faulty = {**GOOD["supply"], "steps": [{"item": "母材", "share": "101"}]}
    assert structured.sentences("supply", faulty) == [
        "品目・工程ごとの供給 1行目 依存度（%）：0から100までの数を入れてください。"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ただの段落です。",
        "## 地域シート：架空海峡\n\n書き足した段落",
        "## 地域シート：架空海峡\n\n表：地域の概況\n\n|  |  |\n| --- | --- |\n| 知らない欄 | 値 |",
        "## 技術シート：量子",
        "## 地域シート：架空海峡\n\n## 地域シート：二つ目",
    ],
)
def test_a_text_of_another_shape_is_no_sheet(text):
    with pytest.raises(structured.OtherShape):
        structured.read("region", text)


def test_nothing_written_is_no_text_at_all():
    assert structured.to_markdown("injects", {"injects": [{"at": " ", "inject": ""}]}) == ""
    assert structured.is_blank("injects", structured.read("injects", "\n"))
