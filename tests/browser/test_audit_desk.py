"""The auditor's desk in a browser: with and without script, by keyboard, and an evidence pack from the button to the file."""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.council import NARROW, Council
from tests.browser.looking import Looking

# The first test of the folder waits for the demo council as well.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
SOON = 60_000


@pytest.fixture
def page(council: Council) -> Iterator[Page]:
    with council.page("auditor") as page:
        yield page


def check_again(page: Page) -> None:
    """Presses the button of the verdict and waits on the page of the check until it has ended."""
    page.goto("/audit/")
    page.locator(".verdict form button, .verdict a.button").first.click()
    page.wait_for_url(re.compile(r"/audit/verifications/[0-9a-f-]+/$"))
    ended = page.get_by_role("link", name="結果を見る").or_(page.get_by_text("に終わりました。"))
    expect(ended.first).to_be_visible(timeout=SOON)


def test_a_check_moves_by_itself_and_the_desk_then_says_that_the_records_are_whole(page: Page) -> None:
    check_again(page)
    page.goto("/audit/")
    expect(page.get_by_role("heading", level=2).first).to_have_text("記録は完全です")
    expect(page.locator(".verdict tbody tr")).to_have_count(3)
    assert page.locator(".verdict").get_by_text("一致").count() == 3


def test_without_script_a_link_does_what_the_script_does(council: Council) -> None:
    with council.page("auditor", java_script_enabled=False) as page:
        page.goto("/audit/verifications/")
        page.locator("main .button").first.click()
        for _ in range(60):
            again = page.get_by_role("link", name="新しくする")
            if not again.count():
                break
            page.wait_for_timeout(500)
            again.click()
        assert page.get_by_text("検印のとおりで").count() == 3


def test_an_evidence_pack_goes_from_the_events_to_a_file_with_the_digest_of_its_page(
    page: Page, council: Council
) -> None:
    page.goto("/audit/events/?outcome=deny")
    page.get_by_role("link", name="この条件で証拠一式を作る").click()
    expect(page.locator(".pack-count")).to_contain_text("件")
    page.get_by_label("記録全体を入れる").check()
    page.get_by_role("button", name="証拠一式を作る").click()
    ready = page.get_by_role("link", name="受け取る画面へ").or_(page.get_by_role("link", name="受け取る（ZIP）"))
    expect(ready.first).to_be_visible(timeout=SOON)
    looking = Looking(page, council.portal.url)
    looking.visit(page.url)
    assert looking.faults == []
    with page.expect_download() as taken:
        page.get_by_role("link", name="受け取る（ZIP）").click()
    data = taken.value.path().read_bytes()
    assert hashlib.sha256(data).hexdigest() in page.content()
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert {"events.csv", "README.txt", "verify.py", "logs/tier-1/checkpoint", "MANIFEST.json"} <= set(names)


def test_the_pages_hold_in_both_widths_and_both_languages(page: Page, council: Council) -> None:
    check_again(page)
    looking = Looking(page, council.portal.url)
    looking.visit(page.url)
    for address in ("/audit/", "/audit/offline/", "/audit/packs/new/?since=2026-11-01", "/audit/packs/"):
        looking.visit(address)
    page.get_by_role("button", name="English").first.click()
    looking.visit("/audit/", language="en")
    assert looking.faults == []


def test_tables_behind_the_drawings_open_by_keyboard(page: Page) -> None:
    page.goto("/audit/")
    summary = page.locator("figure summary").first
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("table", name="日ごとの出来事の数値（件）")).to_be_visible()
    assert page.locator("#chart-days-c").locator("xpath=..").locator("tbody tr").count() == 14


def test_a_narrow_desk_says_the_verdict_before_anything_is_scrolled(council: Council) -> None:
    with council.page("auditor", viewport=NARROW) as page:
        page.goto("/audit/")
        assert page.locator("#verdict-h").bounding_box()["y"] < NARROW["height"]
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
