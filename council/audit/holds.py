"""Legal holds: what an inquiry needs is kept beyond its retention. Whoever places one does not lift it.

A row says that a hold was lifted, and its event says so too, in a detail that nobody seals without the keys. Only both together end it.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from council.access.facts import Subject
from council.audit.details import details_of
from council.audit.events import Event
from council.audit.models import AuditEvent, Disposal, LegalHold
from council.audit.record import record

# Under which of its columns a hold finds what it covers; empty for everything.
Scope = dict[str, str]


_COLUMNS = ("actor", "org", "object")


def in_force() -> list[Scope]:
    """What is held: by rows that are not lifted, and by events of holds whose lifting no event tells of."""
    rows = {str(hold.pk): hold for hold in LegalHold.objects.all()}
    lifted = lifted_for_good()
    standing = [_scope_of(vars(hold)) for key, hold in rows.items() if hold.lifted_at is None or key not in lifted]
    gone = [facts for facts in _facts_of(Event.HOLD_PLACED) if facts.get("hold") not in {*rows, *lifted}]
    return standing + [_scope_of(facts) for facts in gone]


def lifted_for_good() -> set[str]:
    """The ids of the holds whose lifting an event tells of."""
    return {str(facts.get("hold")) for facts in _facts_of(Event.HOLD_LIFTED)}


def place(scope: Scope, reason: str, *, subject: Subject) -> LegalHold:
    """Holds what the scope names: {"actor": …, "object": …}, {"org": …, "object": …}, {"object": …}, or everything for {}.

    A disposal that runs is waited for, and destroys nothing of it from then on. ValidationError without a reason.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("保全の理由を書いてください。"))
    with transaction.atomic():
        # A batch of a disposal locks its row too: after this line none of them goes by the holds of before.
        open_states = [Disposal.State.PROPOSED, Disposal.State.APPROVED]
        list(Disposal.objects.select_for_update().filter(state__in=open_states))
        hold = LegalHold.objects.create(**scope, reason=reason, placed_by=subject.person, placed_at=timezone.now())
        _record(Event.HOLD_PLACED, hold, subject)
    return hold


def lift(hold: LegalHold, *, subject: Subject) -> bool:
    """Ends a hold; False when it had been lifted already. decide() was asked: another person than the one who placed it."""
    with transaction.atomic():
        hold = LegalHold.objects.select_for_update().get(pk=hold.pk)
        if hold.lifted_at and str(hold.pk) in lifted_for_good():
            return False
        hold.lifted_at, hold.lifted_by = timezone.now(), subject.person
        hold.save(update_fields=["lifted_at", "lifted_by"])
        _record(Event.HOLD_LIFTED, hold, subject)
    return True


def _record(event: Event, hold: LegalHold, subject: Subject) -> None:
    record(
        event, actor=subject.person, organisation=subject.organisation, object=hold.object or hold.org,
        detail={"hold": str(hold.pk), "reason": hold.reason, **_scope_of(vars(hold))},
    )  # fmt: skip


def _facts_of(event: Event) -> list[dict]:
    """What the details of these events say; one that does not open says nothing."""
    rows = AuditEvent.objects.filter(action=event)
    return [detail["facts"] for detail in details_of(rows).values() if detail]


def _scope_of(said: dict) -> Scope:
    return {column: str(said.get(column, "")) for column in _COLUMNS}
