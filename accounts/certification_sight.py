"""適合事業者 as pages show them: for an agency's officers its companies and what each lacks, for a company what stands about itself.

A company is told nothing of clearances, and nothing that is counted with one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.certification_steps import Around, Step, steps_of
from accounts.founding_clearances import CERTIFIABLE
from accounts.holding import cleared_on, listed_on, taught_on
from accounts.models import (
    ChangeReport,
    Clearance,
    ContractItem,
    Education,
    HandlingPlace,
    OperatorCertification,
    Organisation,
    Proposal,
    RosterEntry,
    User,
)
from accounts.roster_grants import COUNTS


@dataclass(frozen=True, slots=True)
class Taught:
    """A person of a company, and the newest of what they were taught, if anything."""

    person: User
    education: Education | None
    holds: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A certification, and everything below it."""

    certification: OperatorCertification
    steps: list[Step]
    around: Around
    reports: list[ChangeReport]
    taught: list[Taught] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        return [step.label for step in self.steps if not step.done]

    @property
    def waiting(self) -> int:
        """Reports that nobody has examined."""
        return sum(report.examined_at is None for report in self.reports)

    @property
    def departments(self) -> list[tuple[object, int]]:
        """Each department of the contract, with how many people of the company are in it."""
        return [(each, self.around.people[each.name]) for each in self.certification.departments.all()]

    @property
    def places(self) -> list[HandlingPlace]:
        return [place for place in self.certification.places.all() if place.ended_on is None]


def certifiable() -> QuerySet[Organisation]:
    """Everybody who can be certified."""
    return Organisation.objects.filter(kind__in=CERTIFIABLE, is_active=True)


def companies_of(agency: Organisation, today: date) -> list[Standing]:
    """The agency's companies for its officers, those with open reports first, then by name."""
    found = _standings(_rows().filter(agency=agency), today, clearances=True)
    return sorted(found, key=lambda each: (not each.waiting, each.certification.company.name))


def standing_of(agency: Organisation, company: Organisation, today: date) -> Standing | None:
    """One company for the officers of the agency; None while it is not certified."""
    found = _standings(_rows().filter(agency=agency, company=company), today, clearances=True)
    return _with_taught(found[0], today) if found else None


def as_it_stands(agency: Organisation, company: Organisation) -> dict[str, dict[str, object]]:
    """What the forms that replace something begin with: by what they do, the days and people that are recorded now."""
    row = OperatorCertification.objects.select_related("contract").filter(agency=agency, company=company).first()
    if row is None:
        return {}
    known: dict[str, dict[str, object]] = {
        "certify": {"certified_on": row.certified_on, "last_day": row.last_day, "responsible": row.responsible_id}
    }
    if contract := getattr(row, "contract", None):
        known["contract"] = {"first_day": contract.first_day, "last_day": contract.last_day}
    return known


def own_standings(company: Organisation, today: date) -> list[Standing]:
    """What stands about a company, for its own administrators: nothing of clearances."""
    found = _standings(_rows().filter(company=company).order_by("agency__name"), today, clearances=False)
    return [_with_taught(each, today) for each in found]


def proposed(agency: Organisation, company: Organisation | None = None) -> list[Proposal]:
    """Certifications by the agency that wait for a second officer."""
    waiting = Proposal.objects.filter(kind=Proposal.Kind.CERTIFICATION, organisation=agency, confirmed_at=None)
    return list(waiting.filter(about=company.pk) if company else waiting)


def proposed_companies(agency: Organisation) -> list[Organisation]:
    """The companies that these are about."""
    return list(Organisation.objects.filter(pk__in=[proposal.about for proposal in proposed(agency)]))


