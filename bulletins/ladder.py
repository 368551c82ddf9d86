"""The ladder of escalation: whom the portal tells, and how many business days after a deadline that nobody has kept. Data.

COUNCIL_LADDER takes the place of all steps:
    [{"to": "administrators", "after": 0}, {"to": "duty_officers", "after": 2}]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from bulletins.deadlines import MORNING, MOST_DAYS, at, day_of
from council.business_days import add_business_days


class To(StrEnum):
    """Whom a step tells."""

    DEPUTIES = "deputies"
    ADMINISTRATORS = "administrators"
    LEADS = "leads"
    DUTY_OFFICERS = "duty_officers"


@dataclass(frozen=True, slots=True)
class Step:
    """`after` business days after the deadline; 0 is as soon as it has passed, else the morning of that day."""

    to: To
    after: int

    def moment(self, deadline: datetime) -> datetime:
        """From when on this step is to be taken."""
        return at(add_business_days(day_of(deadline), self.after), MORNING) if self.after else deadline

    def latest_deadline(self, now: datetime) -> datetime:
        """The step is to be taken for every deadline before this moment, and for no other."""
        if not self.after:
            return now
        today = last_morning(now)
        return at(_last_day(today, self.after) + timedelta(days=1), time.min)


_STANDARD = (Step(To.DEPUTIES, 0), Step(To.ADMINISTRATORS, 1), Step(To.LEADS, 2), Step(To.DUTY_OFFICERS, 3))
_MOST_STEPS = 9


def last_morning(now: datetime) -> date:
    """The day of the last time that offices began."""
    today = day_of(now)
    return today if now >= at(today, MORNING) else today - timedelta(days=1)


def _last_day(today: date, after: int) -> date:
    """The last day whose `after`-th business day has come by today."""
    day = today
    while add_business_days(day, after) > today:
        day -= timedelta(days=1)
    return day


def steps() -> Sequence[Step]:
    """The steps in force, the first one first. ImproperlyConfigured when COUNCIL_LADDER says something that is no ladder."""
    given = settings.COUNCIL_LADDER
    if given is None:
        return _STANDARD
    if not isinstance(given, list) or len(given) > _MOST_STEPS:
        raise _wrong(f"must be a JSON list of at most {_MOST_STEPS} steps")
    found = [_step(each) for each in given]
    if found != sorted(found, key=lambda step: step.after):
        raise _wrong("must name its steps in the order in which they are taken")
    return found


def _step(said: object) -> Step:
    if not isinstance(said, dict) or set(said) != {"to", "after"}:
        raise _wrong(f'has a step {said!r}; each must be {{"to": …, "after": …}}')
    to, after = said["to"], said["after"]
    if to not in list(To):
        raise _wrong(f"tells {to!r}; it can tell {', '.join(To)}")
    if not isinstance(after, int) or isinstance(after, bool) or not 0 <= after <= MOST_DAYS:
        raise _wrong(f"gives {after!r} for 'after'; it must be a whole number of business days from 0 to {MOST_DAYS}")
    return Step(To(to), after)


def _wrong(what: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"COUNCIL_LADDER {what}.")
