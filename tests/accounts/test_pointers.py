"""取扱い指定: whoever is on a roster is told where the item is read, on either zone; nobody learns of another item."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Designation, RosterEntry, User
from tests import cast
from tests.accounts.given_rosters import accepted_row, nominated_row

TODAY = timezone.localdate()
EMPTY = "いまはありません。あなたが取扱者名簿に載ると"


@pytest.fixture(params=["closed", "connected"])
def zone(request: pytest.FixtureRequest, settings) -> str:
    settings.COUNCIL_ZONE = request.param
    return request.param


@pytest.fixture
def item(world: cast.Council) -> Designation:
    Designation.objects.filter(pk=world.item.pk).update(
        reading_place="第二庁舎 三階 閲覧室", contact="経済安保室 内線 2201"
    )
    return world.item


def page(client: Client, who: User) -> str:
    answer = cast.sign_in(client, who).get("/pointers/")
    assert answer.status_code == 200
    return answer.text


def test_a_handler_reads_number_agency_period_place_and_contact(world, item, client, zone: str) -> None:
    shown = page(client, world.reader_three)
    for words in ("経安2026-07号", "産業基盤保全庁", "第二庁舎 三階 閲覧室", "経済安保室 内線 2201"):
        assert words in shown
    assert item.summary not in shown


def test_somebody_on_no_roster_is_told_what_would_stand_here(world, item, client, zone: str) -> None:
    shown = page(client, world.reader_two)
    assert EMPTY in shown
    assert "経安" not in shown


def test_with_and_without_the_item_an_outsider_gets_the_same_page(world, client) -> None:
    before = page(client, world.reader_two).split("<main")[1].split("</main>")[0]
    cast.designation(world.agency)
    assert page(client, world.reader_two).split("<main")[1].split("</main>")[0] == before


def test_a_nomination_that_nobody_accepted_shows_nothing(world, item, client) -> None:
    nominated_row(world)
    assert EMPTY in page(client, world.reader_two)


def test_acceptance_shows_it_with_the_next_request(world, item, client) -> None:
    accepted_row(world)
    assert "経安2026-07号" in page(client, world.reader_two)


@pytest.mark.parametrize(
    "change",
    [
        {"ended_at": timezone.now()},
        {"last_day": TODAY - timedelta(days=1)},
        {"first_day": TODAY + timedelta(days=1)},
    ],
)
def test_an_entry_that_does_not_hold_today_shows_nothing(world, item, client, change: dict) -> None:
    RosterEntry.objects.filter(person=world.reader_three).update(**change)
    assert EMPTY in page(client, world.reader_three)


@pytest.mark.parametrize(
    "change",
    [
        {"cancelled_on": TODAY},
        {"lapsed_on": TODAY},
        {"expires_on": TODAY - timedelta(days=1)},
        {"designated_on": TODAY + timedelta(days=1)},
    ],
)
def test_a_designation_that_is_over_or_still_to_come_shows_nothing(world, item, client, change: dict) -> None:
    Designation.objects.filter(pk=item.pk).update(**change)
    assert EMPTY in page(client, world.reader_three)


def test_the_agency_is_named_where_nobody_wrote_down_whom_to_ask(world, client) -> None:
    shown = page(client, world.reader_three)
    assert "指定した機関に尋ねてください。" in shown


def test_the_home_page_of_a_connected_portal_leads_a_handler_there(world, item, client, settings) -> None:
    settings.COUNCIL_ZONE = "connected"
    assert 'href="/pointers/"' in cast.sign_in(client, world.reader_three).get("/").text
    assert 'href="/pointers/"' not in cast.sign_in(client, world.reader_two).get("/").text


def test_the_home_page_of_a_closed_portal_needs_no_such_line(world, item, client) -> None:
    assert 'href="/pointers/"' not in cast.sign_in(client, world.reader_three).get("/").text
