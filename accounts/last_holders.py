"""The roles that somebody must always hold: operator and auditor for the whole council, administrator for each organisation.

No clock ends the last who can act in one of them, and the last operator and administrator find a successor before they go.
"""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import RoleAssignment, User
from council.access.facts import Role

_ACROSS = (Role.OPERATOR, Role.AUDITOR)
Holders = Mapping[str, set[UUID]]


def _assignments(home: UUID) -> QuerySet[RoleAssignment]:
    return RoleAssignment.objects.filter(Q(role__in=_ACROSS) | Q(role=Role.ADMINISTRATOR, person__organisation=home))


def lock_holders(home: UUID, *others: UUID) -> None:
    """Whoever holds one of the roles here, and these others: before asking who is left, so that two don't let each other go at once.

    One order for everybody who does, so that none waits for one who waits for them.
    """
    rows = User.objects.filter(Q(pk__in=_assignments(home).values("person")) | Q(pk__in=others))
    list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))


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
