"""Somebody's deadlines for their calendar program (RFC 5545). What leaves the portal: duty, reference and moment; a title at tier one only.

The address is the key, so whoever has it sees this much; that is what a mail says too, and no more.
"""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from icalendar import Alarm, Calendar, Event

from bulletins.browse import Row
from bulletins.dues import Dues, HandBack
from bulletins.models import CalendarFeed
from bulletins.returns import Return
from council.access.facts import Subject
from council.access.tiers import Tier
from council.templatetags.portal import tier_label

JST = ZoneInfo("Asia/Tokyo")
# Programs look again so often.
REFRESH = timedelta(hours=1)
# A deadline stands in a calendar as the half hour that ends with it.
SHOWN_FOR = timedelta(minutes=30)
WARNED_BEFORE = timedelta(days=1)


def new_secret() -> str:
    """192 random bits for an address."""
    return secrets.token_urlsafe(24)


def digest_of(secret: str) -> str:
    """What is kept of it: its SHA-256 in hexadecimal. It is random, so that no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def feed_of(secret: str) -> CalendarFeed | None:
    """The feed behind an address, if it is still one; its person and their organisation are loaded."""
    rows = CalendarFeed.objects.select_related("person__organisation")
    return rows.filter(digest=digest_of(secret)).first()


def own_feed(subject: Subject) -> CalendarFeed | None:
    """The subject's own feed."""
    return CalendarFeed.objects.filter(person=subject.person).first()


def calendar_of(dues: Dues, now: datetime, home: str) -> bytes:
    """The deadlines as text/calendar, in Japanese; `home` is the address of the portal, such as https://portal.example/."""
    calendar = Calendar()
    calendar.add("prodid", "-//council portal//deadlines//JA")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{settings.COUNCIL_NAME}　期限")
    calendar.add("x-wr-timezone", "Asia/Tokyo")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for event in _events(dues, now, home):
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _events(dues: Dues, now: datetime, home: str) -> Iterator[Event]:
    for due in dues.in_order:
        words, name, path = _said(due)
        end = due.deadline.astimezone(JST)
        event = Event()
        event.add("uid", f"{hashlib.sha256(name.encode()).hexdigest()[:32]}@{urlsplit(home).hostname}")
        event.add("dtstamp", now)
        event.add("dtstart", end - SHOWN_FOR)
        event.add("dtend", end)
        event.add("summary", words)
        event.add("url", urljoin(home, path))
        # Others look into calendars: time is taken by nothing, and no program need show more than that somebody is busy.
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", words)
        alarm.add("trigger", -WARNED_BEFORE)
        event.add_component(alarm)
        yield event


def _said(due: Row | Return | HandBack) -> tuple[str, str, str]:
    """The words, what tells it from everything else, and where it is done."""
    if isinstance(due, Return):
        return f"回収の確認　{due.reference}", f"return {due.id}", reverse("returns:one", args=[due.id])
    if isinstance(due, HandBack):
        copy = due.held.copy
        return f"写し第{copy.number}号の返却　{due.reference}", f"copy {copy.pk}", reverse("copies")
    bulletin, tier = due.bulletin, due.banner.tier
    title = f"　{due.title}" if tier is Tier.ONE else ""
    words = f"【{tier_label(tier)}】確認　{bulletin.reference}{title}"
    return words, f"read {bulletin.pk} {bulletin.served.number}", reverse("bulletins:detail", args=[bulletin.pk])
