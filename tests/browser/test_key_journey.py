"""A key from the browser it is made in to the day it is revoked, on the pages of those who have to do with it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.council import Council
from tests.browser.looking import Looking

# The first test of the folder waits for the demo council as well.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
COMPANY = "翠嶺マテリアル株式会社"


def _looked_at(page: Page, council: Council, address: str) -> None:
    """Opens the address under the eyes of the strict reviewer."""
    looking = Looking(page, council.portal.url)
    looking.visit(address)
    assert looking.faults == []


def _add_number(page: Page) -> None:
    page.goto("/contacts/")
    page.get_by_text("窓口のメールアドレスを加える").click()
    page.get_by_label("メールアドレス").fill("denwa@suirei.example")
    page.get_by_label("電話").locator("visible=true").fill("03-0000-0000")
    page.get_by_role("button", name="連絡先に加える").locator("visible=true").click()
    expect(page.get_by_role("status").filter(has_text="連絡先を登録しました。")).to_be_visible()


def _register(page: Page, folder: Path) -> Path:
    page.goto("/keys/")
    page.get_by_role("button", name="この画面で鍵の組を作る").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="識別鍵を保存する").click()
    saved.value.save_as(folder / "identity.txt")
    page.get_by_role("checkbox", name="加藤 美咲").check()
    page.get_by_role("button", name="この鍵を登録する").click()
    expect(page.get_by_text("続けて、識別鍵を持っていることを示してください。")).to_be_visible()
    return folder / "identity.txt"


def _prove(page: Page, identity: Path) -> None:
    page.get_by_label("識別鍵のファイル").set_input_files(identity)
    expect(page.get_by_label("問いの答え")).not_to_have_value("")
    page.get_by_role("button", name="答えを送る").click()
    expect(page.get_by_text("識別鍵を持っていることを確かめました。")).to_be_visible()


def _confirm(council: Council, who: str, spoken: str) -> None:
    with council.page(who) as page:
        _looked_at(page, council, "/keys/confirm/")
        key = page.get_by_role("region", name=COMPANY)
        expect(key.get_by_text(spoken)).to_be_visible()
        expect(key.get_by_text("03-0000-0000")).to_be_visible()
        key.get_by_role("checkbox").check()
        key.get_by_role("button", name="電話で指紋を照合しました").click()
        expect(page.get_by_role("status").first).to_be_visible()


def test_a_key_is_made_proved_confirmed_and_revoked(council: Council, tmp_path: Path) -> None:
    with council.page("administrator") as page:
        _add_number(page)
        _looked_at(page, council, "/contacts/")
        identity = _register(page, tmp_path)
        _looked_at(page, council, "/keys/")
        _prove(page, identity)
        waiting = page.get_by_role("region", name="使い始めを待つ鍵")
        spoken = waiting.locator("code").first.inner_text()
        for who in ("officer", "operator"):
            _confirm(council, who, spoken)
        _looked_at(page, council, "/keys/")
        expect(waiting.get_by_text("2人が確認しました。")).to_be_visible()
        address = waiting.get_by_role("link", name="この登録を取り消す").get_attribute("href") or ""
        _looked_at(page, council, address)
        page.get_by_role("radio", name="もう使わない").check()
        page.get_by_role("button", name="この鍵を失効させる").click()
        expect(page.get_by_text("に失効しました（もう使わない）。")).to_be_visible()
        _looked_at(page, council, "/keys/")


def test_without_javascript_a_key_is_registered_and_its_challenge_saved(council: Council) -> None:
    recipient = "age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryef"
    with council.page("administrator", java_script_enabled=False) as page:
        page.goto("/keys/")
        page.get_by_label("受信者鍵").fill(recipient)
        page.get_by_role("checkbox", name="加藤 美咲").check()
        page.get_by_role("button", name="この鍵を登録する").click()
        with page.expect_download() as saved:
            page.get_by_role("link", name="問いのファイル").click()
        assert saved.value.suggested_filename == "challenge.age"
        assert Path(saved.value.path()).read_text().startswith("-----BEGIN AGE ENCRYPTED FILE-----\n")
