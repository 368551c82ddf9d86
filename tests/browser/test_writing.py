"""Nothing that is typed is lost: a closed tab, two windows, a session that ends, and a file that is dropped."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.council import Council

# The first test of the folder waits for the demo council as well.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
TITLE, TEXT = "架空の港湾設備についての注意", "保存する前に書いた文です。"
DROP = """(zone, bytes) => {
  const held = new DataTransfer();
  held.items.add(new File([new Uint8Array(bytes)], '一覧.csv', { type: 'text/csv' }));
  for (const name of ['dragenter', 'dragover', 'drop']) zone.dispatchEvent(new DragEvent(name, { dataTransfer: held, cancelable: true }));
}"""


def write(page: Page, title: str = TITLE) -> None:
    page.goto("/desk/new/")
    page.get_by_label("題名", exact=False).first.fill(title)
    page.locator('textarea[name="part-1-text"]').fill(TEXT)


def saved(page: Page, title: str = TITLE) -> str:
    """A draft of its own; the address of its work page."""
    write(page, title)
    page.get_by_role("button", name="下書きを保存する").click()
    page.wait_for_url(re.compile(r"/desk/[0-9a-f-]{36}/$"))
    return page.url


def test_words_of_a_tab_that_was_killed_are_offered_again(council: Council) -> None:
    with council.context("publisher") as window:
        page = window.new_page()
        write(page, f"{TITLE}（一）")
        expect(page.locator("[data-kept]")).to_contain_text("自動保存しました", timeout=15_000)
        page.close()
        again = window.new_page()
        again.goto("/desk/")
        again.get_by_role("link", name=f"{TITLE}（一）").click()
        expect(again.locator('textarea[name="part-1-text"]')).to_have_value(TEXT)


def test_words_typed_a_moment_before_leaving_are_kept_too(council: Council) -> None:
    with council.page("publisher") as page:
        work = saved(page, f"{TITLE}（二）")
        page.goto(f"{work}edit/")
        page.locator('textarea[name="part-1-text"]').fill("直前に書いた文です。")
        page.goto("/")
        page.goto(f"{work}edit/")
        page.get_by_role("link", name="続きから書く").click()
        expect(page.locator('textarea[name="part-1-text"]')).to_have_value("直前に書いた文です。")


def test_of_two_windows_the_second_to_save_is_asked(council: Council) -> None:
    with council.context("publisher") as window:
        first, second = window.new_page(), window.new_page()
        work = saved(first, f"{TITLE}（三）")
        for page in (first, second):
            page.goto(f"{work}edit/")
        first.locator('textarea[name="part-1-text"]').fill("一つめの画面")
        first.get_by_role("button", name="下書きを保存する").click()
        first.wait_for_url(work)
        second.locator('textarea[name="part-1-text"]').fill("二つめの画面")
        second.get_by_role("button", name="下書きを保存する").click()
        expect(second.get_by_role("alert")).to_contain_text("さんが保存しました")
        second.get_by_role("button", name="自分の内容で置き換えて保存する").click()
        second.wait_for_url(work)
        expect(second.locator(".doc")).to_contain_text("二つめの画面")


def test_a_dropped_file_goes_in_at_once_and_a_refused_one_says_why(council: Council) -> None:
    with council.page("publisher") as page:
        work = saved(page, f"{TITLE}（四）")
        page.goto(f"{work}edit/")
        page.get_by_role("button", name="付属資料", exact=True).click()
        zone = page.locator("[data-drop]")
        zone.evaluate(DROP, [])
        expect(zone.locator("[data-line]")).to_contain_text("空のファイル")
        zone.evaluate(DROP, [97, 44, 98])
        expect(zone.locator("[data-line]")).to_contain_text("一覧.csv")
        expect(zone.locator("[data-line]")).to_contain_text("下書きに付けました")
        page.get_by_role("button", name="下書きを保存する").click()
        page.wait_for_url(work)
        expect(page.locator(".doc .files")).to_contain_text("一覧.csv")


def test_two_minutes_before_the_end_the_author_is_told_and_afterwards_the_words_stay_in_the_page(
    council: Council,
) -> None:
    with council.page("publisher") as page:
        page.clock.install()
        write(page, f"{TITLE}（五）")
        notice = page.locator("[data-session-end]")
        page.clock.run_for(6_000)
        expect(notice).to_be_hidden()
        page.clock.fast_forward(8 * 3600 * 1000 - 100_000)
        expect(notice).to_be_visible()
        page.context.clear_cookies()
        page.locator('textarea[name="part-1-text"]').fill("切れたあとに書いた文です。")
        page.get_by_role("button", name="下書きを保存する").click()
        expect(page.locator("[data-kept]")).to_contain_text("サインイン")
        expect(page.locator('textarea[name="part-1-text"]')).to_have_value("切れたあとに書いた文です。")