def _rows() -> QuerySet[OperatorCertification]:
    items = ContractItem.objects.select_related("designation").order_by("designation__register_number")
    reports = ChangeReport.objects.select_related("reported_by", "examined_by")
    places = HandlingPlace.objects.select_related("manager").order_by("pk")
    return OperatorCertification.objects.select_related(
        "agency", "company", "responsible", "contract"
    ).prefetch_related(
        Prefetch("items", items), "departments", Prefetch("places", places), Prefetch("reports", reports)
    )


def _standings(rows: Iterable[OperatorCertification], today: date, *, clearances: bool) -> list[Standing]:
    rows = list(rows)
    around = _around(rows, today, clearances=clearances)
    return [
        Standing(row, steps_of(row, around[row.pk], today), around[row.pk], list(row.reports.all())) for row in rows
    ]


def _around(rows: list[OperatorCertification], today: date, *, clearances: bool) -> dict[int, Around]:
    """What the steps need to know of the companies' people, in a few queries however many companies there are."""
    people: dict[UUID, list[User]] = defaultdict(list)
    for person in User.objects.filter(organisation__in={row.company_id for row in rows}, is_active=True):
        people[person.organisation_id].append(person)
    agencies = {row.agency_id for row in rows}
    taught = _pairs(Education.objects.filter(taught_on(today), agency__in=agencies))
    cleared = _pairs(Clearance.objects.filter(cleared_on(today), agency__in=agencies))
    entries = RosterEntry.objects.filter(COUNTS, listed_on(today), designation__agency__in=agencies)
    handlers = set(entries.values_list("person_id", "designation__agency_id"))
    return {
        row.pk: _around_one(row, people[row.company_id], taught, handlers, cleared if clearances else None)
        for row in rows
    }


def _pairs(rows: QuerySet) -> set[tuple[UUID, UUID]]:
    return set(rows.values_list("person_id", "agency_id"))


def _around_one(
    row: OperatorCertification,
    people: list[User],
    taught: set[tuple[UUID, UUID]],
    handlers: set[tuple[UUID, UUID]],
    cleared: set[tuple[UUID, UUID]] | None,
) -> Around:
    def among(pairs: set[tuple[UUID, UUID]]) -> set[UUID]:
        return {person.pk for person in people if (person.pk, row.agency_id) in pairs}

    on_rosters = among(handlers)
    return Around(
        people=Counter(person.department for person in people),
        active={person.pk for person in people},
        taught=len(among(taught)),
        handlers=len(on_rosters),
        cleared=None if cleared is None else len(on_rosters & among(cleared)),
    )


def _with_taught(standing: Standing, today: date) -> Standing:
    row = standing.certification
    departments = [each.name for each in row.departments.all()]
    standing.taught.extend(_taught(row.agency, row.company, departments, today))
    return standing


def taught_at(agency: Organisation, today: date) -> list[Taught]:
    """The agency's own people, as far as they were taught or are named for one of its items."""
    return _taught(agency, agency, [], today)


def _taught(agency: Organisation, home: Organisation, departments: list[str], today: date) -> list[Taught]:
    """The people who were taught by the agency, are named for a roster of its items, or are in one of these departments."""
    newest: dict[UUID, Education] = {}
    for education in Education.objects.filter(agency=agency, person__organisation=home).order_by("last_day"):
        newest[education.person_id] = education
    named = RosterEntry.objects.filter(designation__agency=agency, ended_at=None).values("person")
    people = User.objects.filter(Q(pk__in=newest) | Q(pk__in=named) | Q(department__in=departments))
    rows = [(person, newest.get(person.pk)) for person in people.filter(organisation=home, is_active=True)]
    return [Taught(person, held, held is not None and held.held_on <= today <= held.last_day) for person, held in rows]


def word_for(standing: Standing | None, today: date) -> str:
    """How the certification stands, in a word or two."""
    if standing is None:
        return _("認定されていません")
    row = standing.certification
    if row.suspended_on:
        return _("停止中")
    if row.certified_on > today:
        return _("これから始まります")
    return _("終わりました") if row.last_day and row.last_day < today else _("認定中")
