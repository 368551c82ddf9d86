"""What the database is asked about days says the same as the facts that decide() is told."""

from datetime import timedelta

from django.utils import timezone

from accounts.holding import cleared_on, listed_on, taught_on
from accounts.models import Clearance, Education, RosterEntry
from council.access.facts import Term
from tests import cast

TODAY = timezone.localdate()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
DAYS = [(first, last) for first in (YESTERDAY, TODAY, TOMORROW) for last in (YESTERDAY, TODAY, TOMORROW)]


def test_clearances_and_education_hold_as_terms_do(world: cast.Council) -> None:
    for first, last in DAYS:
        Clearance.objects.update(notified_on=first, last_day=last)
        Education.objects.update(held_on=first, last_day=last)
        holds = Term(first=first, last=last).holds(TODAY)
        assert Clearance.objects.filter(cleared_on(TODAY)).exists() is holds, (first, last)
        assert Education.objects.filter(taught_on(TODAY)).exists() is holds, (first, last)


def test_entries_of_rosters_hold_as_terms_do(world: cast.Council) -> None:
    for first, last in (*DAYS, (TODAY, None), (TOMORROW, None)):
        RosterEntry.objects.update(first_day=first, last_day=last)
        holds = Term(first=first, last=last).holds(TODAY)
        assert RosterEntry.objects.filter(listed_on(TODAY)).exists() is holds, (first, last)
