"""守秘誓約: before it is accepted there is nothing to see; a new version asks everybody anew."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts import founding
from accounts.actions.pledge import accept_pledge, publish_pledge
from accounts.actions.verb import Refused
from accounts.models import PledgeAcceptance
from accounts.subject import subject_of
from council.audit.models import AuditEvent
from tests import cast

TODAY = timezone.localdate()


def in_force(day: date = TODAY) -> int:
    return founding.found_pledge("知ったことを守ります。\n\n離れた後も守ります。", in_force_from=day).version


def test_a_page_waits_for_the_pledge(world: cast.Council, client: Client) -> None:
    in_force()
    response = cast.sign_in(client, world.administrator).get("/people/?organisation=x")
    assert response.headers["Location"] == "/pledge/?next=%2Fpeople%2F%3Forganisation%3Dx"


def test_the_pledge_is_read_accepted_and_left_for_where_one_was_going(world: cast.Council, client: Client) -> None:
    version = in_force()
    cast.sign_in(client, world.administrator)
    page = client.get("/pledge/?next=/people/")
    assert "<p>離れた後も守ります。</p>" in page.text
    answer = client.post("/pledge/", {"version": version, "next": "/people/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/people/")
    assert client.get("/people/").status_code == 200
    assert [event.action for event in AuditEvent.objects.all()] == ["page.show", "pledge.accept", "page.show"]


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_the_pledge_leads_to_no_other_site(world: cast.Council, client: Client, next_page: str) -> None:
    version = in_force()
    answer = cast.sign_in(client, world.reader_two).post("/pledge/", {"version": version, "next": next_page})
    assert answer.headers["Location"] == "/"


def test_before_the_pledge_one_gets_to_oneself_and_out(world: cast.Council, client: Client) -> None:
    in_force()
    cast.sign_in(client, world.reader_two)
    assert [client.get(url).status_code for url in ("/me/", "/pledge/", "/sign-in/password/", "/help/")] == [200] * 4
    assert client.post("/sign-in/out/").headers["Location"] == "/sign-in/"


def test_a_program_is_told_what_is_missing(world: cast.Council, client: Client) -> None:
    version = in_force()
    answer = client.get("/api/v1/me/", headers=cast.bearer(world.reader_two)).json()
    assert answer["pledge"] == {"required": version, "accepted": None}


def test_a_new_version_asks_everybody_anew(world: cast.Council) -> None:
    accept_pledge(in_force(), acting_user=world.reader_two)
    assert subject_of(world.reader_two).pledge_current
    in_force()
    assert not subject_of(world.reader_two).pledge_current


def test_a_version_of_tomorrow_asks_nobody_today(world: cast.Council) -> None:
    in_force(TODAY + timedelta(days=1))
    assert subject_of(world.reader_two).pledge_current


@pytest.mark.parametrize("version", ["1", "0", "99", "", "x", "²"])
def test_only_the_version_in_force_is_accepted(world: cast.Council, client: Client, version: str) -> None:
    in_force()
    in_force()
    answer = cast.sign_in(client, world.reader_two).post("/pledge/", {"version": version})
    assert answer.headers["Location"] == "/pledge/"
    assert not PledgeAcceptance.objects.exists()


def test_accepting_twice_keeps_the_first_moment(world: cast.Council) -> None:
    version = in_force()
    first = accept_pledge(version, acting_user=world.reader_two)
    assert accept_pledge(version, acting_user=world.reader_two).accepted_at == first.accepted_at


def test_the_operator_publishes_the_next_version(world: cast.Council) -> None:
    assert publish_pledge("第一版", in_force_from=TODAY, acting_user=world.operator).version == 1
    accept_pledge(1, acting_user=world.operator)
    assert publish_pledge("第二版", in_force_from=TODAY, acting_user=world.operator).version == 2


def test_nobody_else_publishes_a_pledge(world: cast.Council) -> None:
    for who in (world.publisher, world.administrator, world.officer, world.auditor):
        with pytest.raises(Refused, match="role"):
            publish_pledge("第一版", in_force_from=TODAY, acting_user=who)


def test_an_empty_pledge_is_refused(world: cast.Council) -> None:
    with pytest.raises(ValidationError):
        publish_pledge(" \n ", in_force_from=TODAY, acting_user=world.operator)
