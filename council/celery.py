"""The task engine: JSON only, ids only, time limits from settings, and the table of what runs by the clock."""

import os

from celery import Celery
from celery.signals import worker_init
from django.utils.module_loading import import_string

from council import broker  # noqa: F401  its transport stands for kombu's from here on

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "council.settings")

app = Celery("council")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _every(seconds: int, task: str) -> dict[str, object]:
    """A row of the table. What nobody has taken up by the time the next one comes is dropped: that one does the same."""
    return {"task": task, "schedule": float(seconds), "options": {"expires": seconds}}


app.conf.beat_schedule = {
    "publish-what-is-due": {"task": "bulletins.tasks.publish_due", "schedule": 15.0},
    "close-what-has-expired": {"task": "bulletins.tasks.close_expired", "schedule": 60.0},
    "drive-distribution-on": {"task": "bulletins.tasks.sweep", "schedule": 10.0, "options": {"expires": 20}},
    "remind-and-climb-the-ladder": _every(300, "bulletins.tasks.remind"),
    # Once an hour, so that a day is never missed: what was told today is not told again.
    "tell-of-review-days": _every(3600, "bulletins.tasks.tell_of_review_days"),
    "remind-of-copies": _every(3600, "bulletins.tasks.remind_of_copies"),
    "gather-digests": _every(300, "bulletins.tasks.gather_digests"),
    "reconsider-what-was-withheld": _every(300, "bulletins.tasks.reconsider"),
    "reach-latecomers": _every(600, "bulletins.tasks.reach_latecomers"),
    "read-files-that-were-missed": _every(600, "bulletins.tasks.read_missed_files"),
    # Once an hour, so that a day is never missed; there is hardly ever anything to do.
    "drop-old-unsaved-words": _every(3600, "bulletins.tasks.sweep_scratches"),
    "remove-files-that-no-row-names": {"task": "bulletins.tasks.sweep_files", "schedule": 3600.0},
    "go-on-with-a-rotation-of-keys": _every(15, "council.tasks.rewrap_some"),
    "destroy-what-was-approved": _every(60, "council.audit.tasks.sweep_disposals"),
    "tend-reviews": _every(300, "accounts.tasks.tend_reviews"),
    "write-down-designations-that-are-over": _every(3600, "accounts.tasks.lapse_designations"),
    "close-yearly-figures": _every(3600, "accounts.tasks.close_yearly_figures"),
    "reconcile-rosters": _every(3600, "accounts.tasks.reconcile_rosters"),
    # Once an hour, so that a day is never missed: what was told today is not told again.
    "tell-of-the-clock": _every(3600, "accounts.tasks.tell_of_the_clock"),
    "suspend-who-never-comes": _every(3600, "accounts.tasks.sweep_idle"),
    "tell-of-the-logs": _every(300, "accounts.tasks.tell_of_the_logs"),
    "ask-the-witnesses": _every(10, "council.audit.tasks.ask_witnesses"),
    "find-signals-of-misuse": _every(300, "council.audit.tasks.find_signals"),
    "drive-the-auditors-desk-on": _every(30, "council.audit.tasks.drive_desk"),
    "remove-old-evidence-packs": {"task": "council.audit.tasks.remove_expired_packs", "schedule": 3600.0},
    "forget-ended-sessions": {"task": "accounts.tasks.forget_ended_sessions", "schedule": 3600.0},
}


@worker_init.connect
def note_settings(**_signal: object) -> None:
    """In the worker's own process, before it has children. By name: models are not loaded when this file is read."""
    import_string("council.settings_watch.note_changes_at_start")("worker")
