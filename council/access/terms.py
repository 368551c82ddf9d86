"""How long things hold: the two ways in which the law counts years, and the years themselves as data. Pure.

「起算して」 counts the first day (designations, 法第4条第1項); 「…の日から」 does not (clearances, 法第12条第1項第1号;
民法第140条). Both run by the calendar (民法第143条): a period ends on the day before the one that answers to its beginning, or, where
the last month has no such day, on the last day of that month.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class ClearanceKind(StrEnum):
    """What a clearance rests on."""

    ECONOMIC_SECURITY = "economic_security"
    SPECIFIED_SECRET = "specified_secret"  # noqa: S105  a kind of clearance, not a secret


@dataclass(frozen=True, slots=True)
class Years:
    """The numbers of the law, in years, as data that a deployment may replace: at once, in all, and beyond all approval.

    `review` is how often an agency looks whether a designation is still needed; `past_the_most` names the categories whose designations
    may go on beyond `designation_at_most`: what foreign governments gave on such a condition, and how and from whom it is gathered
    (法第4条第4項).
    """

    designation: int = 5
    designation_in_all: int = 30
    designation_at_most: int = 60
    review: int = 1
    past_the_most: frozenset[str] = frozenset({"foreign", "capability"})
    clearance: Mapping[ClearanceKind, int] | None = None

    def of_clearance(self, kind: str) -> int:
        """Years that a clearance of this kind holds; ValueError for a kind that is none."""
        standard = {ClearanceKind.ECONOMIC_SECURITY: 10, ClearanceKind.SPECIFIED_SECRET: 5}
        return (self.clearance or standard)[ClearanceKind(kind)]


def last_day_counting(first: date, years: int) -> date:
    """The last day of a period whose first day counts: 2026-04-01 and five years -> 2031-03-31. ValueError beyond the year 9999."""
    year = first.year + years
    if first.day > monthrange(year, first.month)[1]:
        return date(year, first.month, monthrange(year, first.month)[1])
    return first.replace(year=year) - timedelta(days=1)


def last_day_from(notice: date, years: int) -> date:
    """The last day of a period that begins after the notice: 2026-04-01 and ten years -> 2036-04-01.

    From the last day of a short February two readings differ by a leap day; the earlier one holds, and nobody reads too long.
    """
    year = notice.year + years
    same_day = notice.replace(year=year, day=min(notice.day, monthrange(year, notice.month)[1]))
    return min(same_day, last_day_counting(notice + timedelta(days=1), years))


def clearance_last_day(kind: str, notified_on: date, years: Years | None = None) -> date:
    """The last day on which a clearance notified that day holds. ValueError for a kind that is none."""
    return last_day_from(notified_on, (years or Years()).of_clearance(kind))
