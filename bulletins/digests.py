"""Digests: what waited for somebody who wants one mail a day, or a week, asked about again when it is gathered and when it is sent."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Notice, User
from accounts.notices import queue
from bulletins.telling import Weighed, weigh
from council.business_days import is_business_day
from council.ids import opaque_id
from council.templatetags.portal import JST

Kind, State, Rhythm = Notice.Kind, Notice.State, User.Rhythm
HOUR = time(8, 0)
NOTHING_LEFT = "nothing_left"
# So many people are asked about together.
_AT_ONCE = 200


def moments(now: datetime) -> dict[str, datetime]:
    """Rhythm -> the last moment at which its digest was due, if that counts today: on business days from 8:00 on, in Japan.

    Daily: 8:00 today. Weekly: 8:00 on the first business day of this week, also later in the week, should nobody have been up then.
    Somebody who has gone over to single mails gets what still waits like a daily reader.
    """
    today = now.astimezone(JST).date()
    if not is_business_day(today) or now.astimezone(JST).time() < HOUR:
        return {}
    daily = datetime.combine(today, HOUR, JST)
    weekly = datetime.combine(_first_business_day(today), HOUR, JST)
    return {Rhythm.INSTANT: daily, Rhythm.DAILY: daily, Rhythm.WEEKLY: weekly}


def _first_business_day(today: date) -> date:
    monday = today - timedelta(days=today.weekday())
    return next(day for day in (monday + timedelta(days=n) for n in range(7)) if is_business_day(day))


def gather() -> int:
    """Writes a digest for everybody whose moment has come and for whom something is left to tell; how many. Safe to run at any time."""
    written = 0
    for rhythm, moment in moments(timezone.now()).items():
        gathered = Notice.objects.filter(kind=Kind.DIGEST, person=OuterRef("person"), created_at=moment)
        waiting = Notice.objects.filter(state=State.HELD, created_at__lt=moment, person__notices=rhythm)
        held = waiting.exclude(Exists(gathered))
        people = list(held.order_by("person").values_list("person", flat=True).distinct())
        for start in range(0, len(people), _AT_ONCE):
            rows = held.filter(person__in=people[start : start + _AT_ONCE]).order_by("person", "created_at", "pk")
            written += sum(_gather_for(person, weighed, moment) for person, weighed in _weighed(list(rows)))
    return written


def _weighed(rows: list[Notice]) -> Iterator[tuple[UUID, Weighed]]:
    """Each person with what may be told them and what not; all of them are asked about together."""
    found = weigh(rows)
    told = {notice.pk for notice in found.told}
    for person, own in groupby(rows, key=lambda notice: notice.person_id):
        own = list(own)
        yield (
            person,
            Weighed(
                [notice for notice in own if notice.pk in told],
                {notice.pk: found.withheld[notice.pk] for notice in own if notice.pk in found.withheld},
            ),
        )


def _gather_for(person: UUID, weighed: Weighed, moment: datetime) -> bool:
    with transaction.atomic():
        leave_out(weighed.withheld)
        queue([_digest(person, weighed.told, moment)] if weighed.told else [])
    return bool(weighed.told)


def _digest(person: UUID, told: list[Notice], moment: datetime) -> Notice:
    """`created_at` is the moment up to which it gathers."""
    return Notice(
        id=opaque_id(),
        key=f"digest:{person}:{moment.astimezone(JST).date()}",
        kind=Kind.DIGEST,
        person_id=person,
        organisation_id=told[0].organisation_id,
        tier=max(notice.tier for notice in told),
        created_at=moment,
        not_before=timezone.now(),
    )


def contents(digest: Notice) -> Weighed:
    """What the digest has to tell now: what still waits from before its moment, asked about again."""
    held = Notice.objects.filter(state=State.HELD, person=digest.person_id, created_at__lt=digest.created_at)
    return weigh(held.order_by("created_at", "pk"))


def carried(told: Iterable[Notice], now: datetime) -> None:
    """Marks what went out with a digest, in the transaction that says that the digest did."""
    pks = [notice.pk for notice in told]
    Notice.objects.filter(pk__in=pks, state=State.HELD).update(state=State.SENT, sent_at=now)


def leave_out(withheld: Mapping[UUID, str]) -> None:
    """Marks what is not told any more, each with its reason."""
    for reason in sorted(set(withheld.values())):
        pks = [pk for pk, why in withheld.items() if why == reason]
        Notice.objects.filter(pk__in=pks, state=State.HELD).update(state=State.SKIPPED, reason=reason)
