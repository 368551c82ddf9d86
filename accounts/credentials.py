"""Codes handed over once, tokens of which only the digest is kept, who may enter, and the end of sessions and devices."""

import hashlib
import secrets
from collections.abc import Iterable
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.http import HttpRequest

from accounts.models import ApiToken, Device, Session, User

# Without I, L, O, U, 0 and 1: a code is read over the telephone.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
TOKEN_PREFIX = "council_"  # noqa: S105  lets scanners recognise a token that was committed by mistake


def spoken_code() -> str:
    """A random code in two groups of four, to be told once: 39 bits, for what ends after a few wrong ones."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(2))


def new_token() -> str:
    """A bearer token with 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """What is kept of a token: its SHA-256 in hexadecimal. The token is random, so that no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def end_sessions(people: Iterable[UUID]) -> int:
    """Signs these people out everywhere at once; out of how many sessions."""
    return end_these(Session.objects.filter(person__in=list(people)).values_list("session_key", flat=True))


def end_these(keys: Iterable[str]) -> int:
    """Deletes the sessions with these keys, and what was noted about their browsers; how many there were."""
    keys = list(keys)
    UserSession.objects.filter(session_key__in=keys).delete()
    return Session.objects.filter(pk__in=keys).delete()[0]


def under_another_key(request: HttpRequest) -> None:
    """The session of this request goes on, and its old key opens nothing: whoever had it gets no share in what was just proved."""
    old = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


def forget_devices(people: Iterable[UUID]) -> int:
    """Makes every browser of these people one that they are not known on; how many they were."""
    return Device.objects.filter(person__in=list(people)).delete()[0]


def end_what_is_open(person: User) -> dict[str, int]:
    """Ends sessions, tokens and known devices of the person at once; how many sessions and tokens.

    Gone, and not only at rest: a stolen token must not come back to life with the person.
    """
    forget_devices([person.pk])
    return {"sessions": end_sessions([person.pk]), "tokens": ApiToken.objects.filter(person=person).delete()[0]}


def may_enter(person: User) -> bool:
    """Whether the person can be signed in at all, by password, session or token; asked at every request."""
    return person.is_active and person.organisation.is_active
