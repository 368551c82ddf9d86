"""Numbered copies that are out: one's own, those of a bulletin, those whose day comes. Reading alone; writing is in actions.copies."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Max, Q
from django.utils import timezone

from bulletins.models import TakenCopy
from bulletins.rendition import Rendition, compose
from bulletins.stops import leaving, may_leave
from council.access import facts as known
from council.access.caveats import Path
from council.access.facts import Subject
from council.access.policy import Decision, Reason
from council.access.tiers import Tier

# At most so long may a copy stay out; from tier two on it has a day on which it is back.
LONGEST = timedelta(days=90)
# Its holder is reminded so long before that day, and once more when it has passed.
NEAR = timedelta(days=3)
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Held:
    """A copy as lists show it: never with the title of what it is a copy of."""

    copy: TakenCopy
    today: date

    @property
    def overdue(self) -> bool:
        return self.open and self.copy.return_by is not None and self.copy.return_by < self.today

    @property
    def open(self) -> bool:
        return self.copy.ended_at is None

    @property
    def reference(self) -> str:
        return self.copy.bulletin.reference


def may_be_on_paper(subject: Subject, about: known.Bulletin, rendition: Rendition) -> Decision:
    """Whether a copy can be made of the rendition: never of 重要経済安保情報, and not where the bulletin's own caveats close that way."""
    if rendition.banner.tier is Tier.CRITICAL:
        return Decision(allowed=False, reason=Reason.TIER)
    return may_leave(subject, Path.PDF, about)


def on_paper(subject: Subject, about: known.Bulletin, rendition: Rendition) -> Rendition:
    """What of the rendition goes onto paper: the parts whose own caveats let them. The banner covers exactly these."""
    whole = tuple(each for each in (rendition.title, rendition.changes, *rendition.portions) if each)
    return compose(list(leaving(subject, Path.PDF, about, whole)), about)


def is_day_for(tier: Tier, day: date | None) -> bool:
    """Whether a copy of this tier may be out until that day: from tier two on there is one, and none lies further than LONGEST."""
    if day is None:
        return tier is Tier.ONE
    today = timezone.localdate()
    return today <= day <= today + LONGEST


def next_number(bulletin_id: UUID) -> int:
    """The number that the next copy of the bulletin gets."""
    return (TakenCopy.objects.filter(bulletin=bulletin_id).aggregate(last=Max("number"))["last"] or 0) + 1


def copies_of_person(subject: Subject) -> list[Held]:
    """One's own copies: those that are out by their day, then the others, newest first. At most SHOWN of each."""
    rows = TakenCopy.objects.filter(person=subject.person).select_related("bulletin")
    out = rows.filter(ended_at=None).order_by("return_by", "-taken_at")[:SHOWN]
    return [*_held(out), *_held(rows.exclude(ended_at=None).order_by("-ended_at")[:SHOWN])]


def page_of_person(subject: Subject, before: tuple[datetime, UUID] | None, size: int) -> list[Held]:
    """Up to `size` of one's own copies, the newest first, after the position (when the last one given was taken, and its id)."""
    rows = TakenCopy.objects.filter(person=subject.person).select_related("bulletin").order_by("-taken_at", "-pk")
    if before:
        rows = rows.filter(Q(taken_at__lt=before[0]) | Q(taken_at=before[0], pk__lt=before[1]))
    return list(_held(rows[:size]))


def copy_of_person(subject: Subject, copy_id: UUID, *, lock: bool = False) -> TakenCopy | None:
    """One's own copy; None for anybody else's and for an id that was never used."""
    rows = TakenCopy.objects.filter(pk=copy_id, person=subject.person).select_related("bulletin")
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


def copies_of_bulletin(bulletin_id: UUID) -> list[Held]:
    """The copies that are out of any revision of the bulletin, then SHOWN of those that are not; for its desk."""
    rows = TakenCopy.objects.filter(bulletin=bulletin_id).select_related("bulletin", "person", "organisation")
    return [
        *_held(rows.filter(ended_at=None).order_by("number")),
        *_held(rows.exclude(ended_at=None).order_by("number")[:SHOWN]),
    ]


def _held(rows: object) -> Iterator[Held]:
    today = timezone.localdate()
    return (Held(row, today) for row in rows)


def due_soon(now: datetime) -> list[TakenCopy]:
    """Copies that are out and whose day is near or over."""
    rows = TakenCopy.objects.filter(Q(return_by__lte=timezone.localdate(now) + NEAR), ended_at=None)
    return list(rows.select_related("bulletin__served", "person").order_by("pk"))
