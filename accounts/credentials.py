"""Passwords handed over once, tokens of which only the digest is kept, who may enter, and the end of sessions."""

import hashlib
import secrets
from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import User

# Without I, L, O, U, 0 and 1: a temporary password is read over the telephone. 20 of 30 characters are 98 bits.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
TOKEN_PREFIX = "council_"  # noqa: S105  lets scanners recognise a token that was committed by mistake


def temporary_password() -> str:
    """A random password in four groups of five, to be shown once and changed by its owner."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


def new_token() -> str:
    """A bearer token with 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """What is kept of a token: its SHA-256 in hexadecimal. The token is random, so that no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def end_sessions(people: Iterable[UUID]) -> int:
    """Deletes the sessions of these people; how many. Sessions are opaque rows, so that all of them are opened."""
    wanted = {str(person) for person in people}
    alive = Session.objects.filter(expire_date__gt=timezone.now())
    ended = [row.pk for row in alive.iterator() if row.get_decoded().get(SESSION_KEY) in wanted]
    return Session.objects.filter(pk__in=ended).delete()[0]


def may_enter(person: User) -> bool:
    """Whether the person can be signed in at all, by password, session or token; asked at every request."""
    return person.is_active and person.organisation.is_active
