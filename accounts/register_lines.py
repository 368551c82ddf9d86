"""The one writer of lines of the register. Lines are only added: the database refuses everything else (migration 0006)."""

from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Designation, Proposal, RegisterEntry


def write_line(
    designation: Designation,
    what: str,
    *,
    on: date,
    by: str,
    until: date | None = None,
    confirmed_by: str = "",
    cabinet_approved_on: date | None = None,
) -> RegisterEntry:
    """A line about the designation, in the transaction of what it tells of; `by` is a name, as registers have it."""
    return RegisterEntry.objects.create(
        designation=designation, what=what, on=on, until=until, by=by, confirmed_by=confirmed_by,
        cabinet_approved_on=cabinet_approved_on, written_at=timezone.now(),
    )  # fmt: skip


def lock_proposals(designation: UUID) -> None:
    """To be called before the designation is locked: whoever confirms an extension has locked it first, and the designation after it."""
    list(waiting_extensions(designation).select_for_update().order_by("pk"))


def drop_proposals(designation: Designation) -> None:
    """A designation that is over is not extended: nobody is asked to confirm it any more.

    What somebody is confirming at this very moment is left to them: they find that the designation is over.
    """
    free = waiting_extensions(designation.pk).select_for_update(skip_locked=True).values_list("pk", flat=True)
    Proposal.objects.filter(pk__in=list(free)).delete()


def waiting_extensions(designation: UUID) -> QuerySet[Proposal]:
    """Extensions that one officer has proposed and nobody confirmed yet."""
    return Proposal.objects.filter(kind=Proposal.Kind.EXTENSION, about=designation, confirmed_at=None)
