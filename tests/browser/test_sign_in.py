"""Signing in with an authenticator that Chromium itself plays: by passkey, once more by passkey, and not at all without one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.council import NARROW, WIDE
from tests.browser.looking import Looking
from tests.journeys.test_main_story import WORLD
from tests.portal import Portal, deployment, serving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
# An authenticator of the device itself, that keeps its passkeys and knows who holds it.
INSIDE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip
READER = "two@acme.example"
TITLE = "供給の遅れへの備え"
HINT = "パスキーで確かめると、開けるものが増えることがあります。"


@dataclass
class Seat:
    """A browser window before the portal's name, with an authenticator in it or without."""

    page: Page
    authenticator: str = ""

    def send(self, command: str, **parameters: Any) -> dict:
        return self._devtools.send(f"WebAuthn.{command}", parameters)

    def __post_init__(self) -> None:
        self._devtools = self.page.context.new_cdp_session(self.page)
        self.send("enable")

    def plug_in(self, *credentials: dict, **traits: Any) -> "Seat":
        self.authenticator = self.send("addVirtualAuthenticator", options={**INSIDE, **traits})["authenticatorId"]
        for each in credentials:
            self.send("addCredential", authenticatorId=self.authenticator, credential=each)
        return self

    @property
    def credentials(self) -> list[dict]:
        return self.send("getCredentials", authenticatorId=self.authenticator)["credentials"]

    def by_password(self, portal: Portal, code: str = "") -> None:
        self.page.goto("/sign-in/")
        self.page.get_by_text("メールアドレスと確認コードを入力する").click()
        self.page.get_by_role("textbox", name="メールアドレス").fill(READER)
        self.page.get_by_role("textbox", name="パスワード").fill(portal.password)
        self.page.get_by_role("textbox", name="確認コード").fill(code)
        self.page.get_by_role("button", name="サインイン", exact=True).click()

    def sign_out(self) -> None:
        self.page.goto("/sign-in/out/")
        self.page.get_by_role("button", name="サインアウトする").click()
        self.page.wait_for_url("**/sign-in/")


def arrive(page: Page, path: str = "/") -> None:
    page.wait_for_url(lambda url: urlsplit(url).path == path)


@dataclass
class Enrolled:
    """What the reader holds: the passkey, and codes that work once each."""

    passkey: dict
    codes: Iterator[str]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with deployment(tmp_path_factory.mktemp("portal")) as portal, serving(portal):
        yield portal


@pytest.fixture(scope="module")
def home(portal: Portal) -> str:
    """The address with a name: for one of numbers browsers make no passkeys."""
    return portal.url.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def bulletin(portal: Portal) -> str:
    """The address of a bulletin of tier two that the reader may see."""
    world = portal.load(WORLD)
    draft = {
        "kind": "alert", "title": TITLE, "tier": 2, "released_to": {"organisations": [world["ids"]["acme"]]},
        "parts": [{"text": "部品の納入が遅れています。", "tier": 2}],
    }  # fmt: skip
    made = portal.call("POST", "/api/v1/bulletins/", token=world["tokens"]["pub"], data=draft).json["id"]
    for who, deed in (("pub", "submit"), ("app", "approve"), ("pub", "publish")):
        done = portal.call("POST", f"/api/v1/bulletins/{made}/{deed}/", token=world["tokens"][who], data={})
        assert done.status == 200, done.text
    return f"/bulletins/{made}/"


@pytest.fixture
def seats(chromium: Browser, home: str) -> Iterator[Any]:
    opened = []

    def open_one(**options: Any) -> Seat:
        opened.append(chromium.new_context(base_url=home, locale="ja-JP", **{"viewport": WIDE, **options}))
        return Seat(opened[-1].new_page())

    yield open_one
    for context in opened:
        context.close()


@contextmanager
def looked_at(page: Page, home: str) -> Iterator[Looking]:
    looking = Looking(page, home)
    yield looking
    assert looking.faults == []


@pytest.fixture(scope="module")
def enrolled(chromium: Browser, portal: Portal, bulletin: str, home: str) -> Enrolled:
    """From the first password to a passkey and an authenticator app, on the pages."""
    context = chromium.new_context(base_url=home, locale="ja-JP", viewport=WIDE)
    seat = Seat(context.new_page()).plug_in()
    page = seat.page
    seat.by_password(portal)
    page.goto(bulletin)
    assert page.get_by_text("パスワードだけでは、ここから先に進めません。").is_visible()
    page.get_by_role("link", name="パスキーを加える").click()
    page.get_by_role("textbox", name="名前").fill("社用の端末")
    page.get_by_role("button", name="パスキーを作る").click()
    page.wait_for_selector(".factor-codes")
    with looked_at(page, home) as looking:
        looking._axe(WIDE["width"])
    codes = page.locator(".factor-codes code").all_inner_texts()
    portal.confirm_factor(READER)
    page.get_by_role("link", name="しまいました。続ける").click()
    assert page.locator("h1").inner_text() == TITLE
    held = Enrolled(seat.credentials[0], iter(codes))
    context.close()
    return held


def test_whoever_has_a_passkey_signs_in_by_it(seats: Any, bulletin: str, enrolled: Enrolled) -> None:
    page = seats().plug_in(enrolled.passkey).page
    page.goto(bulletin)
    page.get_by_role("button", name="パスキーでサインイン").click()
    expect(page.locator("h1")).to_have_text(TITLE)
    page.locator("details.user summary").click()
    assert page.get_by_text(re.compile(r"機密性2情報まで（\d\d:\d\dまで）")).is_visible()


