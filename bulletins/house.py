"""自組織のアクセス: for an administrator, who of the own people may see what. Nothing of content that the administrator may not read.

It speaks of the two lower tiers alone, and as if nobody were cleared: what rests on a clearance is decided with the agency, by the roster,
and whoever compared the two would learn who holds one and who does not.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from accounts.models import SubcommitteeMembership, User
from accounts.subject import subjects_of
from bulletins.access import visible_to
from bulletins.browse import PAGE, Position, Row, rows_for
from bulletins.facts import granted_all, revision_facts
from bulletins.models import Bulletin
from council.access.facts import Subject
from council.access.policy import Action, decide
from council.access.tiers import Tier


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the own organisation: up to where they may see, and in which subcommittees."""

    person: User
    tier: Tier
    subcommittees: list[str]


@dataclass(frozen=True, slots=True)
class Line:
    """A bulletin as the administrator's list shows it, and who of the own people may read it."""

    row: Row
    readers: list[User]


@dataclass(frozen=True, slots=True)
class House:
    """A page of it; `onward` is the position to go on from."""

    colleagues: list[Colleague]
    lines: list[Line]
    onward: Position | None


def house_of(subject: Subject, before: Position | None = None) -> House:
    """The own people, and the newest bulletins after the position; as many queries however many there are of either."""
    people = _people(subject)
    subjects = subjects_of(people)
    known = {pk: replace(each, clearances=frozenset()) for pk, each in subjects.items()}
    looks = replace(subjects[UUID(subject.person)], session=min(subject.session, Tier.TWO))
    found = visible_to(looks, newest=PAGE + 1, before=before)
    bulletins = list(found.select_related("originator", "served__bulletin", "served__designation")[: PAGE + 1])
    more, bulletins = bulletins[PAGE:], bulletins[:PAGE]
    lines = _lines(rows_for(looks, bulletins, {}), people, known)
    last = bulletins[-1] if more else None
    return House(_colleagues(people, known), lines, (last.published_at, last.pk) if last else None)


def _people(subject: Subject) -> list[User]:
    rows = User.objects.filter(organisation=subject.organisation, is_active=True).select_related("organisation")
    return list(rows.order_by("name", "pk"))


def _colleagues(people: list[User], known: dict[UUID, Subject]) -> list[Colleague]:
    sits_in: dict[UUID, list[str]] = {person.pk: [] for person in people}
    rows = SubcommitteeMembership.objects.filter(person__in=people).order_by("subcommittee__name")
    for person, name in rows.values_list("person", "subcommittee__name"):
        sits_in[person].append(name)
    return [Colleague(each, min(known[each.pk].own_ceiling, Tier.TWO), sits_in[each.pk]) for each in people]


def _lines(rows: list[Row], people: list[User], known: dict[UUID, Subject]) -> list[Line]:
    audiences = granted_all([row.bulletin.pk for row in rows])

    def may_read(bulletin: Bulletin) -> list[User]:
        about = revision_facts(bulletin.served, audiences[bulletin.pk])
        return [person for person in people if decide(known[person.pk], Action.READ, about)]

    return [Line(row, may_read(row.bulletin)) for row in rows]
