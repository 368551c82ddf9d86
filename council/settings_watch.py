"""Settings that changed since the last start are an event: what a process starts with is compared with what the log said last.

The newest event of this kind holds, sealed, all settings as they were then: the log is the memory, so there is no row to alter. A value
that may be secret is never written, only a digest of it under a key of this deployment.
"""

import logging

from django.db import Error as DatabaseFailure
from django.db import transaction

from council import environment
from council.audit.details import details_of
from council.audit.events import Event
from council.audit.models import AuditEvent
from council.audit.record import AuditUnavailable, record
from council.audit.sequencer import head_of
from council.keys import keyring
from council.sealing.errors import SealingError

logger = logging.getLogger(__name__)

# Name -> [where it came from, what it says].
Snapshot = dict[str, list[str]]
_TIER = 1


def note_changes_at_start() -> None:
    """note_changes() for a process that begins: it goes on when the log is out of reach, for then nothing is served anyway."""
    try:
        note_changes()
    except (AuditUnavailable, DatabaseFailure, SealingError, OSError) as error:
        logger.warning("The settings could not be compared with the log: %s", error)


def note_changes() -> bool:
    """Writes an event when a setting differs from what the log said last; whether it did. Raises what record() raises.

    Of processes that start together one writes: the head of the log is locked meanwhile.
    """
    now = snapshot()
    with transaction.atomic():
        head_of(_TIER)
        before = _last()
        if before == now:
            return False
        facts = {"changed": _changes(before or {}, now), "known_before": before is not None, "settings": now}
        record(Event.SETTINGS_CHANGE, actor=None, organisation=None, tier=_TIER, detail=facts)
    return True


def snapshot() -> Snapshot:
    """All settings of this process; the defaults too, since a new version may bring others."""
    return {name: [origin, _shown(name, value)] for name, (origin, value) in sorted(environment.origins.items())}


def _shown(name: str, value: str) -> str:
    if value and environment.may_be_secret(name):
        return f"hmac-sha256:{keyring().mac('settings.secret', f'{name}={value}'.encode()).hex()}"
    digest = environment.digests.get(name)
    return f"{value} (sha256:{digest})" if digest else value


def _last() -> Snapshot | None:
    """What the log said last; None when it never did, and when its detail is destroyed or can't be opened."""
    event = AuditEvent.objects.filter(action=Event.SETTINGS_CHANGE).order_by("-id").first()
    return details_of([event]).get(event.pk, {}).get("facts", {}).get("settings") if event else None


def _changes(before: Snapshot, now: Snapshot) -> dict[str, dict[str, list[str] | None]]:
    """Of each setting that differs what it was and what it is, None where it is not known."""
    names = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    return {name: {"before": before.get(name), "after": now.get(name)} for name in names}
