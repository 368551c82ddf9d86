"""Destroying details whose retention has ended: one person proposes, an auditor approves, the worker destroys, each with its event.

The details and their salts go; the leaves stay, and every proof of them holds: what a digest without its salt was of can't be found out.
"""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from council.access.facts import Subject
from council.audit import retention
from council.audit.events import Event
from council.audit.models import AuditDetail, Disposal
from council.audit.record import record

State = Disposal.State
# Destroyed in one transaction: few enough that nobody waits for its locks.
AT_ONCE = 2000


def propose(kind: str, *, subject: Subject, now: datetime | None = None) -> Disposal:
    """Proposes to destroy what is over its time in one class. ValidationError when nothing is, or when a proposal is open."""
    each = retention.class_of(kind)
    if each is None:
        raise ValidationError(_("その記録の種類はありません。"))
    now = now or timezone.now()
    before = retention.ended_before(each, now)
    with transaction.atomic():
        if Disposal.objects.filter(kind=kind, state__in=[State.PROPOSED, State.APPROVED]).exists():
            raise ValidationError(_("この種類の廃棄の案は、もう出ています。"))
        expected = retention.count(kind, before)
        if not expected:
            raise ValidationError(_("保存期間を過ぎて廃棄できる詳細は、いまありません。"))
        disposal = Disposal.objects.create(
            kind=kind, before=before, expected=expected, proposed_by=subject.person, proposed_at=now
        )
        _record(Event.DISPOSAL_PROPOSED, disposal, subject)
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
        if disposal is None:
            return 0
        ids = list(retention.disposable(disposal.kind, disposal.before).values_list("pk", flat=True)[:AT_ONCE])
        AuditDetail.objects.filter(pk__in=ids).delete()
        disposal.destroyed += len(ids)
        if not ids:
            disposal.state, disposal.done_at = State.DONE, timezone.now()
            _record(Event.DISPOSAL_DONE, disposal, None)
        disposal.save(update_fields=["destroyed", "state", "done_at"])
    return len(ids)


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
            "kind": disposal.kind, "before": disposal.before.isoformat(), "expected": disposal.expected,
            "destroyed": disposal.destroyed,
        },
    )  # fmt: skip