def test_a_session_by_code_sees_tier_two_after_the_passkey_and_not_before(
    seats: Any, portal: Portal, bulletin: str, enrolled: Enrolled
) -> None:
    seat = seats().plug_in(enrolled.passkey)
    page = seat.page
    seat.by_password(portal, next(enrolled.codes))
    arrive(page)
    assert page.goto(bulletin).status == 404
    assert page.get_by_text(HINT).is_visible()
    page.locator("main").get_by_role("link", name="パスキーで確かめる").click()
    page.get_by_role("button", name="パスキーで確かめる").click()
    expect(page.locator("h1")).to_have_text(TITLE)
    assert page.url.endswith(bulletin)


@pytest.mark.parametrize("traits", [{}, {"isUserVerified": False}], ids=["empty", "nobody it knows"])
def test_an_authenticator_that_can_not_tell_who_it_is_signs_nobody_in(
    seats: Any, enrolled: Enrolled, traits: dict
) -> None:
    page = seats().plug_in(*([enrolled.passkey] if traits else []), **traits).page
    page.goto("/sign-in/")
    page.get_by_role("button", name="パスキーでサインイン").click()
    expect(page.locator('[data-passkey-says="cancelled"]')).to_be_visible(timeout=120_000)
    assert page.url.endswith("/sign-in/")
    page.goto("/me/")
    assert page.url.endswith("/sign-in/?next=/me/")


def test_without_the_authenticator_a_session_by_code_stays_where_it_was(
    seats: Any, portal: Portal, bulletin: str, enrolled: Enrolled
) -> None:
    seat = seats().plug_in()
    page = seat.page
    seat.by_password(portal, next(enrolled.codes))
    arrive(page)
    page.goto(f"/sign-in/confirm/?next={bulletin}")
    page.get_by_role("button", name="パスキーで確かめる").click()
    expect(page.locator('[data-passkey-says="cancelled"]')).to_be_visible(timeout=120_000)
    assert page.goto(bulletin).status == 404


def test_whoever_stole_password_and_code_adds_no_passkey_of_their_own(
    seats: Any, portal: Portal, enrolled: Enrolled
) -> None:
    thief = seats().plug_in()
    thief.by_password(portal, next(enrolled.codes))
    arrive(thief.page)
    thief.page.goto("/me/factors/passkey/")
    assert "/sign-in/confirm/" in thief.page.url
    token = thief.page.locator('input[name="csrfmiddlewaretoken"]').first.get_attribute("value")
    sent = {"csrfmiddlewaretoken": token, "name": "私の", "credential": "{}"}
    thief.page.context.request.post(
        "/me/factors/passkey/", form=sent, headers={"Origin": thief.page.url.split("/sign-in")[0]}
    )
    thief.page.goto("/me/factors/")
    assert thief.page.locator(".factor h3").all_inner_texts() == ["社用の端末"]


def test_without_javascript_one_signs_in_by_code_and_is_told_why_not_by_passkey(
    seats: Any, portal: Portal, enrolled: Enrolled
) -> None:
    seat = seats(java_script_enabled=False, viewport=NARROW)
    seat.page.goto("/sign-in/")
    assert seat.page.get_by_text("パスキーを使うには、ブラウザの JavaScript を有効にしてください。").is_visible()
    seat.page.get_by_role("button", name="パスキーでサインイン").click()
    assert seat.page.get_by_role("alert").get_by_text("JavaScript を有効にしてください。").is_visible()
    seat.by_password(portal, next(enrolled.codes))
    assert seat.page.locator("h1").is_visible()
    assert not seat.page.url.endswith("/sign-in/")


def test_the_pages_about_factors_stand_up_to_a_strict_look(
    seats: Any, portal: Portal, home: str, enrolled: Enrolled
) -> None:
    seat = seats().plug_in(enrolled.passkey)
    page = seat.page
    with looked_at(page, home) as looking:
        looking.visit("/sign-in/")
        seat.by_password(portal)
        page.wait_for_url("**/sign-in/code/")
        looking.visit("/sign-in/code/")
        page.get_by_role("button", name="パスキーで確かめる").click()
        arrive(page)
        for path in (
            "/me/factors/",
            "/me/factors/passkey/",
            "/me/factors/app/",
            "/me/factors/codes/",
            "/sign-in/confirm/",
        ):
            looking.visit(path)
        page.goto("/me/factors/passkey/")
        page.get_by_role("button", name="パスキーを作る").click()
        expect(page.locator('[data-passkey-says="known"]')).to_be_visible(timeout=120_000)
        looking._axe(WIDE["width"])


def test_a_second_passkey_is_added_named_and_removed(seats: Any, home: str, enrolled: Enrolled) -> None:
    seat = seats().plug_in(enrolled.passkey)
    page = seat.page
    page.goto("/sign-in/?next=/me/factors/passkey/")
    page.get_by_role("button", name="パスキーでサインイン").click()
    arrive(page, "/me/factors/passkey/")
    seat.send("removeVirtualAuthenticator", authenticatorId=seat.authenticator)
    seat.plug_in(transport="usb")
    page.get_by_role("textbox", name="名前").fill("予備の鍵")
    page.get_by_role("button", name="パスキーを作る").click()
    arrive(page, "/me/factors/")
    page.get_by_text("「予備の鍵」の名前を変える、消す").click()
    page.get_by_role("textbox", name="新しい名前").last.fill("金庫の鍵")
    page.get_by_role("button", name="名前を変える").last.click()
    assert page.locator(".factor h3").all_inner_texts() == ["社用の端末", "金庫の鍵"]
    page.get_by_text("「金庫の鍵」の名前を変える、消す").click()
    page.get_by_role("link", name="このパスキーを消す").last.click()
    with looked_at(page, home) as looking:
        looking._axe(WIDE["width"])
    page.get_by_role("button", name="消す").click()
    assert page.locator(".factor h3").all_inner_texts() == ["社用の端末"]
