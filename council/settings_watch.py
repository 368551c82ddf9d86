"""Settings that changed since the last start are an event: what a process starts with is compared with what the log said last.

The newest event of this kind holds, sealed, all settings as they were then: the log is the memory, so there is no row to alter. A value
that may be secret is never written, only a digest of it under a key of this deployment. Each kind of process is compared with its own
kind: the web process may be given settings that the worker is not.
"""

import logging
from enum import StrEnum

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


class Process(StrEnum):
    """The kinds of processes that are started with settings of their own. The values are the objects of the events."""

    WEB = "web"
    WORKER = "worker"
    SEQUENCER = "sequencer"


def note_changes_at_start(process: Process | str) -> None:
    """note_changes() for a process that begins: it goes on when the log is out of reach, for then nothing is served anyway."""
    try:
        note_changes(Process(process))
    except (AuditUnavailable, DatabaseFailure, SealingError, OSError) as error:
        logger.warning("The settings could not be compared with the log: %s", error)


def note_changes(process: Process) -> bool:
    """Writes an event when a setting differs from what the log said last of such a process; whether it did. Raises what record() raises.

    Of processes that start together one writes: the head of the log is locked meanwhile.
    """
    now = snapshot()
    with transaction.atomic():
        head_of(_TIER)
        before = _last(process)
        if before == now:
            return False
        facts = {
            "process": str(process), "changed": _changes(before or {}, now), "known_before": before is not None, "settings": now,
        }  # fmt: skip
        record(Event.SETTINGS_CHANGE, actor=None, organisation=None, object=str(process), tier=_TIER, detail=facts)
    return True


def snapshot() -> Snapshot:
    """All settings of this process; the defaults too, since a new version may bring others."""
    return {name: [origin, _shown(name, value)] for name, (origin, value) in sorted(environment.origins.items())}


def _shown(name: str, value: str) -> str:
    if value and environment.may_be_secret(name):
        return f"hmac-sha256:{keyring().mac('settings.secret', f'{name}={value}'.encode()).hex()}"
    digest = environment.digests.get(name)
    return f"{value} (sha256:{digest})" if digest else value


def _last(process: Process) -> Snapshot | None:
    """What the log said last of such a process; None when it never did, and when the detail is destroyed or can't be opened."""
    event = AuditEvent.objects.filter(action=Event.SETTINGS_CHANGE, object=str(process)).order_by("-id").first()
    return details_of([event]).get(event.pk, {}).get("facts", {}).get("settings") if event else None


def _changes(before: Snapshot, now: Snapshot) -> dict[str, dict[str, list[str] | None]]:
    """Of each setting that differs what it was and what it is, None where it is not known."""
    names = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    return {name: {"before": before.get(name), "after": now.get(name)} for name in names}
