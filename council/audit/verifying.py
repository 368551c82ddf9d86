"""Checks of the logs that somebody asked for, or the day: started here, carried out by the worker, kept with what was found.

One at a time. The row says how far it is; a worker that died is noticed because the row stands still, and the check begins again.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from council.access.facts import Subject
from council.audit import verdicts
from council.audit.checking import check_deployment
from council.audit.events import Event, Outcome
from council.audit.models import Verification
from council.audit.models.desk import Task
from council.audit.record import record
from council.audit.status import unfinished
from council.audit.verify import Report
from council.failpoints import passing
from council.hints import hint, soon
from council.only_one import only_one

logger = logging.getLogger(__name__)

VERIFY = "council.audit.tasks.verify"
DAILY = timedelta(hours=24)
# A check says every second how far it is. One that stands still for so long has lost its worker, or its message.
STALLED = timedelta(minutes=1)
LISTED, MOST_SILENCES = 50, 20
_STARTING, _RUNNING = "audit.verification.start", "audit.verification.run"
State = Verification.State


class Pace:
    """Called as pace(done, total): keeps in the row how far its work is, once a second."""

    def __init__(self, task: Task) -> None:
        self._rows, self._next = type(task).objects.filter(pk=task.pk), 0.0

    def __call__(self, done: int, total: int) -> None:
        if monotonic() >= self._next or done == total:
            self._next = monotonic() + 1
            self._rows.update(done=done, total=total, moved_at=timezone.now())


def start(*, subject: Subject | None) -> Verification:
    """Asks for a check, with its event, and hands it to the worker; the one that is under way when there is one. None: the day asks."""
    with only_one(_STARTING) as mine:
        open_rows = Verification.objects.filter(state__in=unfinished())
        # Somebody else is starting one at this very moment: theirs is ours.
        if found := open_rows.first() or (None if mine else Verification.objects.first()):
            return found
        now = timezone.now()
        with transaction.atomic():
            made = Verification.objects.create(asked_by=subject and subject.person, asked_at=now, moved_at=now)
            _record(made, subject, {"step": "start"})
            soon(VERIFY, made.pk)
    return made


def last() -> list[Verification]:
    """The newest checks, LISTED of them."""
    return list(Verification.objects.all()[:LISTED])


def one(verification_id: UUID) -> Verification | None:
    """That check, or None."""
    return Verification.objects.filter(pk=verification_id).first()


def run(verification_id: UUID) -> bool:
    """Carries out a check that is asked for; False when it is over, or when another worker has it in hand."""
    with only_one(_RUNNING) as mine:
        task = Verification.objects.filter(pk=verification_id, state__in=unfinished()).first() if mine else None
        if task is None:
            return False
        Verification.objects.filter(pk=task.pk).update(state=State.RUNNING, done=0, total=0, moved_at=timezone.now())
        try:
            result = {name: _kept(report) for name, report in check_deployment(Pace(task)).items()}
            passing("verification.checked")
        except Exception:
            logger.exception("The check of the logs did not come to its end.")
            _end(task, State.FAILED, {}, Outcome.DENY, "not_checked")
            return False
        broken = any(each["verdict"] == "broken" for each in result.values())
        _end(
            task, State.DONE, result, Outcome.DENY if broken else Outcome.ALLOW, "log_differs" if broken else "allowed"
        )
    return True


def drive(now: datetime) -> None:
    """Takes up again what stands still, and starts the check of the day when the last one was started DAILY ago."""
    # One that moved in the future stands still too: a clock was set back, or somebody wrote it.
    moving = Q(moved_at__range=(now - STALLED, now + STALLED))
    for each in Verification.objects.filter(~moving, state__in=unfinished()):
        hint(VERIFY, each.pk)
    ended = Verification.objects.filter(state__in=verdicts.ENDED, asked_at__lte=now)
    newest, _passed = verdicts.newest_that_fit(ended, now)
    if newest is None or now - newest.asked_at >= DAILY:
        start(subject=None)


def _kept(report: Report) -> Mapping[str, object]:
    findings = [{"code": code, "index": index, "sentence": sentence} for code, index, sentence in report.findings]
    return {
        "verdict": report.verdict, "size": report.size, "findings": findings, "witnesses": sorted(report.witnesses),
        "silences": report.silences[:MOST_SILENCES],
    }  # fmt: skip


def _end(task: Verification, state: str, result: Mapping, outcome: Outcome, reason: str) -> None:
    task.state, task.result, task.ended_at = state, result, timezone.now()
    with transaction.atomic():
        ended = Verification.objects.filter(pk=task.pk, state=State.RUNNING).update(
            state=state, result=result, ended_at=task.ended_at, moved_at=task.ended_at,
            reason="" if state == State.DONE else reason,
        )  # fmt: skip
        if ended:
            _record(task, None, verdicts.said_of(task), outcome=outcome, reason=reason)


def _record(task: Verification, subject: Subject | None, detail: Mapping, **facts: object) -> None:
    record(
        Event.AUDIT_VERIFY, actor=subject and subject.person, organisation=subject and subject.organisation,
        object=str(task.pk), detail=detail, **facts,
    )  # fmt: skip
