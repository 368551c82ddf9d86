"""What the worker does for the auditor's desk: thin, ids only, safe to run twice."""

from uuid import UUID

from django.utils import timezone

from council.audit import packs, verifying
from council.celery import app

# A check reads every event there is. One that outlives the broker's patience is handed out again, and finds its lock taken.
_LONG = {"time_limit": 3600, "soft_time_limit": 3500}


@app.task(name=verifying.VERIFY, **_LONG)
def verify(verification_id: str) -> bool:
    """Carries out one check of the logs, if it still is asked for."""
    return verifying.run(UUID(verification_id))


@app.task(name=packs.MAKE, **_LONG)
def make_pack(pack_id: str) -> bool:
    """Makes one evidence pack, if it still is asked for."""
    return packs.run(UUID(pack_id))


@app.task(name="council.audit.tasks.drive_desk")
def drive_desk() -> None:
    """Takes up again what stands still, and starts the check of the day."""
    now = timezone.now()
    verifying.drive(now)
    packs.drive(now)


@app.task(name="council.audit.tasks.remove_expired_packs")
def remove_expired_packs() -> int:
    """Removes the files of evidence packs whose days are over; how many."""
    return packs.remove_expired(timezone.now())
