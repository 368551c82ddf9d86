"""What a review asks about: the rights that people hold at this moment, each in the words of a ReviewItem."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import ReviewItem, RoleAssignment, SubcommitteeMembership, User

Kind = ReviewItem.Kind
# What everybody has who can sign in at all; there is no right below it that could end.
LOWEST_TIER = 1
# In which order rights of one person end: whoever is still there when the account goes has nothing else left.
ORDER = (Kind.SUBCOMMITTEE, Kind.TIER, Kind.ROLE, Kind.ACCOUNT)


class Right(NamedTuple):
    """One right of one person; `kind` and `value` as in ReviewItem."""

    person: UUID
    kind: str
    value: str


def right_of(item: ReviewItem) -> Right:
    return Right(item.person_id, item.kind, item.value)


def people_asked_about() -> QuerySet[User]:
    """Everybody who can sign in."""
    return User.objects.filter(is_active=True, organisation__is_active=True).order_by()


def held(people: QuerySet[User]) -> Iterator[Right]:
    """Every right of these people, in three queries: the account while it is active, roles, a tier above one, subcommittees."""
    people = people.order_by()
    for person, active, tier in people.values_list("pk", "is_active", "tier"):
        if active:
            yield Right(person, Kind.ACCOUNT, "")
        if tier > LOWEST_TIER:
            yield Right(person, Kind.TIER, str(tier))
    roles = RoleAssignment.objects.filter(person__in=people.values("pk"))
    yield from (Right(person, Kind.ROLE, role) for person, role in roles.values_list("person", "role"))
    seats = SubcommitteeMembership.objects.filter(person__in=people.values("pk"))
    for person, subcommittee in seats.values_list("person", "subcommittee"):
        yield Right(person, Kind.SUBCOMMITTEE, str(subcommittee))
