"""A table on a page has a name, and its headers say what they head."""

import pytest

from bulletins.markdown import parsed, render


@pytest.mark.parametrize(
    ("line", "caption"), [("表：調達先", "調達先"), ("表2-1　調達先", "表2-1　調達先"), ("表1 **偏り**", "表1 偏り")]
)
def test_a_line_that_names_a_table_is_its_caption_and_its_first_column_names_the_rows(line: str, caption: str) -> None:
    html = render(f"{line}\n\n| 国 | 値 |\n|--|--|\n| A | 1 |\n| | 2 |")
    assert html.startswith(
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="{caption}"><table>\n<caption>'
    )
    assert '<th scope="row">A</th>\n<td>1</td>' in html
    assert "<td></td>\n<td>2</td>" in html
    assert "<p>" not in html


@pytest.mark.parametrize("line", ["表が大きい", "表1", "図1　調達先", "表：一行目\n二行目", "表：" + "長" * 200])
def test_another_line_before_a_table_stays_a_paragraph(line: str) -> None:
    html = render(f"{line}\n\n| 国 | 値 |\n|--|--|\n| A | 1 |")
    assert html.startswith(("<p>表", "<p>図"))
    assert "<caption>" not in html


def test_a_table_without_a_caption_is_named_by_the_heading_above_it() -> None:
    assert 'aria-label="表：見通し &amp; &quot;他&quot;"' in render('## 見通し & "他"\n\n文\n\n| 国 | 値 |\n|--|--|')


def test_a_list_of_facts_is_told_from_a_table_that_has_to_be_scrolled() -> None:
    assert '<table class="pairs">' in render("| | |\n|--|--|\n| 概要 | 一つ |")
    assert '<table class="pairs">' not in render("| | | |\n|--|--|--|\n| 概要 | 一つ | 二つ |")
    assert "<table>" in render("| | |\n|--|--|")


def test_paper_finds_the_words_of_a_caption_where_they_stand() -> None:
    assert [token.type for token in parsed("表：調達先\n\n| 国 |\n|--|")][:4] == [
        "paragraph_open", "inline", "paragraph_close", "table_open",
    ]  # fmt: skip
