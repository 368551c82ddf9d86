"""The job that compares the rosters with the grants derived from them: it repairs what it can prove, and reports everything it found."""

from django.db import transaction

from accounts.actions.verb import days
from accounts.models import Designation, RosterEntry
from accounts.roster_grants import COUNTS, Difference, derive, differences
from accounts.roster_proof import unproved, unproved_clearances
from council.audit.events import Event
from council.audit.record import record
from council.probes import Unwell


def reconcile() -> list[Difference]:
    """Compares every roster with its grants and with the log, each item in a transaction with its event; what differed.

    Grants without an entry go, and grants of people with an entry that the log does not bear out. Entries without a grant get one when it
    does; the others stay closed and are reported again each time, until an officer ends them.
    """
    items = {each.designation for each in differences()} | {entry.designation_id for entry in _unproved()}
    return [each for item in Designation.objects.filter(pk__in=items).order_by("pk") for each in _mend(item)]


def report_clearances() -> int:
    """Writes an event for each clearance that the log does not bear out, each time; how many. Nothing else happens: officers end them."""
    found = unproved_clearances()
    with transaction.atomic():
        for row in found:
            told = {"agency": str(row.agency_id), "kind": row.kind, **days(row.notified_on, row.last_day)}
            who = {"actor": None, "organisation": str(row.agency_id), "object": str(row.person_id)}
            record(Event.CLEARANCE_UNPROVED, **who, detail=told)
    return len(found)


def _unproved() -> list[RosterEntry]:
    entries = list(RosterEntry.objects.filter(COUNTS))
    wrong = unproved(entries)
    return [entry for entry in entries if entry.pk in wrong]


@transaction.atomic
def _mend(item: Designation) -> list[Difference]:
    Designation.objects.select_for_update(no_key=True).get(pk=item.pk)
    entries = list(RosterEntry.objects.filter(COUNTS, designation=item))
    wrong = unproved(entries)
    doubted = {entry.person_id for entry in entries if entry.pk in wrong}
    proved = {entry.person_id for entry in entries} - doubted
    found = derive(item, proved, doubted)
    if found:
        missing = {each.person for each in found if not each.extra}
        detail = {
            "removed": sorted(str(each.person) for each in found if each.extra),
            "added": sorted(str(person) for person in missing & proved),
            "unproved": sorted(str(person) for person in doubted),
        }
        record(Event.ROSTER_RECONCILE, actor=None, organisation=str(item.agency_id), object=str(item.pk), detail=detail)
    return found


def probe() -> str:
    """How many differences there are now; Unwell when there are any: for `manage.py doctor`."""
    found, forged, cleared = differences(), len(_unproved()), len(unproved_clearances())
    extra = sum(each.extra for each in found)
    if found:
        raise Unwell(
            f"{extra} grants without an entry on a roster, {len(found) - extra} entries without their grant. The worker mends what the "
            "log bears out, once an hour; look for roster.reconcile in the log, and have the agency's officers end entries nobody made."
        )
    if forged or cleared:
        raise Unwell(
            f"{forged} entries of rosters and {cleared} clearances that the log does not bear out. The worker closes the entries once an "
            "hour and reports both; have the agency's officers end what nobody made."
        )
    return "the grants are what the rosters say"
