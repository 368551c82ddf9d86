"""取扱者名簿: nominated, accepted, signed; only then an entry counts, and anyone of three may end it without a word."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from accounts.actions import rosters as verbs
from accounts.actions.certifications import suspend_certification
from accounts.actions.verb import Deed, Refused
from accounts.models import Clearance, Contract, ContractItem, RosterEntry, RosterGrant, User
from accounts.roster_room import rooms_of
from accounts.subject import subject_of
from council.access.facts import Role
from council.access.policy import Reason
from council.audit.events import Event
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts.given_rosters import (
    LATER,
    TODAY,
    accepted,
    accepted_row,
    certification,
    nominated,
    nominated_row,
    pledged,
    what_stops,
)
from tests.bulletins.races import all_at_once

YESTERDAY = TODAY - timedelta(days=1)


def prepared(world: cast.Council) -> User:
    """The reader of tier two has everything but a place on the roster."""
    cast.clear(world.reader_two, world.item)
    RosterEntry.objects.filter(person=world.reader_two).delete()
    RosterGrant.objects.filter(user=world.reader_two).delete()
    return world.reader_two


def test_an_entry_counts_only_when_it_is_nominated_accepted_and_signed(world: cast.Council) -> None:
    person = prepared(world)
    entry = nominated(world)
    assert what_stops(person, world.item) is Reason.ROSTER
    verbs.accept_handler(entry, acting_user=world.officer)
    assert what_stops(person, world.item) is Reason.ROSTER
    verbs.pledge_handling(entry, 1, acting_user=person)
    assert what_stops(person, world.item) is None


@pytest.mark.parametrize("who", ["officer", "administrator"])
def test_ending_closes_with_the_next_request_and_keeps_the_row(world: cast.Council, who: str) -> None:
    person = prepared(world)
    entry = pledged(world)
    verbs.end_handling(entry, acting_user=getattr(world, who))
    assert what_stops(person, world.item) is Reason.ROSTER
    assert RosterEntry.objects.get(pk=entry.pk).ended_at
    assert not RosterGrant.objects.filter(user=person).exists()


def test_who_leaves_comes_off_every_roster_within_the_verb_that_lets_them_go(world: cast.Council) -> None:
    pledged(world)
    deed = Deed(Event.PEOPLE_LEAVE, subject_of(world.administrator))
    with transaction.atomic():
        assert verbs.end_handling_of(deed, world.reader_two) == 1
    assert not RosterGrant.objects.filter(user=world.reader_two).exists()
    assert AuditEvent.objects.filter(action="roster.remove", object=str(world.reader_two.pk)).count() == 1


@pytest.mark.parametrize(
    "who", ["other_administrator", "officer", "other_officer", "operator", "reader_two", "auditor"]
)
def test_nobody_but_their_own_administrator_names_a_companys_people(world: cast.Council, who: str) -> None:
    with pytest.raises(Refused):
        verbs.nominate_handler(world.item, world.reader_two, first_day=TODAY, acting_user=getattr(world, who))
    assert AuditEvent.objects.get().outcome == "deny"


@pytest.mark.parametrize("who", ["other_administrator", "administrator", "other_officer", "operator", "reader_two"])
def test_nobody_but_an_officer_of_the_agency_accepts(world: cast.Council, who: str) -> None:
    entry = nominated_row(world)
    with pytest.raises(Refused):
        verbs.accept_handler(entry, acting_user=getattr(world, who))


@pytest.mark.parametrize("who", ["officer", "administrator", "reader_three"])
def test_nobody_signs_for_somebody_else(world: cast.Council, who: str) -> None:
    entry = accepted_row(world)
    with pytest.raises(Refused):
        verbs.pledge_handling(entry, 1, acting_user=getattr(world, who))


@pytest.mark.parametrize("who", ["other_administrator", "other_officer", "operator", "reader_two", "publisher"])
def test_who_has_nothing_to_do_with_an_entry_does_not_end_it(world: cast.Council, who: str) -> None:
    entry = nominated_row(world)
    with pytest.raises(Refused):
        verbs.end_handling(entry, acting_user=getattr(world, who))


def test_nobody_signs_before_the_agency_has_accepted(world: cast.Council) -> None:
    with pytest.raises(Refused):
        verbs.pledge_handling(nominated(world), 1, acting_user=world.reader_two)


def test_an_older_sentence_is_not_signed(world: cast.Council) -> None:
    with pytest.raises(ValidationError, match="新しくなっています"):
        verbs.pledge_handling(accepted(world), 0, acting_user=world.reader_two)


def test_what_was_signed_is_kept_with_its_version(world: cast.Council) -> None:
    assert pledged(world).pledged_version == 1


def test_nobody_is_named_for_an_item_that_their_contract_does_not_cover(world: cast.Council) -> None:
    uncovered = cast.designation(world.agency)
    for item in (uncovered, cast.designation(world.other_agency)):
        with pytest.raises(Refused):
            verbs.nominate_handler(item, world.reader_two, first_day=TODAY, acting_user=world.administrator)


@pytest.mark.parametrize("days", [(YESTERDAY, None), (TODAY, LATER + timedelta(days=1)), (LATER, TODAY)])
def test_days_stay_within_the_contract(world: cast.Council, days: tuple) -> None:
    Contract.objects.update(first_day=TODAY, last_day=LATER)
    with pytest.raises(ValidationError):
        verbs.nominate_handler(
            world.item, world.reader_two, first_day=days[0], last_day=days[1], acting_user=world.administrator
        )


def test_without_a_last_day_it_is_that_of_the_contract(world: cast.Council) -> None:
    ContractItem.objects.update(last_day=LATER)
    assert nominated(world).last_day == LATER


def test_nobody_is_named_while_the_certification_is_suspended(world: cast.Council) -> None:
    suspend_certification(certification(world), acting_user=world.officer)
    with pytest.raises(Refused):
        nominated(world)
    assert rooms_of(world.company, TODAY) == []


def test_who_is_suspended_or_on_the_roster_is_not_named(world: cast.Council) -> None:
    nominated(world)
    with pytest.raises(ValidationError, match="すでにこの項目の名簿"):
        nominated(world)
    User.objects.filter(pk=world.reader_one.pk).update(is_active=False)
    with pytest.raises(ValidationError, match="利用中の人だけ"):
        nominated(world, world.reader_one)


def test_who_came_off_or_whose_days_are_over_can_be_named_again(world: cast.Council) -> None:
    verbs.end_handling(nominated(world), acting_user=world.officer)
    again = nominated(world)
    RosterEntry.objects.filter(pk=again.pk).update(first_day=YESTERDAY, last_day=YESTERDAY)
    assert nominated(world).ended_at is None
    assert RosterEntry.objects.filter(person=world.reader_two).count() == 3


def test_an_agencys_people_are_named_by_its_administrator_or_officer_for_its_own_items(world: cast.Council) -> None:
    clerk, administrator = cast.person(world.agency), cast.person(world.agency, Role.ADMINISTRATOR)
    first = verbs.nominate_handler(world.item, clerk, first_day=TODAY, acting_user=administrator)
    verbs.end_handling(first, acting_user=administrator)
    verbs.nominate_handler(world.item, clerk, first_day=TODAY, acting_user=world.officer)
    with pytest.raises(Refused):
        verbs.nominate_handler(cast.designation(world.other_agency), clerk, first_day=TODAY, acting_user=administrator)


def test_no_officer_names_or_accepts_themselves(world: cast.Council) -> None:
    with pytest.raises(Refused, match="oneself"):
        verbs.nominate_handler(world.item, world.officer, first_day=TODAY, acting_user=world.officer)
    administrator = cast.person(world.agency, Role.ADMINISTRATOR)
    entry = verbs.nominate_handler(world.item, world.officer, first_day=TODAY, acting_user=administrator)
    with pytest.raises(Refused, match="oneself"):
        verbs.accept_handler(entry, acting_user=world.officer)


def test_accepting_asks_for_no_clearance(world: cast.Council) -> None:
    assert not Clearance.objects.filter(person=world.reader_two).exists()
    assert accepted(world).accepted_at


@pytest.mark.django_db(transaction=True)
def test_twenty_acceptances_at_once_are_one() -> None:
    world = cast.council()
    entry = nominated_row(world)
    officers = [cast.person(world.agency, Role.CLEARANCE_OFFICER) for _ in range(20)]
    connection.close()
    said = all_at_once([lambda who=who: verbs.accept_handler(entry, acting_user=who) for who in officers])
    assert sum(isinstance(each, RosterEntry) for each in said) == 1
    assert sum(isinstance(each, ValidationError) for each in said) == 19
    assert AuditEvent.objects.count() == 1
