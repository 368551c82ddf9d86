"""The browsers somebody has signed in on before. One that they are not known on is told of, so that a stolen way in is noticed.

A browser is known by a random cookie, of which the SHA-256 alone is kept. Somebody else who signs in on the same one is known by it too.
"""

import hashlib
import re
import secrets
from datetime import timedelta

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.device_notices import tell_of_device
from accounts.models import Device, User
from council.audit.events import Event
from council.audit.record import record

# Longer than the rest between two meetings of the council; browsers keep no cookie for much more than a year.
KNOWN_FOR = timedelta(days=365)
_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip
# In this order: each of the later ones calls itself by the names of the others too.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("Chrome/", "Chrome"), ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)  # fmt: skip


def browser_in_words(agent: str) -> str:
    """「Windows・Firefox」: what a browser says of itself, as people call it. Anybody can send anything there."""
    found = [next((said for word, said in names if word in agent), "") for names in (_SYSTEMS, _BROWSERS)]
    return "・".join(filter(None, found)) or _("不明なブラウザ")


def address_of(request: HttpRequest) -> str | None:
    return get_client_ip(request) or None


def digest_of(token: str) -> str:
    """The token is random, so that no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def note_device(request: HttpRequest, person: User, *, first: bool) -> None:
    """In the transaction that signs the person in: their browser is known from now on, and a new one is told of unless it is the very
    first sign-in of the account. remember() gives the browser its cookie.
    """
    token = _shown(request) or secrets.token_urlsafe(32)
    request.council_device = token
    now, name, address = timezone.now(), browser_in_words(request.headers.get("User-Agent", "")), address_of(request)
    device, new = Device.objects.get_or_create(
        person=person,
        digest=digest_of(token),
        defaults={"name": name, "address": address, "first_seen_at": now, "last_seen_at": now},
    )
    if not new:
        Device.objects.filter(pk=device.pk).update(name=name, address=address, last_seen_at=now)
    elif not first:
        about = {"actor": str(person.pk), "organisation": str(person.organisation_id), "object": str(device.pk)}
        record(Event.DEVICE_NEW, **about, detail={"browser": name})
        tell_of_device(device)


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """Gives the browser that was just signed in on its cookie, for a year from now."""
    token = getattr(request, "council_device", None)
    if token:
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            token,
            max_age=KNOWN_FOR,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )


def this_device(request: HttpRequest, person: User) -> Device | None:
    token = _shown(request)
    return Device.objects.filter(person=person, digest=digest_of(token)).first() if token else None


def _shown(request: HttpRequest) -> str:
    token = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    return token if _TOKEN.fullmatch(token) else ""
