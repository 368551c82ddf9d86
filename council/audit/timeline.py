"""Timelines: what a person did, and what was done with a bulletin, a month at a time, with the silences between the days."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from council.access.policy import Action
from council.audit import names
from council.audit.events import Event, Outcome
from council.audit.filters import UNASKED, first_id_at, uuid_or_none
from council.audit.models import AuditEvent
from council.audit.reading import Reader, events_for, known
from council.audit.record import actor_of
from council.audit.showing import Shown, show

# Events of a month that are shown; the list of events has the rest.
MOST = 200
_MOST_PEOPLE = 20
# Cells of the table by organisation, and the events of a month that are looked through for it.
_MOST_CELLS = 300
_MOST_SOUGHT = 20_000
_MONTH = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])")
_COLUMNS = {
    Action.READ: "opened",
    Action.ACKNOWLEDGE: "acknowledged",
    Action.DOWNLOAD: "received",
    Action.FETCH: "received",
    Event.COPY_TAKEN: "received",
}


@dataclass(frozen=True, slots=True)
class Whom:
    """A person with a timeline: id, name, name of the organisation."""

    id: str
    name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class What:
    """A bulletin with a timeline: its reference, and the ids under which the log has it and its packages."""

    reference: str
    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of a month, both included, newest first on the page: with events, or (without) a silence."""

    first: date
    last: date
    events: list[Shown] = field(default_factory=list)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Timeline:
    """One month. `first` and `last` are the moments between which anything is known at all, None when nothing is."""

    month: date
    stretches: list[Stretch]
    first: datetime | None
    last: datetime | None
    allowed: int
    denied: int
    cut: bool
    older: date | None
    newer: date | None

    @property
    def final_day(self) -> date:
        return _next(self.month) - timedelta(days=1)


@dataclass(slots=True)
class Row:
    """An organisation in the table of a bulletin: who opened, acknowledged and received it, each with the first moment and how often."""

    organisation: str
    opened: list[tuple[str, datetime, int]] = field(default_factory=list)
    acknowledged: list[tuple[str, datetime, int]] = field(default_factory=list)
    received: list[tuple[str, datetime, int]] = field(default_factory=list)


def person_for(reader: Reader, person: UUID) -> Whom | None:
    """The person, one of their own for an administrator; None for everybody else, in the same one query."""
    return next(iter(_whoms(reader, Q(pk=person))), None)


def people_like(reader: Reader, text: str) -> list[Whom]:
    """At most 20 people by address or part of the name; for an administrator their own."""
    return _whoms(reader, Q(email__iexact=text) | Q(name__icontains=text)) if text else []


def _whoms(reader: Reader, which: Q) -> list[Whom]:
    people = get_user_model().objects.filter(which).order_by("name", "pk")
    if not reader.auditor:
        people = people.filter(organisation=reader.organisation)
    return [
        Whom(str(key), *rest) for key, *rest in people.values_list("pk", "name", "organisation__name")[:_MOST_PEOPLE]
    ]


def bulletin_for(reader: Reader, which: str) -> What | None:
    """The bulletin by its id or reference, never by its title; None when it does not exist for the reader. An administrator's
    question costs the same queries whatever there is."""
    which = which.strip().replace("\x00", "")
    identifier = str(uuid_or_none(which) or which)
    reference = names.references_of([identifier]).get(identifier, which.upper())
    ids = set(names.ids_of(reference))
    if not reader.auditor:
        ids = names.known_to(reader.subject, ids)
    return What(reference, frozenset(ids)) if ids else None


def events_of_person(reader: Reader, whom: Whom) -> QuerySet[AuditEvent]:
    """What the person did and what was done to them, without looks at pages, which the list of events has on request."""
    return known(reader, _deeds(reader).filter(Q(actor=actor_of(whom.id)) | Q(object=whom.id)))


def events_of_bulletin(reader: Reader, what: What) -> QuerySet[AuditEvent]:
    return known(reader, _deeds(reader).filter(object__in=what.ids))


