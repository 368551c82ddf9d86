"""An identity becomes somebody's when they came in to register, or used their passkey a moment ago; and is taken off again."""

import time
from collections.abc import Iterator

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.actions.identities import unlink_identity
from accounts.enrolments import link_of, open_way
from accounts.identity_claims import uid_of
from accounts.models import Enrolment, User
from council.access.tiers import Tier
from council.audit.models import AuditEvent
from council.audit.record import actor_of
from tests import cast, oidc

pytestmark = oidc.needs_provider

NUMBER, OTHER = "7990000000101", "5990000000202"
ACCOUNTS = {
    "member": {"account_type": "3", "corporate_number": NUMBER},
    "second": {"account_type": "3", "corporate_number": NUMBER},
    "other": {"account_type": "2", "corporate_number": OTHER},
    "entry": {"account_type": "1"},
}


@pytest.fixture(scope="module")
def process() -> Iterator[oidc.Provider]:
    with oidc.provider(ACCOUNTS, "http://127.0.0.1:8000") as running:
        yield running


@pytest.fixture
def gbizid(process: oidc.Provider, settings: object) -> oidc.Provider:
    settings.COUNCIL_IDENTITY = [process.entry]
    return process


@pytest.fixture
def newcomer(world: cast.Council) -> User:
    return cast.person(world.company, name="架空 新", password=None)


def come_in(client: Client, person: User) -> Enrolment:
    """By the link of an invitation and its code."""
    way, code = open_way(person, Enrolment.Purpose.INVITATION, opened_by=None)
    assert client.post(link_of(way.pk), {"code": code})["Location"] == "/me/factors/"
    return way


def by_passkey(client: Client, person: User, *, ago: float = 0) -> Client:
    cast.sign_in(client, person)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "webauthn", "at": time.time() - ago}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return client


def linked() -> list[tuple[str, str]]:
    return list(SocialAccount.objects.values_list("uid", "user__name"))


def events(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action).order_by("pk"))


def test_who_was_invited_registers_with_their_identity(gbizid, newcomer, client):
    way = come_in(client, newcomer)
    gbizid.sign_in(client, "member")
    assert linked() == [(uid_of(gbizid.issuer, "member"), newcomer.name)]
    way.refresh_from_db()
    assert way.used_at
    assert [event.actor for event in events("identity.link")] == [actor_of(str(newcomer.pk))]


def test_the_page_for_registering_offers_it(gbizid, newcomer, client):
    come_in(client, newcomer)
    assert "GビズIDを結びつける" in client.get("/me/factors/").content.decode()


def test_afterwards_they_are_in_at_tier_one(gbizid, newcomer, client):
    come_in(client, newcomer)
    gbizid.sign_in(client, "member")
    assert client.get("/me/").wsgi_request.strength is Tier.ONE
    assert UserSession.objects.get().session_key == client.session.session_key
    again = Client()
    gbizid.sign_in(again, "member")
    assert again.session["_auth_user_id"] == str(newcomer.pk)


@pytest.mark.parametrize("name", ["other", "entry"])
def test_an_identity_of_another_company_registers_nobody(name, gbizid, newcomer, client):
    way = come_in(client, newcomer)
    assert gbizid.sign_in(client, name).status_code == 403
    way.refresh_from_db()
    assert (linked(), way.used_at) == ([], None)
    assert events("identity.refuse")[0].actor == actor_of(str(newcomer.pk))


def test_an_invitation_that_ended_meanwhile_links_nothing(gbizid, newcomer, client):
    way = come_in(client, newcomer)
    gbizid.next_is("member")
    answer = gbizid.answer_to(gbizid.begin(client))
    Enrolment.objects.filter(pk=way.pk).update(ended_at=way.opened_at)
    assert client.get(answer).status_code == 403
    assert linked() == []


