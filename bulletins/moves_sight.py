"""What the work page says of what comes after approval: the plan and what came of it, days, and whether there is something to compare."""

from typing import Any
from uuid import UUID

from django.utils import timezone

from bulletins.actions.compare import may_inspect_changes
from bulletins.desk import inspect_for, moves_for
from bulletins.draft_days import last_day_of
from bulletins.facts import served
from bulletins.holders import holders_of
from bulletins.models import Revision
from bulletins.planners import refusal_of
from bulletins.preview import audience_now
from bulletins.schedules import failure_of, plan_of
from council.access import facts as known
from council.access.facts import State, Subject
from council.access.policy import Action, Reason

Sight = dict[str, Any]


def of_moves(subject: Subject, revision: Revision, about: known.Bulletin) -> Sight:
    """The plan and whether it is going to be stopped, why the last one failed, the last day of service, the day of the next look, and the
    way to the comparison."""
    current = revision.bulletin.served if revision.bulletin.served_id else None
    shown = current if current and current.pk == revision.pk else revision
    review = current.review_on if current else None
    return {
        "plan": plan_of(revision),
        "plan_stops": revision.state == State.SCHEDULED and refusal_of(revision, about) is not None,
        "plan_failed": failure_of(revision),
        "may_compare": may_inspect_changes(subject, revision),
        "last_day": last_day_of(shown),
        "review_on": review,
        "review_due": review is not None and review <= timezone.localdate(),
    }


def of_schedule(subject: Subject, bulletin_id: UUID) -> Sight:
    """The page that asks for the moment: how many would see it now. NotVisible (with the refusal in the log); `refused`: why not."""
    revision, about = inspect_for(subject, bulletin_id)
    move = moves_for(subject, revision, about).get(Action.SCHEDULE)
    return {
        "refused": None if move and move.allowed else move.reason if move else Reason.STATE,
        "revision": revision,
        "bulletin": revision.bulletin,
        "audience": audience_now(revision, about),
        "screen_tier": revision.tier,
    }


def of_closing(subject: Subject, bulletin_id: UUID, action: Action) -> Sight:
    """The page that asks before something ends for good: RECALL (for superseding) or DISPOSE. NotVisible as ever; `refused`: why not."""
    revision, about = inspect_for(subject, bulletin_id)
    move = moves_for(subject, revision, about).get(action)
    refused = None if move and move.allowed else move.reason if move else Reason.STATE
    bulletin, about_served = served(bulletin_id)
    asked_back = action is Action.RECALL and bulletin is not None and not refused
    return {
        "revision": (revision.bulletin.served or revision) if action is Action.RECALL else revision,
        "bulletin": revision.bulletin,
        "refused": refused,
        "planned": revision.scheduled_for if action is Action.RECALL else None,
        "holders": holders_of(bulletin, about_served) if asked_back else None,
        "screen_tier": revision.tier,
    }
