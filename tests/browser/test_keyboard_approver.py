"""An approver by keyboard, in English on a wide screen: from the desk to the draft, every rendition opened, approved."""

import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.council import Council
from tests.browser.keyboard import Hands
from tests.browser.test_by_keyboard import button, go, write_draft

# The first test of the folder waits for the demo council as well.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
TITLE = f"承認者の鍵盤だけで承認する知らせ {secrets.token_hex(3)}"


def open_every_rendition(hands: Hands) -> int:
    """How many there were; before the last one is open, nothing approves."""
    page = hands.page
    count = page.locator('a[href^="?as="]').count()
    for number in range(1, count + 1):
        expect(hands.button("この内容と公開先を承認する")).to_have_count(0)
        hands.follow(page.locator(f'a[href="?as={number}"]'))
        hands.look()
        hands.follow(hands.link("全体に戻る"))
    return count


def test_an_approver_opens_every_rendition_and_approves_by_keyboard(council: Council) -> None:
    with council.page("publisher") as desk, council.page("approver") as page:
        write_draft(desk, TITLE, floor=True)
        go(desk, button(desk, "査読に出す"))
        hands = Hands(page, council)
        hands.open()
        hands.in_english()
        hands.look()
        hands.follow(hands.link(TITLE))
        hands.look()
        assert open_every_rendition(hands) == 2
        hands.follow(hands.button("この内容と公開先を承認する"))
        expect(page.locator(".record-kind")).to_contain_text(hands.say("承認済み"))
        hands.look()
