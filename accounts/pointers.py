"""What the register may tell somebody of the items they handle: number, agency, period, where it is read, whom to ask. No content."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from accounts.holding import listed_on
from accounts.models import Designation, RosterEntry
from accounts.roster_room import not_over


def pointers_for(person: UUID | str, today: date) -> Iterable[Designation]:
    """The items in force that the person is on the roster of today, accepted by the agency; with their agencies, in one query.

    It asks for nothing else: whoever finds an item here may still lack what reading it takes, and the page tells nobody what.
    """
    accepted = RosterEntry.objects.filter(listed_on(today), person=person, accepted_at__isnull=False, ended_at=None)
    in_force = Designation.objects.filter(not_over(today), designated_on__lte=today)
    rows = in_force.filter(pk__in=accepted.values("designation")).select_related("agency")
    return rows.order_by("agency__name", "register_number", "pk")
