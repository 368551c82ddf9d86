"""From an invitation to the home page: the administrator invites, the mail goes out, a code is told, a passkey is made."""

import re
import time
from email import message_from_bytes
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.council import NARROW, WIDE, Council
from tests.browser.looking import Looking
from tests.browser.test_sign_in import Seat

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
ADDRESS = "tsuji@suirei.example"
# Seconds from opening the link to the page that everybody begins at.
AT_MOST = 120


def invited(page: Page) -> str:
    """The code, from the page that shows it once."""
    page.goto("/people/add/")
    page.get_by_label("メールアドレス").fill(ADDRESS)
    page.get_by_label("氏名").fill("辻 直樹")
    page.get_by_label("所属部署").fill("調達部")
    page.get_by_role("button", name="登録して招待する").click()
    return page.locator("dd code").first.inner_text()


def link_in_the_mail(folder: Path) -> str:
    """The path that the mail to the newcomer leads to."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and ADDRESS.encode() in (sent := file.read_bytes()):
                body = message_from_bytes(sent).get_payload(decode=True).decode()
                return re.search(r"https?://[^/\s]+(/enrol/\S+)", body)[1]
        time.sleep(0.5)
    raise AssertionError("no mail to the newcomer")


def test_a_newcomer_gets_from_the_link_to_the_home_page(council: Council) -> None:
    with council.page("administrator") as page:
        looking = Looking(page, council.portal.url)
        code = invited(page)
        looking._axe(WIDE["width"])
        assert looking.faults == []
    path = link_in_the_mail(council.portal.folder / "mail")
    home = council.portal.url.replace("127.0.0.1", "localhost")
    context = council.browser.new_context(base_url=home, locale="ja-JP", viewport=NARROW)
    seat = Seat(context.new_page()).plug_in()
    page, begun = seat.page, time.monotonic()
    page.goto(path)
    assert page.get_by_text("翠嶺マテリアル株式会社が、辻 直樹さんを招待しています。").is_visible()
    page.get_by_label("電話で聞いた番号").fill(code.lower().replace("-", ""))
    page.get_by_role("button", name="登録を始める").click()
    page.get_by_role("link", name="パスキーを加える").click()
    page.get_by_role("textbox", name="名前").fill("社用の端末")
    page.get_by_role("button", name="パスキーを作る").click()
    page.get_by_role("link", name="しまいました。続ける").click()
    page.wait_for_load_state()
    if page.url.split("?")[0].endswith("/pledge/"):
        page.get_by_role("button").filter(has_text="同意").click()
    page.goto("/")
    assert "/sign-in" not in page.url
    assert "/me/factors" not in page.url
    assert page.locator("h1").first.is_visible()
    assert time.monotonic() - begun < AT_MOST
    assert page.goto(path).status == 404
    context.close()
