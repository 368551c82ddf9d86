"""適合事業者: two officers of one agency certify, one suspends; the contract below it; education; what the company reports."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.actions import certifications as verbs
from accounts.actions import contracts
from accounts.actions.proposals import confirm, propose
from accounts.actions.verb import Refused
from accounts.models import (
    ChangeReport,
    ContractItem,
    Designation,
    Education,
    HandlingPlace,
    OperatorCertification,
    Organisation,
    Proposal,
    RosterEntry,
    RosterGrant,
    User,
)
from accounts.subject import subject_of
from council.access.facts import Role
from council.access.policy import Reason
from council.access.tiers import Tier
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts.given_proposals import second_officer
from tests.accounts.given_rosters import (
    CALLS,
    LATER,
    PREPARED,
    TODAY,
    certification,
    pledged,
    report,
    wanted,
    what_stops,
)
from tests.bulletins.races import all_at_once

YESTERDAY = TODAY - timedelta(days=1)
OFFICERS = [name for name, (_call, who) in CALLS.items() if who == "officer" and not name.endswith("_handler")]


def proposed(world: cast.Council, company: Organisation | None = None, **facts: object) -> Proposal:
    about = (company or world.other_company).pk
    return propose("certification", world.agency, about, wanted(**facts), acting_user=world.officer)


def test_a_company_is_certified_when_a_second_officer_confirms(world: cast.Council) -> None:
    second = second_officer(world)
    waiting = proposed(world, last_day=LATER, responsible=world.other_reader)
    assert not OperatorCertification.objects.filter(company=world.other_company).exists()
    confirm(waiting.pk, acting_user=second)
    made = OperatorCertification.objects.get(company=world.other_company)
    assert (made.agency, made.last_day, made.responsible) == (world.agency, LATER, world.other_reader)
    assert (made.recorded_by, made.confirmed_by) == ("岡崎 智", "西村 楓")
    assert AuditEvent.objects.filter(action="certification.record", object=str(world.other_company.pk)).count() == 1


@pytest.mark.parametrize("who", ["officer", "other_officer", "administrator", "operator", "other_administrator"])
def test_nobody_but_another_officer_of_the_agency_confirms(world: cast.Council, who: str) -> None:
    waiting = proposed(world)
    with pytest.raises(Refused):
        confirm(waiting.pk, acting_user=getattr(world, who))
    assert not OperatorCertification.objects.filter(company=world.other_company).exists()


@pytest.mark.parametrize("who", ["other_officer", "administrator", "operator", "publisher", "auditor"])
def test_nobody_but_an_officer_of_the_agency_proposes(world: cast.Council, who: str) -> None:
    about = world.other_company.pk
    with pytest.raises(Refused):
        propose("certification", world.agency, about, wanted(), acting_user=getattr(world, who))
    assert not Proposal.objects.exists()


def test_who_answers_for_protection_is_somebody_of_the_company(world: cast.Council) -> None:
    with pytest.raises(ValidationError, match="保護責任者"):
        proposed(world, responsible=world.reader_two)
    User.objects.filter(pk=world.other_reader.pk).update(is_active=False)
    with pytest.raises(ValidationError, match="保護責任者"):
        proposed(world, responsible=world.other_reader)


@pytest.mark.parametrize("of", ["agency", "audit"])
def test_only_companies_and_institutes_are_certified(world: cast.Council, of: str) -> None:
    with pytest.raises(ValidationError, match="会社と調査研究機関"):
        proposed(world, getattr(world, of))


@pytest.mark.parametrize(
    "facts", [{}, {"certified_on": "きのう"}, {**wanted(), "responsible": "x"}, {**wanted(), "last_day": 5}]
)
def test_facts_that_nobody_wrote_are_no_certification(world: cast.Council, facts: dict) -> None:
    with pytest.raises(ValidationError):
        propose("certification", world.agency, world.other_company.pk, facts, acting_user=world.officer)


def test_suspension_closes_everything_with_the_next_request_and_resuming_opens_it(world: cast.Council) -> None:
    assert what_stops(world.reader_three, world.item) is None
    verbs.suspend_certification(certification(world), acting_user=world.officer)
    assert what_stops(world.reader_three, world.item) is Reason.CERTIFICATION
    assert subject_of(world.reader_three).ceiling is Tier.TWO
    verbs.resume_certification(certification(world), acting_user=world.officer)
    assert what_stops(world.reader_three, world.item) is None


def test_who_is_certified_anew_while_suspended_stays_suspended(world: cast.Council) -> None:
    verbs.suspend_certification(certification(world), acting_user=world.officer)
    confirm(proposed(world, world.company).pk, acting_user=second_officer(world))
    assert certification(world).suspended_on == TODAY


def test_suspending_or_resuming_twice_says_so(world: cast.Council) -> None:
    by = {"acting_user": world.officer}
    with pytest.raises(ValidationError, match="停止していません"):
        verbs.resume_certification(certification(world), **by)
    verbs.suspend_certification(certification(world), **by)
    with pytest.raises(ValidationError, match="すでに停止"):
        verbs.suspend_certification(certification(world), **by)


def test_one_officer_ends_but_does_not_prolong(world: cast.Council) -> None:
    verbs.end_certification(certification(world), LATER, acting_user=world.officer)
    assert certification(world).last_day == LATER
    for day in (LATER + timedelta(days=1), YESTERDAY):
        with pytest.raises(ValidationError):
            verbs.end_certification(certification(world), day, acting_user=world.officer)


@pytest.mark.parametrize("name", OFFICERS)
def test_everything_below_a_certification_is_its_own_agencys_officers_alone(world: cast.Council, name: str) -> None:
    PREPARED.get(name, id)(world)
    for who in ("other_officer", "administrator", "other_administrator", "operator", "publisher", "auditor"):
        with pytest.raises(Refused):
            CALLS[name][0](world, acting_user=getattr(world, who))
    assert {event.outcome for event in AuditEvent.objects.all()} == {"deny"}


def test_the_contract_covers_items_of_its_own_agency_alone(world: cast.Council) -> None:
    foreign = cast.designation(world.other_agency)
    with pytest.raises(ValidationError, match="認定した行政機関の指定ではありません"):
        contracts.record_contract_item(certification(world), foreign, first_day=TODAY, acting_user=world.officer)


def test_an_item_stays_within_the_days_of_the_contract(world: cast.Council) -> None:
    by = {"acting_user": world.officer}
    contracts.record_contract(certification(world), first_day=TODAY, last_day=LATER, **by)
    for days in ({"first_day": YESTERDAY}, {"first_day": TODAY, "last_day": LATER + timedelta(days=1)}):
        with pytest.raises(ValidationError, match="契約の期間"):
            contracts.record_contract_item(certification(world), world.item, **days, **by)
    contracts.record_contract_item(certification(world), world.item, first_day=TODAY, last_day=LATER, **by)
    assert ContractItem.objects.get().last_day == LATER


@pytest.mark.parametrize("change", [{"expires_on": YESTERDAY}, {"cancelled_on": TODAY}, {"lapsed_on": TODAY}])
def test_an_item_that_is_no_longer_designated_comes_into_no_contract(world: cast.Council, change: dict) -> None:
    over = cast.designation(world.agency)
    Designation.objects.filter(pk=over.pk).update(**change)
    over.refresh_from_db()
    with pytest.raises(ValidationError, match="有効ではありません"):
        contracts.record_contract_item(certification(world), over, first_day=TODAY, acting_user=world.officer)


def test_an_item_that_leaves_the_contract_takes_the_companys_people_off_its_roster(world: cast.Council) -> None:
    contracts.remove_contract_item(ContractItem.objects.get(), acting_user=world.officer)
    assert not RosterEntry.objects.filter(person__organisation=world.company, ended_at=None).exists()
    assert not RosterGrant.objects.filter(user=world.reader_three).exists()
    assert RosterGrant.objects.filter(user=world.publisher).exists()


def test_outside_the_departments_of_the_contract_nobody_handles_anything(world: cast.Council) -> None:
    contracts.remove_department(certification(world).departments.get(), acting_user=world.officer)
    assert what_stops(world.reader_three, world.item) is Reason.DEPARTMENT
    contracts.add_department(certification(world), "  技術部 ", acting_user=world.officer)
    assert what_stops(world.reader_three, world.item) is None


def test_a_place_has_a_manager_of_the_company_and_is_there_once(world: cast.Council) -> None:
    by = {"acting_user": world.officer}
    with pytest.raises(ValidationError, match="業務管理者"):
        contracts.add_place(certification(world), "資料室", world.other_reader, **by)
    first = contracts.add_place(certification(world), "資料室", world.reader_one, **by)
    with pytest.raises(ValidationError, match="すでに契約にあります"):
        contracts.add_place(certification(world), "資料室", None, **by)
    contracts.end_place(first, **by)
    contracts.add_place(certification(world), "資料室", None, **by)
    assert HandlingPlace.objects.count() == 2


def test_education_of_several_people_at_once_lasts_a_year(world: cast.Council) -> None:
    people = [world.reader_one, world.reader_two, world.publisher]
    contracts.record_education(world.agency, people, held_on=TODAY, acting_user=world.officer)
    held = Education.objects.filter(held_on=TODAY, agency=world.agency)
    assert {row.person for row in held} == set(people)
    assert {row.last_day for row in held} == {TODAY.replace(year=TODAY.year + 1)}
    assert AuditEvent.objects.filter(action="education.record").count() == len(people)


def test_nobody_records_their_own_education_or_that_of_people_of_others(world: cast.Council) -> None:
    for who in (world.officer, world.other_reader, world.analyst):
        with pytest.raises(Refused):
            contracts.record_education(world.agency, [world.reader_one, who], held_on=TODAY, acting_user=world.officer)
    assert not Education.objects.filter(held_on=TODAY).exists()


def test_education_lapses_with_its_last_day(world: cast.Council) -> None:
    Education.objects.filter(person=world.reader_three).update(last_day=YESTERDAY)
    assert what_stops(world.reader_three, world.item) is Reason.EDUCATION


def test_nobody_is_taught_tomorrow(world: cast.Council) -> None:
    day = TODAY + timedelta(days=1)
    with pytest.raises(ValidationError, match="きょうまで"):
        contracts.record_education(world.agency, [world.reader_one], held_on=day, acting_user=world.officer)


@pytest.mark.parametrize("who", ["officer", "other_administrator", "reader_two", "operator"])
def test_changes_are_reported_by_the_companys_own_administrator(world: cast.Council, who: str) -> None:
    with pytest.raises(Refused):
        verbs.report_change(certification(world), "officers", LATER, acting_user=getattr(world, who))


def test_a_report_waits_once_until_it_is_examined(world: cast.Council) -> None:
    by = {"acting_user": world.administrator}
    made = verbs.report_change(certification(world), "officers", LATER, **by)
    with pytest.raises(ValidationError, match="すでに審査を待っています"):
        verbs.report_change(certification(world), "officers", LATER, **by)
    verbs.examine_change(made, acting_user=world.officer)
    assert ChangeReport.objects.get().examined_by == world.officer
    with pytest.raises(ValidationError, match="すでに審査されています"):
        verbs.examine_change(made, acting_user=world.officer)


def test_a_report_says_what_kind_of_thing_changes_and_nothing_else(world: cast.Council) -> None:
    with pytest.raises(ValidationError, match="選び直して"):
        verbs.report_change(certification(world), "株主に外国政府", LATER, acting_user=world.administrator)


@pytest.mark.django_db(transaction=True)
def test_twenty_examinations_at_once_are_one() -> None:
    world = cast.council()
    made = report(world)
    officers = [cast.person(world.agency, Role.CLEARANCE_OFFICER) for _ in range(20)]
    connection.close()
    said = all_at_once([lambda who=who: verbs.examine_change(made, acting_user=who) for who in officers])
    assert sum(isinstance(each, ChangeReport) for each in said) == 1
    assert sum(isinstance(each, ValidationError) for each in said) == 19


def test_a_second_certification_does_not_touch_the_roster(world: cast.Council) -> None:
    entry = pledged(world)
    confirm(proposed(world, world.company, last_day=LATER).pk, acting_user=second_officer(world))
    assert RosterEntry.objects.get(pk=entry.pk).ended_at is None
