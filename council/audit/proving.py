"""Proofs out of the database: that one event is in the log of its tier, under a checkpoint that as many as can be have signed."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from django.conf import settings
from django.db.models import Count

from council.audit import cosignature, sequencer
from council.audit.models import AuditEvent, Cosignature, LogCheckpoint, LogEntry
from council.audit.proof import Proof
from council.audit.signer_state import SignerRefused
from council.audit.tiles import LogReader


class NotYet(Exception):
    """The event is written and no checkpoint covers it so far: ask again in a second."""


def witness_verifiers() -> list[cosignature.Verifier]:
    """The keys of the witnesses this deployment asks; NoteRefused for a vkey that is none."""
    return [cosignature.Verifier.parse(each["vkey"]) for each in settings.AUDIT_WITNESSES]


def quorum() -> int:
    """How many witnesses have to have cosigned a checkpoint: the setting, or more than half of them."""
    return settings.AUDIT_WITNESS_QUORUM or len(settings.AUDIT_WITNESSES) // 2 + 1


def prove(event: UUID) -> Proof:
    """The proof for one event. LookupError for an id that is no event; NotYet while no checkpoint covers it.

    Integrates and signs what waits, so that whoever asks right after the event gets an answer.
    """
    entry = _entry(event)
    covering = covering_checkpoint(entry.tier, entry.index)
    if covering is None:
        try:
            sequencer.sign(entry.tier)
        except SignerRefused as error:
            raise NotYet(str(error)) from error
        covering = covering_checkpoint(entry.tier, entry.index)
    if covering is None:
        raise NotYet("no checkpoint covers the event yet")
    leaf = AuditEvent.objects.values_list("leaf", flat=True).get(pk=event)
    path = LogReader(entry.tier, covering.size).inclusion(entry.index)
    return Proof(bytes(leaf), entry.index, tuple(path), with_cosignatures(covering))


def covering_checkpoint(tier: int, index: int) -> LogCheckpoint | None:
    """The newest checkpoint over this index that a quorum of witnesses has seen, else the newest, else None."""
    over = LogCheckpoint.objects.filter(tier=tier, size__gt=index).order_by("-size")
    witnessed = (
        Cosignature.objects.filter(tier=tier, size__gt=index, witness__in=_names())
        .values("size").annotate(how_many=Count("pk")).filter(how_many__gte=quorum()).order_by("-size").values_list("size", flat=True)
    )  # fmt: skip
    size = witnessed.first() if settings.AUDIT_WITNESSES else None
    return over.filter(size=size).first() if size else over.first()


def with_cosignatures(row: LogCheckpoint) -> bytes:
    """The note of a checkpoint, with the line of every witness that has cosigned it."""
    lines = Cosignature.objects.filter(tier=row.tier, size=row.size).order_by("witness").values_list("line", flat=True)
    return bytes(row.note) + b"".join(bytes(line) for line in lines)


def _names() -> Iterable[str]:
    return [each.name for each in witness_verifiers()]


def _entry(event: UUID) -> LogEntry:
    entry = LogEntry.objects.filter(pk=event).first()
    if entry is None:
        tier = AuditEvent.objects.filter(pk=event).values_list("tier", flat=True).first()
        if tier is None:
            raise LookupError(f"there is no event {event}")
        with suppress(SignerRefused):
            while sequencer.integrate(tier):
                pass
        entry = LogEntry.objects.filter(pk=event).first()
    if entry is None:
        raise NotYet("the event has no place yet")
    return entry
