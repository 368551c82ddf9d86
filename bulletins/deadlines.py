"""Standard deadlines: so many business days from publishing, by kind and tier, as data that a council may change.

COUNCIL_DEADLINES takes the place of single numbers:
    {"alert": 3, "threat": {"1": 10, "2": 5, "3": 4}, "return": 1, "ends": "18:00"}
One number stands for all tiers: tier three gets one day less, and at least one. "return" is for copies after a recall.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from bulletins.models import Bulletin
from council.access.tiers import Tier
from council.business_days import add_business_days

JST = ZoneInfo("Asia/Tokyo")
# When offices begin: reminders and the steps of escalation go out at this time of the day.
MORNING = time(9)
MOST_DAYS = 250
RETURN, ENDS = "return", "ends"
STANDARD: Mapping[str, int | str] = {
    Bulletin.Kind.FLASH: 1,
    Bulletin.Kind.ALERT: 2,
    Bulletin.Kind.THREAT: 5,
    Bulletin.Kind.SCENARIO: 5,
    Bulletin.Kind.SUPPLY_CHAIN: 5,
    Bulletin.Kind.TECHNOLOGY: 5,
    Bulletin.Kind.REGION: 5,
    RETURN: 2,
    ENDS: "17:00",
}

Days = Mapping[Tier, int]


@dataclass(frozen=True, slots=True)
class Table:
    """Business days by what is asked for (a kind, or RETURN) and tier, and the time of day in Japan at which they end."""

    days: Mapping[str, Days]
    ends: time


def table() -> Table:
    """The numbers in force. ImproperlyConfigured when COUNCIL_DEADLINES says something that is none."""
    given = settings.COUNCIL_DEADLINES if settings.COUNCIL_DEADLINES is not None else {}
    if not isinstance(given, dict):
        raise _wrong("must be a JSON object")
    unknown = sorted(set(given) - set(STANDARD))
    if unknown:
        raise _wrong(f"knows no {unknown[0]!r}; known are {', '.join(STANDARD)}")
    asked = [str(name) for name in STANDARD if name != ENDS]
    days = {name: {**_days(name, STANDARD[name]), **_days(name, given.get(name, {}))} for name in asked}
    return Table(days, _ends(given.get(ENDS, STANDARD[ENDS])))


def _wrong(what: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"COUNCIL_DEADLINES {what}.")


def _days(name: str, said: object) -> dict[Tier, int]:
    if isinstance(said, dict):
        unknown = sorted(set(said) - {str(int(tier)) for tier in Tier})
        if unknown:
            raise _wrong(f"names a tier {unknown[0]!r} under {name!r}; tiers are 1, 2 and 3")
        return {Tier(int(tier)): _number(name, each) for tier, each in said.items()}
    number = _number(name, said)
    return {Tier.ONE: number, Tier.TWO: number, Tier.CRITICAL: max(number - 1, 1)}


def _number(name: str, said: object) -> int:
    if not isinstance(said, int) or isinstance(said, bool) or not 1 <= said <= MOST_DAYS:
        raise _wrong(f"gives {said!r} for {name!r}; it must be a whole number of business days from 1 to {MOST_DAYS}")
    return said


def _ends(said: object) -> time:
    try:
        return time.fromisoformat(said).replace(tzinfo=None)
    except (ValueError, TypeError):
        raise _wrong(f"gives {said!r} for {ENDS!r}; it must be a time such as 17:00") from None


def at(day: date, clock: time) -> datetime:
    """The moment of that time of the day in Japan."""
    return datetime.combine(day, clock, JST)


def day_of(moment: datetime) -> date:
    """The day in Japan."""
    return moment.astimezone(JST).date()


def standard_deadline(kind: str, tier: int, published_at: datetime) -> datetime:
    """Until when readers are asked to acknowledge what is published at this moment. The day of publishing is not counted.

    `tier` is that of the floor, at which the bulletin exists for all of them: the deadline is shown to each.
    """
    return _after(kind, tier, published_at)


def return_deadline(tier: int, recalled_at: datetime) -> datetime:
    """Until when organisations are asked to say what became of their copies of what is recalled at this moment."""
    return _after(RETURN, tier, recalled_at)


def _after(name: str, tier: int, moment: datetime) -> datetime:
    found = table()
    return at(add_business_days(day_of(moment), found.days[name][Tier(tier)]), found.ends)
