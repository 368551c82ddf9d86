"""For which items an organisation may name its people, and for which days: those that its contracts cover, or an agency's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import ContractItem, Designation, Organisation
from council.access.facts import Term


@dataclass(frozen=True, slots=True)
class Room:
    """An item and the days within which somebody may be named for it."""

    designation: Designation
    days: Term = Term()


def not_over(today: date) -> Q:
    """Designations that are neither lifted nor over; the day of some may be still to come."""
    return Q(cancelled_on=None, lapsed_on=None, expires_on__gte=today)


def rooms_of(home: Organisation, today: date) -> list[Room]:
    """Every item that the organisation may name its people for today, by register number."""
    if home.kind == Organisation.Kind.AGENCY:
        own = Designation.objects.filter(not_over(today), agency=home).select_related("agency")
        return [Room(item) for item in own]
    return [_room(item) for item in _covered(home, today) if not _over(item, today)]


def room_for(home: Organisation, designation: Designation, today: date) -> Room | None:
    """The room for this item, or None where nothing covers it."""
    return next((room for room in rooms_of(home, today) if room.designation.pk == designation.pk), None)


def _covered(home: Organisation, today: date) -> QuerySet[ContractItem]:
    """Items of contracts under certifications that are not suspended."""
    force = Designation.objects.filter(not_over(today))
    rows = ContractItem.objects.filter(
        certification__company=home,
        certification__suspended_on=None,
        certification__contract__isnull=False,
        designation__in=force,
    )
    return rows.select_related("certification__contract", "designation__agency").order_by(
        "designation__register_number"
    )


def _room(item: ContractItem) -> Room:
    certification, contract = item.certification, item.certification.contract
    first = max(item.first_day, contract.first_day, certification.certified_on)
    last = _earliest((item.last_day, contract.last_day, certification.last_day))
    return Room(item.designation, Term(first=first, last=last))


def _over(item: ContractItem, today: date) -> bool:
    last = _room(item).days.last
    return last is not None and last < today


def _earliest(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day), default=None)
