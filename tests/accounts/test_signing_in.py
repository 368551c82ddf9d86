"""Signing in with e-mail and password: silent about who is known, counted, and each step an event."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from accounts.actions.organisations import suspend_organisation
from accounts.actions.people import suspend_person
from accounts.models import User
from council.audit.details import details_of
from council.audit.models import AuditEvent
from council.audit.record import actor_of
from tests import cast

URL = "/sign-in/"
WRONG = "chigau-kotoba-desu-yo"
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')


def attempt(client: Client, email: str, password: str, **fields: str) -> object:
    return client.post(URL, {"login": email, "password": password, **fields})


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


def test_a_changed_password_ends_every_session_and_is_an_event(world: cast.Council, client: Client) -> None:
    other = cast.sign_in(Client(), world.reader_two)
    cast.sign_in(client, world.reader_two)
    new = "tsubame-no-su-wa-hikui"
    fields = {"oldpassword": cast.PASSWORD, "password1": new, "password2": new}
    assert client.post("/sign-in/password/", fields).status_code == 302
    assert [client.get("/me/").status_code, other.get("/me/").status_code] == [302, 302]
    assert User.objects.get(pk=world.reader_two.pk).check_password(new)
    assert [event.object for event in events("session.password_changed")] == [str(world.reader_two.pk)]


def test_a_password_is_set_anew_through_a_mail(world: cast.Council, client: Client) -> None:
    client.post("/sign-in/password/reset/", {"email": world.reader_two.email})
    link = re.search(r"https?://[^/]+(/sign-in/password/reset/key/\S+)", mail.outbox[0].body)[1]
    page = client.get(link).headers["Location"]
    new = "tsubame-no-su-wa-hikui"
    assert client.post(page, {"password1": new, "password2": new}).status_code == 302
    assert User.objects.get(pk=world.reader_two.pk).check_password(new)
    assert len(events("session.password_changed")) == 1


def test_asking_for_a_new_password_does_not_tell_who_is_known(world: cast.Council) -> None:
    answers = [
        Client().post("/sign-in/password/reset/", {"email": email})
        for email in (world.reader_two.email, "dare.mo@inai.example")
    ]
    assert len({(answer.status_code, answer.headers["Location"], answer.content) for answer in answers}) == 1


def test_nobody_signs_up(client: Client, db: None) -> None:
    fields = {"email": "a@b.example", "password1": cast.PASSWORD, "password2": cast.PASSWORD}
    assert client.post("/sign-in/sign-up/", fields).status_code == 200
    assert not User.objects.exists()


def test_the_sign_in_page_costs_no_query(client: Client, django_assert_num_queries: object, db: None) -> None:
    with django_assert_num_queries(0):
        assert client.get(URL).status_code == 200
