"""When a revision is to be published by itself, and what came of it: read out of the log, for its desk."""

from dataclasses import dataclass
from datetime import datetime

from bulletins.models import Revision
from council.access.facts import State
from council.access.policy import Action
from council.audit.details import details_of
from council.audit.events import Event, Outcome
from council.audit.models import AuditEvent


@dataclass(frozen=True, slots=True)
class Plan:
    """The moment, and how many people would have seen it when the moment was chosen (None where nobody counted)."""

    moment: datetime
    people: int | None


def newest_of(revision: Revision, *actions: str) -> tuple[AuditEvent | None, dict]:
    """The newest event of the revision among these actions, and what its sealed detail says; None without one, {} once it is destroyed."""
    rows = AuditEvent.objects.filter(object=str(revision.bulletin_id), revision=revision.number, action__in=actions)
    event = rows.order_by("-id").first()
    return event, details_of([event]).get(event.pk, {}).get("facts", {}) if event else {}


def plan_of(revision: Revision) -> Plan | None:
    """The plan of a scheduled revision; None for any other."""
    if revision.state != State.SCHEDULED:
        return None
    _event, facts = newest_of(revision, Action.SCHEDULE)
    return Plan(revision.scheduled_for, facts.get("people"))


def failure_of(revision: Revision) -> str:
    """Why the last plan of an approved revision came to nothing; empty when there was none, or somebody cancelled it.

    Only the clock is refused with the number of a revision: a person's refusal names none.
    """
    if revision.state != State.APPROVED:
        return ""
    event, facts = newest_of(revision, Action.APPROVE, Action.SCHEDULE, Action.PUBLISH, Event.BULLETIN_UNSCHEDULED)
    failed = event is not None and event.action == Action.PUBLISH and event.outcome == Outcome.DENY
    return facts.get("why", "") if failed else ""
