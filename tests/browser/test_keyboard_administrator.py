"""An organisation's administrator by keyboard: invites, proposes a role and takes it back, sees who may read what, unlocks."""

import pytest
from playwright.sync_api import expect

from tests.browser.council import Council
from tests.browser.keyboard import Hands

# The first test of the folder waits for the demo council as well.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
NEWCOMER, COLLEAGUE = "折原 結", "平野 隼"
# Guessing at the sign-in page itself would count for every other test of this machine.
CLOSE = """
from accounts.models import User
from accounts.sign_in_failures import ATTEMPTS, note_failure
for _ in range(ATTEMPTS):
    note_failure(User.objects.get(name="平野 隼").email)
"""


def invite(hands: Hands) -> None:
    page = hands.page
    hands.follow(hands.link("人を登録する"))
    hands.type(hands.field("メールアドレス"), "orihara@suirei.example")
    hands.type(hands.field("氏名"), NEWCOMER)
    hands.type(hands.field("所属部署"), "調達部")
    hands.follow(hands.button("登録して招待する"))
    expect(page.locator("h1")).to_have_text(f"{NEWCOMER}さんを登録し、招待しました")
    hands.look()
    hands.follow(hands.link("名簿に戻る"))


def propose_a_role(hands: Hands) -> None:
    """Of the newcomer; nothing is given before a second person confirms it, and who proposed it may take it back."""
    page = hands.page
    hands.follow(hands.link(NEWCOMER))
    hands.press(page.get_by_role("checkbox", name="組織管理者"), "Space")
    hands.follow(hands.button("変更を保存する"))
    expect(page.get_by_text("別の人の確認を待っている役割：組織管理者")).to_be_visible()
    hands.look()
    hands.follow(hands.link("提案を見る"))
    hands.look()
    hands.follow(hands.button("取り下げる"))
    expect(page.get_by_role("heading", name="あなたの提案")).to_have_count(0)


def unlock(hands: Hands) -> None:
    hands.follow(hands.link(COLLEAGUE))
    hands.look()
    hands.follow(hands.button("一時停止を解く"))
    expect(hands.button("一時停止を解く")).to_have_count(0)


def test_an_administrator_runs_their_people_by_keyboard(council: Council) -> None:
    council.portal.manage("shell", "-c", CLOSE)
    with council.page("administrator") as page:
        hands = Hands(page, council)
        hands.open()
        hands.follow(page.get_by_role("navigation", name="主なメニュー").get_by_role("link", name="名簿・権限"))
        hands.look()
        invite(hands)
        propose_a_role(hands)
        hands.open("/people/")
        hands.follow(hands.link("自組織のアクセス"))
        hands.look()
        hands.follow(page.get_by_role("navigation", name="現在の場所").get_by_role("link", name="名簿・権限"))
        unlock(hands)
    # With somebody in it whom a visitor invited it is still the demo, which `make demo` starts again.
    assert "Demo council" in council.portal.manage("demo").stdout
