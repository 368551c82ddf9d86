"""Grants follow from the rosters through one writer; neither row opens anything alone, and a job says where they differ."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction

from accounts import founding_clearances as founding
from accounts import roster_reconciling
from accounts.actions import rosters as verbs
from accounts.actions.proposals import confirm
from accounts.founding_told import tell_of_clearance, tell_of_entry
from accounts.models import Clearance, Designation, RosterEntry, RosterGrant, User
from accounts.roster_grants import derive, differences
from accounts.tasks import reconcile_rosters
from council.access.policy import Reason
from council.audit.details import details_of
from council.audit.models import AuditDetail, AuditEvent
from council.probes import PROBES, Unwell
from tests import cast
from tests.accounts.given_proposals import proposed, second_officer
from tests.accounts.given_rosters import TODAY, accepted, accepted_row, nominated, pledged, what_stops
from tests.accounts.test_rosters import prepared
from tests.bulletins.races import all_at_once


@pytest.fixture
def world(world: cast.Council) -> cast.Council:
    """A council whose log knows what it was founded with."""
    prepared(world)
    founded()
    return world


def founded() -> None:
    with transaction.atomic():
        for entry in RosterEntry.objects.all():
            tell_of_entry(entry)
        for clearance in Clearance.objects.all():
            tell_of_clearance(clearance)


def forged_grant(item: Designation, person: User) -> RosterGrant:
    permission = Permission.objects.get(codename="handle_designation")
    return RosterGrant.objects.create(content_object=item, user=person, permission=permission)


def forged_entry(item: Designation, person: User, **more: object) -> RosterEntry:
    facts = {"accepted_at": "2026-01-01T00:00Z", "pledged_at": "2026-01-01T00:00Z", **more}
    return RosterEntry.objects.create(designation=item, person=person, first_day=TODAY, **facts)


def reported() -> list[dict]:
    events = list(AuditEvent.objects.filter(action="roster.reconcile"))
    return [detail["facts"] for detail in details_of(events).values()]


def test_a_forged_grant_alone_opens_nothing_and_is_removed_and_reported(world: cast.Council) -> None:
    person = prepared(world)
    forged_grant(world.item, person)
    assert what_stops(person, world.item) is Reason.ROSTER
    assert reconcile_rosters() == 1
    assert not RosterGrant.objects.filter(user=person).exists()
    assert reported() == [{"removed": [str(person.pk)], "added": [], "unproved": []}]


def test_a_forged_entry_alone_opens_nothing_and_the_job_does_not_open_it(world: cast.Council) -> None:
    person = prepared(world)
    forged_entry(world.item, person)
    assert what_stops(person, world.item) is Reason.ROSTER
    assert reconcile_rosters() == 1
    assert what_stops(person, world.item) is Reason.ROSTER
    assert reported() == [{"removed": [], "added": [], "unproved": [str(person.pk)]}]


def test_the_next_change_of_its_roster_does_not_open_a_forged_entry(world: cast.Council) -> None:
    person = prepared(world)
    forged_entry(world.item, person)
    pledged(world, world.reader_one)
    derive(world.item)
    assert what_stops(person, world.item) is Reason.ROSTER
    assert RosterGrant.objects.filter(user=world.reader_one).exists()


def test_a_grant_that_went_comes_back_when_the_log_bears_its_entry_out(world: cast.Council) -> None:
    person = prepared(world)
    pledged(world)
    RosterGrant.objects.filter(user=person).delete()
    assert what_stops(person, world.item) is Reason.ROSTER
    reconcile_rosters()
    assert what_stops(person, world.item) is None
    assert reported() == [{"removed": [], "added": [str(person.pk)], "unproved": []}]


def test_an_entry_that_was_ended_and_is_made_to_look_open_again_stays_closed(world: cast.Council) -> None:
    person = prepared(world)
    entry = verbs.end_handling(pledged(world), acting_user=world.officer)
    RosterEntry.objects.filter(pk=entry.pk).update(ended_at=None)
    reconcile_rosters()
    assert what_stops(person, world.item) is Reason.ROSTER


def test_an_entry_whose_days_were_changed_gets_no_grant_back(world: cast.Council) -> None:
    person = prepared(world)
    entry = pledged(world)
    RosterGrant.objects.filter(user=person).delete()
    RosterEntry.objects.filter(pk=entry.pk).update(last_day="2099-12-31")
    reconcile_rosters()
    assert what_stops(person, world.item) is Reason.ROSTER


def test_without_differences_the_job_writes_nothing(world: cast.Council) -> None:
    assert reconcile_rosters() == 0
    assert reported() == []


def test_a_forged_entry_with_its_grant_is_closed_and_reported(world: cast.Council) -> None:
    person = prepared(world)
    forged_entry(world.item, person)
    forged_grant(world.item, person)
    assert what_stops(person, world.item) is None
    assert reconcile_rosters() == 1
    assert what_stops(person, world.item) is Reason.ROSTER
    assert reported() == [{"removed": [str(person.pk)], "added": [], "unproved": [str(person.pk)]}]


def test_an_entry_that_was_made_longer_is_closed_though_its_grant_is_there(world: cast.Council) -> None:
    person = prepared(world)
    RosterEntry.objects.filter(pk=pledged(world).pk).update(last_day="2099-12-31")
    reconcile_rosters()
    assert what_stops(person, world.item) is Reason.ROSTER


def test_a_forged_period_beside_a_true_one_does_not_ride_on_its_grant(world: cast.Council) -> None:
    person = prepared(world)
    true = pledged(world)
    forged = forged_entry(world.item, person, prolongs=true)
    reconcile_rosters()
    assert what_stops(person, world.item) is Reason.ROSTER
    verbs.end_handling(forged, acting_user=world.officer)
    reconcile_rosters()
    assert what_stops(person, world.item) is None


def test_signing_opens_no_forged_entry_along_with_the_true_one(world: cast.Council) -> None:
    person = prepared(world)
    forged = forged_entry(world.item, person)
    true = accepted_row(world, prolongs=forged)
    verbs.pledge_handling(true, 1, acting_user=person)
    assert what_stops(person, world.item) is Reason.ROSTER


@pytest.mark.parametrize("action", ["roster.accept", "roster.pledge", "roster.found"])
def test_what_was_true_stays_open_when_words_of_the_log_have_gone(world: cast.Council, action: str) -> None:
    person = prepared(world)
    pledged(world)
    gone = AuditEvent.objects.filter(action=action)
    AuditDetail.objects.filter(event__in=gone.values("pk")).delete()
    reconcile_rosters()
    assert what_stops(person, world.item) is None


def test_words_that_have_gone_bear_out_no_other_moment(world: cast.Council) -> None:
    person = prepared(world)
    verbs.end_handling(pledged(world), acting_user=world.officer)
    AuditDetail.objects.all().delete()
    forged_entry(world.item, person)
    forged_grant(world.item, person)
    reconcile_rosters()
    assert what_stops(person, world.item) is Reason.ROSTER


def test_a_clearance_that_nobody_recorded_is_reported_to_its_agency(world: cast.Council) -> None:
    forged = founding.found_clearance(world.analyst, world.agency, notified_on=TODAY, recorded_by="x")
    assert reconcile_rosters() == 1
    event = AuditEvent.objects.get(action="clearance.unproved")
    assert (event.org, event.object) == (str(world.agency.pk), str(world.analyst.pk))
    forged.delete()
    assert reconcile_rosters() == 0


def test_one_that_two_officers_recorded_is_not_and_a_longer_one_is(world: cast.Council) -> None:
    confirm(proposed(world).pk, acting_user=second_officer(world))
    assert reconcile_rosters() == 0
    Clearance.objects.filter(person=world.analyst).update(last_day="2099-12-31")
    assert reconcile_rosters() == 1


def test_the_doctor_says_what_the_log_does_not_bear_out(world: cast.Council) -> None:
    forged_entry(world.item, world.reader_two)
    forged_grant(world.item, world.reader_two)
    founding.found_clearance(world.analyst, world.agency, notified_on=TODAY, recorded_by="x")
    with pytest.raises(Unwell, match="1 entries of rosters and 1 clearances"):
        PROBES["rosters"]()


def test_every_step_leaves_grants_as_the_roster_says(world: cast.Council) -> None:
    entry = nominated(world)
    for step in (
        lambda: verbs.accept_handler(entry, acting_user=world.officer),
        lambda: verbs.pledge_handling(entry, 1, acting_user=world.reader_two),
        lambda: verbs.end_handling(entry, acting_user=world.officer),
    ):
        step()
        assert differences() == []


def test_the_doctor_says_how_many_differ(world: cast.Council) -> None:
    assert PROBES["rosters"]() == "the grants are what the rosters say"
    forged_grant(world.item, world.reader_two)
    forged_entry(world.item, world.reader_one)
    with pytest.raises(Unwell, match="1 grants without an entry .* 1 entries without their grant"):
        PROBES["rosters"]()


@pytest.mark.django_db(transaction=True)
def test_grants_stay_exact_while_many_sign_and_the_job_runs_at_the_same_moment() -> None:
    world = cast.council()
    people = [cast.person(world.company) for _ in range(6)]
    founded()
    rows = [accepted(world, person) for person in people]
    forged_grant(world.item, world.reader_one)
    calls = [lambda row=row: verbs.pledge_handling(row, 1, acting_user=row.person) for row in rows]
    calls += [lambda: derive(world.item), roster_reconciling.reconcile, roster_reconciling.reconcile]
    connection.close()
    said = all_at_once(calls)
    assert not [each for each in said if isinstance(each, Exception)]
    assert differences() == []
    assert RosterGrant.objects.filter(user__in=people).count() == len(people)
