"""What comes out of a printer: marks on what may be printed, one sentence of what may not."""

import pytest

from tests.browser.council import Council

# The first test of the folder waits for the demo council as well.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
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
        open_called(page, "正規の管理機能だけを使う長期潜伏への備え")
        assert page.locator("body").inner_text().split() == ["印刷禁止", REFUSAL]
