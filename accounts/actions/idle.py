"""The end of accounts that nobody uses: the portal warns twice, then suspends, and says so in the log."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import idle
from accounts.credentials import end_what_is_open
from accounts.last_holders import is_last, lock_holders, who_can_act
from accounts.models import User
from council.audit.events import Event
from council.audit.record import record
from council.only_one import only_one


def sweep_idle() -> int:
    """Warns whoever is due to be warned, and suspends whoever was and did not come; how many were suspended.

    Of two workers at once, one does it.
    """
    with only_one("idle") as mine:
        return _sweep(timezone.now()) if mine else 0


def _sweep(now: datetime) -> int:
    people = idle.idle_people(now)
    given, ended = idle.warnings_of(people), 0
    for row in people:
        # The day on which they go: no sooner than they have been idle long enough, and some days after a warning.
        warned = given.get(row.person.pk, {})
        if _is_due(row, warned, now):
            ended += suspend_idle(row.person.pk)
        elif not _is_last(row.person):
            _warn(row, warned, timezone.localdate(now))
    return ended


def _is_due(row: idle.Idle, warned: dict[int, datetime], now: datetime) -> bool:
    last = max(warned.values(), default=None)
    return last is not None and row.ends_on <= timezone.localdate(now) and last + idle.GRACE <= now


def _warn(row: idle.Idle, warned: dict[int, datetime], today: date) -> None:
    """The warning whose time has come; when the portal was away for long, only the last one, with the days that it promises."""
    ends_on = max(row.ends_on, today + idle.GRACE)
    first, second = idle.WARNINGS
    days = second if (ends_on - today).days <= second else first
    if days not in warned:
        idle.warn(row, days, ends_on)


def suspend_idle(person_id: UUID) -> bool:
    """Suspends somebody who is idle still, with the event of the portal; False for who gave a sign of life meanwhile.

    Never the last operator, the last auditor or the last administrator of an organisation: people decide about them.
    """
    with transaction.atomic():
        lock_holders([User.objects.values_list("organisation", flat=True).get(pk=person_id)], [person_id])
        rows = [row for row in idle.idle_people(timezone.now(), only=person_id) if row.ends_on <= timezone.localdate()]
        if not rows or _is_last(rows[0].person):
            return False
        _suspend(rows[0])
    return True


def _is_last(person: User) -> bool:
    return is_last(person.pk, who_can_act(person.organisation_id))


def _suspend(row: idle.Idle) -> None:
    person = row.person
    person.is_active = False
    person.save(update_fields=["is_active"])
    detail = {"since": row.since.isoformat(), **end_what_is_open(person)}
    home = str(person.organisation_id)
    record(Event.PEOPLE_IDLE, actor=None, organisation=home, object=str(person.pk), detail=detail)
