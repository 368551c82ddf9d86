"""Where somebody is signed in. The key of a session is what signs in, so that pages name each one by another word."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.devices import browser_in_words
from accounts.models import Session, User
from accounts.session_store import SessionStore
from accounts.strength import strength
from council.access.tiers import Tier

_SALT = "accounts.session_list"


@dataclass(frozen=True, slots=True)
class Held:
    """One session as it is shown. Those that the portal handed out itself (for the demonstration) have no browser."""

    name: str
    browser: str
    address: str
    since: datetime | None
    last_seen: datetime | None
    current: bool
    # None: only a password was given in it.
    reach: Tier | None


@dataclass(frozen=True, slots=True)
class _Looked:
    """As much of a request as it takes to say how far the session reaches."""

    session: SessionBase
    user: User


def name_of(key: str) -> str:
    """What a page calls the session with this key."""
    return salted_hmac(_SALT, key, algorithm="sha256").hexdigest()[:32]


def sessions_of(person: User, current: str) -> list[Held]:
    """The person's sessions that work, the one with the key `current` first, then the newest. Two queries, however many."""
    rows = list(_alive(person))
    browsers = {row.session_key: row for row in UserSession.objects.filter(session_key__in=[row.pk for row in rows])}
    held = [_held(row, person, browsers.get(row.pk), current) for row in rows if _works(row, person)]
    return sorted(held, key=lambda each: (not each.current, -(each.since.timestamp() if each.since else 0)))


def keys_named(person: User, name: str) -> Iterator[str]:
    """The keys of this person's sessions that a page calls so: one or none."""
    return (key for key in _alive(person).values_list("pk", flat=True) if constant_time_compare(name_of(key), name))


def other_keys(person: User, current: str) -> QuerySet[Session]:
    """The keys of all sessions of the person but one."""
    return Session.objects.filter(person=person.pk).exclude(pk=current).values_list("pk", flat=True)


def _alive(person: User) -> QuerySet[Session]:
    return Session.objects.filter(person=person.pk, expire_date__gt=timezone.now())


def _works(row: Session, person: User) -> bool:
    """A session from before another password was set signs nobody in."""
    return constant_time_compare(row.get_decoded().get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())


def _held(row: Session, person: User, browser: UserSession | None, current: str) -> Held:
    store = SessionStore(row.pk)
    store._session_cache = row.get_decoded()
    return Held(
        name=name_of(row.pk),
        browser=browser_in_words(browser.user_agent) if browser else "",
        address=browser.ip if browser else "",
        since=browser.created_at if browser else None,
        last_seen=browser.last_seen_at if browser else None,
        current=row.pk == current,
        reach=strength(_Looked(store, person)),
    )
