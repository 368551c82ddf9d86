"""The yearly figures of an agency (法第18条・第19条), one row a calendar year. Totals alone.

What is small within one company would name a person, so that nothing is broken down by company: the agency as a whole has one number.

What ended since still counts in the years in which it held: the register keeps its lines, and of clearances and certifications the log
tells (accounts.register_past), so that one recorded late counts in its year too. On the first of April the year is closed: from then on
its numbers are those that were written down then (YearlyFigures), whatever happens to rows and details.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Clearance, Designation, OperatorCertification, RegisterEntry, User, YearlyFigures
from accounts.register_past import certifications_told, clearances_told
from council.access import facts
from council.access.facts import Term


@dataclass(frozen=True, slots=True)
class Year:
    """What happened in a calendar year, and how things stood on `day`: its last day, or today."""

    year: int
    day: date
    designated: int
    extended: int
    lifted: int
    expired: int
    in_force: int
    recorded: int
    cleared: int
    certified: int
    employees: int
    # When the last four were closed, and the event that says so.
    closed_on: date | None = None
    event: UUID | None = None

    @property
    def whole(self) -> bool:
        """Whether the year is over."""
        return self.day == date(self.year, 12, 31)

    @property
    def numbers(self) -> tuple[int, ...]:
        """In the order of headings()."""
        return (
            self.designated, self.extended, self.lifted, self.expired, self.in_force, self.recorded, self.cleared,
            self.certified, self.employees,
        )  # fmt: skip


def headings() -> list[str]:
    return [
        _("指定"), _("延長"), _("解除"), _("満了"), _("年末に有効な指定"), _("記録した適性評価"), _("年末に有効な適性評価"),
        _("年末の適合事業者"), _("その従業者で有効"),
    ]  # fmt: skip


def closes_on(year: int) -> date:
    """The day from which the figures of a year stand: the first of the next 会計年度, after which they are reported (法第19条)."""
    return date(year + 1, 4, 1)


def years_of(agency: UUID | str, today: date) -> list[Year]:
    """The figures from the year of the first designation or clearance on, the newest first; as many queries however many years."""
    rows = _rows_of(agency)
    closed = {row.year: row for row in YearlyFigures.objects.filter(agency=agency)}
    begun = [*(item.first for item in rows.items), *(term.first for _person, _home, term in rows.clearances)]
    first = min((*closed, *(day.year for day in begun)), default=today.year)
    years = (_year(rows, year, today) for year in range(today.year, min(first, today.year) - 1, -1))
    return [_as_closed(year, closed[year.year]) if year.year in closed else year for year in years]


def _as_closed(year: Year, row: YearlyFigures) -> Year:
    return replace(
        year, recorded=row.recorded, cleared=row.cleared, certified=row.certified, employees=row.employees,
        closed_on=row.closed_on, event=row.event,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Rows:
    """As much as is counted of all that the agency ever designated, extended, cleared and certified."""

    items: list[facts.Designation]
    extended: list[date]
    # Person, their organisation, and the days of the clearance.
    clearances: list[tuple[UUID, UUID, Term]]
    certifications: list[tuple[UUID, Term]]


def _rows_of(agency: UUID | str) -> _Rows:
    items = Designation.objects.filter(agency=agency).order_by()
    lines = RegisterEntry.objects.filter(designation__agency=agency, what=RegisterEntry.What.EXTENDED).order_by()
    return _Rows(
        items=[
            facts.Designation("", "", *days)
            for days in items.values_list("designated_on", "expires_on", "cancelled_on")
        ],
        extended=list(lines.values_list("on", flat=True)),
        clearances=_clearances_of(agency),
        certifications=_certifications_of(agency),
    )


def _clearances_of(agency: UUID | str) -> list[tuple[UUID, UUID, Term]]:
    """What the rows say and what the log tells; nobody's organisation ever changes, as whoever moves gets a new account."""
    rows = Clearance.objects.filter(agency=agency).order_by().values_list("person", "notified_on", "last_day")
    held = [(person, Term(first=first, last=last)) for person, first, last in rows] + clearances_told(agency)
    homes = dict(User.objects.filter(pk__in={person for person, _term in held}).values_list("pk", "organisation"))
    return [(person, homes[person], term) for person, term in held if person in homes]


def _certifications_of(agency: UUID | str) -> list[tuple[UUID, Term]]:
    """What the log tells; the rows only of companies of which it tells nothing, since a row forgets that it was suspended."""
    told = certifications_told(agency)
    rows = OperatorCertification.objects.filter(agency=agency).order_by()
    rows = rows.exclude(company__in={company for company, _term in told})
    rows = rows.values_list("company", "certified_on", "last_day", "suspended_on")
    held = [(company, Term(first=first, last=_until(last, suspended))) for company, first, last, suspended in rows]
    return held + told


def _until(last: date | None, suspended: date | None) -> date | None:
    """The last day on which something rests on a certification: the day before the one on which it was suspended."""
    before = suspended - timedelta(days=1) if suspended else None
    return min((day for day in (last, before) if day), default=None)


def _year(rows: _Rows, year: int, today: date) -> Year:
    day = min(date(year, 12, 31), today)
    held = [(person, home) for person, home, term in rows.clearances if term.holds(day)]
    companies = {company for company, term in rows.certifications if term.holds(day)}
    over = [item.last for item in rows.items if item.cancelled is None and item.last < today]
    return Year(
        year=year,
        day=day,
        designated=_in(year, (item.first for item in rows.items if item.first <= day)),
        extended=_in(year, rows.extended),
        lifted=_in(year, (item.cancelled for item in rows.items if item.cancelled)),
        expired=_in(year, over),
        in_force=sum(item.in_force(day) for item in rows.items),
        recorded=len({person for person, _home, term in rows.clearances if term.first.year == year}),
        cleared=len({person for person, _home in held}),
        certified=len(companies),
        employees=len({person for person, home in held if home in companies}),
    )


def _in(year: int, days: Iterable[date]) -> int:
    return sum(day.year == year for day in days)


def table(years: list[Year]) -> Iterator[list[object]]:
    """The rows of the file: headings, then a year each with the day it was counted on, when it was closed and the event that says so."""
    yield [_("年"), _("現在の日"), *headings(), _("確定した日"), _("確定の記録")]
    for year in years:
        closed = year.closed_on.isoformat() if year.closed_on else ""
        yield [year.year, year.day.isoformat(), *year.numbers, closed, str(year.event or "")]
