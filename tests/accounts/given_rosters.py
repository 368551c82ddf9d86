"""Certifications, contracts and rosters for tests: a nomination as far on its way as it needs to be, and each verb with its call."""

from collections.abc import Callable
from datetime import date, timedelta

from django.utils import timezone

from accounts import handler_pledge
from accounts.actions import certifications, contracts, rosters
from accounts.certification_facts import CertificationFacts
from accounts.models import (
    ChangeReport,
    ContractDepartment,
    ContractItem,
    Designation,
    HandlingPlace,
    OperatorCertification,
    RosterEntry,
    User,
)
from accounts.subject import subject_of
from council.access import facts
from council.access.policy import Reason, clears
from tests import cast

TODAY = timezone.localdate()
LATER = TODAY + timedelta(days=100)
HALL = "第二資料室"


def certification(world: cast.Council) -> OperatorCertification:
    """That of the company whose reader of tier three is cleared."""
    return OperatorCertification.objects.get(company=world.company)


def wanted(*, last_day: date | None = None, responsible: User | None = None) -> dict[str, str]:
    """What a proposal to certify says, from today."""
    return CertificationFacts(TODAY, last_day, responsible).written()


def what_stops(person: User, item: Designation) -> Reason | None:
    """What of tier three the person lacks for the item now, read anew."""
    asked = facts.Designation(str(item.pk), str(item.agency_id), item.designated_on, item.expires_on)
    return clears(subject_of(person), asked)


def nominated(world: cast.Council, person: User | None = None) -> RosterEntry:
    """The company's administrator has named the person (its reader of tier two) for the item."""
    by = {"acting_user": world.administrator}
    return rosters.nominate_handler(world.item, person or world.reader_two, first_day=TODAY, **by)


def accepted(world: cast.Council, person: User | None = None) -> RosterEntry:
    """And the agency's officer has accepted."""
    return rosters.accept_handler(nominated(world, person), acting_user=world.officer)


def pledged(world: cast.Council, person: User | None = None) -> RosterEntry:
    """And the person has signed."""
    entry = accepted(world, person)
    return rosters.pledge_handling(entry, handler_pledge.VERSION, acting_user=entry.person)


def place(world: cast.Council) -> HandlingPlace:
    """A place of the contract, with its 業務管理者."""
    of = certification(world)
    return HandlingPlace.objects.create(certification=of, name=HALL, manager=world.reader_one)


def report(world: cast.Council) -> ChangeReport:
    """That the officers of the company change next month."""
    return ChangeReport.objects.create(
        certification=certification(world), what="officers", takes_effect_on=TODAY + timedelta(days=30),
        reported_by=world.administrator, reported_at=timezone.now(),
    )  # fmt: skip


def nominated_row(world: cast.Council, prolongs: RosterEntry | None = None) -> RosterEntry:
    """As nominated(), without its event."""
    return RosterEntry.objects.create(
        designation=world.item, person=world.reader_two, first_day=TODAY,
        nominated_by=world.administrator, nominated_at=timezone.now(), prolongs=prolongs,
    )  # fmt: skip


def accepted_row(world: cast.Council, prolongs: RosterEntry | None = None) -> RosterEntry:
    """As accepted(), without its event."""
    entry = nominated_row(world, prolongs)
    entry.accepted_by, entry.accepted_at = world.officer, timezone.now()
    entry.save()
    return entry


def ending(world: cast.Council, last_day: date = LATER) -> RosterEntry:
    """The reader of tier two handles the item until that day, by all three steps."""
    by = {"acting_user": world.administrator}
    entry = rosters.nominate_handler(world.item, world.reader_two, first_day=TODAY, last_day=last_day, **by)
    rosters.accept_handler(entry, acting_user=world.officer)
    return rosters.pledge_handling(entry, handler_pledge.VERSION, acting_user=entry.person)


def ending_row(world: cast.Council) -> RosterEntry:
    """As ending(), without its events."""
    entry = accepted_row(world)
    entry.pledged_at, entry.last_day = timezone.now(), LATER
    entry.save()
    return entry


def suspend(world: cast.Council) -> None:
    """The certification is suspended since today."""
    OperatorCertification.objects.filter(company=world.company).update(suspended_on=TODAY)


# verb -> what has to be there before it can be called
PREPARED: dict[str, Callable] = {
    "resume_certification": suspend,
    # Whoever is on its roster comes off with an event of their own.
    "remove_contract_item": lambda w: RosterEntry.objects.filter(person=w.reader_three).delete(),
    "examine_change": report,
    "set_place_manager": place,
    "end_place": place,
    "accept_handler": nominated_row,
    "pledge_handling": accepted_row,
    "end_handling": nominated_row,
    "prolong_handling": ending_row,
}
# verb -> (its call, who does it)
CALLS: dict[str, tuple[Callable, str]] = {
    "end_certification": (
        lambda w, **by: certifications.end_certification(certification(w), LATER, **by),
        "officer",
    ),
    "suspend_certification": (lambda w, **by: certifications.suspend_certification(certification(w), **by), "officer"),
    "resume_certification": (lambda w, **by: certifications.resume_certification(certification(w), **by), "officer"),
    "report_change": (
        lambda w, **by: certifications.report_change(certification(w), "officers", LATER, **by),
        "administrator",
    ),
    "examine_change": (lambda w, **by: certifications.examine_change(ChangeReport.objects.get(), **by), "officer"),
    "record_contract": (
        lambda w, **by: contracts.record_contract(certification(w), first_day=TODAY, last_day=LATER, **by),
        "officer",
    ),
    "record_contract_item": (
        lambda w, **by: contracts.record_contract_item(certification(w), w.item, first_day=TODAY, **by),
        "officer",
    ),
    "remove_contract_item": (
        lambda w, **by: contracts.remove_contract_item(ContractItem.objects.get(), **by),
        "officer",
    ),
    "add_department": (lambda w, **by: contracts.add_department(certification(w), "品質保証部", **by), "officer"),
    "remove_department": (
        lambda w, **by: contracts.remove_department(ContractDepartment.objects.get(), **by),
        "officer",
    ),
    "add_place": (lambda w, **by: contracts.add_place(certification(w), HALL, w.reader_one, **by), "officer"),
    "set_place_manager": (
        lambda w, **by: contracts.set_place_manager(HandlingPlace.objects.get(), w.reader_two, **by),
        "officer",
    ),
    "end_place": (lambda w, **by: contracts.end_place(HandlingPlace.objects.get(), **by), "officer"),
    "record_education": (
        lambda w, **by: contracts.record_education(w.agency, [w.reader_two], held_on=TODAY, **by),
        "officer",
    ),
    "nominate_handler": (
        lambda w, **by: rosters.nominate_handler(w.item, w.reader_two, first_day=TODAY, **by),
        "administrator",
    ),
    "prolong_handling": (
        lambda w, **by: rosters.prolong_handling(RosterEntry.objects.get(person=w.reader_two), **by),
        "administrator",
    ),
    "accept_handler": (
        lambda w, **by: rosters.accept_handler(RosterEntry.objects.get(person=w.reader_two), **by),
        "officer",
    ),
    "pledge_handling": (
        lambda w, **by: rosters.pledge_handling(RosterEntry.objects.get(person=w.reader_two), 1, **by),
        "reader_two",
    ),
    "end_handling": (
        lambda w, **by: rosters.end_handling(RosterEntry.objects.get(person=w.reader_two), **by),
        "administrator",
    ),
}