def test_a_passkey_of_a_moment_ago_links_from_inside(gbizid, world, client):
    by_passkey(client, world.reader_two)
    assert "GビズIDを結びつける" in client.get("/me/identities/").content.decode()
    assert gbizid.sign_in(client, "member", following="/me/identities/")["Location"] == "/me/identities/"
    assert linked() == [(uid_of(gbizid.issuer, "member"), world.reader_two.name)]
    assert client.get("/me/").wsgi_request.user == world.reader_two


def test_an_older_passkey_links_nothing(gbizid, world, client):
    by_passkey(client, world.reader_two, ago=16 * 60)
    assert "GビズIDを結びつける" not in client.get("/me/identities/").content.decode()
    assert client.post(f"/sign-in/identity/{gbizid.id}/")["Location"] == "/"


def test_somebody_elses_identity_is_not_theirs(gbizid, world, client):
    uid = uid_of(gbizid.issuer, "member")
    SocialAccount.objects.create(provider=gbizid.id, uid=uid, user=world.reader_one)
    by_passkey(client, world.reader_two)
    assert gbizid.sign_in(client, "member").status_code == 403
    assert linked() == [(uid, world.reader_one.name)]
    assert [event.reason for event in events("identity.link")] == ["identity_taken"]


def test_one_identity_of_a_provider_is_enough(gbizid, world, client):
    by_passkey(client, world.reader_two)
    gbizid.sign_in(client, "member")
    assert gbizid.sign_in(client, "second").status_code == 403
    assert [event.reason for event in events("identity.link")] == ["allowed", "another_identity"]


def test_taken_and_unknown_look_the_same(gbizid, world):
    uid = uid_of(gbizid.issuer, "member")
    SocialAccount.objects.create(provider=gbizid.id, uid=uid, user=world.reader_one)
    taken = gbizid.sign_in(by_passkey(Client(), world.reader_two), "member")
    assert taken.content == gbizid.sign_in(Client(), "second").content


def test_the_identity_of_who_left_goes_to_their_new_account(gbizid, world, client):
    uid = uid_of(gbizid.issuer, "member")
    SocialAccount.objects.create(provider=gbizid.id, uid=uid, user=world.reader_one)
    User.objects.filter(pk=world.reader_one.pk).update(left_at="2026-04-01T00:00:00Z", is_active=False)
    gbizid.sign_in(by_passkey(client, world.reader_two), "member")
    assert linked() == [(uid, world.reader_two.name)]


def _held(person: User, *factors: str) -> SocialAccount:
    for factor in factors:
        Authenticator.objects.create(user=person, type=factor, data={"secret": "x"})
    return SocialAccount.objects.create(
        provider="gbizid", uid="0" * 64, user=person, extra_data={"issuer": "https://x"}
    )


def test_an_identity_is_taken_off(gbizid, world, client):
    row = _held(world.reader_two, "totp")
    by_passkey(client, world.reader_two).post("/me/identities/", {"identity": row.pk})
    assert linked() == []
    assert [event.object for event in events("identity.unlink")] == [str(world.reader_two.pk)]


def test_the_last_way_in_stays(gbizid, world, client):
    row = _held(world.reader_two)
    shown = by_passkey(client, world.reader_two).post("/me/identities/", {"identity": row.pk}, follow=True)
    assert "先にパスキー" in shown.content.decode()
    assert len(linked()) == 1


def test_nobody_takes_off_what_is_not_theirs(gbizid, world, client):
    row = _held(world.reader_one, "totp")
    for named in (row.pk, 999, "x", "", "9" * 5000):
        assert by_passkey(client, world.reader_two).post("/me/identities/", {"identity": named}).status_code == 404
    assert len(linked()) == 1


def test_nothing_is_taken_off_without_a_passkey(gbizid, world, client):
    row = _held(world.reader_two, "totp")
    cast.sign_in(client, world.reader_two).post("/me/identities/", {"identity": row.pk})
    assert len(linked()) == 1


def test_taking_off_is_a_verb_of_its_own(world):
    row = _held(world.reader_two, "totp")
    unlink_identity(str(row.pk), acting_user=world.reader_two)
    assert linked() == []
