"""法人番号: thirteen digits, the first of which checks the other twelve."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def check_digit(base: str) -> int:
    """The check digit for twelve digits: 9 - (sum of digit × weight mod 9), weights 1, 2, 1, 2 … from the right.

    Source: 法人番号の指定等に関する省令 (平成26年財務省令第70号) 第2条.
    """
    return 9 - sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(base))) % 9


def validate_corporate_number(value: str) -> None:
    """ValidationError unless value is thirteen ASCII digits with the right check digit."""
    if len(value) != 13 or not (value.isascii() and value.isdecimal()):
        raise ValidationError(_("法人番号は半角の数字13桁で入力してください。"), code="corporate_number")
    if int(value[0]) != check_digit(value[1:]):
        raise ValidationError(
            _("法人番号の検査用数字（最初の1桁）が合いません。番号を確かめてください。"), code="corporate_number"
        )
