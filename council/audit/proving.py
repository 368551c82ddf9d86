"""Proofs out of the database: that one event is in the log of its tier, under a checkpoint that as many as can be have signed."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import BinaryField, Count, OuterRef, QuerySet, Subquery

from council.audit import cosignature, sequencer
from council.audit.models import AuditEvent, Cosignature, LogCheckpoint, LogEntry
from council.audit.proof import Proof
from council.audit.signer_state import SignerRefused
from council.audit.tiles import LogReader
from council.sealing import note
from council.sealing.errors import NoteRefused

# Checkpoints that are looked through for one whose lines hold. More than a few are there only if somebody made lines up.
_MOST_TRIED = 100


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
    return best_of(LogCheckpoint.objects.filter(tier=tier, size__gt=index))


def best_of(rows: QuerySet[LogCheckpoint], *, until: datetime | None = None) -> LogCheckpoint | None:
    """Of these the newest that a quorum of witnesses has seen (`until` then, if given), else the newest, else None."""
    rows = rows.order_by("-size")
    return (_witnessed(rows, until) if settings.AUDIT_WITNESSES else None) or rows.first()


def newest_checkpoint(tier: int) -> LogCheckpoint | None:
    """The last that was signed, whoever stood by, or None."""
    return LogCheckpoint.objects.filter(tier=tier).order_by("-size").first()


def with_cosignatures(row: LogCheckpoint) -> bytes:
    """The note of a checkpoint, with the line of every witness of ours that has cosigned it. A line that does not hold is left out."""
    return bytes(row.note) + b"".join(bytes(each.line) for each in standing_by(row))


def with_notes(rows: QuerySet[Cosignature]) -> QuerySet[Cosignature]:
    """The rows with the note each belongs to as `note`, None where no checkpoint is of that size: what holds() needs."""
    notes = LogCheckpoint.objects.filter(tier=OuterRef("tier"), size=OuterRef("size")).values("note")[:1]
    return rows.annotate(note=Subquery(notes, output_field=BinaryField()))


def holds(row: Cosignature, verifier: cosignature.Verifier) -> bool:
    """Whether a row of with_notes() is what this witness said of that checkpoint: whoever can write rows has no key of a witness."""
    if row.note is None:
        return False
    signed = bytes(row.note) + bytes(row.line)
    try:
        lines, before = note.split(signed)[1], note.split(bytes(row.note))[1]
        given = cosignature.check(signed, [verifier])
    except NoteRefused:
        return False
    return [each.name for each in given] == [row.witness] and len(lines) == len(before) + 1


def _witnessed(over: QuerySet[LogCheckpoint], until: datetime | None) -> LogCheckpoint | None:
    """The newest of these that as many as have to be stand by."""
    named = _given(until).filter(tier=OuterRef("tier"), size=OuterRef("size"), witness__in=_by_name()).values("size")
    many = named.annotate(how_many=Count("pk")).values("how_many")
    seen = over.annotate(how_many=Subquery(many)).filter(how_many__gte=quorum())
    return next((row for row in seen[:_MOST_TRIED] if len(standing_by(row, until=until)) >= quorum()), None)


def standing_by(row: LogCheckpoint, *, until: datetime | None = None) -> list[Cosignature]:
    """The cosignatures of this checkpoint that hold (given `until` then), in the order of the names of the witnesses."""
    keys = _by_name()
    rows = with_notes(_given(until).filter(tier=row.tier, size=row.size, witness__in=keys).order_by("witness"))
    return [each for each in rows if holds(each, keys[each.witness])]


def _given(until: datetime | None) -> QuerySet[Cosignature]:
    return Cosignature.objects.filter(signed_at__lte=until) if until else Cosignature.objects.all()


def _by_name() -> dict[str, cosignature.Verifier]:
    return {each.name: each for each in witness_verifiers()}


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
