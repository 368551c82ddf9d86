"""An access review on its pages: begun and answered without a mouse, looked at while it runs and when it is closed."""

import re

import pytest
from playwright.sync_api import Page, expect

from council.sealing import note
from tests.browser.council import Council
from tests.browser.looking import Looking
from tests.browser.test_by_keyboard import button, go, press, tab_to

# The first test of the folder waits for the demo council as well.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
# The demo council lives on after this test: nobody's access may lapse in it.
KEEP_THE_REST = 'from accounts.models import ReviewItem; ReviewItem.objects.filter(answer="").update(answer="keep")'


def _looked_at(page: Page, council: Council, address: str, language: str = "ja") -> None:
    """Opens the address under the eyes of the strict reviewer, at both widths."""
    looking = Looking(page, council.portal.url)
    looking.visit(address, language=language)
    assert looking.faults == []


def _begin(page: Page) -> str:
    page.goto("/reviews/")
    go(page, button(page, "アクセスの見直しを始める"))
    expect(page.locator("h1")).to_contain_text("アクセスの見直し（")
    return page.url


def _answer(page: Page) -> None:
    """Everything of one person stays; of another one subcommittee ends: with Tab, Space, an arrow and Enter."""
    page.goto("/reviews/mine/")
    go(page, page.get_by_role("button", name=re.compile("すべて引き続き必要.*平野 隼")))
    expect(page.get_by_role("status").filter(has_text="1人分の回答を保存しました。")).to_be_visible()
    seat = page.get_by_role("radiogroup", name="加藤 美咲 分科会：基幹インフラ分科会")
    tab_to(page, seat.get_by_label("引き続き必要"))
    page.keyboard.press("ArrowRight")
    expect(seat.get_by_label("終える")).to_be_checked()
    # Enter in the form saves what was chosen, and keeps nobody whole by accident.
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("終えました")).to_have_count(1)
    expect(page.locator("input[value=keep]:checked")).to_have_count(2)


def test_a_review_is_begun_answered_and_closed_without_a_mouse(council: Council) -> None:
    with council.page("operator") as desk, council.page("administrator", java_script_enabled=False) as page:
        address = _begin(desk)
        _answer(page)
        expect(page.get_by_text("自分の分は、自分では答えられません。")).to_be_visible()
        council.portal.manage("shell", "-c", KEEP_THE_REST)
        desk.goto(address)
        go(desk, button(desk, "見直しを終える"))
        expect(desk.get_by_text("アクセスの見直しを終え、報告に署名しました。")).to_be_visible()
    _restore(council)


def _restore(council: Council) -> None:
    """Gives the seat back: others of this folder read with it."""
    with council.page("operator") as page:
        page.goto("/people/")
        page.get_by_label("組織", exact=True).select_option(label="翠嶺マテリアル株式会社")
        page.get_by_role("button", name="表示する").click()
        page.get_by_role("link", name="加藤 美咲").click()
        page.get_by_role("checkbox", name="基幹インフラ分科会").check()
        page.get_by_role("button", name="変更を保存する").click()
        expect(page.get_by_text("変更を保存しました。")).to_be_visible()


def test_its_pages_stand_up_to_a_strict_look_while_it_runs_and_afterwards(council: Council) -> None:
    with council.page("operator") as desk, council.page("administrator") as page, council.page("auditor") as auditor:
        address = _begin(desk)
        _looked_at(desk, council, address)
        for path in ("/reviews/mine/", "/reviews/mine/?missing"):
            _looked_at(page, council, path)
        council.portal.manage("shell", "-c", KEEP_THE_REST)
        desk.goto(address)
        press(desk, button(desk, "見直しを終える"))
        expect(desk.get_by_role("link", name="報告を受け取る")).to_be_visible()
        for who in (desk, auditor):
            _looked_at(who, council, address)
        _looked_at(page, council, "/reviews/mine/")
        page.get_by_role("button", name="English").click()
        _looked_at(page, council, "/reviews/mine/", language="en")


def test_the_auditor_saves_a_report_that_verifies(council: Council) -> None:
    with council.page("auditor") as page:
        page.goto("/reviews/")
        page.locator("tbody th a").first.click()
        with page.expect_download() as saved:
            page.get_by_role("link", name="報告を受け取る").click()
        assert re.fullmatch(r"review-\d{4}-\d\d-\d\d-1\.txt", saved.value.suggested_filename)
        with open(saved.value.path(), "rb") as file:
            signed = note.verify(file.read(), note.Verifier.parse(page.locator(".asked-key").inner_text()))
        assert signed.text.decode().startswith("アクセスの見直しの報告 v1\n")
