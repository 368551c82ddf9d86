"""How surely it is the person themself who asks: the tier up to which a session reaches, and for how long.

A passkey is bound to the address of the portal, so that it can't be phished; what somebody types can. So a code, or somebody else's word
for who they are, reaches to tier one, a passkey to tier two for some hours, and to tier three for some minutes after it was used.
A password alone reaches nothing: whoever has no second factor yet is led to the page where they add one. Whoever stole the password could
add it too, so that it reaches to tier one, passkey or not, until the person's organisation confirms it (accounts.actions.entrances);
those who came in by an invitation need no such word.
"""

import time
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts.models import User
from council.access.facts import Role, Subject
from council.access.tiers import Tier

# How lately a passkey has to have been used by whoever changes what they sign in with.
FRESH_FOR = timedelta(minutes=15)
# A session that the portal hands out itself: to tests by load_world, to visitors of the demonstration.
_GIVEN = "council_given"
_RUNS_OTHERS = {Role.ADMINISTRATOR, Role.CLEARANCE_OFFICER, Role.OPERATOR, Role.AUDITOR}


def strength(request: HttpRequest) -> Tier | None:
    """The tier that the session of this request reaches; None when the person has not shown a second factor in it."""
    given = request.session.get(_GIVEN, {})
    if given.get("person") == str(request.user.pk):
        return Tier(given["tier"])
    reached = [_reach(record, request.user) for record in get_authentication_records(request, request.user)]
    return max((tier for tier in reached if tier), default=None)


def reaches_until(request: HttpRequest, tier: Tier) -> datetime | None:
    """Until when the session reaches this tier, one above tier one; None when it doesn't, or for as long as it lasts."""
    passkey = 0.0 if request.user.unconfirmed_since else _last_passkey(request)
    last = passkey if tier is Tier.CRITICAL else max(passkey, _vouched_strongly(request))
    end = last + (settings.CRITICAL_FOR if tier is Tier.CRITICAL else settings.STRONG_FOR).total_seconds()
    return datetime.fromtimestamp(end, UTC) if end > time.time() else None


def proved_lately(request: HttpRequest) -> bool:
    """Whether the person used a passkey in this session a moment ago. A session that was handed out has proved nothing."""
    return time.time() - _last_passkey(request) < FRESH_FOR.total_seconds()


class Proof(IntEnum):
    """What a session says of whoever changes what they sign in with."""

    PASSWORD = 0
    FACTOR = 1
    # A passkey used a moment ago, or a way in that is open.
    FRESH = 2


def could_reach(subject: Subject) -> Tier:
    """How far the person's session would be of use to them: to what they may see, and to work that asks for a passkey."""
    return max(subject.own_ceiling, Tier.TWO if subject.roles & _RUNS_OTHERS else Tier.ONE)


def give(session: SessionBase, person: User, tier: Tier) -> None:
    """Makes this a session of the person that reaches the tier for as long as it lasts."""
    session[_GIVEN] = {"person": str(person.pk), "tier": int(tier)}


def _last_passkey(request: HttpRequest) -> float:
    proofs = [record["at"] for record in get_authentication_records(request, request.user) if _is_passkey(record)]
    return max(proofs, default=0.0)


def _vouched_strongly(request: HttpRequest) -> float:
    """When an identity provider last saw the person do what the settings take for as good as a passkey (accounts.identities)."""
    return max(
        (record.get("strong_at", 0.0) for record in get_authentication_records(request, request.user)), default=0.0
    )


def _is_passkey(record: dict) -> bool:
    return record.get("method") == "mfa" and record.get("type") == "webauthn"


def _reach(record: dict, person: User) -> Tier | None:
    age = timedelta(seconds=time.time() - record["at"])
    if _is_passkey(record) and person.unconfirmed_since is None:
        if age < settings.CRITICAL_FOR:
            return Tier.CRITICAL
        return Tier.TWO if age < settings.STRONG_FOR else Tier.ONE
    if time.time() - record.get("strong_at", 0) < settings.STRONG_FOR.total_seconds():
        return Tier.TWO
    return Tier.ONE if record.get("method") in {"mfa", "socialaccount"} else None
