"""Finds signals of misuse in the events, and keeps what somebody says of them. The rules are in signal_rules.py.

Idempotent: a signal's key is its rule, its actor and its window, so looking twice at the same events raises nothing twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from council.access.facts import Subject
from council.audit import names, settlements
from council.audit import signal_rules as rules
from council.audit.events import Event, Outcome
from council.audit.filters import first_id_at
from council.audit.models import AuditEvent, Signal, SignalReach
from council.audit.record import Entry, record, record_many
from council.audit.signal_rules import Found, Seen
from council.audit.thresholds import Thresholds, thresholds

AT_ONCE = 10_000
# A night, a day and the longest window of reading fit into it.
_CONTEXT = timedelta(days=1)
# An event gets its id before its transaction ends: what was written late is looked for again.
_LATE = timedelta(minutes=2)
_FIRST_LOOK = timedelta(days=1)
_KEYS_AT_ONCE = 2000
_TIER = 2  # who read what is 機密性2情報
_SIGN_INS = (str(Event.SIGN_IN), str(Event.SIGN_IN_FAILED))
_FIELDS = ("pk", "time", "actor", "org", "action", "object", "outcome")
_WANTED = ~Q(actor="") | Q(action=Event.SIGN_IN_FAILED)
# That a page was shown says nothing of what was asked for: it parts no row of refusals.
_IDLE = Q(action__startswith="page.")


class AlreadySettled(Exception):
    """Somebody else has said what it was."""


def find_new(now: datetime) -> int:
    """find() from where the last look ended; how many signals are new."""
    # In the future it ended by a clock that was set back since, or by somebody's hand: nothing would be looked at until then.
    SignalReach.objects.filter(pk=1, reached_at__gt=now).update(reached_at=now - _FIRST_LOOK)
    reached = SignalReach.objects.filter(pk=1).values_list("reached_at", flat=True).first()
    return find(reached - _LATE if reached else now - _FIRST_LOOK, now)


def find(since: datetime, until: datetime) -> int:
    """Raises what the events of [since, until) show, along their ids and in batches; how many signals are new."""
    start, limits, streams, new = first_id_at(since), thresholds(), _Streams(first_id_at(since)), 0
    while batch := _batch(start, first_id_at(until)):
        touched = streams.add(batch)
        found = [*_found(touched, limits), *_first_downloads(batch, limits)]
        start = UUID(int=batch[-1].id.int + 1)
        new += _raise(found)
        _reach(batch[-1].moment)
    _reach(until)
    return new


def settle(signal_id: UUID, finding: str, *, subject: Subject) -> Signal | None:
    """Keeps what somebody found out about it; None when there is no such signal, AlreadySettled when it was settled before."""
    with transaction.atomic():
        signal = Signal.objects.select_for_update().filter(pk=signal_id).first()
        if signal is None:
            return None
        if settlements.that_fit([signal]):
            raise AlreadySettled
        signal.settled_at, signal.settled_by, signal.finding = timezone.now(), UUID(subject.person), finding
        signal.save(update_fields=["settled_at", "settled_by", "finding"])
        who = {"actor": subject.person, "organisation": subject.organisation}
        record(Event.SIGNAL_SETTLED, **who, object=str(signal.pk), tier=_TIER, detail=settlements.said_of(signal))
    return signal


class _Streams:
    """What each actor did, and the sign-ins into each organisation, as far back as a rule can look."""

    def __init__(self, start: UUID) -> None:
        self._start = start
        self._rows: dict[str, list[Seen]] = {}

    def add(self, batch: list[Seen]) -> dict[str, list[Seen]]:
        """The streams that the batch belongs to, with it and with what lies before."""
        touched = {stream for row in batch for stream in _streams_of(row)}
        horizon = batch[0].moment - _CONTEXT
        for stream in touched & set(self._rows):
            self._rows[stream] = [row for row in self._rows[stream] if row.moment >= horizon]
        unknown = touched - set(self._rows)
        self._rows |= {stream: [] for stream in unknown}
        for stream, row in _before(unknown, horizon, self._start):
            self._rows[stream].append(row)
        for row in batch:
            for stream in _streams_of(row):
                self._rows[stream].append(row)
        return {stream: self._rows[stream] for stream in touched}


def _streams_of(row: Seen) -> list[str]:
    own = [row.actor] if row.actor else []
    return [*own, f"@{row.org}"] if row.org and row.action in _SIGN_INS else own


def _batch(start: UUID, end: UUID) -> list[Seen]:
    return _seen(AuditEvent.objects.filter(_WANTED & ~_IDLE, id__gte=start, id__lt=end).order_by("id")[:AT_ONCE])


def _before(streams: set[str], horizon: datetime, end: UUID) -> Iterator[tuple[str, Seen]]:
    """What lies in these streams from the horizon on until the end, the oldest first within each."""
    rows = AuditEvent.objects.filter(~_IDLE, id__gte=first_id_at(horizon), id__lt=end).order_by("id")
    actors = sorted(each for each in streams if not each.startswith("@"))
    orgs = sorted(each[1:] for each in streams if each.startswith("@"))
    for some in _chunks(actors):
        yield from ((row.actor, row) for row in _seen(rows.filter(actor__in=some)))
    for some in _chunks(orgs):
        yield from ((f"@{row.org}", row) for row in _seen(rows.filter(org__in=some, action__in=_SIGN_INS)))


def _chunks(words: list[str]) -> Iterator[list[str]]:
    return (words[place : place + _KEYS_AT_ONCE] for place in range(0, len(words), _KEYS_AT_ONCE))


def _seen(rows: QuerySet[AuditEvent]) -> list[Seen]:
    return [Seen(key, timezone.localtime(at), *rest) for key, at, *rest in rows.values_list(*_FIELDS)]


def _found(streams: dict[str, list[Seen]], limits: Thresholds) -> Iterator[Found]:
    """What the rules about one stream find in each of them."""
    busy: dict[date, list[list[Seen]]] = defaultdict(list)
    refusals = limits["refusals_in_a_row"]
    for stream, rows in streams.items():
        if stream.startswith("@"):
            if refusals["on"]:
                yield from rules.refusals_in_a_row(rows, refusals["sign_ins"])
            continue
        if refusals["on"]:
            yield from rules.refusals_in_a_row(rows, refusals["refusals"])
        if limits["bulk_reading"]["on"]:
            yield from rules.bulk_reading(rows, limits["bulk_reading"])
        if limits["odd_hours"]["on"]:
            yield from rules.odd_hours(rows, limits["odd_hours"])
        if limits["export_spike"]["on"]:
            for day, events in rules.busy_days(rows, limits["export_spike"]).items():
                busy[day].append(events)
    yield from _spikes(busy, limits["export_spike"])


def _spikes(busy: dict[date, list[list[Seen]]], limits: rules.Limits) -> Iterator[Found]:
    for day, streams in busy.items():
        past = _exports_before(day, {events[0].actor for events in streams}, limits["days"])
        for events in streams:
            found = rules.export_spike(day, events, past.get(events[0].actor, 0), limits)
            if found:
                yield found


def _exports_before(day: date, actors: set[str], days: int) -> dict[str, int]:
    """Actor -> downloads and exports in the days before, counted a day as the day itself is."""
    end = timezone.make_aware(datetime.combine(day, time.min))
    rows = AuditEvent.objects.filter(actor__in=actors, action__in=rules.EXPORTS, outcome=Outcome.ALLOW).order_by()
    rows = rows.filter(id__gte=first_id_at(end - timedelta(days=days)), id__lt=first_id_at(end))
    fields = rows.values_list("actor", "time", "action", "object").iterator(chunk_size=AT_ONCE)
    deeds = {(actor, timezone.localdate(at), action, about) for actor, at, action, about in fields}
    counts: dict[str, int] = defaultdict(int)
    for actor, *_deed in deeds:
        counts[actor] += 1
    return counts


def _first_downloads(batch: list[Seen], limits: Thresholds) -> list[Found]:
    """Downloads of the batch in a subcommittee in which the person had downloaded nothing before."""
    rows = rules.done(batch, rules.DOWNLOADS) if limits["first_download"]["on"] else []
    groups = _groups({row.object for row in rows})
    wanted: dict[str, Found] = {}
    for row in rows:
        for group in sorted(groups.get(row.object, ())):
            found = rules.found_at("first_download", group, [row], 1, 1)
            wanted.setdefault(found.key, found)
    for key in _raised(wanted):
        del wanted[key]
    had = _downloaded_before({found.actor for found in wanted.values()}, batch[0].id)
    return [found for found in wanted.values() if found.place not in had.get(found.actor, ())]


def _groups(ids: set[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for some in _chunks(sorted(ids)):
        found |= names.groups_of(some)
    return found


def _raised(keys: Iterable[str]) -> dict[str, Signal]:
    return {each.key: each for some in _chunks(sorted(keys)) for each in Signal.objects.filter(key__in=some)}


def _downloaded_before(actors: set[str], end: UUID) -> dict[str, set[str]]:
    """Actor -> the subcommittees of what they had downloaded before."""
    rows = AuditEvent.objects.filter(actor__in=actors, action__in=rules.DOWNLOADS, outcome=Outcome.ALLOW, id__lt=end)
    pairs = list(rows.order_by().values_list("actor", "object").distinct()) if actors else []
    groups = _groups({about for _actor, about in pairs})
    had: dict[str, set[str]] = defaultdict(set)
    for actor, about in pairs:
        had[actor] |= groups.get(about, set())
    return had


def _raise(found: list[Found]) -> int:
    """Writes the signals that are new, with an event each, and lets those that are still open grow; how many are new."""
    latest = {each.key: each for each in sorted(found, key=lambda each: each.count)}
    with transaction.atomic():
        raised = _raised(latest)
        fresh = [_row(each) for key, each in sorted(latest.items()) if key not in raised]
        Signal.objects.bulk_create(fresh, batch_size=_KEYS_AT_ONCE)
        entries = [Entry(None, object=str(each.pk), tier=_TIER, detail={"key": each.key}) for each in fresh]
        record_many(Event.SIGNAL_RAISED, entries, actor=None)
        grown = [_grown(signal, latest[key]) for key, signal in raised.items() if _grows(signal, latest[key])]
        Signal.objects.bulk_update(grown, ["event", "count"], batch_size=_KEYS_AT_ONCE)
    return len(fresh)


def _reach(moment: datetime) -> None:
    """Keeps how far the look was; a look at what lies further back changes nothing."""
    SignalReach.objects.get_or_create(pk=1, defaults={"reached_at": moment})
    SignalReach.objects.filter(pk=1, reached_at__lt=moment).update(reached_at=moment)


def _row(found: Found) -> Signal:
    return Signal(
        key=found.key, rule=found.rule, actor=found.actor, org=found.org, event=found.newest, first_event=found.first,
        count=found.count, threshold=found.threshold, raised_at=timezone.now(),
    )  # fmt: skip


def _grows(signal: Signal, found: Found) -> bool:
    return signal.settled_at is None and found.count > signal.count


def _grown(signal: Signal, found: Found) -> Signal:
    signal.event, signal.count = found.newest, found.count
    return signal
