"""What the clock does for the register: it finds the periods that are over. One that fails holds up no other."""

import logging

from django.utils import timezone

from accounts.actions.designation_lapse import lapse_designation
from accounts.models import Designation

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
