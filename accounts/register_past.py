"""Which clearances and certifications of an agency held when, as the log tells it: also those whose rows are gone or say something newer.

A clearance that ended is a row that is not there, and a renewal overwrites the row before it. That they once held stands in the log alone,
in sealed details, until these are destroyed. Nothing here is kept: it is read to be counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import zip_longest
from uuid import UUID

from django.db import Error as DatabaseFailure
from django.utils import timezone

from council.access.facts import Term
from council.audit.details import details_of
from council.audit.events import Event, Outcome
from council.audit.models import AuditEvent
from council.audit.record import AuditUnavailable

_CLEARING = (Event.CLEARANCE_RECORD, Event.CLEARANCE_END)
_CERTIFYING = (Event.CERTIFICATION_RECORD, Event.CERTIFICATION_SUSPEND, Event.CERTIFICATION_RESUME)


@dataclass(frozen=True, slots=True)
class _Step:
    """From that day on this was said to hold; without a term, nothing."""

    day: date
    term: Term | None


@dataclass(frozen=True, slots=True)
class _Told:
    """One event about somebody, opened."""

    action: str
    day: date
    about: UUID
    facts: dict

    @property
    def term(self) -> Term:
        last = self.facts["last"]
        return Term(first=date.fromisoformat(self.facts["first"]), last=date.fromisoformat(last) if last else None)


def clearances_told(agency: UUID | str) -> list[tuple[UUID, Term]]:
    """Person and days of each clearance that the agency ever recorded, as long as it was left to hold; two queries."""
    steps: dict[UUID, dict[str, list[_Step]]] = defaultdict(lambda: defaultdict(list))
    for told in _told(agency, _CLEARING):
        if told.action == Event.CLEARANCE_RECORD:
            steps[told.about][told.facts["kind"]].append(_Step(told.day, told.term))
        else:
            for kind in steps[told.about].values():
                kind.append(_Step(told.day, None))
    return [(person, term) for person, kinds in steps.items() for each in kinds.values() for term in _spans(each)]


def certifications_told(agency: UUID | str) -> list[tuple[UUID, Term]]:
    """Company and days of each certification by the agency, without the days on which it was suspended; two queries."""
    steps: dict[UUID, list[_Step]] = defaultdict(list)
    said: dict[UUID, Term] = {}
    suspended: set[UUID] = set()
    for told in _told(agency, _CERTIFYING):
        if told.action == Event.CERTIFICATION_RECORD:
            said[told.about] = told.term
            steps[told.about].append(_Step(told.day, None if told.about in suspended else told.term))
        elif told.action == Event.CERTIFICATION_SUSPEND:
            suspended.add(told.about)
            steps[told.about].append(_Step(told.day, None))
        elif told.about in said:
            suspended.discard(told.about)
            steps[told.about].append(_Step(told.day, _resumed(said[told.about], told.day)))
    return [(company, term) for company, each in steps.items() for term in _spans(each)]


def _resumed(term: Term, day: date) -> Term:
    return replace(term, first=max(term.first, day))


def _spans(steps: list[_Step]) -> Iterator[Term]:
    """What held from when to when: each term until the day before the next step."""
    for step, following in zip_longest(steps, steps[1:]):
        if step.term:
            yield replace(step.term, last=_earlier(step.term.last, following and following.day - timedelta(days=1)))


def _earlier(*days: date | None) -> date | None:
    return min((day for day in days if day), default=None)


def _told(agency: UUID | str, actions: Iterable[Event]) -> Iterator[_Told]:
    """The events of the agency in their order; one whose detail is gone tells nothing. AuditUnavailable when the log can't be read."""
    rows = AuditEvent.objects.filter(action__in=list(actions), org=str(agency), outcome=Outcome.ALLOW)
    try:
        events = list(rows.only("pk", "action", "time", "object", "tier").order_by("pk"))
        details = details_of(events)
    except DatabaseFailure as error:
        raise AuditUnavailable("the audit log can't be read") from error
    for event in events:
        facts = details.get(event.pk, {}).get("facts", {})
        if facts.get("agency") == str(agency):
            yield _Told(event.action, timezone.localdate(event.time), UUID(event.object), facts)
