"""What has happened of late, counted in the database along the order of ids: by day, by reason, by organisation. For auditors alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from council.access.policy import Action
from council.audit import settlements
from council.audit.events import Event, Outcome
from council.audit.filters import first_id_at
from council.audit.models import AuditEvent, Signal
from council.audit.parties import organisations_named
from council.audit.reading import Reader, events_for, window
from council.audit.reasons import REASONS
from council.audit.showing import Shown, show
from council.business_days import is_business_day

DAYS = 14
_MOST_ROWS = 7
# Settled signals that are compared with their events each time the desk is opened; their own list compares all it shows.
_LOOKED_AT = 50
_UNTOLD = (Event.HEARTBEAT, Event.PAGE_SHOWN)
TAKEN = (Action.FETCH, Action.DOWNLOAD)


@dataclass(frozen=True, slots=True)
class Day:
    """One day in Japan: how much was done and how much refused. Heartbeats of the logs are not counted."""

    day: date
    done: int
    refused: int

    @property
    def off(self) -> bool:
        return not is_business_day(self.day)

    @property
    def counts(self) -> tuple[str, str]:
        return f"{self.done:,}", f"{self.refused:,}"


@dataclass(frozen=True, slots=True)
class Activity:
    """The last days; why was refused what was refused, and who took files, each the most first."""

    days: list[Day]
    reasons: list[tuple[str, int]]
    takers: list[tuple[str, int]]


def activity_at(now: datetime) -> Activity:
    """The DAYS days up to `now`, in five queries however much happened."""
    today = timezone.localdate(now)
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    rows = AuditEvent.objects.filter(id__gte=_begin(days[0]), id__lt=_begin(today + timedelta(days=1))).order_by()
    return Activity(_by_day(rows, days), _reasons(rows), _takers(rows))


def last_events(reader: Reader, size: int) -> list[Shown]:
    """The newest events that say more than that a log beats or a page was looked at."""
    return show(reader, window(reader, events_for(reader).exclude(action__in=_UNTOLD), size=size).events)


def open_signals() -> int:
    """How many signals nobody has looked into, and of the newest those of which only the row says so; KeyringUnavailable without keys."""
    settled = Signal.objects.exclude(settled_at=None).order_by("-raised_at")[:_LOOKED_AT]
    made_up = len(settled) - len(settlements.that_fit(settled))
    return Signal.objects.filter(settled_at=None).count() + made_up


def _begin(day: date) -> object:
    return first_id_at(timezone.make_aware(datetime.combine(day, time.min)))


def _by_day(rows: QuerySet[AuditEvent], days: Sequence[date]) -> list[Day]:
    # Outcomes and actions have indexes that hold the ids too: no row of the table is read for these counts.
    everything = _counted(rows.filter(outcome__in=[str(each) for each in Outcome]), days)
    beats = _counted(rows.filter(action=Event.HEARTBEAT), days)
    counts = everything - beats
    return [Day(day, counts[place, Outcome.ALLOW], counts[place, Outcome.DENY]) for place, day in enumerate(days)]


def _counted(rows: QuerySet[AuditEvent], days: Sequence[date]) -> Counter[tuple[int, str]]:
    """(place of the day, outcome) -> how many; the newest day is asked for first."""
    cases = [When(id__gte=_begin(day), then=Value(place)) for place, day in reversed(list(enumerate(days)))]
    of_days = rows.annotate(day=Case(*cases, output_field=IntegerField())).values("day", "outcome")
    return Counter({(row["day"], row["outcome"]): row["count"] for row in of_days.annotate(count=Count("pk"))})


def _reasons(rows: QuerySet[AuditEvent]) -> list[tuple[str, int]]:
    """In the words of the sentences, which tell the conditions of tier three as one."""
    counts: Counter[str] = Counter()
    for reason, count in rows.filter(outcome=Outcome.DENY).values_list("reason").annotate(count=Count("pk")):
        counts[str(REASONS.get(reason, reason))] += count
    return _most(counts)


def _takers(rows: QuerySet[AuditEvent]) -> list[tuple[str, int]]:
    taken = rows.filter(action__in=TAKEN, outcome=Outcome.ALLOW).values_list("org").annotate(count=Count("pk"))
    counts = dict(taken)
    names = organisations_named(counts)
    return _most(Counter({names.get(each, each or _("ポータル")): count for each, count in counts.items()}))


def _most(counts: Counter[str]) -> list[tuple[str, int]]:
    """The first of them; what does not fit is one row at the end."""
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    if len(rows) <= _MOST_ROWS:
        return rows
    rest = sum(count for _name, count in rows[_MOST_ROWS - 1 :])
    return [*rows[: _MOST_ROWS - 1], (_("そのほか"), rest)]
