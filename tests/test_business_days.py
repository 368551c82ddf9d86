"""Business days: days off are not counted, and the countdown of the mock-ups comes out the same."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from council.business_days import business_days_between, is_business_day

THURSDAY = date(2026, 11, 19)
DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2027, 12, 31))


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (date(2026, 11, 20), 1),
        (date(2026, 11, 23), 1),  # Saturday, Sunday and 勤労感謝の日 add nothing
        (date(2026, 11, 25), 3),
        (date(2026, 11, 30), 6),
        (date(2026, 12, 4), 10),
        (date(2026, 11, 17), -2),
        (date(2026, 11, 19), 0),
    ],
)
def test_days_off_are_not_counted(end: date, expected: int) -> None:
    assert business_days_between(THURSDAY, end) == expected


@pytest.mark.parametrize(
    ("day", "open_for_business"),
    [
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),
        (date(2027, 1, 1), False),
        (date(2027, 1, 4), True),
        (date(2026, 9, 22), False),  # between two holidays, so a holiday itself
        (date(2026, 5, 6), False),  # 振替休日
        (date(2026, 11, 21), False),
    ],
)
def test_offices_close_at_the_year_end_and_on_holidays(day: date, open_for_business: bool) -> None:
    assert is_business_day(day) is open_for_business


@given(start=DAYS, n=st.integers(min_value=0, max_value=90))
def test_counting_backwards_is_the_same_count(start: date, n: int) -> None:
    end = start + timedelta(days=n)
    assert business_days_between(end, start) == -business_days_between(start, end)


@given(start=DAYS, n=st.integers(min_value=0, max_value=90))
def test_one_more_day_counts_when_it_is_a_business_day(start: date, n: int) -> None:
    end = start + timedelta(days=n)
    more = business_days_between(start, end + timedelta(days=1)) - business_days_between(start, end)
    assert bool(more) is is_business_day(end + timedelta(days=1))
