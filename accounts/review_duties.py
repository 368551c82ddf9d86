"""Who still has to answer in a review: an organisation's administrators for everybody but themselves, operators for the rest."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from accounts.models import ReviewCampaign, ReviewItem, RoleAssignment
from council.access.facts import Role


@dataclass(frozen=True, slots=True)
class Duty:
    """How many people of their organisation an administrator still has to answer for; never themselves."""

    organisation: UUID
    people: int


@dataclass(frozen=True, slots=True)
class Duties:
    """`open_people`: people with an open right, by organisation. `administrators`: by person. `left`: those of whom nobody in their
    own organisation can answer for, by organisation: they are the operators'. `without`: organisations without administrator.
    """

    open_people: Mapping[UUID, int]
    administrators: Mapping[UUID, Duty]
    left: Mapping[UUID, int]
    without: frozenset[UUID]

    @property
    def left_in_all(self) -> int:
        return sum(self.left.values())


def administrators_of(organisations: Iterable[UUID] | None = None) -> dict[UUID, set[UUID]]:
    """Organisation -> its administrators who can sign in; of these organisations, or of all (one query)."""
    rows = RoleAssignment.objects.filter(
        role=Role.ADMINISTRATOR, person__is_active=True, person__organisation__is_active=True
    )
    if organisations is not None:
        rows = rows.filter(person__organisation__in=list(organisations))
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for person, organisation in rows.values_list("person", "person__organisation"):
        found[organisation].add(person)
    return found


def duties_of(campaign: ReviewCampaign, organisation: UUID | None = None) -> Duties:
    """All the duties that are left, or those within one organisation (two queries)."""
    rows = ReviewItem.objects.filter(campaign=campaign, answer="", outcome="")
    if organisation is not None:
        rows = rows.filter(organisation=organisation)
    people: dict[UUID, set[UUID]] = defaultdict(set)
    for of, person in rows.values_list("organisation", "person").distinct():
        people[of].add(person)
    running = administrators_of(None if organisation is None else [organisation])
    return Duties(
        open_people={of: len(asked) for of, asked in people.items()},
        administrators=dict(_duties(people, running)),
        left={of: count for of, asked in people.items() if (count := _left(asked, running.get(of, set())))},
        without=frozenset(of for of in people if not running.get(of)),
    )


def _duties(people: Mapping[UUID, set[UUID]], running: Mapping[UUID, set[UUID]]) -> Iterable[tuple[UUID, Duty]]:
    for of, asked in people.items():
        for administrator in running.get(of, ()):
            if others := asked - {administrator}:
                yield administrator, Duty(of, len(others))


def _left(asked: set[UUID], running: set[UUID]) -> int:
    """Nobody answers for themselves: with one administrator, they are left themselves; without any, everybody is."""
    return sum(not (running - {person}) for person in asked)
