"""Opens the sealed details of events, for those who may know who it was."""

import json
from collections.abc import Iterable
from uuid import UUID

from council.audit.models import AuditDetail, AuditEvent
from council.audit.record import binding_of
from council.keys import keyring
from council.sealing.envelope import Sealed, open_sealed


def details_of(events: Iterable[AuditEvent]) -> dict[UUID, dict]:
    """Event id -> {"person", "address", "agent", "facts"}, in one query. Destroyed details are left out.

    Raises KeyringUnavailable without keys, OpeningRefused when a row is not the one that was sealed.
    """
    tiers = {event.pk: event.tier for event in events}
    rows = AuditDetail.objects.filter(pk__in=tiers)
    return {row.pk: _open(row, tiers[row.pk]) for row in rows}


def _open(row: AuditDetail, tier: int) -> dict:
    sealed = Sealed(bytes(row.ciphertext), bytes(row.wrap), row.epoch, row.algorithm, row.key_id)
    return json.loads(open_sealed(keyring(), binding_of(row.pk, tier), sealed))
