"""Housekeeping for accounts."""

from django.core.management import call_command

from accounts import log_notices, review_clock
from council.celery import app


@app.task(name="accounts.tasks.forget_ended_sessions")
def forget_ended_sessions() -> None:
    """Deletes sessions that have run out."""
    call_command("clearsessions")


@app.task(name="accounts.tasks.tend_reviews")
def tend_reviews() -> bool:
    """Reminds in the review that runs; after its deadline ends what nobody answered for, and closes it. Whether it was closed."""
    return review_clock.tend()


@app.task(name="accounts.tasks.tell_of_the_logs")
def tell_of_the_logs() -> int:
    """Writes this week's notices of the logs when Monday has come; how many."""
    return log_notices.queue_week()
