"""The auditor's questions in a browser: who took a bulletin away in a month, the same question again, timelines, a signal settled."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page

from tests.browser.council import NARROW, Council
from tests.browser.looking import Looking

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
NOWHERE = "/bulletins/00000000-0000-4000-8000-00000000000{}/"
FIND = "from django.utils import timezone; from council.audit.signals import find_new; find_new(timezone.now())"


@pytest.fixture(scope="module")
def taken(council: Council) -> str:
    """The reference of a package that 加藤 美咲 has taken away."""
    with council.page("reader_two", accept_downloads=True) as page:
        page.goto("/packages/")
        page.locator("main tbody th a").first.click()
        reference = re.search(r"[A-Z]{2}-[2-9A-Z]{4}", page.locator("main").inner_text())[0]
        with page.expect_download() as download:
            page.locator('a[href$="folder.zip"]').first.click()
        assert download.value.path().stat().st_size
    return reference


def ask(page: Page, reference: str) -> None:
    """Fills in the filter as somebody would who has never seen it."""
    page.goto("/audit/events/")
    today = date.today()
    page.get_by_label("いつから").fill(today.replace(day=1).isoformat())
    page.get_by_label("何を（資料番号）").fill(reference.lower())
    page.get_by_label("操作").select_option(label="受け取り（添付と包み）")
    page.get_by_role("button", name="調べる").press("Enter")


def test_who_downloaded_it_this_month_is_one_question(council: Council, taken: str) -> None:
    with council.page("auditor") as page:
        ask(page, taken)
        sentences = page.locator(".event-text").all_inner_texts()
        assert sentences
        assert all(re.search(f"さんが、{taken} 第.版の(包み|添付)を受け取りました。", each) for each in sentences)
        assert any("加藤 美咲さん" in each for each in sentences)


def test_a_question_is_kept_asked_again_and_removed_without_javascript_on_a_narrow_screen(
    council: Council, taken: str
) -> None:
    with council.page("auditor", java_script_enabled=False, viewport=NARROW) as page:
        ask(page, taken)
        page.get_by_label("条件の名前").fill("今月の受け取り")
        page.get_by_role("button", name="この条件を保存").click()
        page.goto("/audit/events/")
        page.get_by_role("link", name="今月の受け取り").click()
        assert page.get_by_label("何を（資料番号）").input_value() == taken.lower()
        assert page.locator(".event-text").count()
        page.get_by_text("保存した条件を消す").click()
        page.get_by_role("button", name="「今月の受け取り」を消す").click()
        assert not page.get_by_role("link", name="今月の受け取り").count()


def test_a_proof_is_one_link_away(council: Council, taken: str) -> None:
    with council.page("auditor", accept_downloads=True) as page:
        ask(page, taken)
        page.locator("details.raw > summary").first.press("Enter")
        with page.expect_download() as download:
            page.get_by_role("link", name="記録に含まれることの証明").first.click()
        assert download.value.path().read_bytes().startswith(b"c2sp.org/tlog-proof@v1\n")


def test_the_timeline_of_a_bulletin_is_found_by_keyboard_and_names_who_received_it(
    council: Council, taken: str
) -> None:
    with council.page("auditor") as page:
        page.goto("/audit/events/")
        page.get_by_label("人の名前か資料番号").focus()
        page.keyboard.type(taken)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/audit/bulletins/{taken}/")
        received = (
            page.get_by_role("table").get_by_role("row", name=re.compile("翠嶺マテリアル")).get_by_role("cell").last
        )
        assert "加藤 美咲" in received.inner_text()


def test_a_signal_is_settled_with_a_finding_and_its_pages_stand_up_to_a_strict_look(council: Council) -> None:
    with council.page("reader_one") as page:
        for number in range(5):
            page.goto(NOWHERE.format(number))
    council.portal.manage("shell", "-c", FIND)
    with council.page("auditor") as page:
        looking = Looking(page, council.portal.url)
        page.goto("/audit/signals/")
        # The demo council has one of its own.
        assert page.get_by_role("row", name=re.compile("続けて断られた")).count() >= 2
        row = page.get_by_role("row", name=re.compile("続けて断られた.*土井 和也さん"))
        address = row.get_by_role("link").get_attribute("href")
        looking.visit(address)
        page.get_by_label("調べて分かったこと").fill("番号の打ち間違いだった。")
        page.get_by_role("button", name="調べ終えたことを記録する").click()
        assert "番号の打ち間違いだった。" in row.inner_text()
        looking.visit(address)
        looking.visit("/audit/signals/")
        assert looking.faults == []
