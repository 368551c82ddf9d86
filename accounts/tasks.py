"""Housekeeping for accounts."""

from django.core.management import call_command

from council.celery import app


@app.task(name="accounts.tasks.forget_ended_sessions")
def forget_ended_sessions() -> None:
    """Deletes sessions that have run out."""
    call_command("clearsessions")
