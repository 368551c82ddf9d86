"""The two ways in which the law counts years, around leap days and the ends of years; as dates, and as clearances record them."""

from calendar import isleap, monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import founding_clearances as founding
from accounts.models import Clearance
from council.access.terms import Years, clearance_last_day, last_day_counting, last_day_from
from tests import cast
from tests.draws import drawn

DAY = timedelta(days=1)

# The first day, the years, the last day when the first one counts (起算して), and when it does not (の日から).
COUNTED = [
    (date(2026, 4, 1), 5, date(2031, 3, 31), date(2031, 4, 1)),
    (date(2026, 4, 1), 10, date(2036, 3, 31), date(2036, 4, 1)),
    (date(2024, 2, 28), 5, date(2029, 2, 27), date(2029, 2, 28)),
    (date(2024, 2, 28), 10, date(2034, 2, 27), date(2034, 2, 28)),
    (date(2024, 2, 28), 4, date(2028, 2, 27), date(2028, 2, 28)),
    (date(2024, 2, 29), 5, date(2029, 2, 28), date(2029, 2, 28)),
    (date(2024, 2, 29), 10, date(2034, 2, 28), date(2034, 2, 28)),
    (date(2024, 2, 29), 4, date(2028, 2, 28), date(2028, 2, 29)),
    (date(2026, 2, 28), 2, date(2028, 2, 27), date(2028, 2, 28)),
    (date(2026, 2, 28), 5, date(2031, 2, 27), date(2031, 2, 28)),
    (date(2026, 2, 28), 10, date(2036, 2, 27), date(2036, 2, 28)),
    (date(2023, 3, 1), 5, date(2028, 2, 29), date(2028, 3, 1)),
    (date(2023, 3, 1), 10, date(2033, 2, 28), date(2033, 3, 1)),
    (date(2026, 1, 1), 5, date(2030, 12, 31), date(2031, 1, 1)),
    (date(2025, 12, 31), 5, date(2030, 12, 30), date(2030, 12, 31)),
    (date(2026, 12, 31), 10, date(2036, 12, 30), date(2036, 12, 31)),
]


@pytest.mark.parametrize(("first", "years", "counting", "_after"), COUNTED)
def test_a_period_whose_first_day_counts(first: date, years: int, counting: date, _after: date) -> None:
    assert last_day_counting(first, years) == counting


@pytest.mark.parametrize(("first", "years", "_counting", "after"), COUNTED)
def test_a_period_that_begins_on_the_day_after(first: date, years: int, _counting: date, after: date) -> None:
    assert last_day_from(first, years) == after


days = st.dates(date(1990, 1, 1), date(2200, 12, 31))
spans = st.integers(1, 60)


@drawn(500)
@given(days, spans)
def test_neither_way_lasts_a_day_longer_than_its_years(first: date, years: int) -> None:
    for last in (last_day_counting(first, years), last_day_from(first, years)):
        assert first <= last
        assert (last.year - first.year) <= years
        assert (last.month, last.day) <= (first.month, first.day) or last.year < first.year + years


@drawn(500)
@given(days, spans)
def test_where_two_readings_differ_the_earlier_one_holds(first: date, years: int) -> None:
    year = first.year + years
    same_day = first.replace(year=year, day=min(first.day, monthrange(year, first.month)[1]))
    from_the_next_day = last_day_counting(first + DAY, years)
    assert last_day_from(first, years) == min(same_day, from_the_next_day)
    assert timedelta() <= last_day_from(first, years) - last_day_counting(first, years) <= DAY


@drawn(300)
@given(days, spans)
def test_a_later_first_day_never_gives_an_earlier_last_day(first: date, years: int) -> None:
    for rule in (last_day_counting, last_day_from):
        assert rule(first, years) <= rule(first + DAY, years)


@drawn(300)
@given(days, spans)
def test_away_from_the_end_of_february_the_rules_are_one_day_apart(first: date, years: int) -> None:
    if (first.month, first.day) != (2, 29):
        assert last_day_from(first, years) - last_day_counting(first, years) == DAY


@drawn(200)
@given(days)
def test_each_kind_of_clearance_has_its_years(notified: date) -> None:
    assert clearance_last_day("economic_security", notified) == last_day_from(notified, 10)
    assert clearance_last_day("specified_secret", notified) == last_day_from(notified, 5)
    assert clearance_last_day("specified_secret", notified, Years(clearance={"specified_secret": 3})).year in {
        notified.year + 3
    }


def test_a_kind_that_is_none_has_no_last_day() -> None:
    with pytest.raises(ValueError, match="character"):
        clearance_last_day("character", date(2026, 4, 1))


@pytest.mark.parametrize(
    ("kind", "notified_on", "last"),
    [
        ("economic_security", date(2026, 4, 1), date(2036, 4, 1)),
        ("specified_secret", date(2026, 4, 1), date(2031, 4, 1)),
        ("economic_security", date(2024, 2, 29), date(2034, 2, 28)),
        ("specified_secret", date(2023, 3, 1), date(2028, 3, 1)),
    ],
)
def test_a_recorded_clearance_has_the_day_of_its_kind(
    world: cast.Council, kind: str, notified_on: date, last: date
) -> None:
    founding.found_clearance(world.analyst, world.agency, notified_on=notified_on, recorded_by="岡崎 智", kind=kind)
    assert Clearance.objects.get(person=world.analyst).last_day == last


def test_a_leap_year_is_no_longer_than_its_days() -> None:
    for year in range(2000, 2100):
        first = date(year, 3, 1)
        assert (last_day_counting(first, 1) - first).days == 364 + isleap(year + 1)
