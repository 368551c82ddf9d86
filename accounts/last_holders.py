"""The roles that somebody must always hold: operator and auditor for the whole council, administrator for each organisation.

No clock ends the last who can act in one of them, and the last operator and administrator find a successor before they go.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import RoleAssignment, User
from council.access.facts import Role

_ACROSS = (Role.OPERATOR, Role.AUDITOR)
Holders = Mapping[str, set[UUID]]


def _assignments(*homes: UUID) -> QuerySet[RoleAssignment]:
    here = Q(role=Role.ADMINISTRATOR, person__organisation__in=homes)
    return RoleAssignment.objects.filter(Q(role__in=_ACROSS) | here)


def lock_holders(homes: Iterable[UUID], others: Iterable[UUID]) -> None:
    """Whoever holds one of the roles here, and these others: before asking who is left, so that two don't let each other go at once.

    In one statement and in one order, so that none waits for one who waits for them. A transaction that locks several people locks all of
    them here, before it locks any of them anywhere else; rows that merely name them (notices, say) may be written meanwhile.
    """
    rows = User.objects.filter(Q(pk__in=_assignments(*homes).values("person")) | Q(pk__in=others))
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def who_can_act(home: UUID) -> dict[str, set[UUID]]:
    """By role, who can act as operator, as auditor, and as administrator of this organisation."""
    rows = _assignments(home).filter(person__is_active=True, person__organisation__is_active=True)
    found: dict[str, set[UUID]] = defaultdict(set)
    for role, person in rows.values_list("role", "person"):
        found[role].add(person)
    return found


def is_last(person: UUID, holders: Holders) -> bool:
    """Whether without the person nobody of these could act in one of the roles."""
    return any(people == {person} for people in holders.values())


def has_successor(person: User, role: str) -> bool:
    """Whether somebody else can act in the role, or could as soon as the person's own organisation takes part again."""
    at_work = Q(person__organisation__is_active=True) | Q(person__organisation=person.organisation_id)
    rows = _assignments(person.organisation_id).filter(at_work, role=role, person__is_active=True)
    return rows.exclude(person=person).exists()
