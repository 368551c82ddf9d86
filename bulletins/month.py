"""A month as a calendar sheet: weeks from Sunday, days off drawn, what is due on each day. Pure."""

import calendar
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

import jpholiday

from council.business_days import is_business_day

# Within what every calendar can show, and what anybody looks for.
FIRST_YEAR, LAST_YEAR = 2000, 2999
_SUNDAY = 6

Due = TypeVar("Due")


@dataclass(frozen=True, slots=True)
class Day(Generic[Due]):
    """One day of a sheet. `inside` tells whether it belongs to the month; `holiday` is the name of a national one, else empty."""

    day: date
    inside: bool
    today: bool
    off: bool
    holiday: str
    dues: Sequence[Due]


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year."""

    year: int
    number: int

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def before(self) -> "Month":
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    @property
    def after(self) -> "Month":
        return Month(self.year + (self.number == 12), self.number % 12 + 1)

    @property
    def in_address(self) -> str:
        """2026-12."""
        return f"{self.year:04}-{self.number:02}"

    @property
    def is_shown(self) -> bool:
        return FIRST_YEAR <= self.year <= LAST_YEAR


def month_of(text: str, today: date) -> Month:
    """The month that an address names as 2026-12; today's for anything else."""
    year, dash, number = text.partition("-")
    if dash and year.isascii() and number.isascii() and year.isdecimal() and number.isdecimal() and len(text) <= 7:
        found = Month(int(year), int(number))
        if 1 <= found.number <= 12 and found.is_shown:
            return found
    return Month(today.year, today.month)


def sheet(month: Month, today: date, dues: Iterable[tuple[date, Due]]) -> list[list[Day[Due]]]:
    """The weeks of the month, each of seven days from Sunday on, with what is due on them in the order given."""
    by_day: Mapping[date, list[Due]] = defaultdict(list)
    for day, due in dues:
        by_day[day].append(due)
    weeks = calendar.Calendar(firstweekday=_SUNDAY).monthdatescalendar(month.year, month.number)
    return [
        [
            Day(
                day,
                inside=(day.year, day.month) == (month.year, month.number),
                today=day == today,
                off=not is_business_day(day),
                holiday=jpholiday.is_holiday_name(day) or "",
                dues=by_day.get(day, ()),
            )
            for day in week
        ]
        for week in weeks
    ]
