"""The address under which a calendar program fetches somebody's deadlines: made, revoked, asked; each is an event."""

from django.db import transaction
from django.utils import timezone

from accounts.credentials import may_enter
from accounts.subject import subject_of
from bulletins.calendar_feed import calendar_of, digest_of, feed_of, new_secret
from bulletins.dues import dues_of
from bulletins.models import CalendarFeed
from council.access.facts import Subject
from council.access.tiers import Tier
from council.audit.events import Event
from council.audit.record import record


def make_feed(subject: Subject) -> str:
    """A new secret for the subject's own feed, told once; the address before it leads nowhere from now on."""
    secret = new_secret()
    values = {"digest": digest_of(secret), "created_at": timezone.now(), "last_fetched_at": None}
    with transaction.atomic():
        CalendarFeed.objects.update_or_create(person_id=subject.person, defaults=values)
        _note(Event.FEED_MADE, subject)
    return secret


def revoke_feed(subject: Subject) -> bool:
    """Ends the subject's own feed; False when there was none."""
    with transaction.atomic():
        gone = CalendarFeed.objects.filter(person=subject.person).delete()[0]
        if gone:
            _note(Event.FEED_REVOKED, subject)
    return bool(gone)


def fetch_feed(secret: str, home: str) -> bytes | None:
    """The calendar behind an address, None when it is none (any more) or its person may not come in.

    Nobody has proved anything but that they have the address: what is told is what a mail tells, decided for the person as such.
    """
    feed = feed_of(secret)
    if feed is None or not may_enter(feed.person):
        return None
    return _told(subject_of(feed.person), feed, home)


def _told(subject: Subject, feed: CalendarFeed, home: str) -> bytes:
    dues, now = dues_of(subject), timezone.now()
    with transaction.atomic():
        CalendarFeed.objects.filter(pk=feed.pk).update(last_fetched_at=now)
        _note(Event.FEED_FETCHED, subject, tier=dues.tier, shown=len(dues.in_order))
    return calendar_of(dues, now, home)


def _note(event: Event, subject: Subject, *, tier: Tier = Tier.ONE, **detail: object) -> None:
    record(event, actor=subject.person, organisation=subject.organisation, tier=int(tier), detail=detail)
