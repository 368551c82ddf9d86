"""Opens the sealed details of events, for those who may know who it was."""

import json
from collections.abc import Iterable
from uuid import UUID

from council.audit.models import AuditDetail, AuditEvent
from council.audit.record import binding_of
from council.keys import keyring
from council.sealing.envelope import Sealed, open_sealed
from council.sealing.errors import OpeningRefused


def details_of(events: Iterable[AuditEvent]) -> dict[UUID, dict]:
    """Event id -> {"person", "address", "agent", "facts"}, in one query; KeyringUnavailable without keys.

    Destroyed details are left out. One that does not open (altered, epoch retired) is empty, so that the others show.
    """
    tiers = {event.pk: event.tier for event in events}
    rows = AuditDetail.objects.filter(pk__in=list(tiers))
    return {row.pk: _open(row, tiers[row.pk]) for row in rows}


def _open(row: AuditDetail, tier: int) -> dict:
    sealed = Sealed(bytes(row.ciphertext), bytes(row.wrap), row.epoch, row.algorithm, row.key_id)
    try:
        return json.loads(open_sealed(keyring(), binding_of(row.pk, tier), sealed))
    except (OpeningRefused, TypeError, ValueError):
        # Also a row whose numbers are none: SQLite keeps whatever somebody writes.
        return {}
