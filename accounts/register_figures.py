"""The yearly figures of an agency (法第18条・第19条), one row a calendar year. Totals alone.

What is small within one company would name a person, so that nothing is broken down by company: the agency as a whole has one number.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Clearance, Designation, OperatorCertification, RegisterEntry
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


def years_of(agency: UUID | str, today: date) -> list[Year]:
    """The figures from the year of the first designation or clearance on, the newest first; four queries, however many years."""
    rows = _rows_of(agency)
    begun = [*(item.first for item in rows.items), *(term.first for _person, _home, term in rows.clearances)]
    first = min((day.year for day in begun), default=today.year)
    return [_year(rows, year, today) for year in range(today.year, min(first, today.year) - 1, -1)]


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
    clearances = Clearance.objects.filter(agency=agency).order_by()
    certifications = OperatorCertification.objects.filter(agency=agency).order_by()
    cleared = clearances.values_list("person", "person__organisation", "notified_on", "last_day")
    certified = certifications.values_list("company", "certified_on", "last_day", "suspended_on")
    return _Rows(
        items=[
            facts.Designation("", "", *days)
            for days in items.values_list("designated_on", "expires_on", "cancelled_on")
        ],
        extended=list(lines.values_list("on", flat=True)),
        clearances=[(person, home, Term(first=first, last=last)) for person, home, first, last in cleared],
        certifications=[
            (company, Term(first=first, last=_until(last, suspended))) for company, first, last, suspended in certified
        ],
    )


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
    """The rows of the file: headings, then a year each with the day it was counted on."""
    yield [_("年"), _("現在の日"), *headings()]
    for year in years:
        yield [year.year, year.day.isoformat(), *year.numbers]
