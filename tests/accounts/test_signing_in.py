"""Signing in with e-mail and password: silent about who is known, counted, and each step an event."""

import re
import time

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from accounts.actions.organisations import suspend_organisation
from accounts.actions.people import suspend_person
from accounts.models import Session, SignInFailure, User
from council.audit.details import details_of
from council.audit.models import AuditEvent
from council.audit.record import AuditUnavailable, actor_of
from tests import cast

URL = "/sign-in/"
WRONG = "chigau-kotoba-desu-yo"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')


def attempt(client: Client, email: str, password: str, **fields: str) -> object:
    return client.post(URL, {"login": email, "password": password, **fields})


def code() -> str:
    """What an app shows at this moment."""
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def shape(response: object, email: str) -> tuple:
    """Everything a stranger gets, without the token of the form and the address they typed themselves."""
    body = _TOKEN.sub(b"", response.content).replace(email.encode(), b"ADDRESS")
    headers = {**response.headers, "Content-Length": str(len(body))}
    return response.status_code, headers, body, sorted(response.cookies)


def events(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action))


def test_the_right_password_opens_the_home_page(world: cast.Council, client: Client) -> None:
    response = attempt(client, world.reader_two.email.upper(), cast.PASSWORD)
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(world.reader_two.pk)
    event = AuditEvent.objects.get()
    assert (event.action, event.actor) == ("session.sign_in", actor_of(str(world.reader_two.pk)))


def test_signing_in_goes_on_to_where_one_was_going(world: cast.Council, client: Client) -> None:
    assert attempt(client, world.reader_two.email, cast.PASSWORD, next="/me/").headers["Location"] == "/me/"


def test_signing_in_never_goes_to_another_site(world: cast.Council, client: Client) -> None:
    response = attempt(client, world.reader_two.email, cast.PASSWORD, next="https://elsewhere.example/")
    assert response.headers["Location"] == "/"


def test_unknown_wrong_and_suspended_look_the_same(world: cast.Council) -> None:
    suspend_person(world.reader_one, acting_user=world.operator)
    suspend_organisation(world.other_company, acting_user=world.operator)
    attempts = [
        ("dare.mo@inai.example", cast.PASSWORD),
        (world.reader_two.email, WRONG),
        (world.reader_one.email, cast.PASSWORD),
        (world.reader_one.email, WRONG),
        (world.other_reader.email, cast.PASSWORD),
    ]
    shapes = [shape(attempt(Client(), *words), words[0]) for words in attempts]
    assert shapes[0][0] == 200
    for other in shapes[1:]:
        assert other == shapes[0]


def test_each_failed_attempt_leaves_the_reason_in_the_log_alone(world: cast.Council) -> None:
    suspend_person(world.reader_one, acting_user=world.operator)
    for email, password in [
        ("dare.mo@inai.example", WRONG),
        (world.reader_two.email, WRONG),
        (world.reader_one.email, cast.PASSWORD),
    ]:
        attempt(Client(), email, password)
    failed = events("session.sign_in_failed")
    assert [event.reason for event in failed] == ["suspended", "wrong_password", "unknown_address"]
    assert [event.object for event in failed] == [str(world.reader_one.pk), str(world.reader_two.pk), ""]
    assert {event.actor for event in failed} == {""}


def test_the_address_typed_is_in_the_sealed_detail_alone(world: cast.Council, client: Client) -> None:
    attempt(client, "dare.mo@inai.example", WRONG)
    event = AuditEvent.objects.get()
    assert b"inai" not in bytes(event.leaf)
    assert details_of([event])[event.pk]["facts"] == {"email": "dare.mo@inai.example"}


@pytest.mark.parametrize("who", ["known", "unknown", "suspended"])
def test_the_sixth_attempt_in_five_minutes_is_not_even_tried(world: cast.Council, who: str) -> None:
    suspend_person(world.reader_one, acting_user=world.operator)
    known = {"known": world.reader_two.email, "suspended": world.reader_one.email, "unknown": "dare.mo@inai.example"}
    password = cast.PASSWORD if who == "suspended" else WRONG
    for _ in range(5):
        attempt(Client(), known[who], password)
    blocked = attempt(Client(), known[who], cast.PASSWORD)
    assert "_auth_user_id" not in blocked.client.session
    assert events("session.sign_in_failed")[0].reason == "too_many_attempts"


def test_signing_out_ends_the_session_and_is_an_event(world: cast.Council, client: Client) -> None:
    attempt(client, world.reader_two.email, cast.PASSWORD)
    key = client.session.session_key
    assert client.post("/sign-in/out/").headers["Location"] == URL
    assert not Session.objects.filter(pk=key).exists()
    assert [event.actor for event in events("session.sign_out")] == [actor_of(str(world.reader_two.pk))]


def by_code(person: User, client: Client) -> Client:
    """Signed in by password and code a moment ago."""
    TOTP.activate(person, SECRET)
    attempt(client, person.email, cast.PASSWORD)
    assert client.post("/sign-in/code/", {"code": code()}).headers["Location"] == "/"
    return client


def test_password_and_code_are_one_sign_in(world: cast.Council, client: Client) -> None:
    by_code(world.reader_two, client)
    assert client.session["_auth_user_id"] == str(world.reader_two.pk)
    assert [event.actor for event in events("session.sign_in")] == [actor_of(str(world.reader_two.pk))]
    assert UserSession.objects.get().session_key == client.session.session_key


