"""Grants follow from the rosters through one writer; neither row opens anything alone, and a job says where they differ."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection

from accounts import roster_reconciling
from accounts.actions import rosters as verbs
from accounts.models import Designation, RosterEntry, RosterGrant, User
from accounts.roster_grants import derive, differences
from accounts.tasks import reconcile_rosters
from council.access.policy import Reason
from council.audit.details import details_of
from council.audit.models import AuditEvent
from council.probes import PROBES, Unwell
from tests import cast
from tests.accounts.given_rosters import TODAY, accepted_row, nominated, pledged, what_stops
from tests.accounts.test_rosters import prepared
from tests.bulletins.races import all_at_once


def forged_grant(item: Designation, person: User) -> RosterGrant:
    permission = Permission.objects.get(codename="handle_designation")
    return RosterGrant.objects.create(content_object=item, user=person, permission=permission)


def forged_entry(item: Designation, person: User) -> RosterEntry:
    facts = {"accepted_at": "2026-01-01T00:00Z", "pledged_at": "2026-01-01T00:00Z"}
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
    assert not AuditEvent.objects.exists()


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
    rows = []
    for person in people:
        row = accepted_row(world)
        RosterEntry.objects.filter(pk=row.pk).update(person=person)
        rows.append(RosterEntry.objects.get(pk=row.pk))
    forged_grant(world.item, world.reader_one)
    calls = [lambda row=row: verbs.pledge_handling(row, 1, acting_user=row.person) for row in rows]
    calls += [lambda: derive(world.item), roster_reconciling.reconcile, roster_reconciling.reconcile]
    connection.close()
    said = all_at_once(calls)
    assert not [each for each in said if isinstance(each, Exception)]
    assert differences() == []
    assert RosterGrant.objects.filter(user__in=people).count() == len(people)
