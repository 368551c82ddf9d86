"""The proof that a package's release stands in the audit log (PACKAGE.md §6), made from the log when it is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import sleep

from bulletins.packages import Parcel
from council.audit import cosignature
from council.audit.checkpoint import Checkpoint
from council.audit.proof import Proof
from council.audit.proving import NotYet, prove, witness_verifiers
from council.audit.signer_state import SignerRefused
from council.sealing import note
from council.sealing.errors import NoteRefused

__all__ = ["InWords", "NotYet", "in_words", "proof_of"]

# A witness or the sequencer may hold the log for a moment; a browser waits that long, and not much longer.
_TRIES, _BETWEEN = 5, 0.2


@dataclass(frozen=True, slots=True)
class InWords:
    """What the proof shows: the log by its name, the place of the release, how long the log was, and the witnesses who signed that."""

    log: str
    index: int
    size: int
    witnesses: Sequence[str]


def proof_of(parcel: Parcel, *, patient: bool = False) -> Proof:
    """The proof; NotYet while no checkpoint covers the release. `patient` asks again for about a second before that."""
    for _ in range(_TRIES - 1 if patient else 0):
        try:
            return _proof(parcel)
        except NotYet:
            sleep(_BETWEEN)
    return _proof(parcel)


def _proof(parcel: Parcel) -> Proof:
    try:
        return prove(parcel.seal.event)
    except (LookupError, SignerRefused) as error:
        # The log can't go on, or somebody took rows away; its own alarms say so. Nothing is handed out without a proof.
        raise NotYet("the log can't prove the release") from error


def in_words(parcel: Parcel) -> InWords | None:
    """What a page says of the proof; None while there is none."""
    try:
        proof = proof_of(parcel)
    except NotYet:
        return None
    covering = Checkpoint.parse(note.split(proof.note)[0])
    return InWords(covering.origin, proof.index, covering.size, _witnesses(proof))


def _witnesses(proof: Proof) -> list[str]:
    try:
        return [each.name for each in cosignature.check(proof.note, witness_verifiers())]
    except NoteRefused:
        return []
