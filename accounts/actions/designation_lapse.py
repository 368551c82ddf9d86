"""満了: the portal writes down that a period is over and tells everybody. Access has ended by itself, with the last day."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.designation_notices import tell
from accounts.models import Designation, RegisterEntry
from accounts.register_lines import drop_proposals, lock_proposals, write_line
from council.audit.events import Event
from council.audit.record import record


def lapse_designation(designation: UUID) -> bool:
    """Writes the line of a period that is over, once, however many try at a time; whether it was written now.

    Once written down it stays over, whatever the clock says later: `lapsed_on` closes the register's side of it for good.
    """
    with transaction.atomic():
        lock_proposals(designation)
        today = timezone.localdate()
        rows = Designation.objects.select_related("agency").select_for_update(of=("self",), no_key=True)
        found = rows.filter(pk=designation, expires_on__lt=today, lapsed_on=None, cancelled_on=None).first()
        if found is None:
            return False
        _write_down(found)
    return True


def _write_down(found: Designation) -> None:
    found.lapsed_on = found.expires_on
    found.save(update_fields=["lapsed_on"])
    drop_proposals(found)
    line = write_line(found, RegisterEntry.What.LAPSED, on=found.expires_on, by=found.agency.name)
    detail = {"line": str(line.pk), "day": found.expires_on.isoformat(), "told": tell(line)}
    record(Event.DESIGNATION_LAPSE, actor=None, organisation=str(found.agency_id), object=str(found.pk), detail=detail)
