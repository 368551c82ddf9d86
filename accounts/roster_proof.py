"""Whether the log bears an entry of a roster out: accepted by the agency and signed by the person for these days, and not ended since."""

from accounts.models import RosterEntry
from council.audit.details import details_of
from council.audit.events import Event, Outcome
from council.audit.models import AuditEvent

_STEPS = [str(each) for each in (Event.ROSTER_ACCEPT, Event.ROSTER_PLEDGE, Event.ROSTER_REMOVE)]


def is_proved(entry: RosterEntry) -> bool:
    """Sealed details are what counts: whoever can write rows alone has no key to seal one with."""
    events = AuditEvent.objects.filter(action__in=_STEPS, object=str(entry.person_id), outcome=Outcome.ALLOW)
    events = list(events.order_by("id"))
    details = details_of(events)
    told = [(event.action, details.get(event.pk) or {}) for event in events]
    steps = [(action, detail) for action, detail in told if (detail.get("facts") or {}).get("entry") == entry.pk]
    if [action for action, _detail in steps] != _STEPS[:2]:
        return False
    signed = steps[1][1]
    days = {"first": entry.first_day.isoformat(), "last": entry.last_day.isoformat() if entry.last_day else ""}
    said = {"designation": str(entry.designation_id), **days}
    return signed["person"] == str(entry.person_id) and said.items() <= signed["facts"].items()
