"""The people of an organisation as its pages show them: what they do there, how they come in, when they last did.

Nothing here tells of clearances, and nothing of content.
"""

from dataclasses import dataclass
from enum import StrEnum

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.context import roles_label
from accounts.enrolments import not_done
from accounts.models import KeyHolder, Organisation, PledgeAcceptance, RecipientKey, SignInFailure, User
from council.access.facts import Role

Type = Authenticator.Type


class Way(StrEnum):
    """What stands between somebody and the portal."""

    STOPPED = "stopped"
    PASSKEY = "passkey"
    APP = "app"
    VOUCHED = "vouched"
    WAITING = "waiting"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody who belongs here."""

    person: User
    roles: str
    subcommittees: list[str]
    way: Way
    locked: bool


@dataclass(frozen=True, slots=True)
class Former:
    """Somebody who has left: what they pledged goes on, and a key that they hold has to be replaced."""

    person: User
    pledges: list[PledgeAcceptance]
    holds_keys: bool


def _with_ways(people: QuerySet[User]) -> QuerySet[User]:
    factors, now = Authenticator.objects.filter(user=OuterRef("pk")), timezone.now()
    return people.annotate(
        has_passkey=Exists(factors.filter(type=Type.WEBAUTHN)),
        has_app=Exists(factors.filter(type=Type.TOTP)),
        is_vouched=Exists(SocialAccount.objects.filter(user=OuterRef("pk"))),
        is_awaited=Exists(not_done().filter(person=OuterRef("pk"), expires_at__gt=now)),
        is_locked=Exists(SignInFailure.objects.filter(person=OuterRef("pk"), locked_until__gt=now)),
    )


def _way(person: User) -> Way:
    if not person.is_active:
        return Way.STOPPED
    if person.has_passkey:
        return Way.PASSKEY
    if person.has_app:
        return Way.APP
    if person.is_vouched:
        return Way.VOUCHED
    return Way.WAITING if person.is_awaited else Way.NONE


def _row(person: User) -> Row:
    return Row(
        person=person,
        roles=roles_label(frozenset(Role(held.role) for held in person.role_assignments.all())),
        subcommittees=[held.subcommittee.name for held in person.memberships.all()],
        way=_way(person),
        locked=person.is_locked,
    )


def rows_of(organisation: Organisation) -> list[Row]:
    """Everybody who belongs there, in three queries."""
    people = _with_ways(organisation.people.filter(left_at=None))
    return [_row(person) for person in people.prefetch_related("role_assignments", "memberships__subcommittee")]


def row_of(person: User) -> Row:
    """One of them, also of those who have left."""
    found = _with_ways(User.objects.filter(pk=person.pk))
    return _row(found.prefetch_related("role_assignments", "memberships__subcommittee").get())


def former_of(organisation: Organisation) -> list[Former]:
    """Everybody who belonged there once, the last who left first, in two queries."""
    people = organisation.people.filter(left_at__isnull=False).order_by("-left_at", "pk")
    holds = KeyHolder.objects.filter(person=OuterRef("pk"), key__revoked_at=None)
    people = people.annotate(holds_keys=Exists(holds)).prefetch_related("pledges")
    return [Former(each, pledges_of(each), each.holds_keys) for each in people]


def pledges_of(person: User) -> list[PledgeAcceptance]:
    """What the person pledged, and when, the first of it first; counts prefetched rows."""
    return sorted(person.pledges.all(), key=lambda each: each.accepted_at)


def keys_of(person: User) -> list[RecipientKey]:
    """The keys that are not revoked and that the person can open things with."""
    return list(RecipientKey.objects.filter(holders__person=person, revoked_at=None))
