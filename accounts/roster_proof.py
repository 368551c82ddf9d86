"""Whether the log bears rows out that tier three rests on: entries of rosters and clearances that no verb made are found by asking it.

Sealed details are what counts: whoever can write rows alone has no key to seal one with. Where the retention of details has ended, the
moment of the event, which stays for good, has to be the one that the row says.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import Clearance, RosterEntry
from accounts.register_past import clearances_told
from council.audit.details import details_of
from council.audit.events import Event, Outcome
from council.audit.models import AuditEvent

_ACCEPTED, _SIGNED, _ENDED, _FOUNDED = (
    Event.ROSTER_ACCEPT, Event.ROSTER_PLEDGE, Event.ROSTER_REMOVE, Event.ROSTER_FOUNDED,
)  # fmt: skip
# Between what a row says and its event, both written in one transaction.
_APART = timedelta(minutes=1)
Steps = list[tuple[AuditEvent, dict]]


def unproved(entries: Iterable[RosterEntry]) -> set[int]:
    """Those of the entries that the log does not bear out for these very days, or that it says have ended; two queries."""
    entries = list(entries)
    told, gone = _told({entry.person_id for entry in entries}) if entries else ({}, {})
    return {
        entry.pk for entry in entries if not _borne_out(entry, told.get(entry.pk, []), gone.get(entry.person_id, []))
    }


def is_proved(entry: RosterEntry) -> bool:
    """Whether the log bears out this one."""
    return not unproved([entry])


def unproved_clearances() -> list[Clearance]:
    """Clearances of which the log knows nothing, or something else; without the people some of whose details are gone."""
    found = []
    rows = Clearance.objects.select_related("agency").order_by("agency", "pk")
    told = {agency: set(clearances_told(agency)) for agency in set(rows.values_list("agency", flat=True))}
    for row in rows:
        days = {(term.first, term.last) for person, term in told[row.agency_id] if person == row.person_id}
        if (row.notified_on, row.last_day) not in days:
            found.append(row)
    forgotten = _forgotten({str(row.person_id) for row in found})
    return [row for row in found if str(row.person_id) not in forgotten]


def _forgotten(people: set[str]) -> set[str]:
    """Of these people, those with a record of a clearance whose detail was destroyed: nobody can say what it was."""
    events = AuditEvent.objects.filter(action=Event.CLEARANCE_RECORD, object__in=people, outcome=Outcome.ALLOW)
    events = list(events.only("pk", "object", "tier"))
    known = details_of(events)
    return {event.object for event in events if event.pk not in known}


def _told(people: set[UUID]) -> tuple[dict[int, Steps], dict[UUID, list[AuditEvent]]]:
    """By entry what the log tells of it, and by person the events whose details are gone; in their order."""
    actions = [_ACCEPTED, _SIGNED, _ENDED, _FOUNDED]
    rows = AuditEvent.objects.filter(action__in=actions, object__in=[str(each) for each in people])
    events = list(rows.filter(outcome=Outcome.ALLOW).only("pk", "action", "object", "tier", "time").order_by("pk"))
    details, told, gone = details_of(events), defaultdict(list), defaultdict(list)
    for event in events:
        if event.pk not in details:
            gone[UUID(event.object)].append(event)
        elif entry := (details[event.pk].get("facts") or {}).get("entry"):
            told[entry].append((event, details[event.pk]))
    return told, gone


def _borne_out(entry: RosterEntry, steps: Steps, gone: list[AuditEvent]) -> bool:
    if any(event.action == _ENDED for event, _detail in steps):
        return False
    founded = [detail for event, detail in steps if event.action == _FOUNDED]
    if founded:
        return _same_days(entry, founded[-1]["facts"])
    return _has(_ACCEPTED, entry, entry.accepted_at, steps, gone) and _has(
        _SIGNED, entry, entry.pledged_at, steps, gone
    )


def _has(action: Event, entry: RosterEntry, at: datetime | None, steps: Steps, gone: list[AuditEvent]) -> bool:
    """Whether this step was taken once, or was taken at the moment that the entry says and its words are gone."""
    words = [detail for event, detail in steps if event.action == action]
    if words:
        return len(words) == 1 and (action == _ACCEPTED or _signed(entry, words[0]))
    ended = any(event.action == _ENDED and at and event.time > at for event in gone)
    then = (event for event in gone if event.action == action)
    return not ended and any(at and abs(event.time - at) < _APART for event in then)


def _signed(entry: RosterEntry, detail: dict) -> bool:
    return detail["person"] == str(entry.person_id) and _same_days(entry, detail["facts"])


def _same_days(entry: RosterEntry, facts: dict) -> bool:
    days = {"first": entry.first_day.isoformat(), "last": entry.last_day.isoformat() if entry.last_day else ""}
    return ({"designation": str(entry.designation_id), **days}).items() <= facts.items()
