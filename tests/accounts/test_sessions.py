"""Where somebody is signed in: listed, ended at once, and none missed however it came to be."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.actions.sessions import end_other_sessions, end_session
from accounts.actions.verb import Refused
from accounts.credentials import end_sessions
from accounts.models import Device, Session, User
from accounts.session_list import name_of, sessions_of
from accounts.tasks import forget_ended_sessions
from bulletins.world import session_cookie
from council.access.tiers import Tier
from tests import cast
from tests.accounts.test_devices import FIREFOX, SAFARI, browser
from tests.accounts.test_signing_in import attempt, events
from tests.portal import ROOT

URL = "/me/sessions/"
ANOTHER_PROCESS = """
import sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from accounts.credentials import end_sessions
assert end_sessions([sys.argv[2]]) == 1
"""


def by_password(person: User) -> Client:
    client = browser()
    attempt(client, person.email, cast.PASSWORD)
    return client


def by_cast(person: User) -> Client:
    return cast.sign_in(Client(), person)


def by_force(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def by_world(person: User) -> Client:
    client = Client()
    client.cookies["sessionid"] = session_cookie(person, Tier.TWO).partition("=")[2]
    return client


def out(client: Client) -> bool:
    """Whether the next request is that of a stranger."""
    return client.get("/me/").headers.get("Location", "").startswith("/sign-in/")


@pytest.mark.parametrize("way", [by_password, by_cast, by_force, by_world])
def test_no_session_is_missed_however_it_came_to_be(world: cast.Council, way: object) -> None:
    client = way(world.reader_two)
    assert not out(client)
    assert end_sessions([world.reader_two.pk]) == 1
    assert out(client)
    assert not UserSession.objects.exists()


def test_nobody_elses_session_ends(world: cast.Council) -> None:
    mine, other = by_cast(world.reader_two), by_cast(world.reader_one)
    end_sessions([world.reader_two.pk])
    assert [out(mine), out(other)] == [True, False]


def test_a_session_of_a_stranger_is_nobodys(world: cast.Council) -> None:
    client = Client()
    session = client.session
    session["x"] = 1
    session.save()
    assert Session.objects.get().person is None


def test_after_signing_out_it_is_nobodys_any_more(world: cast.Council) -> None:
    client = by_password(world.reader_two)
    client.post("/sign-in/out/")
    assert not Session.objects.filter(person=world.reader_two.pk).exists()
    assert not UserSession.objects.exists()


def test_the_page_says_browser_address_and_reach_and_marks_this_one(world: cast.Council) -> None:
    attempt(browser(SAFARI), world.reader_two.email, cast.PASSWORD)
    client = cast.sign_in(browser(FIREFOX), world.reader_two, Tier.TWO)
    page = client.get(URL).content.decode()
    for words in ("iPhone・Safari", "192.0.2.7", "機密性2情報まで", "いま使っている端末", "本人の確かめがまだ"):
        assert words in page


def test_the_page_holds_no_key_of_any_session(world: cast.Council) -> None:
    by_password(world.reader_two)
    page = by_cast(world.reader_two).get(URL).content.decode()
    assert [row.pk for row in Session.objects.all() if row.pk in page] == []


def test_ending_one_ends_that_one_and_is_an_event(world: cast.Council) -> None:
    client, lost = by_cast(world.reader_two), by_password(world.reader_two)
    response = client.post(URL, {"do": "end", "session": name_of(lost.session.session_key)})
    assert response.status_code == 302
    assert [out(client), out(lost)] == [False, True]
    assert [event.object for event in events("session.end")] == [str(world.reader_two.pk)]


def test_ending_the_others_keeps_this_one(world: cast.Council) -> None:
    client, others = by_cast(world.reader_two), [by_password(world.reader_two), by_world(world.reader_two)]
    client.post(URL, {"do": "others"})
    assert [out(client), *map(out, others)] == [False, True, True]


def test_somebody_elses_session_is_like_one_that_never_was(world: cast.Council) -> None:
    client, other = by_cast(world.reader_two), by_cast(world.reader_one)
    answers = [
        client.post(URL, {"do": "end", "session": name}) for name in (name_of(other.session.session_key), "0" * 32)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert not out(other)


@pytest.mark.parametrize("verb", [end_session, end_other_sessions])
def test_nobody_ends_sessions_of_somebody_else(world: cast.Council, verb: object) -> None:
    client = by_cast(world.reader_two)
    with pytest.raises(Refused):
        verb(world.reader_two, name_of(client.session.session_key), acting_user=world.administrator)
    assert not out(client)


def test_a_session_from_before_another_password_is_not_listed(world: cast.Council) -> None:
    by_cast(world.reader_two)
    world.reader_two.set_password("tsubame-no-su-wa-hikui")
    world.reader_two.save()
    assert sessions_of(world.reader_two, "") == []


def test_what_has_run_out_is_not_listed_and_leaves_nothing_behind(world: cast.Council) -> None:
    by_password(world.reader_two)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert sessions_of(world.reader_two, "") == []
    forget_ended_sessions()
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


def test_a_browser_is_forgotten(world: cast.Council) -> None:
    by_password(world.reader_two)
    client = by_cast(world.reader_two)
    assert "Windows・Firefox" in client.get(URL).content.decode()
    assert client.post(URL, {"do": "forget", "device": Device.objects.get().pk}).status_code == 302
    assert not Device.objects.exists()
    assert len(events("session.forget_device")) == 1


def test_somebody_elses_browser_is_not_forgotten(world: cast.Council) -> None:
    by_password(world.reader_two)
    client = by_cast(world.reader_one)
    for device in (Device.objects.get().pk, "x", ""):
        assert client.post(URL, {"do": "forget", "device": device}).status_code == 404
    assert Device.objects.exists()


def test_when_it_was_last_used_is_right_to_five_minutes(world: cast.Council) -> None:
    client = by_password(world.reader_two)
    long_ago, lately = timezone.now() - timedelta(hours=1), timezone.now() - timedelta(minutes=4)
    for before, moves in ((long_ago, True), (lately, False)):
        UserSession.objects.update(last_seen_at=before)
        client.get("/me/factors/", REMOTE_ADDR="192.0.2.9")
        assert (UserSession.objects.get().last_seen_at != before) is moves
    assert UserSession.objects.get().ip == "192.0.2.9"


def test_the_list_costs_as_much_for_many_as_for_one(world: cast.Council, django_assert_num_queries: object) -> None:
    for _time in range(4):
        by_password(world.reader_two)
    with django_assert_num_queries(2):
        assert len(sessions_of(world.reader_two, "")) == 4


@pytest.mark.django_db(transaction=True)
def test_what_another_process_ends_has_ended_here() -> None:
    person = cast.council().reader_two
    client = by_cast(person)
    assert not out(client)
    words = [sys.executable, "-c", ANOTHER_PROCESS, str(connection.settings_dict["NAME"]), str(person.pk)]
    subprocess.run(words, cwd=ROOT, env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}, check=True)
    assert out(client)
