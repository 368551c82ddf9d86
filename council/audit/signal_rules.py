"""The rules of misuse over what one person (or one organisation's sign-ins) did, in order. Pure; council/audit/thresholds.py has the
numbers, council/audit/signals.py the rows."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from council.access.policy import Action
from council.audit.events import Event, Outcome
from council.business_days import is_business_day

READS = frozenset({str(Action.READ), str(Action.DOWNLOAD), str(Action.FETCH)})
DOWNLOADS = frozenset({str(Action.DOWNLOAD), str(Action.FETCH), str(Event.COPY_TAKEN)})
EXPORTS = DOWNLOADS | {str(Event.BOARD_EXPORT), str(Event.AUDIT_EXPORT)}
Limits = Mapping[str, int]


class Seen(NamedTuple):
    """One event. `moment` is the time in Japan."""

    id: UUID
    moment: datetime
    actor: str
    org: str
    action: str
    object: str
    outcome: str


@dataclass(slots=True)
class Found:
    """Something that reaches a threshold. `place` tells it from others of its kind: the hour, the night, the day, the subcommittee."""

    rule: str
    actor: str
    org: str
    place: str
    first: UUID
    newest: UUID
    count: int
    threshold: int

    @property
    def key(self) -> str:
        return f"{self.rule}:{self.actor or self.org}:{self.place}"

    def grow(self, newest: UUID, count: int) -> None:
        if count > self.count:
            self.newest, self.count = newest, count


def found_at(rule: str, place: str, rows: Sequence[Seen], count: int, threshold: int) -> Found:
    """From the events it rests on, the oldest first."""
    last = rows[-1]
    return Found(rule, last.actor, last.org, place, rows[0].id, last.id, count, threshold)


def done(rows: Iterable[Seen], actions: frozenset[str]) -> list[Seen]:
    """Those that were allowed, of these actions."""
    return [row for row in rows if row.outcome == Outcome.ALLOW and row.action in actions]


def bulk_reading(rows: Iterable[Seen], limits: Limits) -> Iterator[Found]:
    """Many different bulletins opened within some minutes; once for each hour of the clock in which that is so."""
    width, open_now, distinct = timedelta(minutes=limits["minutes"]), deque(), Counter()
    hours: dict[str, Found] = {}
    for row in done(rows, frozenset({str(Action.READ)})):
        open_now.append(row)
        distinct[row.object] += 1
        while row.moment - open_now[0].moment > width:
            gone = open_now.popleft().object
            distinct[gone] -= 1
            if not distinct[gone]:
                del distinct[gone]
        if len(distinct) >= limits["bulletins"]:
            hour = f"{row.moment:%Y-%m-%dT%H}"
            found = hours.get(hour) or found_at("bulk_reading", hour, [*open_now], 0, limits["bulletins"])
            found.grow(row.id, len(distinct))
            hours[hour] = found
    yield from hours.values()


def odd_hours(rows: Iterable[Seen], limits: Limits) -> Iterator[Found]:
    """Many openings and downloads in a night or on a day off. Files of one package, and one bulletin again, count once."""
    nights: dict[date, list[Seen]] = {}
    for row in done(rows, READS):
        night = night_of(row.moment, limits)
        if night:
            nights.setdefault(night, []).append(row)
    for night, events in nights.items():
        count = distinct_deeds(events)
        if count >= limits["reads"]:
            yield found_at("odd_hours", night.isoformat(), events, count, limits["reads"])


def night_of(moment: datetime, limits: Limits) -> date | None:
    """The day whose night, or which day off, the moment belongs to; None in office hours. Midnight does not part a night."""
    if moment.hour >= limits["from"] or moment.hour < limits["to"]:
        return (moment - timedelta(hours=limits["to"])).date()
    return None if is_business_day(moment.date()) else moment.date()


def distinct_deeds(rows: Iterable[Seen]) -> int:
    return len({(row.action, row.object) for row in rows})


def busy_days(rows: Iterable[Seen], limits: Limits) -> dict[date, list[Seen]]:
    """The days on which downloads and exports reach the floor, with those events."""
    days: dict[date, list[Seen]] = {}
    for row in done(rows, EXPORTS):
        days.setdefault(row.moment.date(), []).append(row)
    return {day: events for day, events in days.items() if distinct_deeds(events) >= limits["floor"]}


def export_spike(day: date, rows: Sequence[Seen], before: int, limits: Limits) -> Found | None:
    """A busy day against the daily mean of the days before, on which there were `before` of them in all."""
    count = distinct_deeds(rows)
    threshold = max(limits["floor"], -(-before * limits["times"] // limits["days"]))
    return found_at("export_spike", day.isoformat(), rows, count, threshold) if count >= threshold else None


def refusals_in_a_row(rows: Iterable[Seen], threshold: int) -> Iterator[Found]:
    """Refusals with nothing allowed in between; at most one for the day on which the threshold is reached."""
    days: dict[str, Found] = {}
    row_of: list[Seen] = []
    now: Found | None = None
    for row in rows:
        if row.outcome == Outcome.ALLOW:
            row_of, now = [], None
            continue
        row_of.append(row)
        if now:
            now.grow(row.id, len(row_of))
        elif len(row_of) >= threshold:
            day = f"{row.moment:%Y-%m-%d}"
            now = days.setdefault(day, found_at("refusals_in_a_row", day, row_of, len(row_of), threshold))
    yield from days.values()
