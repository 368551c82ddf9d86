"""Destroying details whose retention has ended: one person proposes, an auditor approves, the worker destroys, each with its event.

The details and their salts go; the leaves stay, and every proof of them holds: what a digest without its salt was of can't be found out.
What a row says is not enough to destroy anything: the events of two people have to say the same, in details that nobody seals without the
keys, and nothing goes whose time, by the years in force now, is not over.
"""

import logging
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from council.access.facts import Subject
from council.audit import retention
from council.audit.details import details_of
from council.audit.events import Event
from council.audit.leaf import time_text
from council.audit.models import AuditDetail, AuditEvent, Disposal
from council.audit.record import record

logger = logging.getLogger(__name__)
State = Disposal.State
# Destroyed in one transaction: few enough that nobody waits for its locks.
AT_ONCE = 2000


def propose(kind: str, *, subject: Subject, now: datetime | None = None) -> Disposal:
    """Proposes to destroy what is over its time in one class. ValidationError when nothing is, or when a proposal is open."""
    each = retention.class_of(kind)
    if each is None:
        raise ValidationError(_("その記録の種類はありません。"))
    now = now or timezone.now()
    disposal = Disposal(
        kind=kind, before=retention.ended_before(each, now), proposed_by=subject.person, proposed_at=now
    )
    disposal.expected = retention.count(kind, disposal.before, retention.held())
    if not disposal.expected:
        raise ValidationError(_("保存期間を過ぎて廃棄できる詳細は、いまありません。"))
    try:
        with transaction.atomic():
            disposal.save(force_insert=True)
            _record(Event.DISPOSAL_PROPOSED, disposal, subject)
    except IntegrityError:
        raise ValidationError(_("この種類の廃棄の案は、もう出ています。")) from None
    return disposal


def approve(disposal: Disposal, *, subject: Subject) -> bool:
    """Approves a proposal; False when it is no longer open. decide() was asked: an auditor, and not the one who proposed it."""
    return _settle(disposal, State.APPROVED, Event.DISPOSAL_APPROVED, subject)


def withdraw(disposal: Disposal, *, subject: Subject) -> bool:
    """Takes a proposal back, or turns it down; False when it is no longer open."""
    return _settle(disposal, State.WITHDRAWN, Event.DISPOSAL_WITHDRAWN, subject)


def unfinished() -> list[UUID]:
    """The disposals that are approved and not done."""
    return list(Disposal.objects.filter(state=State.APPROVED).values_list("pk", flat=True))


def carry_out(disposal_id: UUID) -> int:
    """Destroys what an approved disposal names, batch by batch, and says so when nothing is left; how many details went now.

    Holds are asked for in every batch, so that one that is placed meanwhile keeps what is still there. Safe to run again.
    """
    gone = 0
    while found := _destroy_some(disposal_id):
        gone += found
    return gone


def _destroy_some(disposal_id: UUID) -> int:
    with transaction.atomic():
        disposal = Disposal.objects.select_for_update().filter(pk=disposal_id, state=State.APPROVED).first()
        each = retention.class_of(disposal.kind) if disposal else None
        if disposal is None or each is None or not _is_vouched_for(disposal):
            return 0
        # Whoever has lengthened the years since has kept what was about to go.
        before = min(disposal.before, retention.ended_before(each))
        ids = list(retention.disposable(each.kind, before, retention.held()).values_list("pk", flat=True)[:AT_ONCE])
        AuditDetail.objects.filter(pk__in=ids).delete()
        disposal.destroyed += len(ids)
        if not ids:
            disposal.state, disposal.done_at = State.DONE, timezone.now()
            _record(Event.DISPOSAL_DONE, disposal, None)
        disposal.save(update_fields=["destroyed", "state", "done_at"])
    return len(ids)


def _is_vouched_for(disposal: Disposal) -> bool:
    """Whether two people said so in the log: one proposed exactly this, and another approved it."""
    events = AuditEvent.objects.filter(
        object=str(disposal.pk), action__in=[Event.DISPOSAL_PROPOSED, Event.DISPOSAL_APPROVED]
    )
    details = details_of(events)
    who = {
        event.action: details[event.pk]["person"]
        for event in events
        if details.get(event.pk) and _says(details[event.pk]["facts"], disposal)
    }
    two = len(set(who.values())) == len(who) == 2
    if not two:
        logger.error(
            "Disposal %s is approved in its row, and by no two people in the log: nothing is destroyed.", disposal.pk
        )
    return two


def _says(facts: dict, disposal: Disposal) -> bool:
    return (facts["kind"], facts["before"]) == (disposal.kind, time_text(disposal.before))


def _settle(disposal: Disposal, state: State, event: Event, subject: Subject) -> bool:
    with transaction.atomic():
        disposal = Disposal.objects.select_for_update().get(pk=disposal.pk)
        if disposal.state != State.PROPOSED:
            return False
        disposal.state, disposal.decided_by, disposal.decided_at = state, subject.person, timezone.now()
        disposal.save(update_fields=["state", "decided_by", "decided_at"])
        _record(event, disposal, subject)
    return True


def _record(event: Event, disposal: Disposal, subject: Subject | None) -> None:
    record(
        event, actor=subject.person if subject else None, organisation=subject.organisation if subject else None,
        object=str(disposal.pk),
        detail={
            "kind": disposal.kind, "before": time_text(disposal.before), "expected": disposal.expected,
            "destroyed": disposal.destroyed,
        },
    )  # fmt: skip
