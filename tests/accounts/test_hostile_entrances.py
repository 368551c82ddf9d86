"""Ways in that somebody else could have used: what was shown once is worth no more than it was shown for, and nothing dead comes back."""

import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings as deployment
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts import enrolments
from accounts.actions import entrances, people, review
from accounts.actions.verb import Refused
from accounts.models import ApiToken, Enrolment, User
from council.access.facts import Role
from council.access.tiers import Tier
from tests import cast
from tests.accounts import reviews
from tests.accounts.given_factors import by_code, by_passkey, by_password, confirmed, holder, passkey, with_app


@pytest.fixture(autouse=True)
def here(settings: Settings) -> None:
    """An address that passkeys can belong to, and no attempts from other tests that count."""
    settings.COUNCIL_URL = "http://testserver"
    cache.clear()


def stolen(client: Client) -> Client:
    """A browser with the cookie that the client has at this moment."""
    thief = Client()
    thief.cookies[deployment.SESSION_COOKIE_NAME] = client.cookies[deployment.SESSION_COOKIE_NAME].value
    return thief


def way_of(person: User) -> str:
    return "/" + enrolments.link_of(Enrolment.objects.get(person=person).pk).split("/", 3)[3]


def test_a_stolen_cookie_gets_no_share_in_a_step_up(world: cast.Council, client: Client) -> None:
    key, secret = holder(world.reader_two), with_app(world.reader_two)
    thief = stolen(by_code(client, world.reader_two, secret))
    assert thief.get("/me/").status_code == 200
    confirmed(client, key)
    assert client.get("/me/").context["person"]["session_label"] == "機密性2情報まで"
    assert thief.get("/me/").headers["Location"].startswith("/sign-in/")


def test_a_stolen_cookie_gets_no_share_in_a_first_passkey(world: cast.Council, client: Client) -> None:
    thief = stolen(by_password(client, world.reader_two))
    passkey(client)
    assert client.get("/me/").status_code == 200
    assert thief.get("/me/").headers["Location"].startswith("/sign-in/")


def test_a_session_under_another_key_keeps_its_browser(world: cast.Council, client: Client) -> None:
    key, secret = holder(world.reader_two), with_app(world.reader_two)
    confirmed(by_code(client, world.reader_two, secret), key)
    assert UserSession.objects.get().session_key == client.session.session_key
    current = client.get("/me/sessions/").context["sessions"][0]
    assert (current.current, current.browser) == (True, "不明なブラウザ")


def test_a_session_from_before_the_first_passkey_names_none(world: cast.Council, client: Client) -> None:
    early = by_password(Client(), world.reader_two)
    passkey(by_password(client, world.reader_two))
    factor = client.get("/me/factors/").context["passkeys"][0]["row"]
    assert early.post(f"/me/factors/{factor.pk}/name/", {"name": "盗"}).status_code == 404
    factor.refresh_from_db()
    assert factor.data["name"] != "盗"


def test_whoever_had_a_removed_passkey_keeps_no_token(world: cast.Council, client: Client) -> None:
    key = holder(world.reader_two)
    by_passkey(client, key)
    passkey(client)
    cast.bearer(world.reader_two)
    other = cast.bearer(world.reader_one)
    factor = client.get("/me/factors/").context["passkeys"][0]["row"]
    client.post(f"/me/factors/{factor.pk}/remove/")
    assert list(ApiToken.objects.values_list("person", flat=True)) == [world.reader_one.pk]
    assert client.get("/api/v1/me/", headers=other).status_code == 200


def test_whoever_came_in_by_an_unlinked_identity_keeps_nothing(world: cast.Council, client: Client) -> None:
    by_passkey(client, holder(world.reader_two))
    identity = SocialAccount.objects.create(user=world.reader_two, provider="gbizid", uid="0" * 64)
    elsewhere, token = cast.sign_in(Client(), world.reader_two, Tier.ONE), cast.bearer(world.reader_two)
    client.post("/me/identities/", {"identity": identity.pk})
    assert elsewhere.get("/me/").headers["Location"].startswith("/sign-in/")
    assert Client().get("/api/v1/me/", headers=token).status_code == 401
    assert client.get("/me/").status_code == 200


def test_a_code_does_not_come_back_to_life_with_the_person(world: cast.Council, client: Client) -> None:
    person = cast.person(world.company, password=None)
    code = entrances.invite(person, acting_user=world.administrator)
    people.suspend_person(person, acting_user=world.administrator)
    people.resume_person(User.objects.get(pk=person.pk), acting_user=world.administrator)
    assert client.get(way_of(person)).status_code == 404
    assert client.post(way_of(person), {"code": code}).status_code == 404


@pytest.mark.parametrize("more", ["role", "seat"])
def test_an_administrator_opens_no_way_for_who_could_do_more(world: cast.Council, client: Client, more: str) -> None:
    boss = cast.person(world.agency, Role.ADMINISTRATOR, tier=2)
    roles, seats = ((Role.CLEARANCE_OFFICER,), ()) if more == "role" else ((Role.MEMBER,), (world.materials,))
    person = cast.person(world.agency, *roles, password=None, subcommittees=seats)
    with pytest.raises(Refused, match="role" if more == "role" else "above_own_tier"):
        entrances.invite(person, acting_user=boss)
    assert not Enrolment.objects.exists()
    assert not cast.sign_in(client, boss).get(f"/people/{person.pk}/").context["offer"].invite
    assert entrances.invite(person, acting_user=world.operator)


def test_a_review_is_answered_in_the_session_that_answers(world: cast.Council, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign, seen = reviews.begun(world), []
    monkeypatch.setattr(review, "_need_answers", lambda subject, person: seen.append(subject.session))
    acting = User.objects.get(pk=world.administrator.pk)
    acting.session = Tier.TWO
    review.answer_for(campaign, world.reader_two, {}, acting_user=acting)
    assert seen == [Tier.TWO, Tier.TWO]
