"""Writing on when the time of the passkey or of the whole session has ended: in the same page, with every word still there."""

import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from tests.browser.council import NARROW, PEOPLE, WIDE, Council
from tests.browser.looking import Looking
from tests.browser.test_sign_in import Seat, arrive

# The first test of the folder waits for the demo council as well.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
# Two days after it was used a passkey says nothing any more; what the portal asks is how long ago that was.
OLD = """
from importlib import import_module
from django.conf import settings
from accounts.models import Session
store = import_module(settings.SESSION_ENGINE).SessionStore
for row in Session.objects.all():
    session = store(row.session_key)
    records = session.get("account_authentication_methods", [])
    session["account_authentication_methods"] = [{**each, "at": each["at"] - 172800} for each in records]
    session.save()
"""
TEXT, LATER = "確かめが切れる前に書いた文です。", "確かめが切れたあとに書いた文です。"


@dataclass
class Desk:
    """The publisher of the demo council, their passkey, and the browser: at the portal's name, since numbers have no passkeys."""

    council: Council
    passkey: dict = field(default_factory=dict)

    @property
    def home(self) -> str:
        return self.council.portal.url.replace("127.0.0.1", "localhost")

    def seat(self, *, width: dict = WIDE) -> Seat:
        context = self.council.browser.new_context(base_url=self.home, locale="ja-JP", viewport=width)
        return Seat(context.new_page()).plug_in(*filter(None, [self.passkey]))

    def signed_in(self, *, width: dict = WIDE) -> Page:
        page = self.seat(width=width).page
        page.goto("/sign-in/?next=/desk/new/")
        page.get_by_role("button", name="パスキーでサインイン").press("Enter")
        arrive(page, "/desk/new/")
        return page

    def age_the_passkeys(self) -> None:
        self.council.portal.manage("shell", "-c", OLD)


@pytest.fixture(scope="module")
def desk(council: Council) -> Desk:
    """The publisher's first passkey, behind their password."""
    desk = Desk(council)
    seat = desk.seat()
    page = seat.page
    page.goto("/sign-in/?next=/me/factors/passkey/")
    page.get_by_text("メールアドレスと確認コードを入力する").click()
    page.get_by_role("textbox", name="メールアドレス").fill(PEOPLE["publisher"])
    page.get_by_role("textbox", name="パスワード").fill(council.password)
    page.get_by_role("button", name="サインイン", exact=True).click()
    page.get_by_role("button", name="パスキーを作る").click()
    page.wait_for_selector(".factor-codes")
    council.portal.confirm_factor(PEOPLE["publisher"])
    desk.passkey = seat.credentials[0]
    page.context.close()
    return desk


def write(page: Page) -> None:
    """A bulletin of tier two, typed and kept."""
    page.locator("#id_title").fill("架空の港の点検")
    page.locator("#id_tier").select_option("2")
    page.locator("#id_part-1-text").fill(TEXT)
    expect(page.locator("[data-kept]")).to_contain_text("自動保存しました", timeout=15_000)


def type_on(page: Page) -> None:
    page.locator("#id_part-1-text").press("End")
    page.keyboard.insert_text(LATER)


def stays(page: Page) -> None:
    """The same page, told that nobody keeps its words; none of them stands in the browser's storage."""
    expect(page.locator("[data-kept]")).to_contain_text("自動保存できていません", timeout=15_000)
    expect(page.locator("[data-session-over]")).to_be_visible()
    assert page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") == "[{},{}]"


def is_kept(page: Page, text: str) -> None:
    """In the same place, kept, and there again in another window."""
    expect(page.locator("[data-kept]")).to_contain_text("自動保存しました", timeout=15_000)
    expect(page.locator("[data-session-end]")).to_be_hidden()
    expect(page.locator("#id_part-1-text")).to_have_value(text)
    again = page.context.new_page()
    again.goto("/desk/")
    again.get_by_role("link", name="架空の港の点検").first.click()
    expect(again.locator("#id_part-1-text")).to_have_value(text)
    again.close()


def test_words_typed_after_the_passkeys_time_are_kept_as_soon_as_it_is_used_again(desk: Desk) -> None:
    page = desk.signed_in(width=NARROW)
    write(page)
    desk.age_the_passkeys()
    type_on(page)
    stays(page)
    looking = Looking(page, desk.home)
    looking._look(NARROW["width"], "ja")
    looking._axe(NARROW["width"])
    assert looking.faults == []
    # Saving leads nobody away either: it leads to the button.
    page.get_by_role("button", name="下書きを保存する").press("Enter")
    expect(page.get_by_role("button", name="続ける")).to_be_focused()
    page.keyboard.press("Enter")
    is_kept(page, TEXT + LATER)
    page.get_by_role("button", name="下書きを保存する").press("Enter")
    page.wait_for_url(re.compile(r"/desk/[0-9a-f-]{36}/$"))
    expect(page.locator(".doc")).to_contain_text(TEXT + LATER)
    page.context.close()


def test_two_minutes_before_the_end_one_goes_on_without_leaving_the_page(desk: Desk) -> None:
    page = desk.signed_in()
    page.clock.install()
    page.goto("/desk/new/")
    page.locator("#id_tier").select_option("2")
    page.locator("#id_part-1-text").fill(TEXT)
    page.clock.fast_forward(4 * 3600 * 1000 - 100_000)
    expect(page.locator("[data-session-soon]")).to_be_visible()
    page.get_by_role("button", name="続ける").press("Enter")
    expect(page.locator("[data-session-end]")).to_be_hidden()
    expect(page.locator("#id_part-1-text")).to_be_focused()
    expect(page.locator("#id_part-1-text")).to_have_value(TEXT)
    page.context.close()


def test_after_the_whole_session_one_signs_in_beside_it_and_comes_back_to_the_same_page(desk: Desk) -> None:
    page = desk.signed_in()
    write(page)
    page.context.clear_cookies()
    type_on(page)
    stays(page)
    page.get_by_role("button", name="続ける").press("Enter")
    expect(page.locator('[data-passkey-says="gone"]')).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="別の画面でサインインする").press("Enter")
    beside = opened.value
    Seat(beside).plug_in(desk.passkey)
    beside.get_by_role("button", name="パスキーでサインイン").press("Enter")
    arrive(beside, "/desk/")
    beside.close()
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    is_kept(page, TEXT + LATER)
    page.context.close()
