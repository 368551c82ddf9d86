"""法人番号: thirteen ASCII digits with a check digit, and nothing else."""

import pytest
from django.core.exceptions import ValidationError

from accounts.corporate_number import check_digit, validate_corporate_number


@pytest.mark.parametrize("number", ["7000012050002", "7990000000101", "5990000000202", "6990000000606"])
def test_a_number_with_its_check_digit_is_accepted(number: str) -> None:
    validate_corporate_number(number)


@pytest.mark.parametrize("wrong", sorted(set("0123456789") - {"7"}))
def test_every_other_first_digit_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError, match="検査用数字"):
        validate_corporate_number(f"{wrong}000012050002")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "000012050002",
        "70000120500020",
        "７０００012050002",
        "700001205000２",
        "7000-012050002",
        "7000012050002\n",
        "٧000012050002",
    ],
)
def test_anything_but_thirteen_ascii_digits_is_refused(value: str) -> None:
    with pytest.raises(ValidationError, match="13桁"):
        validate_corporate_number(value)


def test_swapping_two_neighbouring_digits_is_noticed() -> None:
    with pytest.raises(ValidationError):
        validate_corporate_number("7000021050002")


def test_the_check_digit_is_never_zero() -> None:
    assert {check_digit(f"{base:012}") for base in range(500)} == set(range(1, 10))
