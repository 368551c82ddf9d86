"""Which key packages for an organisation are sealed to now, and who can open what is sealed to it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import KeyHolder, RecipientKey, User


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """A confirmed key of an organisation and everybody who holds its identity."""

    id: UUID
    organisation: UUID
    kind: str
    public: bytes
    fingerprint: str
    holders: tuple[User, ...]


def in_use(organisations: Iterable[UUID], now: datetime) -> dict[UUID, KeyInUse]:
    """The key in use of each organisation that has one (two queries): confirmed, past its delay, not revoked, the newest such."""
    rows = RecipientKey.objects.filter(
        organisation__in=list(organisations), usable_from__lte=now, revoked_at=None
    ).order_by("organisation", "usable_from", "registered_at")
    newest = {row.organisation_id: row for row in rows}
    holders: dict[UUID, list[User]] = defaultdict(list)
    keys = [row.pk for row in newest.values()]
    for row in KeyHolder.objects.filter(key__in=keys).select_related("person__organisation"):
        holders[row.key_id].append(row.person)
    return {
        organisation: KeyInUse(
            row.pk, organisation, row.kind, bytes(row.public), row.fingerprint, tuple(holders[row.pk])
        )
        for organisation, row in newest.items()
    }


def waiting_for_confirmation(organisations: Iterable[UUID], now: datetime) -> set[UUID]:
    """Those of the organisations whose newest key is registered but not in use yet."""
    rows = RecipientKey.objects.filter(organisation__in=list(organisations), revoked_at=None)
    return set(rows.exclude(usable_from__lte=now).values_list("organisation_id", flat=True))
