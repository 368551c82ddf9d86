"""What a provider can't produce when it is right, and what somebody between could: nothing of it signs anybody in."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.core.cache import cache
from django.test import Client

from accounts.identity_claims import uid_of
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast, oidc

pytestmark = oidc.needs_provider

ACCOUNTS = {"prime": {"account_type": "2", "corporate_number": "7990000000101"}}


@pytest.fixture(scope="module")
def process() -> Iterator[oidc.Provider]:
    with oidc.provider(ACCOUNTS, "http://127.0.0.1:8000") as running:
        yield running


@pytest.fixture
def gbizid(process: oidc.Provider, settings: object, world: cast.Council) -> oidc.Provider:
    """With somebody linked, who would come in if nothing were wrong."""
    settings.COUNCIL_IDENTITY = [process.entry]
    SocialAccount.objects.create(provider=process.id, uid=uid_of(process.issuer, "prime"), user=world.reader_two)
    cache.clear()
    return process


def fault() -> str:
    event = AuditEvent.objects.get(action="identity.refuse")
    assert (event.reason, event.actor, event.object) == ("identity_not_proved", "", "")
    return details_of([event])[event.pk]["facts"]["fault"]


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def query(address: str) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}


def test_with_no_fault_they_come_in(gbizid, client):
    gbizid.sign_in(client, "prime")
    assert is_in(client)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("nonce", "other_nonce"),
        ("no_nonce", "claim_missing"),
        ("signature", "bad_signature"),
        ("unknown_key", "unknown_signing_key"),
        ("none", "other_algorithm"),
        ("hmac", "other_algorithm"),
        ("aud", "other_audience"),
        ("many_aud", "other_audience"),
        ("iss", "other_issuer"),
        ("expired", "old_id_token"),
        ("old", "old_id_token"),
        ("sub", "other_subject"),
        ("userinfo_sub", "other_subject"),
        ("no_id_token", "no_id_token"),
    ],
)
def test_a_token_that_is_not_right_in_one_thing_proves_nothing(what, said, gbizid, client):
    response = gbizid.sign_in(client, "prime", fault=what)
    assert response.status_code == 403
    assert fault() == said
    assert not is_in(client)


def test_every_fault_looks_like_an_unknown_identity(gbizid):
    pages = {gbizid.sign_in(Client(), "prime", fault=what).content for what in ("nonce", "signature", "userinfo_sub")}
    SocialAccount.objects.all().delete()
    assert pages == {gbizid.sign_in(Client(), "prime").content}


def test_pkce_state_and_nonce_are_always_sent(gbizid, client):
    sent = query(gbizid.begin(client))
    assert (sent["response_type"], sent["code_challenge_method"]) == ("code", "S256")
    assert len(sent["code_challenge"]) == 43
    assert len(sent["nonce"]) == 43
    assert len(sent["state"]) >= 16
    assert set(sent["scope"].split()) == {"openid", "profile", "user"}


def test_nobody_outside_chooses_scopes_or_parameters(gbizid, client):
    sent = client.post(
        f"/sign-in/identity/{gbizid.id}/?scope=delegation_info&auth_params=prompt%3Dnone&process=redirect"
    )
    assert "delegation_info" not in sent["Location"]
    assert "prompt" not in query(sent["Location"])


def test_the_provider_sends_back_to_the_portals_own_address(gbizid, client):
    sent = client.post(f"/sign-in/identity/{gbizid.id}/", headers={"host": "localhost"})
    assert query(sent["Location"])["redirect_uri"] == f"http://127.0.0.1:8000/sign-in/identity/{gbizid.id}/callback/"


def test_an_answer_without_its_state_is_none(gbizid, client):
    gbizid.next_is("prime")
    answer = gbizid.answer_to(gbizid.begin(client))
    path, code = urlsplit(answer).path, query(answer)["code"]
    assert client.get(f"{path}?code={code}").status_code == 403
    assert fault() == "no_state_or_code"
    assert not is_in(client)


def test_an_answer_in_another_browser_is_none(gbizid, client):
    gbizid.next_is("prime")
    answer = gbizid.answer_to(gbizid.begin(client))
    other = Client()
    assert other.get(answer).status_code == 403
    assert not is_in(other)


def test_an_answer_counts_once(gbizid, client):
    gbizid.next_is("prime")
    answer = gbizid.answer_to(gbizid.begin(client))
    client.get(answer)
    client.logout()
    assert client.get(answer).status_code == 403
    assert not is_in(client)


def test_a_code_is_taken_once_by_the_provider_too(gbizid, client):
    gbizid.next_is("prime")
    answer = gbizid.answer_to(gbizid.begin(client))
    code = query(answer)["code"]
    client.get(answer)
    client.logout()
    again = query(gbizid.begin(client))
    assert client.get(f"{urlsplit(answer).path}?code={code}&state={again['state']}").status_code == 403
    assert fault() == "OAuth2Error"
    assert not is_in(client)


def test_the_provider_asks_for_the_verifier(gbizid, client):
    gbizid.next_is("prime")
    answer = gbizid.answer_to(gbizid.begin(client))
    session = client.session
    for held, _at, _provider in session["socialaccount_states"].values():
        del held["pkce_code_verifier"]
    session.save()
    assert client.get(answer).status_code == 403
    assert fault() == "OAuth2Error"


def test_the_answer_of_another_provider_is_none(gbizid, client):
    gbizid.next_is("prime")
    answer = gbizid.answer_to(gbizid.begin(client))
    assert query(answer)["iss"] == gbizid.issuer
    mixed = answer.replace("&iss=", "&iss=https%3A%2F%2Felsewhere.example&was=")
    assert client.get(mixed).status_code == 403
    assert fault() == "other_issuer"


def test_a_provider_that_calls_itself_otherwise_is_not_gone_to(gbizid, client):
    gbizid.next_is("prime", fault="discovery")
    response = client.post(f"/sign-in/identity/{gbizid.id}/")
    assert response.status_code == 503
    assert "外部の認証につながりません" in response.content.decode()


def test_a_slash_at_the_end_of_the_issuer_counts(gbizid, client, settings):
    settings.COUNCIL_IDENTITY = [{**gbizid.entry, "issuer": f"{gbizid.issuer}/"}]
    assert client.post(f"/sign-in/identity/{gbizid.id}/").status_code == 503


def test_a_provider_that_is_away_is_said_to_be_away(gbizid, client, settings):
    settings.COUNCIL_IDENTITY = [{**gbizid.entry, "issuer": "http://127.0.0.1:9"}]
    assert client.post(f"/sign-in/identity/{gbizid.id}/").status_code == 503


def test_a_wrong_secret_gets_no_token(gbizid, client, settings):
    settings.COUNCIL_IDENTITY = [{**gbizid.entry, "client_secret": "chigau"}]
    assert gbizid.sign_in(client, "prime").status_code == 403
    assert fault() == "OAuth2Error"


def test_a_row_of_the_library_brings_in_no_provider(gbizid, client):
    SocialAccount.objects.all().delete()
    SocialApp.objects.create(provider="openid_connect", provider_id="mine", name="mine", client_id="x")
    assert client.post("/sign-in/identity/mine/").status_code == 404
