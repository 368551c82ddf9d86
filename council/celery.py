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
app.conf.beat_schedule = {
    "publish-what-is-due": {"task": "bulletins.tasks.publish_due", "schedule": 15.0},
    "close-what-has-expired": {"task": "bulletins.tasks.close_expired", "schedule": 60.0},
    "drive-distribution-on": {"task": "bulletins.tasks.sweep", "schedule": 10.0, "options": {"expires": 20}},
    "remind-and-climb-the-ladder": {"task": "bulletins.tasks.remind", "schedule": 300.0, "options": {"expires": 300}},
    "gather-digests": {"task": "bulletins.tasks.gather_digests", "schedule": 300.0, "options": {"expires": 300}},
    "reconsider-what-was-withheld": {
        "task": "bulletins.tasks.reconsider",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "reach-latecomers": {
        "task": "bulletins.tasks.reach_latecomers",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "remove-files-that-no-row-names": {"task": "bulletins.tasks.sweep_files", "schedule": 3600.0},
    "go-on-with-a-rotation-of-keys": {
        "task": "council.tasks.rewrap_some",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "destroy-what-was-approved": {
        "task": "council.audit.tasks.sweep_disposals",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "tend-reviews": {"task": "accounts.tasks.tend_reviews", "schedule": 300.0, "options": {"expires": 300}},
    "tell-of-the-logs": {"task": "accounts.tasks.tell_of_the_logs", "schedule": 300.0, "options": {"expires": 300}},
    "ask-the-witnesses": {
        "task": "council.audit.tasks.ask_witnesses",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "find-signals-of-misuse": {
        "task": "council.audit.tasks.find_signals",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "drive-the-auditors-desk-on": {
        "task": "council.audit.tasks.drive_desk",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "remove-old-evidence-packs": {"task": "council.audit.tasks.remove_expired_packs", "schedule": 3600.0},
    "forget-ended-sessions": {"task": "accounts.tasks.forget_ended_sessions", "schedule": 3600.0},
}


@worker_init.connect
def note_settings(**_signal: object) -> None:
    """In the worker's own process, before it has children. By name: models are not loaded when this file is read."""
    import_string("council.settings_watch.note_changes_at_start")("worker")
