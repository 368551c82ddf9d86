"""Fetching packages: each file of a package that is taken is one event, committed before its first byte leaves.

The age file and the folder go out piece by piece. In between the package is looked at again: after a recall not one more piece leaves.
"""

from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import IO
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from bulletins.access import NotVisible, refuse
from bulletins.folder import Member, folded, length_of
from bulletins.models import Package
from bulletins.packages import Parcel, package_for, still_released
from bulletins.release_proof import proof_of
from council.access.facts import Subject
from council.access.policy import Action, Decision, Reason
from council.audit.record import record
from council.ranges import Span, Unsatisfiable, is_known, span_of, still_the_same

PIECE = 256 * 1024
LOOK_EVERY = 4 * 1024 * 1024
_OVER = Decision(allowed=False, reason=Reason.STATE)


class CutOff(ConnectionAbortedError):
    """The package ended while it was on its way. The connection breaks off, so that whoever receives it sees that bytes are missing."""


class NoSuchBytes(Exception):
    """The range that was asked for lies behind the `size` bytes of the file."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request says of the bytes it wants, in the words of its headers."""

    range: str = ""
    if_range: str = ""
    if_none_match: str = ""


class Sending:
    """Bytes on their way out, `size` of them (None when that is not known).

    The file behind them is closed with the last, when they break off, and by close() if not one was asked for.
    """

    def __init__(self, pieces: Iterator[bytes], file: IO[bytes], size: int | None) -> None:
        self._pieces, self._file, self.size = pieces, file, size

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._pieces
        finally:
            self.close()

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True, slots=True)
class Taken:
    """The age file, or the span of it that was asked for, on its way; without `sending` the caller has it already."""

    parcel: Parcel
    span: Span | None = None
    sending: Sending | None = None


def take_manifest(subject: Subject, package_id: UUID) -> tuple[Parcel, bytes]:
    """The signed bytes of the manifest. NotVisible, as from all of these, when the package is not there for the subject."""
    parcel = package_for(subject, package_id)
    _note(subject, parcel, "manifest")
    return parcel, bytes(parcel.seal.manifest)


def take_signature(subject: Subject, package_id: UUID) -> tuple[Parcel, bytes]:
    """The signature lines of the manifest's note."""
    parcel = package_for(subject, package_id)
    _note(subject, parcel, "signature")
    return parcel, bytes(parcel.seal.signature)


def take_proof(subject: Subject, package_id: UUID) -> tuple[Parcel, bytes]:
    """The proof that the release stands in the log, PACKAGE.md §6; NotYet while no checkpoint of the log covers it."""
    parcel = package_for(subject, package_id)
    proof = bytes(proof_of(parcel))
    _note(subject, parcel, "proof")
    return parcel, proof


def take_age(subject: Subject, package_id: UUID, wanted: Wanted) -> Taken:
    """The age file from the wanted byte on; NoSuchBytes when there is none there."""
    parcel = package_for(subject, package_id)
    if is_known(wanted.if_none_match, parcel.tag):
        _note(subject, parcel, "age", unchanged=True)
        return Taken(parcel)
    span = _span(subject, parcel, wanted)
    file = _opened(subject, parcel)
    try:
        _note(subject, parcel, "age", **({"range": [span.start, span.stop - 1]} if span else {}))
    except BaseException:
        file.close()
        raise
    sent = span or _whole(parcel)
    pieces = _watched(subject, parcel, _age(parcel, file, sent))
    if sent.stop == sent.size:
        pieces = _to_the_end(parcel, pieces)
    return Taken(parcel, span, Sending(pieces, file, sent.length))


def take_folder(subject: Subject, package_id: UUID) -> tuple[Parcel, Sending]:
    """The four files as one ZIP; NotYet as a whole when the proof can't be had within a moment."""
    parcel = package_for(subject, package_id)
    proof, file = bytes(proof_of(parcel, patient=True)), _opened(subject, parcel)
    try:
        _note(subject, parcel, "folder")
    except BaseException:
        file.close()
        raise
    age = _watched(subject, parcel, _age(parcel, file, _whole(parcel)))
    names, manifest, signature = parcel.names, bytes(parcel.seal.manifest), bytes(parcel.seal.signature)
    members = [
        Member(names.manifest, len(manifest), [manifest]),
        Member(names.signature, len(signature), [signature]),
        Member(names.proof, len(proof), [proof]),
        Member(names.age, parcel.size, age),
    ]
    moment = timezone.localtime(parcel.package.released_at)
    return parcel, Sending(_to_the_end(parcel, folded(members, moment)), file, length_of(members, moment))


def _note(subject: Subject, parcel: Parcel, file: str, **more: object) -> None:
    with transaction.atomic():
        record(
            Action.FETCH, actor=subject.person, organisation=subject.organisation, object=str(parcel.package.pk),
            revision=parcel.manifest.revision, tier=int(parcel.tier),
            detail={
                "bulletin": parcel.manifest.bulletin, "version": parcel.manifest.version, "file": file, **more,
            },
        )  # fmt: skip


def _refuse(subject: Subject, parcel: Parcel) -> None:
    refuse(subject, Action.FETCH, parcel.package.pk, _OVER, tier=parcel.tier)


def _whole(parcel: Parcel) -> Span:
    return Span(0, parcel.size, parcel.size)


def _span(subject: Subject, parcel: Parcel, wanted: Wanted) -> Span | None:
    if not still_the_same(wanted.if_range, parcel.tag):
        return None
    try:
        return span_of(wanted.range, parcel.size)
    except Unsatisfiable:
        _note(subject, parcel, "age", range="unsatisfiable")
        raise NoSuchBytes(parcel.size) from None


def _opened(subject: Subject, parcel: Parcel) -> IO[bytes]:
    """The stored payload. A recall between the decision and here answers as one before the decision would have."""
    try:
        return default_storage.open(parcel.payload.stored_file)
    except FileNotFoundError:
        if still_released(parcel.package.pk):
            raise
        _refuse(subject, parcel)
        raise NotVisible(Reason.STATE) from None


def _age(parcel: Parcel, file: IO[bytes], span: Span) -> Iterator[bytes]:
    """Header and payload behind each other, between the ends of the span."""
    header, edge = bytes(parcel.seal.header), parcel.header_size
    if span.start < edge:
        yield header[span.start : span.stop]
    at = max(span.start, edge)
    file.seek(at - edge)
    while at < span.stop:
        piece = file.read(min(PIECE, span.stop - at))
        if not piece:
            raise CutOff("the stored payload is shorter than it was")
        yield piece
        at += len(piece)


def _watched(subject: Subject, parcel: Parcel, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, as long as the package is released: CutOff, with a refusal in the log, as soon as it is seen that it is not."""
    # The request is over for the middleware when the first piece leaves; its refusal still belongs to it.
    refusing = partial(copy_context().run, _refuse, subject, parcel)
    return _looking(parcel, pieces, refusing)


def _looking(parcel: Parcel, pieces: Iterable[bytes], refusing: Callable[[], None]) -> Iterator[bytes]:
    sent = 0
    for piece in pieces:
        if sent >= LOOK_EVERY:
            sent = 0
            if not still_released(parcel.package.pk):
                refusing()
                raise CutOff("the package ended while it was on its way")
        yield piece
        sent += len(piece)


def _to_the_end(parcel: Parcel, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces; once the last was taken the package counts as received."""
    yield from pieces
    Package.objects.filter(pk=parcel.package.pk, fetched_at=None).update(fetched_at=timezone.now())
