"""A company's reader by keyboard, on a telephone: the list, a bulletin, its acknowledgement and answer, a search kept, deadlines."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.council import NARROW, Council
from tests.browser.keyboard import Hands

# The first test of the folder waits for the demo council as well.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def go_down_the_list(hands: Hands) -> None:
    """By j and k to the second of what was never opened, and into it."""
    page = hands.page
    hands.follow(hands.link("未読だけの一覧"))
    hands.look()
    titles = page.locator(".record-title a")
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(titles.nth(1)).to_be_focused()
    words = titles.nth(1).inner_text()
    hands.follow()
    expect(page.locator("h1")).to_have_text(words)


def acknowledge_and_answer(hands: Hands) -> None:
    page = hands.page
    hands.look()
    hands.press(page.get_by_role("link", name="確認欄へ"))
    hands.follow(hands.button("確認しました"))
    expect(page.get_by_role("button", name="確認しました")).to_have_count(0)
    hands.press(page.get_by_role("radio").first, "Space")
    hands.type(page.get_by_label("補足"), "自社の設備にはありません。")
    hands.follow(hands.button("回答する"))
    hands.look()


def search_and_keep_it(hands: Hands) -> None:
    page = hands.page
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="情報を探す")).to_be_focused()
    page.keyboard.insert_text("ｶﾞｽ")
    hands.follow()
    hands.look()
    hands.press(hands.button(re.compile("条件を変える")))
    hands.press(page.get_by_text("いまの条件を保存する"))
    hands.type(page.get_by_label("条件の名前"), "ガスの話")
    hands.follow(hands.button("条件を保存"))
    expect(page.get_by_role("link", name="ガスの話")).to_be_visible()
    hands.look()


def test_a_reader_reads_answers_and_searches_on_a_telephone_by_keyboard(council: Council) -> None:
    with council.page("reader_two", viewport=NARROW) as page:
        hands = Hands(page, council)
        hands.open()
        hands.look()
        go_down_the_list(hands)
        acknowledge_and_answer(hands)
        search_and_keep_it(hands)
        hands.open()
        hands.follow(hands.link("期限の一覧と暦"))
        page.keyboard.press("j")
        expect(page.locator(".record-title a").first).to_be_focused()
        hands.follow(hands.link("月の暦"))
        hands.look()
