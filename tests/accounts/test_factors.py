"""What people sign in with: added, removed and made anew by nothing weaker, and never down to nothing."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client

from accounts import enrolments
from accounts.models import Session, User
from council.audit.models import AuditEvent
from council.audit.record import actor_of
from tests import cast
from tests.accounts.given_factors import (
    APP,
    CONFIRM,
    PASSKEY,
    Key,
    by_code,
    by_passkey,
    by_password,
    code_of,
    confirmed,
    holder,
    options,
    passkey,
    with_app,
)

FACTORS, CODES = "/me/factors/", "/me/factors/codes/"


def held(person: User) -> list[str]:
    return list(Authenticator.objects.filter(user=person).order_by("pk").values_list("type", flat=True))


def number(person: User, kind: str = "webauthn") -> int:
    return Authenticator.objects.filter(user=person, type=kind).latest("pk").pk


def told(action: str, outcome: str = "allow") -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action, outcome=outcome))


def forged(client: Client, key: Key) -> str:
    """An answer to a challenge, made without a page: whoever may add nothing gets none from the portal."""
    challenge = options(client, "/sign-in/confirm/")["challenge"]
    return key.made({"challenge": challenge, "rp": {"id": "testserver"}, "user": {"id": "x"}})


@pytest.fixture(autouse=True)
def here(settings: object) -> None:
    """An address that passkeys can belong to, and no attempts from other tests that count."""
    settings.COUNCIL_URL = "http://testserver"
    cache.clear()


def test_whoever_has_no_second_factor_is_led_to_where_one_is_added(world: cast.Council, client: Client) -> None:
    answer = by_password(client, world.reader_two).get("/bulletins/?q=x")
    assert answer.headers["Location"] == "/me/factors/?next=%2Fbulletins%2F%3Fq%3Dx"
    page = client.get(answer.headers["Location"])
    assert "パスワードだけでは、ここから先に進めません。" in page.text
    assert 'href="/me/factors/passkey/?next=%2Fbulletins%2F%3Fq%3Dx"' in page.text


def test_the_first_passkey_counts_at_once_and_brings_codes_told_once(world: cast.Council, client: Client) -> None:
    by_password(client, world.reader_two)
    key = Key()
    answer = client.post(PASSKEY, {"credential": key.made(options(client, PASSKEY)), "next": "/bulletins/"})
    assert len(re.findall(r"<li><code", answer.text)) == 8
    assert 'href="/bulletins/"' in answer.text
    assert client.get("/bulletins/").status_code == 200
    assert held(world.reader_two) == ["webauthn", "recovery_codes"]
    assert [event.actor for event in told("factor.add")] == [actor_of(str(world.reader_two.pk))]


def test_the_first_app_counts_as_a_code(world: cast.Council, client: Client) -> None:
    page = by_password(client, world.reader_two).get(APP)
    secret = "".join(re.search(r'<code translate="no">([A-Z2-7 ]+)</code>', page.text)[1].split())
    assert "予備コード" in client.post(APP, {"code": f" {code_of(secret)[:3]} {code_of(secret)[3:]}"}).text
    assert client.get("/me/").status_code == 200
    assert client.get("/me/").context["person"]["session_label"] == "機密性1情報まで"


def test_a_wrong_code_adds_no_app(world: cast.Council, client: Client) -> None:
    by_password(client, world.reader_two).get(APP)
    assert client.post(APP, {"code": "000000"}).status_code == 200
    assert held(world.reader_two) == []


def test_a_passkey_is_made_discoverable_and_asks_who_uses_it(world: cast.Council, client: Client) -> None:
    asked = options(by_password(client, world.reader_two), PASSKEY)["authenticatorSelection"]
    assert (asked["residentKey"], asked["userVerification"]) == ("required", "required")


def test_a_passkey_that_asks_nobody_who_they_are_is_not_taken(world: cast.Council, client: Client) -> None:
    by_password(client, world.reader_two)
    answer = client.post(PASSKEY, {"credential": Key(verifies=False).made(options(client, PASSKEY))})
    assert (answer.status_code, held(world.reader_two)) == (200, [])


@pytest.mark.parametrize(
    "credential", ["", "{}", "[]", "1", '"x"', "null", '{"id": 1, "response": []}', "{", '{"response": {}}']
)
def test_what_is_no_answer_of_an_authenticator_gets_a_sentence(
    world: cast.Council, client: Client, credential: str
) -> None:
    by_password(client, world.reader_two)
    options(client, PASSKEY)
    answer = client.post(PASSKEY, {"credential": credential})
    assert (answer.status_code, 'role="alert"' in answer.text, held(world.reader_two)) == (200, True, [])


@pytest.mark.parametrize("url", [PASSKEY, CODES, "/me/factors/1/remove/"])
def test_a_session_by_code_is_asked_for_the_passkey_first(world: cast.Council, client: Client, url: str) -> None:
    holder(world.reader_two)
    by_code(client, world.reader_two, with_app(world.reader_two))
    assert client.get(url).headers["Location"].startswith(f"{CONFIRM}?next=%2Fme%2Ffactors%2F")


def test_an_attacker_with_password_and_code_adds_no_passkey(world: cast.Council, client: Client) -> None:
    holder(world.reader_two)
    by_code(client, world.reader_two, with_app(world.reader_two))
    before = held(world.reader_two)
    assert client.post(PASSKEY, {"credential": forged(client, Key())}).headers["Location"].startswith(CONFIRM)
    assert held(world.reader_two) == before
    assert [event.reason for event in told("factor.add", "deny")] == ["session"]


def test_an_attacker_with_password_and_code_adds_no_app(world: cast.Council, client: Client) -> None:
    holder(world.reader_two)
    secret = with_app(world.reader_two)
    by_code(client, world.reader_two, secret)
    Authenticator.objects.filter(type="totp").delete()
    session = client.session
    session["mfa.totp.secret"] = secret
    session.save()
    client.post(APP, {"code": code_of(secret, later=1)})
    assert "totp" not in held(world.reader_two)
    assert [event.reason for event in told("factor.add", "deny")] == ["session"]


def test_an_attacker_with_password_and_code_gets_no_codes_and_removes_nothing(
    world: cast.Council, client: Client
) -> None:
    holder(world.reader_two)
    by_code(client, world.reader_two, with_app(world.reader_two))
    before = held(world.reader_two)
    client.post(CODES)
    client.post(f"/me/factors/{number(world.reader_two)}/remove/")
    assert held(world.reader_two) == before
    assert [len(told(name, "deny")) for name in ("factor.codes", "factor.remove")] == [1, 1]


def test_a_password_adds_nothing_where_an_identity_provider_vouches(world: cast.Council, client: Client) -> None:
    SocialAccount.objects.create(user=world.reader_two, provider="gbizid", uid="sub")
    by_password(client, world.reader_two)
    assert client.get(PASSKEY).headers["Location"].startswith(CONFIRM)
    client.post(PASSKEY, {"credential": forged(client, Key())})
    assert held(world.reader_two) == []
    assert [event.reason for event in told("factor.add", "deny")] == ["session"]


def test_a_session_that_was_handed_out_adds_no_second_factor(world: cast.Council, client: Client) -> None:
    holder(world.reader_two)
    cast.sign_in(client, world.reader_two)
    assert client.get(PASSKEY).headers["Location"].startswith(CONFIRM)


def test_after_the_passkey_another_is_added_and_one_goes_on(world: cast.Council, client: Client) -> None:
    key = holder(world.reader_two)
    by_code(client, world.reader_two, with_app(world.reader_two))
    assert confirmed(client, key, next=PASSKEY).headers["Location"] == PASSKEY
    answer = client.post(PASSKEY, {"credential": Key().made(options(client, PASSKEY)), "next": "/me/"})
    assert answer.headers["Location"] == "/me/"
    assert held(world.reader_two).count("webauthn") == 2


def test_a_passkey_used_an_hour_ago_is_asked_for_again(world: cast.Council, client: Client) -> None:
    by_passkey(client, holder(world.reader_two))
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    assert client.get(PASSKEY).headers["Location"].startswith(CONFIRM)


def test_an_open_way_in_lets_a_new_passkey_be_added_once(world: cast.Council, client: Client) -> None:
    holder(world.reader_two)
    way, code = enrolments.open_way(world.reader_two, "recovery", opened_by=None)
    client.post(enrolments.link_of(way.pk), {"code": code})
    passkey(client)
    assert held(world.reader_two).count("webauthn") == 2
    assert enrolments.not_done().count() == 0


def test_nobody_removes_their_last_factor(world: cast.Council, client: Client) -> None:
    by_passkey(client, holder(world.reader_one))
    client.post(f"/me/factors/{number(world.reader_one)}/remove/")
    assert "webauthn" in held(world.reader_one)
    assert "ほかに手段がないので消せません。" in client.get(FACTORS).text


@pytest.mark.parametrize(("who", "goes"), [("reader_two", False), ("administrator", False), ("reader_one", True)])
def test_the_last_passkey_stays_while_the_work_asks_for_one(
    world: cast.Council, client: Client, who: str, goes: bool
) -> None:
    person = getattr(world, who)
    by_passkey(client, holder(person))
    with_app(person)
    client.post(f"/me/factors/{number(person)}/remove/")
    assert ("webauthn" not in held(person)) is goes


def test_a_passkey_goes_when_another_remains_and_ends_the_other_sessions(world: cast.Council, client: Client) -> None:
    lost = holder(world.reader_two)
    thief, factor = Client(), number(world.reader_two)
    by_passkey(thief, lost)
    by_passkey(client, lost)
    passkey(client)
    assert "消しますか" in client.get(f"/me/factors/{factor}/remove/").text
    client.post(f"/me/factors/{factor}/remove/")
    assert Session.objects.filter(person=world.reader_two.pk).count() == 1
    assert [client.get("/me/").status_code, thief.get("/me/").status_code] == [200, 302]
    assert len(told("factor.remove")) == 1


def test_new_codes_take_the_place_of_the_old(world: cast.Council, client: Client) -> None:
    by_passkey(client, holder(world.reader_two))
    old = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert client.get(CODES).status_code == 200
    shown = re.findall(r'<li><code translate="no">(\w+)</code>', client.post(CODES).text)
    assert (len(shown), set(shown) & set(old)) == (8, set())
    assert len(told("factor.codes")) == 1


def test_a_recovery_code_signs_in_once_and_reaches_tier_one(world: cast.Council, client: Client) -> None:
    holder(world.reader_two)
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    assert (
        by_password(client, world.reader_two, code).get("/me/").context["person"]["session_label"] == "機密性1情報まで"
    )
    assert "残り7個" in client.get(FACTORS).text
    assert by_password(Client(), world.reader_two, code).get("/me/").status_code == 302


def test_a_passkey_is_named_by_its_owner_alone(world: cast.Council, client: Client) -> None:
    by_passkey(client, holder(world.reader_two))
    url = f"/me/factors/{number(world.reader_two)}/name/"
    client.post(url, {"name": "社用の電話"})
    assert "社用の電話" in client.get(FACTORS).text
    other = cast.sign_in(Client(), world.other_reader)
    assert other.post(url, {"name": "私の"}).status_code == 404
    assert [len(told("factor.rename")), len(told("factor.rename", "deny"))] == [1, 1]


def test_nobody_removes_what_another_signs_in_with(world: cast.Council, client: Client) -> None:
    holder(world.reader_two)
    by_passkey(client, holder(world.other_reader))
    assert client.get(f"/me/factors/{number(world.reader_two)}/remove/").status_code == 404
    assert client.post(f"/me/factors/{number(world.reader_two)}/remove/").status_code == 404
    assert "webauthn" in held(world.reader_two)


def test_the_page_goes_on_to_pages_of_this_portal_alone(world: cast.Council, client: Client) -> None:
    page = by_password(client, world.reader_two).get(f"{FACTORS}?next=https://elsewhere.example/")
    assert "elsewhere" not in page.text.partition("<main")[2]
