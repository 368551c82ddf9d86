"""The one writer of guardian's rows for designated items: derived from the rosters, and compared with them by a job that reports.

An entry that somebody wrote past the verbs gets no grant from the next change of its roster: derive() writes one only where its caller
vouches for the entry. Who vouches is the verb by which the person signs, or the log (accounts.roster_proof).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q

from accounts.models import Designation, RosterEntry, RosterGrant

# An entry that opens something: the agency accepted it, the person pledged, and it has not ended. The days are decide()'s affair.
COUNTS = Q(accepted_at__isnull=False, pledged_at__isnull=False, ended_at__isnull=True)


@dataclass(frozen=True, slots=True)
class Difference:
    """A grant without its entry (`extra`), or an entry without its grant."""

    designation: UUID
    person: UUID
    extra: bool


def _permission() -> Permission:
    kind = ContentType.objects.get_for_model(Designation)
    return Permission.objects.get(content_type=kind, codename="handle_designation")


def differences(*designations: Designation) -> list[Difference]:
    """Where the grants are not what the rosters say, of these items or of all."""
    entries, grants = RosterEntry.objects.filter(COUNTS), RosterGrant.objects.all()
    if designations:
        entries = entries.filter(designation__in=designations)
        grants = grants.filter(content_object__in=designations)
    wanted = set(entries.values_list("designation_id", "person_id"))
    stored = set(grants.values_list("content_object_id", "user_id"))
    missing = [Difference(*pair, extra=False) for pair in sorted(wanted - stored)]
    return missing + [Difference(*pair, extra=True) for pair in sorted(stored - wanted)]


@transaction.atomic
def derive(designation: Designation, vouched: Iterable[UUID] = (), doubted: Iterable[UUID] = ()) -> list[Difference]:
    """Takes away every grant of the item that its roster does not carry, and gives the people vouched for theirs; what differed before.

    Of people who are doubted a grant goes although there is an entry: whoever wrote one past the verbs may have written the other too.
    """
    Designation.objects.select_for_update(no_key=True).get(pk=designation.pk)
    found = differences(designation)
    held = RosterGrant.objects.filter(content_object=designation, user__in=list(doubted))
    found += [Difference(designation.pk, person, extra=True) for person in sorted(held.values_list("user", flat=True))]
    gone = [each.person for each in found if each.extra]
    RosterGrant.objects.filter(content_object=designation, user__in=gone).delete()
    permission, trusted = _permission(), set(vouched)
    RosterGrant.objects.bulk_create(
        RosterGrant(content_object=designation, user_id=each.person, permission=permission)
        for each in found
        if not each.extra and each.person in trusted
    )
    return found
