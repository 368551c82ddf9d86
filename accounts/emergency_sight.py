"""The emergency of this moment, as base.html shows it, and those that were."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Emergency

# What is publishable carries no other label.
LABEL = "TLP:CLEAR"
LONGEST_LIST = 50


def live(now: datetime) -> QuerySet[Emergency]:
    """What is up at this moment, the newest first: nobody took it down, and its time is not over."""
    return Emergency.objects.filter(ended_at=None, ends_at__gt=now).order_by("-raised_at", "-pk")


def banner() -> dict[str, object] | None:
    """One query, whoever asks. The emergency as components/emergency.html takes it, or None."""
    found = live(timezone.now()).select_related("origin").first()
    return None if found is None else as_shown(found)


def as_shown(emergency: Emergency) -> dict[str, object]:
    """The emergency as the component takes it (its origin must be loaded), also one that nobody has raised yet."""
    return {
        "title": emergency.title,
        "body": emergency.body,
        "url": emergency.url,
        "link": emergency.link,
        "at": emergency.raised_at,
        "origin": emergency.origin.name,
        "tlp": LABEL,
    }


def past(now: datetime) -> list[Emergency]:
    """The last ones that came down, with who raised them; `down_at` is when each went."""
    rows = Emergency.objects.exclude(pk__in=live(now).values("pk")).select_related("raised_by", "origin")
    found = list(rows.order_by("-raised_at", "-pk")[:LONGEST_LIST])
    for one in found:
        one.down_at = min(one.ended_at or one.ends_at, one.ends_at)
    return found
