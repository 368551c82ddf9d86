"""What counts as a signal of misuse: the rules with their thresholds, as data. COUNCIL_SIGNALS overrides them, and council.E009
refuses what it can't mean."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Limit:
    """A threshold: what it is unless the setting says otherwise, and the smallest and largest that make sense."""

    default: int
    low: int
    high: int


# on: 1 or 0. Hours are those of Japan; odd_hours.from to odd_hours.to goes over midnight, and days off count as a whole.
RULES: Mapping[str, Mapping[str, Limit]] = {
    # So many different bulletins opened by one person within so many minutes.
    "bulk_reading": {"on": Limit(1, 0, 1), "bulletins": Limit(20, 2, 10_000), "minutes": Limit(60, 1, 720)},
    # So many openings and downloads by one person in one night, or on one day off.
    "odd_hours": {
        "on": Limit(1, 0, 1),
        "reads": Limit(10, 1, 10_000),
        "from": Limit(22, 12, 23),
        "to": Limit(5, 0, 11),
    },
    # The first download of a person in a subcommittee.
    "first_download": {"on": Limit(1, 0, 1)},
    # Downloads and exports by one person in a day: at least `floor`, and `times` their own daily mean of the `days` before.
    "export_spike": {
        "on": Limit(1, 0, 1),
        "floor": Limit(10, 2, 10_000),
        "times": Limit(3, 1, 1000),
        "days": Limit(30, 1, 366),
    },
    # So many refusals of one person, or failed sign-ins into one organisation, with nothing allowed in between.
    "refusals_in_a_row": {"on": Limit(1, 0, 1), "refusals": Limit(5, 2, 10_000), "sign_ins": Limit(10, 2, 10_000)},
}

Thresholds = Mapping[str, Mapping[str, int]]


def thresholds() -> Thresholds:
    """Rule -> name -> number, as the setting has them; call it when the checks have passed."""
    given = settings.AUDIT_THRESHOLDS
    return {
        rule: {name: int(given.get(rule, {}).get(name, limit.default)) for name, limit in limits.items()}
        for rule, limits in RULES.items()
    }


def faults_of(given: object) -> list[str]:
    """What is wrong with the setting, one sentence each; none when it can be used."""
    if not isinstance(given, dict):
        return ["COUNCIL_SIGNALS must be a JSON object of rules."]
    return [fault for rule, wanted in given.items() for fault in _faults(rule, wanted)]


def _faults(rule: str, wanted: object) -> list[str]:
    if rule not in RULES:
        return [f"COUNCIL_SIGNALS: there is no rule {rule!r}; the rules are {', '.join(RULES)}."]
    if not isinstance(wanted, dict):
        return [f"COUNCIL_SIGNALS: {rule} must be a JSON object of thresholds."]
    return [fault for name, value in wanted.items() if (fault := _fault(rule, name, value))]


def _fault(rule: str, name: str, value: object) -> str:
    limit = RULES[rule].get(name)
    if limit is None:
        return f"COUNCIL_SIGNALS: {rule} has no threshold {name!r}; it has {', '.join(RULES[rule])}."
    if name == "on" and isinstance(value, bool):
        return ""
    if isinstance(value, bool) or not isinstance(value, int) or not limit.low <= value <= limit.high:
        return f"COUNCIL_SIGNALS: {rule}.{name} must be a whole number from {limit.low} to {limit.high}, not {value!r}."
    return ""
