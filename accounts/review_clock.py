"""What the clock does for the review that runs: it reminds, and after the deadline it ends what is unanswered and signs the report."""

import logging
import time

from accounts.actions.review import remind_by_the_clock
from accounts.actions.review_lapse import close_by_the_clock, lapse_organisation
from accounts.models import ReviewCampaign
from accounts.review_campaigns import running, takes_answers, unsettled
from council.only_one import only_one

logger = logging.getLogger(__name__)


def tend(*, seconds: float = 180) -> bool:
    """One turn of the clock; whether a review was closed. What the time of a turn does not suffice for is left to the next."""
    with only_one("reviews") as mine:
        campaign = running() if mine else None
        if campaign is None:
            return False
        if takes_answers(campaign):
            remind_by_the_clock(campaign)
            return False
        return _lapse(campaign, time.monotonic() + seconds) and close_by_the_clock(campaign)


def _lapse(campaign: ReviewCampaign, until: float) -> bool:
    """Whether every organisation was gone through. One that fails holds up no other, but the end of the review."""
    whole = True
    for organisation in unsettled(campaign):
        if time.monotonic() > until:
            return False
        try:
            lapse_organisation(campaign, organisation)
        except Exception:
            logger.exception("An organisation could not be settled; the next turn tries again.")
            whole = False
    return whole
