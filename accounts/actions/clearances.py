"""What tier three rests on: the affairs of the clearance officer of the agency in question, never for oneself."""

from datetime import date

from accounts import founding_clearances as founding
from accounts.actions import limits
from accounts.actions.verb import Deed, verb
from accounts.models import (
    Clearance,
    ContractItem,
    Designation,
    OperatorCertification,
    Organisation,
    RosterEntry,
    User,
)
from council.audit.events import Event


def _need_officer_for(deed: Deed, agency: Organisation, person: User) -> None:
    limits.refuse_oneself(deed.subject, person)
    limits.need_officer(deed.subject, agency, person.organisation, person.pk)


def _days(first: date, last: date | None) -> dict[str, str]:
    return {"first": first.isoformat(), "last": last.isoformat() if last else ""}


@verb(Event.DESIGNATION_RECORD)
def record_designation(
    deed: Deed, agency: Organisation, register_number: str, summary: str, *, designated_on: date, expires_on: date
) -> Designation:
    """An item in the agency's register. The summary is itself not secret."""
    limits.need_officer(deed.subject, agency, agency, agency.pk)
    designation = founding.found_designation(
        agency, register_number, summary, designated_on=designated_on, expires_on=expires_on
    )
    deed.note(designation.pk, {"number": register_number, **_days(designated_on, expires_on)})
    return designation


@verb(Event.CLEARANCE_RECORD)
def record_clearance(
    deed: Deed,
    person: User,
    agency: Organisation,
    *,
    notified_on: date,
    last_day: date,
    kind: str = Clearance.Kind.ECONOMIC_SECURITY,
) -> Clearance:
    """That the agency has cleared the person. Only positive results are recorded, and no reasons."""
    _need_officer_for(deed, agency, person)
    officer = User.objects.values_list("name", flat=True).get(pk=deed.subject.person)
    clearance = founding.found_clearance(
        person, agency, notified_on=notified_on, last_day=last_day, recorded_by=officer, kind=kind
    )
    deed.note(person.pk, {"agency": str(agency.pk), "kind": str(kind), **_days(notified_on, last_day)})
    return clearance


@verb(Event.CLEARANCE_END)
def end_clearance(deed: Deed, person: User, agency: Organisation) -> None:
    """Takes the agency's clearances of the person away at once; the row goes, as there are no negative ones."""
    _need_officer_for(deed, agency, person)
    ended = Clearance.objects.filter(person=person, agency=agency).delete()[0]
    deed.note(person.pk, {"agency": str(agency.pk), "ended": ended})


@verb(Event.CERTIFICATION_RECORD)
def record_certification(
    deed: Deed, agency: Organisation, company: Organisation, *, certified_on: date, last_day: date | None = None
) -> OperatorCertification:
    """That the agency certified the company as 適合事業者."""
    limits.need_officer(deed.subject, agency, company, company.pk)
    certification = founding.found_certification(agency, company, certified_on=certified_on, last_day=last_day)
    deed.note(company.pk, {"agency": str(agency.pk), **_days(certified_on, last_day)})
    return certification


@verb(Event.CONTRACT_RECORD)
def record_contract_item(
    deed: Deed,
    certification: OperatorCertification,
    designation: Designation,
    *,
    first_day: date,
    last_day: date | None = None,
) -> ContractItem:
    """That the contract under the certification covers the item."""
    company = certification.company
    limits.need_officer(deed.subject, certification.agency, company, company.pk)
    item = founding.found_contract_item(certification, designation, first_day=first_day, last_day=last_day)
    deed.note(company.pk, {"designation": str(designation.pk), **_days(first_day, last_day)})
    return item


@verb(Event.ROSTER_RECORD)
def add_to_roster(
    deed: Deed, designation: Designation, person: User, *, first_day: date, last_day: date | None = None
) -> RosterEntry:
    """Puts the person on the roster of those who may handle the item."""
    _need_officer_for(deed, designation.agency, person)
    entry = founding.found_roster_entry(designation, person, first_day=first_day, last_day=last_day)
    deed.note(person.pk, {"designation": str(designation.pk), **_days(first_day, last_day)})
    return entry


@verb(Event.ROSTER_REMOVE)
def remove_from_roster(deed: Deed, designation: Designation, person: User) -> None:
    """Takes the person off the roster at once."""
    _need_officer_for(deed, designation.agency, person)
    RosterEntry.objects.filter(designation=designation, person=person).delete()
    deed.note(person.pk, {"designation": str(designation.pk)})
