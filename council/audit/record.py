"""record(): the only writer of the audit log. An event shares the transaction of its effect, or neither happens."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import rfc8785
from django.db import Error as DatabaseFailure
from django.db import transaction
from uuid_utils.compat import uuid7

from council.access.policy import Action
from council.audit.context import current
from council.audit.events import POLICY, Event, Outcome, named
from council.audit.leaf import SALT_BYTES, VERSION, digest_of, leaf, moment_of, time_text
from council.audit.models import AuditDetail, AuditEvent, PendingEvent
from council.keys import keyring
from council.sealing.envelope import Binding, seal
from council.sealing.errors import SealingError

_LONGEST_WORD = 500
# Rows of one INSERT; SQLite allows 32,766 parameters.
_AT_ONCE = 500


class AuditUnavailable(Exception):
    """The event can't be written, so what it tells of must not happen: 503."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One of many events: the arguments of record() under their names there."""

    organisation: str | None
    object: str = ""
    revision: int = 0
    tier: int = 1
    outcome: Outcome = Outcome.ALLOW
    reason: str = "allowed"
    detail: Mapping[str, object] | None = None


def actor_of(person: str) -> str:
    """The name of a person in the log: HMAC-SHA256 of the id under a key of this deployment, 64 hexadecimal digits."""
    return keyring().mac("audit.actor", str(person).encode()).hex()


def record(
    action: Action | Event,
    *,
    actor: str | None,
    organisation: str | None,
    object: str = "",  # noqa: A002  the member of the leaf has this name
    revision: int = 0,
    tier: int = 1,
    outcome: Outcome = Outcome.ALLOW,
    reason: str = "allowed",
    detail: Mapping[str, object] | None = None,
) -> AuditEvent:
    """Writes one event into the open transaction: RuntimeError without one, AuditUnavailable when it can't be written.

    `actor` and `organisation` are ids, None for the portal itself and for strangers. `object` is an id, never a title.
    `tier` is that of what the event is about. `detail` is JSON (search words, what changed) and is sealed.
    """
    entry = Entry(organisation, object, revision, tier, outcome, reason, detail)
    return record_many(action, [entry], actor=actor)[0]


def record_many(action: Action | Event, entries: Iterable[Entry], *, actor: str | None) -> list[AuditEvent]:
    """record() for many events of one kind by one actor, in their order, with three statements; raises what record() raises."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an event belongs into the transaction of its effect")
    try:
        pairs = _rows(action, entries, actor)
        AuditDetail.objects.bulk_create([detail for detail, _ in pairs], batch_size=_AT_ONCE)
        events = AuditEvent.objects.bulk_create([event for _, event in pairs], batch_size=_AT_ONCE)
        # The sequencer gives each its place in the log of its tier, after the commit.
        PendingEvent.objects.bulk_create([PendingEvent(event=each.pk, tier=each.tier) for each in events])
    except (DatabaseFailure, SealingError) as error:
        raise AuditUnavailable("the audit log can't be written") from error
    current().recorded[:] = [each.pk for each in events[-1:]]
    return events


def _rows(action: Action | Event, entries: Iterable[Entry], actor: str | None) -> list[tuple[AuditDetail, AuditEvent]]:
    """The unsaved rows of each event, its detail first."""
    name, who, ring = str(named(action)), actor_of(actor) if actor else "", keyring()
    rows = []
    for entry in entries:
        event, salt, private = uuid7(), secrets.token_bytes(SALT_BYTES), rfc8785.dumps(_private(actor, entry.detail))
        fields = {
            "v": VERSION,
            "id": str(event),
            "time": time_text(moment_of(event)),
            "actor": who,
            "org": str(entry.organisation or ""),
            "action": name,
            "object": str(entry.object),
            "revision": int(entry.revision),
            "tier": int(entry.tier),
            "outcome": str(entry.outcome),
            "reason": str(entry.reason),
            "policy": POLICY,
            "request": current().id,
            "detail": digest_of(salt, private),
        }
        sealed = seal(ring, binding_of(event, int(entry.tier)), private)
        detail = AuditDetail(
            event=event, salt=salt, ciphertext=sealed.ciphertext, wrap=sealed.wrap,
            epoch=sealed.epoch, algorithm=sealed.algorithm, key_id=sealed.key_id,
        )  # fmt: skip
        rows.append((detail, _event_row(event, fields)))
    return rows


def record_refusal(
    action: Action | Event,
    *,
    actor: str | None,
    organisation: str | None,
    object: str = "",  # noqa: A002
    revision: int = 0,
    tier: int = 1,
    outcome: Outcome = Outcome.DENY,
    reason: str,
    detail: Mapping[str, object] | None = None,
) -> AuditEvent:
    """record() in a transaction of its own, for what had no effect to share one with; RuntimeError inside another."""
    try:
        with transaction.atomic(durable=True):
            return record(
                action,
                actor=actor,
                organisation=organisation,
                object=object,
                revision=revision,
                tier=tier,
                outcome=outcome,
                reason=reason,
                detail=detail,
            )
    except DatabaseFailure as error:
        raise AuditUnavailable("the audit log can't be written") from error


def binding_of(event: UUID, tier: int) -> Binding:
    """What the sealed detail of an event is bound to."""
    return Binding(object=str(event), revision=0, part=0, tier=tier, subcommittees=(), purpose="audit.detail")


def _private(person: str | None, detail: Mapping[str, object] | None) -> dict[str, object]:
    context = current()
    return {
        "person": str(person or ""),
        "address": _clean(context.address),
        "agent": _clean(context.agent),
        "facts": dict(detail or {}),
    }


def _clean(word: str) -> str:
    """What a stranger sends as a header, cut to a length that can't fill the disk."""
    return word.encode("utf-8", "backslashreplace").decode()[:_LONGEST_WORD]


def _event_row(event: UUID, fields: dict[str, str | int]) -> AuditEvent:
    columns = ("actor", "org", "action", "object", "revision", "tier", "outcome", "reason", "request")
    return AuditEvent(
        id=event, leaf=leaf(fields), time=moment_of(event), **{column: fields[column] for column in columns}
    )
