"""The task engine: JSON only, ids only, time limits from settings, and the table of what runs by the clock."""

import os

from celery import Celery

from council import broker  # noqa: F401  its transport stands for kombu's from here on

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "council.settings")

app = Celery("council")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "publish-what-is-due": {"task": "bulletins.tasks.publish_due", "schedule": 15.0},
    "close-what-has-expired": {"task": "bulletins.tasks.close_expired", "schedule": 60.0},
    "forget-ended-sessions": {"task": "accounts.tasks.forget_ended_sessions", "schedule": 3600.0},
}
