"""The rows behind the clock: one query for each kind of thing, however many there are, and only those that end soon."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from django.db.models import Exists, OuterRef, Q

from accounts.clock import HORIZON, Ending, What, own_endings
from accounts.holding import cleared_on
from accounts.models import (
    Clearance,
    Contract,
    ContractItem,
    CouncilPeriod,
    Designation,
    Education,
    OperatorCertification,
    Organisation,
    RosterEntry,
)
from accounts.pledge_sight import holds_until
from accounts.register_days import next_review, reviewed_on
from council.access.facts import Role, Subject

_NOTHING = Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Desk:
    """For whom is asked: an agency's officers, an organisation's administrators, the council's operators; `everything` for the job.

    `thing` narrows it to the row with that id, and so goes with one kind of thing alone.
    """

    agency: str | None = None
    company: str | None = None
    council: bool = False
    everything: bool = False
    thing: str = ""

    @classmethod
    def of(cls, subject: Subject) -> Self:
        """The desk of the person's roles; an empty one for who has none of them."""
        home, roles = subject.organisation, subject.roles
        officer, administrator = Role.CLEARANCE_OFFICER in roles, Role.ADMINISTRATOR in roles
        return cls(home if officer else None, home if administrator else None, Role.OPERATOR in roles)

    def rows(self, agency: str, company: str = "") -> Q:
        """Those rows that are this desk's, by the paths to the agency and to the company (empty: not the company's affair)."""
        return self._mine(agency, company) & (Q(pk=self.thing) if self.thing else Q())

    def _mine(self, agency: str, company: str) -> Q:
        if self.everything:
            return Q()
        found = _NOTHING
        if self.agency:
            found |= Q(**{agency: self.agency})
        if self.company and company:
            found |= Q(**{company: self.company})
        return found


def _clearances(today: date, desk: Desk) -> Iterator[Ending]:
    rows = Clearance.objects.filter(
        desk.rows("agency"),
        cleared_on(today),
        last_day__lte=today + HORIZON,
        person__is_active=True,
    )
    for row in rows.select_related("person", "agency"):
        yield Ending(
            What.CLEARANCE,
            str(row.pk),
            row.last_day,
            row.person.name,
            row.agency.name,
            row.agency_id,
            None,
            row.person_id,
        )


def _soon(field: str, today: date) -> Q:
    """Ends within the horizon; or ended in it, for later nobody means to go on with it."""
    return Q(**{f"{field}__gte": today - HORIZON, f"{field}__lte": today + HORIZON})


def _certifications(today: date, desk: Desk) -> Iterator[Ending]:
    rows = OperatorCertification.objects.filter(
        desk.rows("agency", "company"), _soon("last_day", today), company__is_active=True
    )
    for row in rows.select_related("company", "agency"):
        yield Ending(
            What.CERTIFICATION,
            str(row.pk),
            row.last_day,
            row.company.name,
            row.agency.name,
            row.agency_id,
            row.company_id,
        )


def _contracts(today: date, desk: Desk) -> Iterator[Ending]:
    rows = Contract.objects.filter(
        desk.rows("certification__agency", "certification__company"),
        _soon("last_day", today),
        certification__company__is_active=True,
    )
    for row in rows.select_related("certification__company", "certification__agency"):
        under = row.certification
        yield Ending(
            What.CONTRACT,
            str(row.pk),
            row.last_day,
            under.company.name,
            under.agency.name,
            under.agency_id,
            under.company_id,
        )


def _items(today: date, desk: Desk) -> Iterator[Ending]:
    rows = ContractItem.objects.filter(
        desk.rows("certification__agency", "certification__company"),
        _soon("last_day", today),
        certification__company__is_active=True,
        designation__cancelled_on=None,
        designation__lapsed_on=None,
    )
    for row in rows.select_related("certification__company", "designation"):
        under, number = row.certification, row.designation.register_number
        yield Ending(
            What.ITEM, str(row.pk), row.last_day, under.company.name, number, under.agency_id, under.company_id
        )


def _educations(today: date, desk: Desk) -> Iterator[Ending]:
    """The last education of each person by each agency on one of whose rosters they are."""
    same = {"person": OuterRef("person"), "agency": OuterRef("agency")}
    later = Education.objects.filter(**same, last_day__gt=OuterRef("last_day"))
    on_a_roster = RosterEntry.objects.filter(
        person=OuterRef("person"), designation__agency=OuterRef("agency"), accepted_at__isnull=False, ended_at=None
    )
    rows = Education.objects.filter(
        ~Exists(later), Exists(on_a_roster), desk.rows("agency", "person__organisation"),
        last_day__lte=today + HORIZON, person__is_active=True,
    )  # fmt: skip
    for row in rows.select_related("person", "agency"):
        home = row.person.organisation_id
        yield Ending(
            What.EDUCATION,
            str(row.pk),
            row.last_day,
            row.person.name,
            row.agency.name,
            row.agency_id,
            home,
            row.person_id,
        )


def _designations(today: date, desk: Desk) -> Iterator[Ending]:
    """Both ends of what is in force: of its period, and of the time until it has to be looked at again."""
    rows = Designation.objects.filter(desk.rows("agency"), cancelled_on=None, lapsed_on=None, designated_on__lte=today)
    for row in rows.select_related("agency").prefetch_related("entries"):
        review = next_review(row, reviewed_on(row))
        for what, day in ((What.DESIGNATION, row.expires_on), (What.REVIEW, review)):
            if day <= min(today + HORIZON, row.expires_on):
                yield Ending(what, str(row.pk), day, row.register_number, row.agency.name, row.agency_id)


def _periods(today: date, desk: Desk) -> Iterator[Ending]:
    """The council's last period, when its end is near and no other follows."""
    if not (desk.council or desk.everything):
        return
    last = CouncilPeriod.objects.order_by("-number").first()
    if last and last.last_day and last.last_day <= today + HORIZON:
        yield Ending(What.PERIOD, str(last.number), last.last_day, about=str(last.number))


def _pledges(today: date, desk: Desk) -> Iterator[Ending]:
    """For everybody, and so on nobody's desk: each sees it on their own page."""
    day = holds_until(today) if desk.everything else None
    if day and day <= today + HORIZON:
        yield Ending(What.PLEDGE, "", day)


_SOURCES: dict[What, Callable[[date, Desk], Iterator[Ending]]] = {
    What.CLEARANCE: _clearances,
    What.CERTIFICATION: _certifications,
    What.CONTRACT: _contracts,
    What.ITEM: _items,
    What.EDUCATION: _educations,
    What.DESIGNATION: _designations,
    What.REVIEW: _designations,
    What.PERIOD: _periods,
    What.PLEDGE: _pledges,
}


def endings(today: date, desk: Desk, only: What | None = None) -> list[Ending]:
    """What ends soon or is over and is this desk's to act on, or only things of one kind; at most nine queries."""
    if desk == Desk():
        return []
    sources = [_SOURCES[only]] if only else dict.fromkeys(_SOURCES.values())
    return [ending for source in sources for ending in source(today, desk)]


def ends_of_oneself(subject: Subject) -> list[Ending]:
    """own_endings() with the names of the agencies; one query more where there are any."""
    found = own_endings(subject)
    agencies = {row.agency for row in found if row.agency}
    names = dict(Organisation.objects.filter(pk__in=agencies).values_list("pk", "name")) if agencies else {}
    return [replace(row, about=names.get(row.agency, "")) for row in found]
