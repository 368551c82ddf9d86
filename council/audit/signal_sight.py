"""What auditors are shown of signals: the words, who it was, and the events behind it as a filter of the list."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet

from council.access.policy import Action
from council.audit import settlements, wording
from council.audit.events import Event, Outcome
from council.audit.filters import EventFilter, subcommittees, uuid_or_none
from council.audit.leaf import moment_of, time_text
from council.audit.models import AuditEvent, Signal
from council.audit.reading import Reader, events_for
from council.audit.showing import Shown, show


@dataclass(frozen=True, slots=True)
class Sight:
    """One signal for the page. `last` is its newest event as it is shown, None when the event is gone; `about` says in which
    subcommittee, where that matters; `query` finds the events behind it in the list. `settled`: somebody looked into it, as the event
    says; `made_up`: the row says so and no event does."""

    signal: Signal
    what: str
    measure: str
    about: str
    last: Shown | None
    query: str
    settled: bool
    made_up: bool


def sights(reader: Reader, signals: Iterable[Signal]) -> list[Sight]:
    """The signals with names put to them, in as many queries however many there are."""
    signals = list(signals)
    events = AuditEvent.objects.in_bulk([signal.event for signal in signals])
    shown = {each.id: each for each in show(reader, list(events.values()))}
    groups = {signal: uuid_or_none(signal.key.rpartition(":")[2]) for signal in signals}
    found = subcommittees().objects.filter(pk__in=[group for group in groups.values() if group])
    called = dict(found.values_list("pk", "name"))
    settled = settlements.that_fit(signals)
    return [
        Sight(
            signal=signal,
            what=str(wording.RULES.get(signal.rule, signal.rule)),
            measure=str(wording.MEASURES.get(signal.rule, "")),
            about=called.get(group, ""),
            last=shown.get(signal.event),
            query=urlencode(query_of(signal)),
            settled=signal.pk in settled,
            made_up=bool(signal.settled_at) and signal.pk not in settled,
        )
        for signal, group in groups.items()
    ]


def query_of(signal: Signal) -> dict[str, str]:
    """The filter of the events page that finds what the signal rests on."""
    first, last = (time_text(moment_of(event)) for event in (signal.first_event, signal.event))
    times = {"since": first, "until": last}
    if not signal.actor:
        return {**times, "organisation": signal.org, "action": str(Event.SIGN_IN_FAILED)}
    return {**times, "actor": signal.actor, **_NARROWER.get(signal.rule, {})}


_NARROWER = {
    "bulk_reading": {"action": str(Action.READ), "outcome": str(Outcome.ALLOW)},
    "first_download": {"action": "received", "outcome": str(Outcome.ALLOW)},
    "refusals_in_a_row": {"outcome": str(Outcome.DENY)},
}


def events_behind(reader: Reader, signal: Signal, most: int) -> list[Shown]:
    """The newest of the events it rests on, at most so many."""
    asked = EventFilter(query_of(signal), queryset=events_for(reader))
    rows: QuerySet[AuditEvent] = asked.qs
    return show(reader, list(rows.order_by("-id")[:most]))
