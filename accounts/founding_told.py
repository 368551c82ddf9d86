"""What a world founds without anybody deciding it is told to the log, so that it bears out these rows too and no others.

Within the transaction that founds. The events name nobody who did it.
"""

from accounts.actions.verb import days
from accounts.models import Clearance, Designation, RosterEntry, User
from council.audit.events import Event
from council.audit.record import record


def tell_of_clearance(clearance: Clearance) -> None:
    """As the verb tells of one that two officers recorded."""
    told = {
        "agency": str(clearance.agency_id), "kind": clearance.kind, **days(clearance.notified_on, clearance.last_day),
    }  # fmt: skip
    _tell(Event.CLEARANCE_RECORD, clearance.agency_id, clearance.person_id, told)


def tell_of_handler(person: User, item: Designation) -> None:
    """The clearance and the place on the roster that founding_clearances.found_handler() has just made."""
    tell_of_clearance(
        Clearance.objects.get(person=person, agency=item.agency_id, kind=Clearance.Kind.ECONOMIC_SECURITY)
    )
    tell_of_entry(RosterEntry.objects.get(designation=item, person=person, ended_at=None, prolongs=None))


def tell_of_entry(entry: RosterEntry) -> None:
    told = {"designation": str(entry.designation_id), "entry": entry.pk, **days(entry.first_day, entry.last_day)}
    _tell(Event.ROSTER_FOUNDED, entry.designation.agency_id, entry.person_id, told)


def _tell(event: Event, agency: object, person: object, told: dict[str, object]) -> None:
    record(event, actor=None, organisation=str(agency), object=str(person), detail=told)
