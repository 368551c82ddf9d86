"""Leaving by way of the provider, and showing oneself there once more; with a provider in a process of its own."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client

from accounts.models import Organisation, User
from council.access.tiers import Tier
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast, oidc
from tests.accounts.test_identity_staff import NUMBER

pytestmark = oidc.needs_provider
PORTAL, OUT = "http://127.0.0.1:8000", "/sign-in/out/"
STAFF = {"name": "佐藤 遥", "email_verified": True}
ACCOUNTS = {
    "strong": {**STAFF, "email": "strong@agency.example", "acr": "strong"},
    "other": {**STAFF, "email": "other@agency.example", "acr": "strong"},
    "stale": {**STAFF, "email": "stale@agency.example", "acr": "strong", "auth_time": -3000},
    "weak": {**STAFF, "email": "weak@agency.example", "acr": "weak"},
}


@pytest.fixture(scope="module")
def process() -> Iterator[oidc.Provider]:
    members = {"kind": "staff", "label": "職員の認証", "organisation": NUMBER, "strong_acr": ["strong"]}
    with oidc.provider(ACCOUNTS, PORTAL, **members) as running:
        yield running


@pytest.fixture
def staff(world: cast.Council, process: oidc.Provider, settings: object) -> oidc.Provider:
    settings.COUNCIL_IDENTITY, settings.COUNCIL_URL = [process.entry], PORTAL
    cast.organisation(Organisation.Kind.AGENCY, "架空省", corporate_number=NUMBER)
    return process


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    """What the provider knows the person by; the portal knows the client."""
    with requests.Session() as session:
        yield session


def come(staff: oidc.Provider, client: Client, browser: requests.Session | None, name: str = "strong") -> None:
    staff.next_is(name)
    client.get(staff.answer_to(staff.begin(client), browser))


def tier(client: Client) -> Tier | None:
    return client.get("/me/").wsgi_request.strength


def hours_later(client: Client) -> None:
    """What the provider said of the person is too old to reach tier two."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["strong_at"] -= 100_000
    session.save()


def sent_again(staff: oidc.Provider, client: Client, following: str = "/me/") -> str:
    answer = client.post(f"/sign-in/identity/{staff.id}/again/", {"next": following})
    assert answer.status_code == 302, answer.text
    return answer["Location"]


def test_signing_out_goes_on_to_the_provider_and_comes_back(staff, client, browser):
    come(staff, client, browser)
    assert "職員の認証" in client.get(OUT).text
    there = client.post(OUT)["Location"]
    assert there.startswith(f"{staff.issuer}/session/end?")
    assert "_auth_user_id" not in client.session
    assert staff.sign_out(there, browser) == f"{PORTAL}/sign-in/"


@pytest.mark.parametrize("leaves", [True, False])
def test_afterwards_the_provider_knows_nobody_any_more(leaves, staff, client, browser):
    come(staff, client, browser)
    there = client.post(OUT)["Location"]
    if leaves:
        staff.sign_out(there, browser)
    come(staff, client, browser, "other")
    assert User.objects.get(pk=client.session["_auth_user_id"]).email.startswith("other" if leaves else "strong")


def test_whoever_wants_leaves_this_portal_alone(staff, client, browser):
    come(staff, client, browser)
    assert client.post(OUT, {"here": "1"})["Location"] == "/sign-in/"


def test_the_token_that_the_provider_knows_them_by_rests_sealed(staff, client, browser):
    come(staff, client, browser)
    kept = json.dumps(dict(client.session.items()))
    hint = parse_qs(urlsplit(client.post(OUT)["Location"]).query)["id_token_hint"][0]
    assert hint.count(".") == 2
    assert not [part for part in hint.split(".") if part in kept]


def test_a_hint_that_does_not_open_is_left_out(staff, client, browser):
    come(staff, client, browser)
    session = client.session
    session["council_identity"]["hint"]["wrap"] = "AAAA"
    session.save()
    there = client.post(OUT)["Location"]
    assert "id_token_hint" not in there
    assert f"client_id={oidc.CLIENT}" in there


@pytest.mark.parametrize("fault", ["no_way_out", "way_out_elsewhere"])
def test_without_a_place_to_leave_by_one_leaves_here(fault, staff, client, browser):
    staff.next_is("strong", fault)
    client.get(staff.answer_to(staff.begin(client), browser))
    assert "職員の認証" not in client.get(OUT).text
    assert client.post(OUT)["Location"] == "/sign-in/"


def test_other_sessions_know_of_no_provider(world, staff, client):
    cast.sign_in(client, world.reader_two)
    assert 'name="here"' not in client.get(OUT).text
    assert client.post(OUT)["Location"] == "/sign-in/"


def test_shown_once_more_it_reaches_tier_two_again(staff, client, browser):
    come(staff, client, browser)
    hours_later(client)
    assert tier(client) is Tier.ONE
    assert f"/sign-in/identity/{staff.id}/again/" in client.get("/sign-in/confirm/").text
    asked = sent_again(staff, client)
    assert {"prompt": ["login"], "max_age": ["0"]}.items() <= parse_qs(urlsplit(asked).query).items()
    key = client.session.session_key
    assert client.get(staff.answer_to(asked, browser))["Location"] == "/me/"
    assert tier(client) is Tier.TWO
    assert client.session.session_key != key
    event = AuditEvent.objects.get(action="session.step_up", outcome="allow")
    assert details_of([event])[event.pk]["facts"]["provider"] == "staff"


def test_what_the_provider_saw_earlier_does_not_count(staff, client, browser):
    come(staff, client, browser, "stale")
    answer = client.get(staff.answer_to(sent_again(staff, client), browser))
    assert (answer.status_code, tier(client)) == (403, Tier.ONE)
    event = AuditEvent.objects.get(action="identity.refuse")
    assert details_of([event])[event.pk]["facts"]["fault"] == "old_authentication"


def test_somebody_else_at_the_provider_lifts_nobodys_session(staff, client, browser):
    come(staff, Client(), None, "other")
    come(staff, client, browser)
    hours_later(client)
    asked = sent_again(staff, client)
    staff.next_is("other")
    assert client.get(staff.answer_to(asked)).status_code == 403
    assert tier(client) is Tier.ONE
    assert AuditEvent.objects.get(action="identity.refuse").reason == "unknown_identity"


def test_what_was_not_strong_is_said_and_reaches_no_further(staff, client, browser):
    come(staff, client, browser, "weak")
    answer = client.get(staff.answer_to(sent_again(staff, client), browser), follow=True)
    assert "強い確かめが済みませんでした" in answer.text
    assert tier(client) is Tier.ONE
    assert AuditEvent.objects.get(action="session.step_up").reason == "weak_authentication"


@pytest.mark.parametrize("who", ["reader_two", "publisher"])
def test_whoever_is_not_linked_is_not_sent(who, world, staff, client):
    cast.sign_in(client, getattr(world, who), Tier.ONE)
    assert client.post(f"/sign-in/identity/{staff.id}/again/").status_code == 404
    assert "/again/" not in client.get("/sign-in/confirm/").text


def test_a_provider_without_strong_words_is_never_asked_again(staff, client, browser, settings):
    settings.COUNCIL_IDENTITY = [{**staff.entry, "strong_acr": []}]
    come(staff, client, browser)
    assert client.post(f"/sign-in/identity/{staff.id}/again/").status_code == 404
