"""はじめの5つ: five things read off what is there, for whoever is new, until they are done or put away."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from bulletins.models import CalendarFeed
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db
HEADING = "はじめの5つ"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def _home(client: Client, who: User) -> str:
    return cast.sign_in(client, who).get("/").text


def _all_done(world: cast.Council, client: Client, who: User) -> None:
    for kind in (Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES):
        Authenticator.objects.create(user=who, type=kind, data={})
    out = shelf.published(world.publisher, world.approver, organisations=[who.organisation])
    cast.sign_in(client, who).get(f"/bulletins/{out.bulletin_id}/")
    CalendarFeed.objects.create(person=who, digest="0" * 64, created_at=timezone.now())


def _open_steps(page: str) -> list[str]:
    block = page.partition('id="first-h"')[2].partition("</section>")[0]
    return [each.partition('"')[0] for each in block.split('<a href="')[1:]][:-1]


def test_somebody_new_sees_what_is_still_to_do(client: Client, world: cast.Council) -> None:
    assert _open_steps(_home(client, world.reader_one)) == [
        "/me/factors/",
        "/me/factors/",
        "/bulletins/",
        "/deadlines/",
    ]
    assert _open_steps(_home(client, world.publisher))[-1] == "/desk/new/"


def test_it_is_gone_once_all_is_done(client: Client, world: cast.Council) -> None:
    _all_done(world, client, world.reader_one)
    assert HEADING not in _home(client, world.reader_one)


@pytest.mark.parametrize(("began", "shown"), [(False, True), (True, False)])
def test_who_is_here_longer_sees_it_only_if_they_never_began(
    client: Client, world: cast.Council, began: bool, shown: bool
) -> None:
    User.objects.update(joined_at=timezone.now() - timedelta(days=31))
    if began:
        Authenticator.objects.create(user=world.reader_one, type=Authenticator.Type.WEBAUTHN, data={})
    assert (HEADING in _home(client, world.reader_one)) is shown


def test_put_away_stays_away_for_that_person_in_that_browser(client: Client, world: cast.Council) -> None:
    cast.sign_in(client, world.reader_one).post("/first-hour/")
    assert HEADING not in _home(client, world.reader_one)
    assert HEADING in _home(client, world.reader_two)
    assert HEADING in _home(Client(), world.reader_one)


def test_it_asks_as_often_before_as_after(client: Client, world: cast.Council) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            cast.sign_in(client, world.reader_one).get("/")
        return sum("mfa_authenticator" in query["sql"] and "calendarfeed" in query["sql"] for query in queries)

    before = asked()
    _all_done(world, client, world.reader_one)
    assert (before, asked()) == (1, 1)
