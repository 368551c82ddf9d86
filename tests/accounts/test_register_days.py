"""How far a designation may go on: five years a step, thirty by the agency, sixty with the Cabinet, beyond that the listed kinds."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Designation
from accounts.register_days import Standing, check_extension, ended_words, next_review, next_step, standing_of

FIRST, TODAY = date(2026, 4, 1), date(2030, 1, 1)


def item(last: date = date(2031, 3, 31), **facts: object) -> Designation:
    return Designation(register_number="経安1号", designated_on=FIRST, expires_on=last, **facts)


def test_a_step_counts_from_the_day_after_the_end():
    assert next_step(item()).alone == date(2036, 3, 31)
    check_extension(item(), date(2036, 3, 31), None, TODAY)
    with pytest.raises(ValidationError, match="一度に延ばせるのは5年まで"):
        check_extension(item(), date(2036, 4, 1), None, TODAY)


def test_a_step_from_the_last_of_february_ends_with_february():
    assert next_step(item(date(2028, 2, 29))).alone == date(2033, 2, 28)
    assert next_step(item(date(2031, 2, 27))).alone == date(2036, 2, 27)


def test_thirty_years_are_the_agency_s_and_what_follows_the_cabinet_s():
    late = item(date(2054, 3, 31))
    check_extension(late, date(2056, 3, 31), None, date(2054, 1, 1))
    with pytest.raises(ValidationError, match="内閣の承認の日が要ります"):
        check_extension(late, date(2056, 4, 1), None, date(2054, 1, 1))
    check_extension(late, date(2059, 3, 31), date(2053, 12, 1), date(2054, 1, 1))


def test_sixty_years_are_the_end_but_for_the_listed_kinds():
    last, today, approved = date(2084, 3, 31), date(2084, 1, 1), date(2083, 12, 1)
    check_extension(item(last), date(2086, 3, 31), approved, today)
    with pytest.raises(ValidationError, match="60年を超えられません"):
        check_extension(item(last), date(2086, 4, 1), approved, today)
    for category in ("foreign", "capability"):
        check_extension(item(last, category=category), date(2089, 3, 31), approved, today)


def test_listed_kinds_need_the_cabinet_beyond_sixty_years_too():
    with pytest.raises(ValidationError, match="内閣の承認"):
        check_extension(item(date(2086, 3, 31), category="foreign"), date(2090, 1, 1), None, date(2086, 1, 1))


def test_which_kinds_these_are_is_data(settings):
    settings.COUNCIL_TERMS = {"past_the_most": []}
    with pytest.raises(ValidationError, match="60年"):
        check_extension(item(date(2086, 3, 31), category="foreign"), date(2090, 1, 1), TODAY, date(2086, 1, 1))


@pytest.mark.parametrize("approved", [date(2026, 3, 31), date(2030, 1, 2)])
def test_the_cabinet_approved_within_the_period_and_not_tomorrow(approved):
    with pytest.raises(ValidationError, match="内閣の承認の日は"):
        check_extension(item(), date(2032, 1, 1), approved, TODAY)


@pytest.mark.parametrize("until", [date(2031, 3, 31), date(2030, 1, 1)])
def test_an_extension_goes_beyond_the_end(until):
    with pytest.raises(ValidationError, match="末日より後の日"):
        check_extension(item(), until, None, TODAY)


def test_the_last_day_holds_and_the_next_does_not():
    assert standing_of(item(), date(2031, 3, 31)) is Standing.IN_FORCE
    assert standing_of(item(), date(2031, 4, 1)) is Standing.EXPIRED
    assert standing_of(item(), date(2026, 3, 31)) is Standing.COMING


@pytest.mark.parametrize("over", [{"lapsed_on": date(2031, 3, 31)}, {"cancelled_on": date(2028, 5, 5)}])
def test_what_was_written_down_as_over_stays_over_when_the_clock_goes_back(over):
    assert standing_of(item(**over), FIRST) in {Standing.LIFTED, Standing.EXPIRED}


def test_the_words_say_what_ended_it_and_when():
    assert ended_words(item(), TODAY) == ""
    assert ended_words(None, TODAY) == ""
    assert ended_words(item(), date(2031, 4, 1)) == "指定有効期間満了（2031年3月31日）"
    assert ended_words(item(cancelled_on=date(2028, 5, 5)), TODAY) == "指定解除（2028年5月5日）"


def test_the_next_review_is_a_year_after_the_last(settings):
    assert next_review(item()) == date(2027, 4, 1)
    assert next_review(item(), date(2028, 2, 29)) == date(2029, 2, 28)
    settings.COUNCIL_TERMS = {"review": 2}
    assert next_review(item(), date(2027, 1, 1)) == date(2029, 1, 1)
