"""Signing in with GビズID: who is let in, who is turned away and what they are told, with a provider in a process of its own."""

from collections.abc import Iterator

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.actions.organisations import suspend_organisation
from accounts.actions.people import suspend_person
from accounts.identity_claims import uid_of
from accounts.models import User
from council.access.tiers import Tier
from council.audit.details import details_of
from council.audit.models import AuditEvent
from council.audit.record import actor_of
from tests import cast, oidc

pytestmark = oidc.needs_provider

NUMBER, OTHER = "7990000000101", "5990000000202"
PRIME = {"account_type": "2", "corp_type": "1", "corporate_number": NUMBER}
ACCOUNTS = {
    "prime": PRIME,
    "member": {**PRIME, "account_type": "3", "parent_id": "prime"},
    "stranger": PRIME,
    "entry": {"account_type": "1", "corp_type": "2"},
    "delegated": {**PRIME, "delegation_info": {"corporate_number": OTHER}},
    "moved": {**PRIME, "corporate_number": OTHER},
    "numberless": {"account_type": "2", "corp_type": "2"},
    "nothing": {},
}


@pytest.fixture(scope="module")
def process() -> Iterator[oidc.Provider]:
    with oidc.provider(ACCOUNTS, "http://127.0.0.1:8000", path="/oauth/") as running:
        yield running


@pytest.fixture
def gbizid(process: oidc.Provider, settings: object) -> oidc.Provider:
    settings.COUNCIL_IDENTITY = [process.entry]
    return process


def link(person: User, gbizid: oidc.Provider, *names: str) -> None:
    for name in names:
        uid = uid_of(gbizid.issuer, name)
        SocialAccount.objects.create(provider=gbizid.id, uid=uid, user=person, extra_data={"issuer": gbizid.issuer})


def refusals() -> list[tuple[str, str, str]]:
    rows = AuditEvent.objects.filter(action="identity.refuse").order_by("pk")
    return [(row.reason, row.actor, row.object) for row in rows]


def signed_in(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


@pytest.mark.parametrize("name", ["prime", "member"])
def test_prime_and_member_who_are_linked_come_in(name, world, gbizid, client):
    link(world.reader_two, gbizid, name)
    response = gbizid.sign_in(client, name, following="/me/")
    assert (response.status_code, response["Location"]) == (302, "/me/")
    assert signed_in(client) == str(world.reader_two.pk)


def test_the_session_reaches_tier_one_and_no_further(world, gbizid, client):
    link(world.reader_two, gbizid, "prime")
    gbizid.sign_in(client, "prime")
    response = client.get("/me/")
    assert response.status_code == 200
    assert response.wsgi_request.strength is Tier.ONE


def test_what_was_vouched_for_is_in_the_event(world, gbizid, client):
    link(world.reader_two, gbizid, "member")
    gbizid.sign_in(client, "member")
    event = AuditEvent.objects.get(action="session.sign_in")
    facts = details_of([event])[event.pk]["facts"]
    assert event.actor == actor_of(str(world.reader_two.pk))
    assert facts == {
        "provider": "gbizid", "issuer": gbizid.issuer, "identity": uid_of(gbizid.issuer, "member"), "kind": "member", "ial": 1,
        "corporate_number": NUMBER, "delegated": False,
    }  # fmt: skip


def test_nothing_that_was_said_is_kept_but_the_issuer(world, gbizid, client):
    link(world.reader_two, gbizid, "prime")
    gbizid.sign_in(client, "prime")
    assert SocialAccount.objects.get().extra_data == {"issuer": gbizid.issuer}


def test_who_is_not_linked_is_nobody_here_and_becomes_nobody(world, gbizid, client):
    people = User.objects.count()
    response = gbizid.sign_in(client, "stranger")
    assert response.status_code == 403
    assert (signed_in(client), User.objects.count(), SocialAccount.objects.count()) == (None, people, 0)
    assert refusals() == [("unknown_identity", "", "")]


def test_an_entry_account_is_told_what_it_lacks(world, gbizid, client):
    link(world.reader_two, gbizid, "entry")
    response = gbizid.sign_in(client, "entry")
    assert response.status_code == 403
    assert "GビズIDプライム" in response.content.decode()
    assert signed_in(client) is None
    assert refusals() == [("entry_account", "", str(world.reader_two.pk))]


def test_who_acts_for_another_company_is_told_so(world, gbizid, client):
    link(world.reader_two, gbizid, "delegated")
    response = gbizid.sign_in(client, "delegated")
    assert "委任" in response.content.decode()
    assert signed_in(client) is None
    assert refusals() == [("delegated_sign_in", "", str(world.reader_two.pk))]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("moved", "other_corporate_number"), ("numberless", "no_corporate_number"), ("nothing", "unusable_claims")],
)
def test_who_no_longer_acts_for_the_organisation_stays_outside(name, reason, world, gbizid, client):
    link(world.reader_two, gbizid, name)
    assert gbizid.sign_in(client, name).status_code == 403
    assert signed_in(client) is None
    assert refusals() == [(reason, "", str(world.reader_two.pk))]


