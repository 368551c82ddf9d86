"""Business days: days off are not counted, and the countdown of the mock-ups comes out the same."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from council.business_days import add_business_days, business_days_between, is_business_day

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


def test_adding_passes_over_the_long_weekend() -> None:
    assert add_business_days(date(2026, 11, 20), 1) == date(2026, 11, 24)
    assert add_business_days(date(2026, 11, 24), -1) == date(2026, 11, 20)
    assert add_business_days(date(2026, 11, 21), 0) == date(2026, 11, 21)


@given(start=DAYS, n=st.integers(min_value=1, max_value=60))
def test_adding_and_counting_are_inverse(start: date, n: int) -> None:
    end = add_business_days(start, n)
    assert is_business_day(end)
    assert business_days_between(start, end) == n
    assert business_days_between(end, start) == -n
