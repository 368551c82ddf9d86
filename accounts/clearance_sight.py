"""What the clearance officers of an agency see of its clearances: those that hold today, and nothing of any that ended."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from accounts.holding import cleared_on
from accounts.models import Clearance, User
from council.access.facts import Subject

# As many people as a search shows; whoever finds more asks more closely.
MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Held:
    """A clearance in force, and the days that are left of it after today."""

    clearance: Clearance
    days_left: int


def held_from(agency: UUID | str, today: date, person: User | None = None) -> list[Held]:
    """The clearances by this agency that hold today, of everybody or of one person; those that end first come first."""
    rows = Clearance.objects.filter(cleared_on(today), agency=agency)
    if person:
        rows = rows.filter(person=person)
    rows = rows.select_related("person__organisation").order_by("last_day", "person__name", "pk")
    return [Held(row, (row.last_day - today).days) for row in rows]


def found(subject: Subject, words: str) -> list[User]:
    """Active people whose name or organisation has each of the words, without whoever asks; one more than MOST_FOUND at most."""
    people = User.objects.filter(is_active=True).exclude(pk=subject.person).select_related("organisation")
    for word in words.split():
        people = people.filter(Q(name__icontains=word) | Q(organisation__name__icontains=word))
    return list(people.order_by("organisation__name", "name", "pk")[: MOST_FOUND + 1]) if words.split() else []
