"""Events of other days and many of them, written as rows: the desk counts them by their ids."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from council.audit.filters import first_id_at
from council.audit.models import AuditEvent


def at(moment: datetime, action: str = "bulletin.read", **facts: object) -> AuditEvent:
    """An event of that moment, as a row alone: no leaf and no place in a log."""
    identifier = UUID(int=first_id_at(moment).int | uuid4().int >> 72)
    facts = {
        "actor": "",
        "org": "",
        "object": "",
        "revision": 0,
        "tier": 1,
        "outcome": "allow",
        "reason": "allowed",
        **facts,
    }
    return AuditEvent(id=identifier, leaf=b"", time=moment, action=action, request=str(uuid4()), **facts)


def write(*events: AuditEvent) -> None:
    AuditEvent.objects.bulk_create(events)


def noon(days_ago: int) -> datetime:
    """Noon in Japan, so many days ago."""
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)
