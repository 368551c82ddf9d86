"""What the clock does for the register: it finds periods that are over and years to be closed.

One that fails holds up no other.
"""

import logging
from datetime import date

from django.utils import timezone

from accounts.actions.designation_lapse import lapse_designation
from accounts.actions.year_closing import close_year
from accounts.models import Designation, Organisation
from accounts.register_figures import closes_on, years_of

logger = logging.getLogger(__name__)


def lapse_due() -> int:
    """Writes down every period that is over and was not written down yet; how many."""
    due = Designation.objects.filter(expires_on__lt=timezone.localdate(), lapsed_on=None, cancelled_on=None)
    return sum(_lapse(pk) for pk in due.order_by("expires_on", "pk").values_list("pk", flat=True))


def _lapse(designation: object) -> bool:
    try:
        return lapse_designation(designation)
    except Exception:
        logger.exception("The end of a designation could not be written down; the next turn tries again.")
        return False


def close_due() -> int:
    """Closes every year of every agency that is to be closed and was not; how many."""
    today = timezone.localdate()
    agencies = Organisation.objects.filter(kind=Organisation.Kind.AGENCY).order_by("pk")
    return sum(_close(agency, year) for agency in agencies for year in _due(agency, today))


def _due(agency: Organisation, today: date) -> list[int]:
    return [
        each.year for each in years_of(agency.pk, today) if each.closed_on is None and closes_on(each.year) <= today
    ]


def _close(agency: Organisation, year: int) -> bool:
    try:
        return close_year(agency, year)
    except Exception:
        logger.exception("The figures of a year could not be closed; the next turn tries again.")
        return False