def _deeds(reader: Reader) -> QuerySet[AuditEvent]:
    return events_for(reader).exclude(action__in=UNASKED)


def month_of(text: str) -> date | None:
    """2026-10 -> its first day; None for anything else."""
    return date(int(text[:4]), int(text[5:]), 1) if _MONTH.fullmatch(text) else None


def timeline(reader: Reader, rows: QuerySet[AuditEvent], month: date | None = None) -> Timeline:
    """The month, or the newest one that has something. `rows` are all the reader may know of the person or bulletin."""
    first, last = (rows.order_by(by).values_list("time", flat=True).first() for by in ("id", "-id"))
    month = month or (timezone.localdate(last) if last else timezone.localdate()).replace(day=1)
    start, end = bounds(month)
    inside = rows.filter(id__gte=start, id__lt=end)
    counts = dict(inside.order_by().values_list("outcome").annotate(Count("pk")))
    events = list(inside.order_by("-id")[: MOST + 1])
    cut = len(events) > MOST
    before = rows.filter(id__lt=start).order_by("-id").values_list("time", flat=True).first()
    after = rows.filter(id__gte=end).order_by("id").values_list("time", flat=True).first()
    return Timeline(
        month=month,
        stretches=_stretches(show(reader, events[:MOST]), month, cut=cut),
        first=first,
        last=last,
        allowed=counts.get(Outcome.ALLOW, 0),
        denied=counts.get(Outcome.DENY, 0),
        cut=cut,
        older=before and timezone.localdate(before).replace(day=1),
        newer=after and timezone.localdate(after).replace(day=1),
    )


def bounds(month: date) -> tuple[UUID, UUID]:
    """The smallest event id of the month and of the one after it, in Japan."""
    return tuple(
        first_id_at(timezone.make_aware(datetime.combine(day, time.min))) for day in (month, _next(month))
    )  # fmt: skip


def by_organisation(reader: Reader, rows: QuerySet[AuditEvent], month: date) -> list[Row]:
    """Who opened, acknowledged and received the bulletin in this month, by organisation. Each person once a column."""
    start, end = bounds(month)
    sought = rows.filter(id__gte=start, id__lt=end, outcome=Outcome.ALLOW, action__in=[str(each) for each in _COLUMNS])
    firsts: dict[tuple[str, str, str], UUID] = {}
    times: Counter = Counter()
    for key, org, actor, action in sought.order_by("id").values_list("pk", "org", "actor", "action")[:_MOST_SOUGHT]:
        cell = org, actor, _COLUMNS[action]
        firsts.setdefault(cell, key)
        times[cell] += 1
    chosen = dict(list(firsts.items())[:_MOST_CELLS])
    events = AuditEvent.objects.in_bulk(chosen.values())
    shown = {each.id: each for each in show(reader, list(events.values()))}
    return _table({cell: shown[key] for cell, key in chosen.items()}, times)


def _table(cells: Mapping[tuple[str, str, str], Shown], times: Counter) -> list[Row]:
    table: dict[str, Row] = {}
    for cell, event in cells.items():
        org, _actor, column = cell
        row = table.setdefault(org, Row(event.organisation or org))
        getattr(row, column).append((event.name, event.moment, times[cell]))
    return sorted(table.values(), key=lambda row: row.organisation)


def _next(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _stretches(shown: list[Shown], month: date, *, cut: bool) -> list[Stretch]:
    """Days with events and the silences around them, newest first; what lies before a cut is no silence."""
    found, after = [], min(_next(month), timezone.localdate() + timedelta(days=1))
    for day, events in groupby(shown, key=lambda event: event.day):
        found += _silence(day + timedelta(days=1), after)
        found.append(Stretch(day, day, list(events)))
        after = day
    return found if cut else [*found, *_silence(month, after)]


def _silence(first: date, after: date) -> list[Stretch]:
    return [Stretch(first, after - timedelta(days=1))] if first < after else []
