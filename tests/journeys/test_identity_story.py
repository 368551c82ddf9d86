"""Companies by GビズID and staff by their own provider, with every process running: portal and two providers, over HTTP."""

import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from tests import oidc
from tests.portal import Portal, deployment, serving

pytestmark = oidc.needs_provider

AGENCY, COMPANY = "8000012010038", "7000012050002"
WORLD = {
    "organisations": [
        {"key": "agency", "kind": "agency", "name": "架空省", "corporate_number": AGENCY},
        {"key": "acme", "kind": "company", "name": "アクメ素材株式会社", "corporate_number": COMPANY},
    ],
    "subcommittees": [{"key": "chips", "name": "半導体分科会", "members": ["agency", "acme"]}],
    "people": [
        {"key": "two", "email": "two@acme.example", "org": "acme", "roles": ["member"], "tier": 2, "subcommittees": ["chips"]},
    ],
}  # fmt: skip
STAFF = {
    "haruka": {"name": "佐藤 遥", "email": "haruka@agency.example", "email_verified": True, "roles": ["operator"]},
    "taken": {"name": "誰か", "email": "two@acme.example", "email_verified": True},
}
COMPANIES = {
    "entry": {"account_type": "1"},
    "stranger": {"account_type": "2", "corporate_number": COMPANY},
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Portal, oidc.Provider, oidc.Provider]]:
    """A serving portal that knows both providers."""
    with deployment(tmp_path_factory.mktemp("identities")) as portal:
        staff = {"kind": "staff", "label": "職員の認証", "organisation": AGENCY}
        with (
            oidc.provider(COMPANIES, portal.url, path="/oauth/") as gbizid,
            oidc.provider(STAFF, portal.url, **staff) as agency,
        ):
            portal.further["COUNCIL_IDENTITY"] = json.dumps([gbizid.entry, agency.entry])
            portal.load(WORLD)
            with serving(portal):
                yield portal, gbizid, agency


def press(portal: Portal, provider: oidc.Provider, browser: requests.Session) -> requests.Response:
    """The button on the sign-in page, and everything that the browser follows."""
    page = browser.get(f"{portal.url}/sign-in/", timeout=30)
    form = re.search(rf'action="(/sign-in/identity/{provider.id}/)">.*?value="([^"]+)"', page.text, re.S)
    return browser.post(portal.url + form[1], {"csrfmiddlewaretoken": form[2]}, timeout=30)


def test_staff_come_in_pledge_and_have_no_role(stage):
    portal, _gbizid, agency = stage
    agency.next_is("haruka")
    with requests.Session() as browser:
        page = press(portal, agency, browser)
        assert (page.status_code, urlsplit(page.url).path, "佐藤 遥" in page.text) == (200, "/pledge/", True)
        form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text[page.text.index("<main") :]))
        browser.post(f"{portal.url}/pledge/", form, timeout=30)
        assert browser.get(f"{portal.url}/bulletins/", timeout=30).status_code == 200
        assert browser.get(f"{portal.url}/desk/new/", timeout=30).status_code == 404


def test_the_account_is_one_however_often_they_come(stage):
    portal, _gbizid, agency = stage
    for _ in range(2):
        agency.next_is("haruka")
        with requests.Session() as browser:
            assert "佐藤 遥" in press(portal, agency, browser).text


def test_an_address_in_use_takes_over_nothing(stage):
    portal, _gbizid, agency = stage
    agency.next_is("taken")
    with requests.Session() as browser:
        response = press(portal, agency, browser)
        assert (response.status_code, "結びつけ" in response.text) == (403, True)
        assert urlsplit(browser.get(f"{portal.url}/me/", timeout=30).url).path == "/sign-in/"


def test_companies_that_are_not_linked_or_not_proved_stay_outside(stage):
    portal, gbizid, _agency = stage
    for name, words in {"entry": "GビズIDプライム", "stranger": "この認証では入れません"}.items():
        gbizid.next_is(name)
        with requests.Session() as browser:
            response = press(portal, gbizid, browser)
            assert (response.status_code, words in response.text) == (403, True)


def test_a_token_with_another_signature_opens_nothing(stage):
    portal, _gbizid, agency = stage
    agency.next_is("haruka", fault="signature")
    with requests.Session() as browser:
        assert press(portal, agency, browser).status_code == 403


def test_forms_may_lead_to_the_providers_and_nowhere_else(stage):
    portal, gbizid, agency = stage
    policy = portal.call("GET", "/sign-in/").headers["content-security-policy"]
    allowed = next(part for part in policy.split("; ") if part.startswith("form-action")).split()[1:]
    origins = {urlsplit(each.issuer)._replace(path="").geturl() for each in (gbizid, agency)}
    assert set(allowed) == {"'self'", *origins}


def test_no_secret_stands_in_what_operators_are_told(stage):
    portal, _gbizid, _agency = stage
    assert oidc.SECRET not in portal.manage("doctor").stdout


def test_nonsense_stops_the_boot_with_a_sentence(stage):
    portal, gbizid, _agency = stage
    good = portal.further["COUNCIL_IDENTITY"]
    try:
        portal.further["COUNCIL_IDENTITY"] = json.dumps([{**gbizid.entry, "issuer": "http://gbiz-id.go.jp/oauth/"}])
        told = portal.manage("check", expect=1).stderr
    finally:
        portal.further["COUNCIL_IDENTITY"] = good
    assert "council.E011" in told
    assert "https address" in told
