"""Up to where somebody may see, until when, and which pledge they have yet to accept, for pages and programs."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Max

from accounts.holding import cleared_on
from accounts.models import Clearance, PledgeAcceptance, User
from accounts.subject import council_period, pledge_version
from council.access.facts import Subject, Term
from council.access.tiers import Tier


def until(subject: Subject) -> date | None:
    """The earliest day after which the ceiling falls, or None when no date limits it.

    Only tier three rests on dates: any clearance and, for companies, any certification that holds today carries it.
    """
    if subject.ceiling is not Tier.CRITICAL:
        return None
    limits = [_last(subject, subject.clearances)]
    if not subject.government:
        limits.append(_last(subject, subject.certifications))
    return min((day for day in limits if day), default=None)


def _last(subject: Subject, terms: Iterable[Term]) -> date | None:
    days = [term.last for term in terms if term.holds(subject.today)]
    return None if None in days else max(days, default=None)


def clearances_in_force(person: User, today: date) -> list[Clearance]:
    """The person's clearances that hold on this day, with their agencies, the longest first."""
    held = Clearance.objects.filter(cleared_on(today), person=person)
    return list(held.select_related("agency").order_by("-last_day"))


def pledge_of(person: User, today: date) -> dict[str, int | None]:
    """{"required": version or None, "accepted": version or None}; what was accepted in an earlier period counts no more."""
    accepted = PledgeAcceptance.objects.filter(person=person, period__gte=council_period(today))
    accepted = accepted.aggregate(Max("version"))["version__max"]
    return {"required": pledge_version(today) or None, "accepted": accepted}
