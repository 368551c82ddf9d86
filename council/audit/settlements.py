"""Which signals count as looked into: those whose own event says so, in a detail that only this deployment's keys can seal."""

from collections.abc import Iterable, Mapping
from datetime import UTC
from uuid import UUID

from council.audit.details import details_of
from council.audit.events import Event
from council.audit.models import AuditEvent, Signal


def said_of(signal: Signal) -> Mapping[str, str]:
    """What the event of a settled signal says of it."""
    at = signal.settled_at.astimezone(UTC).isoformat()
    return {"signal": str(signal.pk), "finding": signal.finding, "settled_at": at}


def that_fit(signals: Iterable[Signal]) -> set[UUID]:
    """The ids of the settled ones that are as their events say, in two queries. KeyringUnavailable without keys."""
    settled = {str(each.pk): each for each in signals if each.settled_at}
    events = list(AuditEvent.objects.filter(action=Event.SIGNAL_SETTLED, object__in=settled)) if settled else []
    told = [(detail.get("person"), detail.get("facts")) for detail in details_of(events).values()]
    return {each.pk for each in settled.values() if (str(each.settled_by), said_of(each)) in told}
