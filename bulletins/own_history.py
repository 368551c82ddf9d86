"""What the log has of oneself: opened, acknowledged, answered, taken away, handed back, and signed in. Newest first, a page at a time.

Only what was done, never what was refused: a refusal would name what does not exist for the person. What they once had in hand is called
by its reference also when they may not read it any more, but only what they may read now is linked.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from council.access.facts import Subject
from council.access.policy import Action
from council.audit import names, wording
from council.audit.events import Event, Outcome
from council.audit.models import AuditEvent
from council.audit.record import actor_of, record

PAGE = 50
ACTIONS = (
    Action.READ, Action.ACKNOWLEDGE, Action.ANSWER, Action.DOWNLOAD, Action.FETCH, Action.CONFIRM_RETURN, Event.COPY_TAKEN,
    Event.COPY_ENDED, Event.SIGN_IN, Event.SIGN_OUT, Event.STEPPED_UP, Event.SESSION_ENDED, Event.DEVICE_NEW,
    Event.FACTOR_ADDED, Event.FACTOR_REMOVED, Event.TOKEN_CREATED, Event.TOKEN_REVOKED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that the person did. `bulletin` is the id to link to, None where there is nothing (any more) to be seen."""

    moment: datetime
    words: str
    reference: str
    bulletin: str | None
    revision: int

    @property
    def day(self) -> date:
        return timezone.localdate(self.moment)


@dataclass(frozen=True, slots=True)
class History:
    """A page of it, and the ids to go on from; None where there is nothing more."""

    deeds: list[Deed]
    older: UUID | None = None
    newer: UUID | None = None


def look_at_own(subject: Subject, *, before: UUID | None = None, after: UUID | None = None) -> History:
    """A page of the subject's own deeds, and the event that they looked."""
    events, older, newer = _window(_own(subject), before, after)
    history = History(_deeds(subject, events), older, newer)
    with transaction.atomic():
        record(
            Event.HISTORY_LIST, actor=subject.person, organisation=subject.organisation,
            tier=max((event.tier for event in events), default=1), detail={"shown": len(events)},
        )  # fmt: skip
    return history


def _own(subject: Subject) -> QuerySet[AuditEvent]:
    actions = [str(action) for action in ACTIONS]
    return AuditEvent.objects.filter(actor=actor_of(subject.person), action__in=actions, outcome=str(Outcome.ALLOW))


def _window(
    rows: QuerySet[AuditEvent], before: UUID | None, after: UUID | None
) -> tuple[list[AuditEvent], UUID | None, UUID | None]:
    if after:
        found = list(rows.filter(id__gt=after).order_by("id")[: PAGE + 1])
        events, more = found[:PAGE][::-1], len(found) > PAGE
        return events, events[-1].pk if events else None, events[0].pk if more else None
    found = list((rows.filter(id__lt=before) if before else rows).order_by("-id")[: PAGE + 1])
    events, more = found[:PAGE], len(found) > PAGE
    return events, events[-1].pk if more else None, events[0].pk if before and events else None


def _deeds(subject: Subject, events: list[AuditEvent]) -> list[Deed]:
    about = {event.object for event in events if names.is_content(event.action)}
    references, known = names.references_of(about), names.known_to(subject, about)
    return [
        Deed(
            event.time,
            str(wording.PHRASES[event.action].asked),
            references.get(event.object, "") if event.object in about else "",
            event.object if event.object in known and not event.action.startswith("package.") else None,
            event.revision if event.object in references else 0,
        )
        for event in events
    ]
