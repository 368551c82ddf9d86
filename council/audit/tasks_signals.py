"""What the worker does for signals: thin, safe to run twice. How far it was is in the database, never with the broker."""

from django.utils import timezone

from council.audit import signals
from council.celery import app
from council.only_one import only_one


@app.task(name="council.audit.tasks.find_signals")
def find_signals() -> int:
    """Looks through the events since the last look; how many signals are new. Does nothing while another one looks."""
    with only_one("signals") as mine:
        return signals.find_new(timezone.now()) if mine else 0