def test_a_password_without_the_code_leaves_no_session_and_is_no_sign_in(world: cast.Council, client: Client) -> None:
    TOTP.activate(world.reader_two, SECRET)
    attempt(client, world.reader_two.email, cast.PASSWORD)
    assert client.get("/me/").headers["Location"].startswith(URL)
    assert not Session.objects.filter(person=world.reader_two.pk).exists()
    assert not UserSession.objects.exists()
    assert not AuditEvent.objects.exists()


def test_who_is_suspended_between_password_and_code_gets_no_further(world: cast.Council, client: Client) -> None:
    TOTP.activate(world.reader_two, SECRET)
    attempt(client, world.reader_two.email, cast.PASSWORD)
    suspend_organisation(world.company, acting_user=world.operator)
    assert client.post("/sign-in/code/", {"code": code()}).headers["Location"] == URL
    assert not Session.objects.filter(person=world.reader_two.pk).exists()
    assert events("session.sign_in") == []
    assert [event.reason for event in events("session.sign_in_failed")] == ["suspended"]


def test_a_session_that_can_not_be_written_down_is_not_begun(
    world: cast.Council, client: Client, monkeypatch: object
) -> None:
    def full(*_arguments: object, **_facts: object) -> None:
        raise AuditUnavailable("the log is full")

    monkeypatch.setattr("accounts.sign_in.note_device", full)
    assert attempt(client, world.reader_two.email, cast.PASSWORD).status_code == 503
    assert not Session.objects.filter(person=world.reader_two.pk).exists()
    assert events("session.sign_in") == []


NEW = {"oldpassword": cast.PASSWORD, "password1": "tsubame-no-su-wa-hikui", "password2": "tsubame-no-su-wa-hikui"}


def test_a_changed_password_ends_every_session_and_is_an_event(world: cast.Council, client: Client) -> None:
    other = cast.sign_in(Client(), world.reader_two)
    by_code(world.reader_two, client)
    assert client.post("/sign-in/password/", NEW).status_code == 302
    assert [client.get("/me/").status_code, other.get("/me/").status_code] == [302, 302]
    assert User.objects.get(pk=world.reader_two.pk).check_password(NEW["password1"])
    assert [event.object for event in events("session.password_changed")] == [str(world.reader_two.pk)]
    assert not Session.objects.filter(person=world.reader_two.pk).exists()


def test_a_password_is_not_changed_by_a_session_that_was_left_open(world: cast.Council, client: Client) -> None:
    by_code(world.reader_two, client)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {**shown, "at": shown["at"] - 16 * 60} for shown in session[AUTHENTICATION_METHODS_SESSION_KEY]
    ]
    session.save()
    page = client.post("/sign-in/password/", NEW).content.decode()
    again = re.search(r'name="next" value="(/sign-in/.next[^"]+)"', page)[1]
    assert (
        client.post("/sign-in/out/", {"next": again}).headers["Location"] == "/sign-in/?next=%2Fsign-in%2Fpassword%2F"
    )
    assert User.objects.get(pk=world.reader_two.pk).check_password(cast.PASSWORD)


def test_who_has_a_passkey_is_asked_for_it_before_the_password_changes(world: cast.Council, client: Client) -> None:
    Authenticator.objects.create(user=world.reader_two, type="webauthn", data={"name": "電話", "credential": {}})
    cast.sign_in(client, world.reader_two)
    assert client.get("/sign-in/password/").headers["Location"] == "/sign-in/confirm/?next=%2Fsign-in%2Fpassword%2F"


def test_guesses_at_the_old_password_count_like_those_at_the_door(world: cast.Council, client: Client) -> None:
    by_code(world.reader_two, client)
    client.post("/sign-in/password/", {**NEW, "oldpassword": WRONG})
    assert SignInFailure.objects.get().failures == 1
    assert [event.reason for event in events("session.sign_in_failed")] == ["wrong_password"]


@pytest.mark.parametrize("path", ["", "done/", "key/done/", "key/1-abc/"])
def test_no_mail_opens_an_account(world: cast.Council, client: Client, path: str) -> None:
    response = client.post(f"/sign-in/password/reset/{path}", {"email": world.reader_two.email})
    assert (response.status_code, mail.outbox) == (404, [])


def test_what_passkeys_are_asked_is_the_same_for_everybody(world: cast.Council, client: Client) -> None:
    Authenticator.objects.create(user=world.reader_two, type="webauthn", data={"name": "電話", "credential": {}})
    asked = []
    for email in (world.reader_two.email, "dare.mo@inai.example"):
        words = {"login": email, "email": email, "user": email}
        answer = client.get("/sign-in/passkey/", words, headers={"accept": "application/json"}).json()
        asked.append({**answer["options"]["publicKey"], "challenge": ""})
    assert asked[0] == asked[1]
    assert asked[0]["allowCredentials"] == []


def test_nobody_signs_up(client: Client, db: None) -> None:
    fields = {"email": "a@b.example", "password1": cast.PASSWORD, "password2": cast.PASSWORD}
    assert client.post("/sign-in/sign-up/", fields).status_code == 200
    assert not User.objects.exists()


def test_the_sign_in_page_costs_no_query(client: Client, django_assert_num_queries: object, db: None) -> None:
    with django_assert_num_queries(0):
        assert client.get(URL).status_code == 200
