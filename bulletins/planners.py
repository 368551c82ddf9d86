"""Whoever planned a publication answers for it until it happens: whether they could still publish what they planned."""

from accounts.models import User
from accounts.subject import subjects_of
from bulletins.models import Revision
from council.access import facts as known
from council.access.policy import Action, Reason, decide


def refusal_of(revision: Revision, about: known.Bulletin) -> Reason | None:
    """Why whoever planned the revision's publication could not publish it now; None when they could. Nobody known is nobody who may."""
    planner = User.objects.select_related("organisation").filter(pk=revision.scheduled_by_id).first()
    if planner is None:
        return Reason.NOT_INVOLVED
    decision = decide(subjects_of([planner])[planner.pk], Action.PUBLISH, about)
    return None if decision else decision.reason
