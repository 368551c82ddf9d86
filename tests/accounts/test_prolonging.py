"""An entry of a roster is prolonged: by the three steps anew, from the day after its last, and without a gap or a day too many."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from accounts import handler_pledge
from accounts.actions import rosters as verbs
from accounts.actions.verb import Refused
from accounts.models import Contract, RosterEntry, RosterGrant
from accounts.roster_grants import differences
from accounts.roster_proof import is_proved
from council.access.policy import Reason
from tests import cast
from tests.accounts.designations import DAY, on
from tests.accounts.given_rosters import LATER, TODAY, ending, nominated, pledged, what_stops
from tests.accounts.test_rosters import prepared
from tests.bulletins.races import all_at_once

UNTIL = LATER + timedelta(days=30)


@pytest.fixture
def entry(world: cast.Council) -> RosterEntry:
    """The reader of tier two has everything, and handles the item until a day."""
    prepared(world)
    return ending(world)


def prolonged(world: cast.Council, entry: RosterEntry) -> RosterEntry:
    return verbs.prolong_handling(entry, last_day=UNTIL, acting_user=world.administrator)


def signed(world: cast.Council, entry: RosterEntry) -> RosterEntry:
    following = verbs.accept_handler(prolonged(world, entry), acting_user=world.officer)
    return verbs.pledge_handling(following, handler_pledge.VERSION, acting_user=entry.person)


def stops(world: cast.Council, day: object) -> Reason | None:
    with on(day):
        return what_stops(world.reader_two, world.item)


def test_the_new_period_begins_the_day_after_and_there_is_no_gap(world: cast.Council, entry: RosterEntry) -> None:
    assert stops(world, LATER + DAY) is Reason.ROSTER
    following = signed(world, entry)
    assert (following.first_day, following.last_day) == (LATER + DAY, UNTIL)
    assert [stops(world, day) for day in (TODAY, LATER, LATER + DAY, UNTIL)] == [None] * 4
    assert stops(world, UNTIL + DAY) is Reason.ROSTER


@pytest.mark.parametrize("step", ["named", "accepted"])
def test_until_it_is_signed_the_old_period_stays_and_nothing_follows(
    world: cast.Council, entry: RosterEntry, step: str
) -> None:
    following = prolonged(world, entry)
    if step == "accepted":
        verbs.accept_handler(following, acting_user=world.officer)
    assert stops(world, LATER) is None
    assert stops(world, LATER + DAY) is Reason.ROSTER


def test_what_is_signed_says_the_new_days_and_the_log_proves_both(world: cast.Council, entry: RosterEntry) -> None:
    following = signed(world, entry)
    assert "30" not in handler_pledge.sentence(entry) or handler_pledge.sentence(entry) != handler_pledge.sentence(
        following
    )
    assert is_proved(entry)
    assert is_proved(following)


def test_at_every_step_the_one_grant_is_what_the_roster_says(world: cast.Council, entry: RosterEntry) -> None:
    following = prolonged(world, entry)
    for step in (
        lambda: verbs.accept_handler(following, acting_user=world.officer),
        lambda: verbs.pledge_handling(following, 1, acting_user=world.reader_two),
        lambda: verbs.end_handling(following, acting_user=world.officer),
    ):
        step()
        assert differences() == []
        assert RosterGrant.objects.filter(user=world.reader_two).count() == 1


def test_taking_somebody_off_takes_what_follows_too(world: cast.Council, entry: RosterEntry) -> None:
    signed(world, entry)
    verbs.end_handling(entry, acting_user=world.officer)
    assert not RosterEntry.objects.filter(person=world.reader_two, ended_at=None).exists()
    assert [stops(world, day) for day in (TODAY, LATER + DAY)] == [Reason.ROSTER] * 2


def test_taking_back_what_follows_leaves_the_entry(world: cast.Council, entry: RosterEntry) -> None:
    verbs.end_handling(signed(world, entry), acting_user=world.administrator)
    assert [stops(world, day) for day in (LATER, LATER + DAY)] == [None, Reason.ROSTER]
    assert prolonged(world, entry).last_day == UNTIL


def test_it_goes_no_further_than_the_contract(world: cast.Council, entry: RosterEntry) -> None:
    Contract.objects.filter(certification__company=world.company).update(last_day=UNTIL - DAY)
    with pytest.raises(ValidationError):
        prolonged(world, entry)
    assert verbs.prolong_handling(entry, acting_user=world.administrator).last_day == UNTIL - DAY


@pytest.mark.parametrize(
    "made",
    [
        lambda w: nominated(w),
        lambda w: pledged(w),
        lambda w: signed(w, ending(w)).prolongs,
    ],
    ids=["not signed", "without an end", "followed already"],
)
def test_only_who_handles_until_a_day_and_no_further_is_prolonged(
    world: cast.Council, made: Callable[[cast.Council], RosterEntry]
) -> None:
    prepared(world)
    with pytest.raises(ValidationError):
        prolonged(world, made(world))


def test_days_that_are_over_are_not_prolonged_but_named_anew(world: cast.Council, entry: RosterEntry) -> None:
    with on(LATER + DAY):
        with pytest.raises(ValidationError):
            prolonged(world, entry)
        fresh = {"first_day": LATER + DAY, "acting_user": world.administrator}
        assert verbs.nominate_handler(world.item, world.reader_two, **fresh).prolongs is None


def test_who_is_in_a_prolonged_period_is_not_named_beside_it(world: cast.Council, entry: RosterEntry) -> None:
    signed(world, entry)
    with on(LATER + DAY), pytest.raises(ValidationError):
        verbs.nominate_handler(world.item, world.reader_two, first_day=LATER + DAY, acting_user=world.administrator)


@pytest.mark.parametrize("who", ["officer", "other_administrator", "reader_two", "operator"])
def test_nobody_but_their_own_administrator_prolongs(world: cast.Council, entry: RosterEntry, who: str) -> None:
    with pytest.raises(Refused):
        verbs.prolong_handling(entry, acting_user=getattr(world, who))


@pytest.mark.django_db(transaction=True)
def test_twenty_prolongations_at_once_are_one() -> None:
    world = cast.council()
    prepared(world)
    entry = ending(world)
    connection.close()
    said = all_at_once([lambda: prolonged(world, entry)] * 20)
    assert sum(isinstance(each, RosterEntry) for each in said) == 1
    assert RosterEntry.objects.filter(prolongs=entry).count() == 1


def test_the_pages_lead_through_it(world: cast.Council, client: Client, entry: RosterEntry) -> None:
    page = cast.sign_in(client, world.administrator).get("/handlers/").text
    assert len(re.findall(r'value="prolong"', page)) == 1
    asked = {"do": "prolong", "entry": entry.pk, "last_day": UNTIL.isoformat()}
    assert client.post("/handlers/", asked)["Location"] == "/handlers/"
    assert "（延長）" in client.get("/handlers/").text
    following = RosterEntry.objects.get(prolongs=entry)
    cast.sign_in(client, world.officer).post("/handlers/", {"do": "accept", "entry": following.pk})
    cast.sign_in(client, world.reader_two).post("/handlers/mine/", {"entry": following.pk, "version": "1"})
    following.refresh_from_db()
    assert following.pledged_at
    assert 'value="prolong"' not in cast.sign_in(client, world.officer).get("/handlers/").text


def test_an_end_that_is_no_day_is_said(world: cast.Council, client: Client, entry: RosterEntry) -> None:
    client = cast.sign_in(client, world.administrator)
    client.post("/handlers/", {"do": "prolong", "entry": entry.pk, "last_day": "someday"})
    assert not RosterEntry.objects.filter(prolongs=entry).exists()
