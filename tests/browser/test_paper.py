"""What comes out of a printer: marks on what may be printed, one sentence of what may not."""

import pytest

from tests.browser.council import Council

# The first test of the folder waits for the demo council as well.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
NEVER_COPIED = "輸出許可が全面的に止まった場合の九十日"
REFUSAL = "この資料は印刷できません。紙で要るときは、発信元に相談してください。"


def open_called(page: object, title: str) -> None:
    page.goto(f"/bulletins/?q={title}")
    page.locator(".record-title a").first.click()
    page.emulate_media(media="print")


def test_a_sheet_carries_who_printed_it_and_its_grade(council: Council) -> None:
    with council.page("reader_two") as page:
        open_called(page, "遠隔保守装置の認証を回避する手口")
        top, bottom = page.locator(".print-mark").all()
        assert "機密性2情報" in top.inner_text()
        assert "加藤 美咲" in bottom.inner_text()
        assert page.locator(".doc .part-body").first.is_visible()
        assert not page.locator("header.site").is_visible()
        assert len(page.pdf()) > 10_000


def test_a_sheet_that_may_not_be_printed_says_so_and_nothing_else(council: Council) -> None:
    with council.page("reader_two") as page:
        open_called(page, NEVER_COPIED)
        assert page.locator("body").inner_text().split() == ["印刷禁止", REFUSAL]


def test_one_part_that_may_not_be_printed_leaves_a_line_in_its_place_and_the_rest_is_printed(council: Council) -> None:
    with council.page("reader_two") as page:
        open_called(page, "正規の管理機能だけを使う長期潜伏への備え")
        kept_back = page.locator('.part[data-print="forbidden"]')
        assert kept_back.inner_text().split() == ["印刷禁止", "この部分は印刷できないため、画面でだけ読めます。"]
        assert page.locator(".part:not([data-print]) > .part-body").first.is_visible()


def test_nothing_is_copied_where_a_caveat_says_so_and_everything_can_be_read_aloud(council: Council) -> None:
    with council.page("reader_two") as page:
        open_called(page, NEVER_COPIED)
        page.emulate_media(media="screen")
        page.evaluate("getSelection().selectAllChildren(document.querySelector('.doc'))")
        assert page.locator("[data-copy-refusal]").is_hidden()
        assert page.evaluate("document.dispatchEvent(new ClipboardEvent('copy', {cancelable: true}))") is False
        assert page.locator("[data-copy-refusal]").is_visible()
        assert page.locator(".doc .part-body").first.aria_snapshot()


def test_the_fields_of_a_page_that_is_not_copied_are_the_readers_own(council: Council) -> None:
    with council.page("reader_two") as page:
        open_called(page, NEVER_COPIED)
        page.emulate_media(media="screen")
        page.locator("textarea").first.fill("自分の言葉")
        page.locator("textarea").first.select_text()
        copied = "event => event.dispatchEvent(new ClipboardEvent('copy', {cancelable: true, bubbles: true}))"
        assert page.locator("textarea").first.evaluate(copied) is True
        assert page.locator("[data-copy-refusal]").is_hidden()
