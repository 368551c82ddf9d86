"""Closed after some failures in a row: for passwords and codes, without telling anybody, until its time is over or somebody opens it."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.locks import is_locked, unlock
from accounts.actions.people import suspend_person
from accounts.actions.verb import Refused
from accounts.models import SignInFailure, User
from accounts.sign_in_failures import ATTEMPTS, LOCKED_FOR, note_failure
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts import given_factors
from tests.accounts.test_signing_in import SECRET, WRONG, attempt, code, events, shape

UNKNOWN = "dare.mo@inai.example"


def fail(person: User, times: int) -> None:
    for _ in range(times):
        note_failure(person.email)


def later(**by: float) -> None:
    """So long ago is whatever was counted."""
    by = timedelta(**by)
    for row in SignInFailure.objects.exclude(locked_until=None):
        SignInFailure.objects.filter(pk=row.pk).update(locked_until=row.locked_until - by)


def past_the_password(person: User) -> Client:
    client = Client()
    assert attempt(client, person.email, cast.PASSWORD).headers["Location"] == "/sign-in/code/"
    return client


def test_the_fifth_failure_closes_the_account_and_is_an_event(world: cast.Council) -> None:
    fail(world.reader_two, ATTEMPTS - 1)
    assert not is_locked(world.reader_two)
    fail(world.reader_two, 1)
    assert is_locked(world.reader_two)
    assert [(event.object, event.actor) for event in events("session.lock")] == [(str(world.reader_two.pk), "")]


def test_it_opens_by_itself_when_its_time_is_over(world: cast.Council, client: Client) -> None:
    fail(world.reader_two, ATTEMPTS)
    later(seconds=LOCKED_FOR.total_seconds() - 60)
    assert "_auth_user_id" not in attempt(client, world.reader_two.email, cast.PASSWORD).client.session
    later(seconds=61)
    assert attempt(client, world.reader_two.email, cast.PASSWORD).headers["Location"] == "/"


def test_attempts_while_it_is_closed_do_not_make_it_longer(world: cast.Council) -> None:
    fail(world.reader_two, ATTEMPTS)
    until = SignInFailure.objects.get().locked_until
    fail(world.reader_two, 3)
    assert SignInFailure.objects.get().locked_until == until
    assert SignInFailure.objects.get().failures == ATTEMPTS + 3


def test_the_next_failure_after_it_closes_it_again(world: cast.Council) -> None:
    fail(world.reader_two, ATTEMPTS)
    later(minutes=16)
    fail(world.reader_two, 1)
    assert is_locked(world.reader_two)
    assert len(events("session.lock")) == 2


def test_unknown_wrong_closed_and_suspended_answer_alike_at_each_attempt(world: cast.Council) -> None:
    fail(world.publisher, ATTEMPTS)
    fail(world.approver, ATTEMPTS)
    suspend_person(world.reader_one, acting_user=world.operator)
    tried = [
        (UNKNOWN, WRONG), (world.reader_two.email, WRONG), (world.publisher.email, cast.PASSWORD), (world.approver.email, WRONG),
        (world.reader_one.email, cast.PASSWORD),
    ]  # fmt: skip
    for number in range(8):
        from_elsewhere = Client(REMOTE_ADDR=f"192.0.2.{number}")
        shapes = [shape(attempt(from_elsewhere, *words), words[0]) for words in tried]
        assert shapes[0][0] == 200
        assert [each for each in shapes if each != shapes[0]] == []


def test_a_closed_account_costs_as_many_statements_as_an_address_that_nobody_has(world: cast.Council) -> None:
    fail(world.publisher, ATTEMPTS)
    counts = {}
    for email, password in [(UNKNOWN, WRONG), (world.reader_two.email, WRONG), (world.publisher.email, cast.PASSWORD)]:
        with CaptureQueriesContext(connection) as queries:
            attempt(Client(), email, password)
        counts[email] = len(queries)
    assert len(set(counts.values())) == 1, counts


def test_a_right_code_is_wrong_while_the_account_is_closed(world: cast.Council) -> None:
    TOTP.activate(world.reader_two, SECRET)
    client = past_the_password(world.reader_two)
    fail(world.reader_two, ATTEMPTS)
    right, wrong = (client.post("/sign-in/code/", {"code": words}) for words in (code(), "000000"))
    assert "_auth_user_id" not in client.session
    assert shape(right, code()) == shape(wrong, "000000")
    assert [event.reason for event in events("session.sign_in_failed")[:2]] == ["locked", "locked"]


def test_wrong_codes_count_like_wrong_passwords(world: cast.Council) -> None:
    TOTP.activate(world.reader_two, SECRET)
    RecoveryCodes.activate(world.reader_two)
    client = past_the_password(world.reader_two)
    for words in ("000000", "00000000", "abc"):
        client.post("/sign-in/code/", {"code": words})
    assert SignInFailure.objects.get().failures == 3
    assert events("session.sign_in_failed")[0].reason == "wrong_sign_in_code"


def test_a_passkey_works_while_the_account_is_closed_and_leaves_it_so(world: cast.Council) -> None:
    key = given_factors.holder(world.reader_two)
    fail(world.reader_two, ATTEMPTS)
    assert given_factors.by_passkey(Client(), key).headers["Location"] == "/"
    assert is_locked(world.reader_two)


def test_guesses_at_codes_keep_nobody_from_their_passkey(world: cast.Council) -> None:
    key = given_factors.holder(world.reader_two)
    TOTP.activate(world.reader_two, SECRET)
    guesser = past_the_password(world.reader_two)
    for number in range(7):
        guesser.post("/sign-in/code/", {"code": f"00000{number}"})
    client = Client(REMOTE_ADDR="192.0.2.1")
    given_factors.by_passkey(client, key)
    assert given_factors.confirmed(client, key).status_code == 302
    assert len(events("session.step_up")) == 1


def test_password_and_code_begin_the_count_anew(world: cast.Council) -> None:
    TOTP.activate(world.reader_two, SECRET)
    fail(world.reader_two, ATTEMPTS - 1)
    client = past_the_password(world.reader_two)
    assert SignInFailure.objects.get().failures == ATTEMPTS - 1
    assert client.post("/sign-in/code/", {"code": code()}).headers["Location"] == "/"
    assert SignInFailure.objects.get().failures == 0


def test_a_code_is_right_once(world: cast.Council) -> None:
    TOTP.activate(world.reader_two, SECRET)
    said = code()
    past_the_password(world.reader_two).post("/sign-in/code/", {"code": said})
    client = past_the_password(world.reader_two)
    client.post("/sign-in/code/", {"code": said})
    assert "_auth_user_id" not in client.session


def test_an_administrator_of_the_organisation_opens_it(world: cast.Council, client: Client) -> None:
    fail(world.reader_two, ATTEMPTS)
    unlock(world.reader_two, acting_user=world.administrator)
    assert not is_locked(world.reader_two)
    assert attempt(client, world.reader_two.email, cast.PASSWORD).headers["Location"] == "/"
    assert [event.object for event in events("session.unlock")] == [str(world.reader_two.pk)]


@pytest.mark.parametrize("who", ["reader_one", "other_administrator", "officer", "auditor", "reader_two"])
def test_nobody_else_opens_it(world: cast.Council, who: str) -> None:
    fail(world.reader_two, ATTEMPTS)
    with pytest.raises(Refused):
        unlock(world.reader_two, acting_user=getattr(world, who))
    assert is_locked(world.reader_two)
    assert [event.outcome for event in events("session.unlock")] == ["deny"]


def test_an_administrator_does_not_open_their_own(world: cast.Council) -> None:
    fail(world.administrator, ATTEMPTS)
    with pytest.raises(Refused):
        unlock(world.administrator, acting_user=world.administrator)
    assert is_locked(world.administrator)


def test_an_operator_opens_anybodys(world: cast.Council) -> None:
    fail(world.administrator, ATTEMPTS)
    unlock(world.administrator, acting_user=world.operator)
    assert not is_locked(world.administrator)


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_count_twenty() -> None:
    person = cast.council().reader_two

    def one(_number: int) -> None:
        # Who waits too long for the library's own count of requests is sent away before anything was tried.
        while attempt(Client(), person.email, WRONG).status_code == 429:
            time.sleep(0.1)
        connection.close()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(one, range(20)))
    assert SignInFailure.objects.get().failures == 20
    assert AuditEvent.objects.filter(action="session.sign_in_failed").count() == 20
    assert AuditEvent.objects.filter(action="session.lock").count() == 1
    assert timezone.now() < SignInFailure.objects.get().locked_until
