"""From an empty draft to a recall without a mouse: Tab, Enter, Space, arrows and typing alone."""

import re
import secrets

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.council import Council

# The first test of the folder waits for the demo council as well.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
TITLE, WHY = f"鍵盤だけで出した知らせ {secrets.token_hex(3)}", "宛先の誤り"
FIRST, SECOND = "だれにでも言えること", "会員だけに言えること"
COMPANY = "翠嶺マテリアル株式会社"


def tab_to(page: Page, wanted: Locator) -> None:
    """Presses Tab until the focus is there; fails where the keyboard cannot come."""
    for _press in range(150):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"The keyboard does not reach {wanted}.")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    tab_to(page, wanted)
    page.keyboard.press(key)


def write(page: Page, wanted: Locator, words: str) -> None:
    tab_to(page, wanted)
    page.keyboard.insert_text(words)


def button(page: Page, name: str | re.Pattern) -> Locator:
    return page.get_by_role("button", name=name).locator("visible=true").last


def go(page: Page, wanted: Locator) -> None:
    """Follows a link or presses a button that leads to a page, and waits for that page."""
    with page.expect_navigation():
        press(page, wanted)


def write_draft(page: Page, title: str = TITLE, *, floor: bool = False) -> None:
    """In two parts, of which the first is of tier one; with a floor those who reach no more see it alone."""
    page.goto("/desk/new/")
    write(page, page.locator("#id_title"), title)
    press(page, page.locator("#id_tier"), "ArrowDown")
    if floor:
        press(page, page.locator("#id_floor"), "ArrowDown")
        write(page, page.locator("#id_floor_title"), title)
    write(page, page.locator("#id_part-1-text"), FIRST)
    go(page, page.get_by_role("button", name="段落", exact=True))
    tab_to(page, page.locator("#id_part-2-tier"))
    page.keyboard.press("ArrowDown")
    write(page, page.locator("#id_part-2-text"), SECOND)
    press(page, page.get_by_role("group", name="組織に公開").get_by_label(COMPANY), "Space")
    go(page, button(page, "下書きを保存する"))
    expect(page.locator("h1")).to_have_text(title)


def approve(page: Page) -> None:
    page.goto("/desk/")
    go(page, page.get_by_role("link", name=TITLE))
    for number in range(1, page.locator('a[href^="?as="]').count() + 1):
        go(page, page.locator(f'a[href="?as={number}"]'))
        go(page, page.get_by_role("link", name="全体に戻る"))
    go(page, button(page, "この内容と公開先を承認する"))


def publish(page: Page) -> None:
    page.reload()
    wanted = button(page, re.compile(r"^\d+組織 \d+名に公開する$"))
    go(page, wanted)
    expect(page.locator(".record-kind")).to_contain_text("公開中")


def recall(page: Page) -> None:
    go(page, page.get_by_role("link", name="回収する"))
    write(page, page.locator("#why"), WHY)
    press(page, page.locator("#meant"), "Space")
    go(page, button(page, "回収する"))


def read_and_acknowledge(page: Page) -> str:
    """The address that was read."""
    page.goto("/bulletins/")
    go(page, page.get_by_role("link", name=TITLE))
    assert [FIRST in page.inner_text("article"), SECOND in page.inner_text("article")] == [True, True]
    address = page.url
    go(page, button(page, "確認しました"))
    assert button(page, "確認しました").count() == 0
    return address


def test_the_whole_way_from_draft_to_recall_is_open_to_the_keyboard(council: Council) -> None:
    with council.page("publisher") as desk, council.page("approver") as second, council.page("reader_two") as reader:
        write_draft(desk)
        go(desk, button(desk, "査読に出す"))
        approve(second)
        publish(desk)
        address = read_and_acknowledge(reader)
        recall(desk)
        assert reader.goto(address).status == 404
        expect(reader.locator("h1")).to_have_text("この情報は、見つからないか、見ることができません")
