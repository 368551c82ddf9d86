"""What the worker does for the logs and for those who read them: thin, ids only, safe to run twice. The database says what is due."""

from uuid import UUID

from django.conf import settings
from django.utils import timezone

from council.audit import disposal, packs, signals, verifying, witnesses
from council.celery import app
from council.only_one import only_one

# A check reads every event there is. One that outlives the broker's patience is handed out again, and finds its lock taken.
_LONG = {"time_limit": 3600, "soft_time_limit": 3500}


@app.task(name="council.audit.tasks.ask_witnesses")
def ask_witnesses() -> int:
    """Asks the witnesses about what is new, unless somebody is asking already; how many cosignatures came."""
    if not settings.AUDIT_WITNESSES:
        return 0
    with only_one("ask the witnesses") as mine:
        return witnesses.ask_all() if mine else 0


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


@app.task(name="council.audit.tasks.find_signals")
def find_signals() -> int:
    """Looks through the events since the last look; how many signals are new. Does nothing while another one looks."""
    with only_one("signals") as mine:
        return signals.find_new(timezone.now()) if mine else 0


@app.task(name="council.audit.tasks.dispose")
def dispose(disposal_id: str) -> int:
    """Destroys what one approved disposal names; how many details went."""
    return disposal.carry_out(UUID(disposal_id))


@app.task(name="council.audit.tasks.sweep_disposals")
def sweep_disposals() -> None:
    """Hands every approved disposal that is not done to a task of its own."""
    for disposal_id in disposal.unfinished():
        dispose.delay(str(disposal_id))
