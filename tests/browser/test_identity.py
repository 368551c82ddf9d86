"""In a real browser: the button of the sign-in page leads to the provider and back, as the content security policy has to let it."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests import oidc
from tests.browser.looking import Looking
from tests.portal import Portal, deployment, serving

pytestmark = [pytest.mark.browser, oidc.needs_provider]

AGENCY = "8000012010038"
WORLD = {"organisations": [{"key": "agency", "kind": "agency", "name": "架空省", "corporate_number": AGENCY}]}
STAFF = {
    "haruka": {"name": "佐藤 遥", "email": "haruka@agency.example", "email_verified": True},
    "nameless": {"email": "nameless@agency.example", "email_verified": True},
}


@pytest.fixture(scope="module")
def stage(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Portal, oidc.Provider]]:
    with deployment(tmp_path_factory.mktemp("identity")) as portal:
        staff = {"kind": "staff", "label": "職員の認証", "organisation": AGENCY}
        with oidc.provider(STAFF, portal.url, **staff) as provider:
            portal.further["COUNCIL_IDENTITY"] = json.dumps([provider.entry])
            portal.load(WORLD)
            with serving(portal):
                yield portal, provider


@pytest.fixture
def page(stage: tuple[Portal, oidc.Provider], chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(base_url=stage[0].url)
    yield context.new_page()
    context.close()


def press(page: Page) -> None:
    page.goto("/sign-in/")
    page.get_by_role("button", name="職員の認証で入る").click()


def test_the_button_leads_there_and_back(stage, page):
    portal, provider = stage
    provider.next_is("haruka")
    press(page)
    page.wait_for_url("**/pledge/**")
    assert "佐藤 遥" in page.content()
    page.locator("main form button[type=submit]").click()
    seen = Looking(page, portal.url)
    seen.visit("/me/identities/")
    assert seen.faults == []


def test_signing_out_leads_there_and_back_too(stage, page):
    stage[1].next_is("haruka")
    press(page)
    page.wait_for_url(f"{stage[0].url}/**")
    page.goto("/sign-in/out/")
    page.get_by_role("button", name="サインアウトする", exact=True).click()
    page.wait_for_url(f"{stage[1].issuer}/**")
    page.locator("button[name=logout]").first.click()
    page.wait_for_url(f"{stage[0].url}/sign-in/")


def test_who_is_turned_away_is_told_so(stage, page):
    stage[1].next_is("nameless")
    press(page)
    page.get_by_role("heading", name="この認証では入れません").wait_for()


def test_the_pages_before_the_door_are_whole_ones(stage, page):
    seen = Looking(page, stage[0].url)
    seen.visit("/sign-in/")
    seen.visit("/sign-in/identity/staff/callback/", status=403)
    assert seen.faults == []
