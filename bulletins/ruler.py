"""The ruler of days on the home page: what is due when, the days off drawn, so that nobody has to count. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from council.business_days import business_days_between, is_business_day

DAYS_BEFORE, DAYS_AFTER = 3, 15
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Day:
    """One day: how many duties end on it, and their tone (overdue, soon or nothing)."""

    day: date
    off: bool
    holiday: bool
    today: bool
    count: int
    tone: str


def ruler(today: date, due: Iterable[date], *, soon: int) -> list[Day]:
    """The days around today, oldest first; `soon` is the number of business days within which a duty is near."""
    counts = Counter(due)
    days = (today + timedelta(days=n) for n in range(-DAYS_BEFORE, DAYS_AFTER + 1))
    return [
        Day(
            day,
            off=not is_business_day(day),
            holiday=day.weekday() < _SATURDAY and not is_business_day(day),
            today=day == today,
            count=counts[day],
            tone=_tone(today, day, soon),
        )
        for day in days
    ]


def _tone(today: date, day: date, soon: int) -> str:
    if day < today:
        return "overdue"
    return "soon" if business_days_between(today, day) <= soon else ""
