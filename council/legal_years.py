"""The years of the law as this deployment counts them: those of council.access.terms, with what COUNCIL_TERMS puts in their place.

    {"designation": 5, "designation_in_all": 30, "designation_at_most": 60, "review": 1, "past_the_most": ["foreign", "capability"],
     "clearance": {"economic_security": 10, "specified_secret": 5}}

A period that has begun keeps its last day: the numbers are asked when something is recorded.
"""

from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from council.access.terms import ClearanceKind, Years

MOST = 100
_STEPS = ("designation", "designation_in_all", "designation_at_most")
_NUMBERS = (*_STEPS, "review")
# accounts.models.Designation.Category has the same words.
CATEGORIES = ("measures", "vulnerability", "foreign", "capability")
_PAST, _CLEARANCE = "past_the_most", "clearance"


def years() -> Years:
    """The numbers in force. ImproperlyConfigured when COUNCIL_TERMS says something that is none."""
    if faults := faults_of(settings.COUNCIL_TERMS):
        raise ImproperlyConfigured(faults[0])
    given = dict(settings.COUNCIL_TERMS)
    if _PAST in given:
        given[_PAST] = frozenset(given[_PAST])
    if _CLEARANCE in given:
        given[_CLEARANCE] = {kind: given[_CLEARANCE].get(kind, Years().of_clearance(kind)) for kind in ClearanceKind}
    return Years(**given)


def faults_of(given: object) -> list[str]:
    """What is wrong with the setting, one sentence each; none when it can be used."""
    if not isinstance(given, dict):
        return ["COUNCIL_TERMS must be a JSON object."]
    faults = [fault for name, value in given.items() if (fault := _fault(name, value))]
    return faults or _out_of_order(given)


def _fault(name: str, value: object) -> str:
    if name in _NUMBERS:
        return (
            ""
            if _is_number(value)
            else f"COUNCIL_TERMS: {name} must be a whole number from 1 to {MOST}, not {value!r}."
        )
    if name == _PAST:
        known = isinstance(value, list) and all(each in CATEGORIES for each in value)
        return "" if known else f"COUNCIL_TERMS: {_PAST} must be a list of these: {', '.join(CATEGORIES)}."
    if name == _CLEARANCE:
        known = isinstance(value, dict) and set(value) <= set(ClearanceKind) and all(map(_is_number, value.values()))
        return "" if known else f"COUNCIL_TERMS: {_CLEARANCE} must give years for {', '.join(ClearanceKind)}."
    return f"COUNCIL_TERMS knows no {name!r}; known are {', '.join((*_NUMBERS, _PAST, _CLEARANCE))}."


def _is_number(value: object) -> bool:
    return not isinstance(value, bool) and isinstance(value, int) and 1 <= value <= MOST


def _out_of_order(given: dict) -> list[str]:
    """A step can't be longer than all of them together."""
    standard = _standard()
    steps = [given.get(name, standard[name]) for name in _STEPS]
    return (
        [] if steps == sorted(steps) else [f"COUNCIL_TERMS: {', '.join(_STEPS)} must not become smaller in this order."]
    )


@cache
def _standard() -> dict[str, int]:
    return {name: getattr(Years(), name) for name in _STEPS}
