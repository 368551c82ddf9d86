"""Legal holds: what an inquiry needs is kept beyond its retention. Whoever places one does not lift it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from council.access.facts import Subject
from council.audit.events import Event
from council.audit.models import Disposal, LegalHold
from council.audit.record import record

# Under which of its columns a hold finds what it covers; empty for everything.
Scope = dict[str, str]


def place(scope: Scope, reason: str, *, subject: Subject) -> LegalHold:
    """Holds what the scope names: {"actor": …, "object": …}, {"org": …, "object": …}, {"object": …}, or everything for {}.

    A disposal that runs is waited for, and destroys nothing of it from then on. ValidationError without a reason.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("保全の理由を書いてください。"))
    with transaction.atomic():
        # A batch of a disposal locks its row too: after this line none of them goes by the holds of before.
        list(Disposal.objects.select_for_update().filter(state=Disposal.State.APPROVED))
        hold = LegalHold.objects.create(**scope, reason=reason, placed_by=subject.person, placed_at=timezone.now())
        _record(Event.HOLD_PLACED, hold, subject)
    return hold


def lift(hold: LegalHold, *, subject: Subject) -> bool:
    """Ends a hold; False when it had been lifted already. decide() was asked: another person than the one who placed it."""
    with transaction.atomic():
        hold = LegalHold.objects.select_for_update().get(pk=hold.pk)
        if hold.lifted_at:
            return False
        hold.lifted_at, hold.lifted_by = timezone.now(), subject.person
        hold.save(update_fields=["lifted_at", "lifted_by"])
        _record(Event.HOLD_LIFTED, hold, subject)
    return True


def _record(event: Event, hold: LegalHold, subject: Subject) -> None:
    scope = {"actor": hold.actor, "org": hold.org, "object": hold.object}
    record(
        event, actor=subject.person, organisation=subject.organisation, object=hold.object or hold.org,
        detail={"hold": str(hold.pk), "reason": hold.reason, **scope},
    )  # fmt: skip