def test_unknown_moved_and_suspended_see_the_same_bytes(world, gbizid):
    link(world.reader_one, gbizid, "prime")
    link(world.other_reader, gbizid, "member")
    link(world.reader_two, gbizid, "moved")
    suspend_person(world.reader_one, acting_user=world.operator)
    suspend_organisation(world.other_company, acting_user=world.operator)
    answers = [gbizid.sign_in(Client(), name) for name in ("stranger", "prime", "member", "moved")]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1


def test_the_same_subject_of_another_issuer_is_somebody_else(world, gbizid, client):
    uid = uid_of("https://elsewhere.example/oauth/", "prime")
    SocialAccount.objects.create(provider=gbizid.id, uid=uid, user=world.reader_two)
    assert gbizid.sign_in(client, "prime").status_code == 403
    assert signed_in(client) is None


def test_an_address_that_is_known_opens_nothing(world, gbizid, client, settings):
    accounts = {"x": {**PRIME, "email": world.reader_two.email, "email_verified": True}}
    with oidc.provider(accounts, "http://127.0.0.1:8000") as other:
        settings.COUNCIL_IDENTITY = [other.entry]
        assert other.sign_in(client, "x").status_code == 403
    assert signed_in(client) is None


def test_who_gives_up_at_the_provider_is_back_at_the_sign_in_page(world, gbizid, client):
    response = gbizid.sign_in(client, "prime", fault="cancelled")
    assert (response.status_code, response["Location"]) == (302, "/sign-in/")
    assert refusals() == []


def test_who_is_in_already_is_not_sent_anywhere(world, gbizid, client):
    cast.sign_in(client, world.reader_two)
    assert client.post("/sign-in/identity/gbizid/")["Location"] == "/"


def test_nobody_goes_on_to_another_site(world, gbizid, client):
    link(world.reader_two, gbizid, "prime")
    assert gbizid.sign_in(client, "prime", following="https://elsewhere.example/")["Location"] == "/"


def test_a_provider_that_is_not_configured_is_missing(world, gbizid, client):
    assert client.post("/sign-in/identity/other/").status_code == 404
    assert client.get("/sign-in/identity/other/callback/").status_code == 404


def test_a_link_begins_no_sign_in(world, gbizid, client):
    assert client.get("/sign-in/identity/gbizid/").status_code == 405


def test_the_sign_in_buttons_are_there_when_a_provider_is(world, gbizid, client, settings):
    assert [each.label for each in client.get("/sign-in/").context["identity_providers"]] == ["GビズID"]
    settings.COUNCIL_IDENTITY = []
    assert list(client.get("/sign-in/").context["identity_providers"]) == []
