"""Business days as government offices count them: pure functions on dates, no Django."""

from datetime import date, timedelta
from functools import lru_cache

import jpholiday

_SATURDAY = 5


@lru_cache(maxsize=4096)
def is_business_day(day: date) -> bool:
    """True unless offices are closed: Saturdays, Sundays, national holidays, 29 December to 3 January.

    Source: 行政機関の休日に関する法律 (昭和63年法律第91号) 第1条.
    Holidays decided after jpholiday's release are unknown here.
    """
    year_end = (day.month == 12 and day.day >= 29) or (day.month == 1 and day.day <= 3)
    return day.weekday() < _SATURDAY and not year_end and not jpholiday.is_holiday(day)


def add_business_days(day: date, n: int) -> date:
    """The n-th business day after `day`, or before it when n is negative; `day` itself, business day or not, when n is 0.

    Like business_days_between(), never counts the day it starts from.
    """
    step = timedelta(days=1 if n > 0 else -1)
    left = abs(n)
    while left:
        day += step
        left -= is_business_day(day)
    return day


def business_days_between(start: date, end: date) -> int:
    """Business days after `start` up to and including `end`; negative when `end` lies before `start`.

    The start itself is never counted, so on the day of a deadline the answer is 0 both ways.
    """
    if end < start:
        return -business_days_between(end, start)
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(is_business_day(day) for day in days)
