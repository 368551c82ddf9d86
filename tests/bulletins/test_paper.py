"""Paper: Markdown as plain values, set in type apart from the portal, to a standard that is named honestly."""

import io

import pikepdf
import pypdfium2
import pytest

from bulletins.paper import apart
from bulletins.paper.apart import Broken, run
from bulletins.paper.coverage import hopeless, written_out
from bulletins.paper.from_html import blocks_of_html
from bulletins.paper.press import press
from bulletins.paper.tree import Node, blocks_of, levelled, text_of


def document(markdown: str, **more: object) -> Node:
    """A document of one part."""
    part = {"tier": 2, "mark": "機密性2", "blocks": levelled(blocks_of(markdown))}
    return {
        "title": "TH-0000 第1版", "heading": "架空の題名", "originator": "架空庁", "grade": 2, "label": "機密性2情報",
        "scope": "関係者限り",
        "foot": ["架空製作所　架空 人", "TH-0000"], "watermark": ["架空製作所"], "cover": None, "parts": [part], "files": [],
        "files-heading": "", **more,
    }  # fmt: skip


def words_of(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def tags_of(pdf: bytes) -> set[str]:
    """The kinds of the structure elements of a PDF."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        found = (
            each
            for each in opened.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/StructElem"
        )
        return {str(each.get("/S")) for each in found}


def test_headings_never_skip_a_level() -> None:
    blocks = levelled(blocks_of("## 一\n\n##### 二\n\n### 三\n\n## 四\n\n#### 五"))
    assert [block["level"] for block in blocks] == [1, 2, 2, 1, 2]


def test_every_word_of_a_text_is_in_its_tree() -> None:
    text = "## 見出し\n\n文**強**と`記号`\n\n- 項\n  - 子\n\n|甲|乙|\n|-|-|\n|丙|丁|\n\n> 引用\n\n```\n符号\n```\n\n[名](https://a.example/)"
    said, words = text_of(blocks_of(text)), "見出し/文/強/記号/項/子/甲/乙/丙/丁/引用/符号/名"
    assert [word for word in words.split("/") if word not in said] == []


def test_what_hides_is_written_out_on_paper_too() -> None:
    assert "⟦U+202E⟧" in text_of(blocks_of("前\u202e後"))


def test_a_table_that_fits_keeps_its_widths_and_a_wide_one_shares_the_line() -> None:
    narrow, wide = (blocks_of(f"|甲|乙|\n|-|-|\n|短い|{cell}|")[0] for cell in ("短い", "長い文" * 40))
    assert narrow["widths"] == [0, 0]
    assert wide["widths"][1] > wide["widths"][0] > 0


def test_tables_lists_and_headings_are_tagged_and_the_standard_is_met() -> None:
    pressed = press(document("## 章\n\n### 節\n\n- 項\n\n1. 一\n\n|甲|乙|\n|-|-|\n|丙|丁|\n\n> 引用"))
    assert pressed.standard == "ua-1"
    assert {"/H1", "/H2", "/L", "/LI", "/Table", "/TH", "/TD"} <= tags_of(pressed.pdf)


def wide_table(columns: int = 8, rows: int = 1) -> str:
    cells = [f"|{'|'.join(words * columns)}|" for words in (["見出し"], ["-"], *[["長い文が続く欄です"]] * rows)]
    return "\n".join(cells)


def shapes_of(pdf: bytes) -> str:
    """What of each page is longer: its height (t) or its breadth (b)."""
    return "".join("b" if page.get_width() > page.get_height() else "t" for page in pypdfium2.PdfDocument(pdf))


def test_only_a_table_that_an_upright_page_has_no_room_for_is_wide() -> None:
    tables = (
        wide_table(8),
        wide_table(4),
        "|" + "12|" * 12 + "\n" + "|-" * 12 + "|",
        f"|一|二|\n|-|-|\n|{'長い' * 99}|二|",
    )
    assert [blocks_of(table)[0]["wide"] for table in tables] == [True, False, False, False]


def test_a_wide_table_lies_on_a_page_of_its_own_on_its_side_and_the_standard_is_met() -> None:
    pressed = press(document(f"## 章\n\n前の文\n\n### 表の見出し\n\n{wide_table(rows=40)}\n\n後の文"))
    assert (pressed.standard, shapes_of(pressed.pdf)) == ("ua-1", "tbbt")
    assert {"/Table", "/TR", "/TH", "/TD", "/H1", "/H2"} <= tags_of(pressed.pdf)
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pressed.pdf)]
    assert ["表の見出し" in page for page in pages] == [False, True, False, False]
    assert all("機密性2情報" in page and "関係者限り" in page and "架空製作所　架空 人" in page for page in pages)


def test_a_part_that_is_nothing_but_a_wide_table_leaves_no_empty_page() -> None:
    pressed = press(document(wide_table()))
    assert (shapes_of(pressed.pdf), words_of(pressed.pdf).count("見出し")) == ("tb", 8)


def test_a_character_that_no_font_has_is_named_and_the_standard_still_met() -> None:
    assert hopeless("统")
    assert not hopeless("漢字とABCと①")
    pressed = press(document("中国の「统计」と葛\U000e0100飾"))
    assert pressed.standard == "ua-1"
    assert written_out("统") in words_of(pressed.pdf)


def test_long_words_without_a_place_to_break_stay_on_the_page() -> None:
    digest = "0123456789abcdef" * 8
    page = pypdfium2.PdfDocument(press(document(f"|値|数|\n|-|-|\n|{digest}|{digest}|")).pdf)[0]
    text = page.get_textpage()
    right = max(
        text.get_charbox(at)[2] for at in range(text.count_chars()) if text.get_text_range(at, 1) in "0123456789abcdef"
    )
    assert right < page.get_width() - 40


def test_a_link_is_read_and_leads_nowhere() -> None:
    pdf = press(document("[名前](https://a.example/x)と<https://b.example/>")).pdf
    assert "https://a.example/x" in words_of(pdf)
    assert words_of(pdf).count("https://b.example/") == 1
    assert b"/URI" not in pdf


def test_html_of_a_word_file_becomes_blocks() -> None:
    html = "<h1>題</h1><p>文<strong>強</strong></p><ul><li>項<ul><li>子</li></ul></li></ul><table><tr><td><p>甲</p></td></tr></table>"
    assert [block["k"] for block in blocks_of_html(html)] == ["heading", "para", "list", "table"]
    assert text_of(blocks_of_html(html)).split() == ["題", "文強", "項", "子", "甲"]


def test_what_breaks_the_process_apart_breaks_nothing_here() -> None:
    with pytest.raises(Broken):
        run("bulletins.paper.setting", {"no": "document"})


def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 0.01)
    with pytest.raises(Broken):
        press(document("文"))
