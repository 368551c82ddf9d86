"""An auditor by keyboard, in English on a telephone: who took it away, its timeline, and an evidence pack to carry off."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.council import NARROW, Council
from tests.browser.keyboard import Hands

# The first test of the folder waits for the demo council as well.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
SOON = 60_000


@pytest.fixture
def taken(council: Council) -> str:
    """The reference of a package that a reader takes away."""
    with council.page("reader_two") as page:
        page.goto("/packages/")
        page.locator("main tbody th a").first.click()
        reference = re.search(r"[A-Z]{2}-[2-9A-Z]{4}", page.locator("main").inner_text())[0]
        assert page.request.get(page.locator('a[href$="folder.zip"]').first.get_attribute("href")).ok
    return reference


def ask_who_took(hands: Hands, reference: str) -> None:
    page = hands.page
    hands.type(hands.field("何を（資料番号）"), reference.lower())
    hands.to(hands.field("操作"))
    # As long as a list is closed, letters choose in it.
    page.keyboard.type(hands.say("受け取り（添付と包み）")[:12])
    hands.follow(hands.button("調べる"))
    expect(page.locator(".event-text").first).to_contain_text(reference)
    hands.look()


def take_a_pack(hands: Hands) -> None:
    page = hands.page
    hands.follow(hands.link("この条件で証拠一式を作る"))
    hands.look()
    hands.follow(hands.button("証拠一式を作る"))
    ready = hands.link("受け取る（ZIP）").or_(hands.link("受け取る画面へ"))
    expect(ready.first).to_be_visible(timeout=SOON)
    if hands.link("受け取る画面へ").count():
        hands.follow(hands.link("受け取る画面へ"))
    hands.look()
    hands.to(hands.link("受け取る（ZIP）"))
    with page.expect_download() as file:
        page.keyboard.press("Enter")
    assert file.value.suggested_filename.endswith(".zip")


def test_an_auditor_finds_who_took_it_and_carries_the_proof_off_by_keyboard(council: Council, taken: str) -> None:
    with council.page("auditor", viewport=NARROW) as page:
        hands = Hands(page, council)
        hands.open("/audit/")
        hands.in_english()
        hands.look()
        ask_who_took(hands, taken)
        hands.follow(hands.link(re.compile(taken)))
        hands.look()
        page.go_back()
        take_a_pack(hands)
