"""The job that compares the rosters with the grants derived from them: it repairs what it can prove, and reports everything it found."""

from django.db import transaction

from accounts.models import Designation, RosterEntry
from accounts.roster_grants import COUNTS, Difference, derive, differences
from accounts.roster_proof import is_proved
from council.audit.events import Event
from council.audit.record import record
from council.probes import Unwell


def reconcile() -> list[Difference]:
    """Compares every roster, each item in a transaction with its event; what differed.

    Grants without an entry go. Entries without a grant get one when the log bears them out; the others stay closed and are reported
    again each time, until an officer ends them.
    """
    items = Designation.objects.filter(pk__in={each.designation for each in differences()})
    return [each for item in items.order_by("pk") for each in _mend(item)]


@transaction.atomic
def _mend(item: Designation) -> list[Difference]:
    Designation.objects.select_for_update(no_key=True).get(pk=item.pk)
    missing = [each.person for each in differences(item) if not each.extra]
    entries = RosterEntry.objects.filter(COUNTS, designation=item, person__in=missing)
    proved = {entry.person_id for entry in entries if is_proved(entry)}
    found = derive(item, proved)
    if found:
        detail = {
            "removed": [str(each.person) for each in found if each.extra],
            "added": sorted(str(person) for person in proved),
            "unproved": sorted(str(person) for person in set(missing) - proved),
        }
        record(Event.ROSTER_RECONCILE, actor=None, organisation=str(item.agency_id), object=str(item.pk), detail=detail)
    return found


def probe() -> str:
    """How many differences there are now; Unwell when there are any: for `manage.py doctor`."""
    found = differences()
    extra = sum(each.extra for each in found)
    if found:
        raise Unwell(
            f"{extra} grants without an entry on a roster, {len(found) - extra} entries without their grant. The worker mends what the "
            "log bears out, once an hour; look for roster.reconcile in the log, and have the agency's officers end entries nobody made."
        )
    return "the grants are what the rosters say"
