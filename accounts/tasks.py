"""Housekeeping for accounts."""

from allauth.usersessions.models import UserSession
from django.core.management import call_command
from django.utils import timezone

from accounts import clock_notices, log_notices, register_clock, review_clock, roster_reconciling
from accounts.actions import idle
from accounts.devices import KNOWN_FOR
from accounts.models import Device, Session
from council.celery import app


@app.task(name="accounts.tasks.forget_ended_sessions")
def forget_ended_sessions() -> None:
    """Deletes sessions that have run out, what was noted about their browsers, and browsers that nobody was signed in on for a year."""
    call_command("clearsessions")
    UserSession.objects.exclude(session_key__in=Session.objects.values("pk")).delete()
    Device.objects.filter(last_seen_at__lt=timezone.now() - KNOWN_FOR).delete()


@app.task(name="accounts.tasks.tend_reviews")
def tend_reviews() -> bool:
    """Reminds in the review that runs; after its deadline ends what nobody answered for, and closes it. Whether it was closed."""
    return review_clock.tend()


@app.task(name="accounts.tasks.tell_of_the_logs")
def tell_of_the_logs() -> int:
    """Writes this week's notices of the logs when Monday has come; how many."""
    return log_notices.queue_week()


@app.task(name="accounts.tasks.lapse_designations")
def lapse_designations() -> int:
    """Writes down the designations whose period is over, and tells everybody who handled them; how many."""
    return register_clock.lapse_due()


@app.task(name="accounts.tasks.close_yearly_figures")
def close_yearly_figures() -> int:
    """Writes down the yearly figures of each agency for the years that are to be closed; how many years."""
    return register_clock.close_due()


@app.task(name="accounts.tasks.reconcile_rosters")
def reconcile_rosters() -> int:
    """Compares rosters, their grants and clearances with the log, mends what it bears out, and reports the rest; how many differed."""
    return len(roster_reconciling.reconcile()) + roster_reconciling.report_clearances()


@app.task(name="accounts.tasks.tell_of_the_clock")
def tell_of_the_clock() -> int:
    """Tells whoever must act of what ends within 90, 30 and 7 days, and of what is over; how many notices."""
    return clock_notices.tell()


@app.task(name="accounts.tasks.sweep_idle")
def sweep_idle() -> int:
    """Warns whoever has not signed in for long, and suspends whoever was warned and did not come; how many were suspended."""
    return idle.sweep_idle()
