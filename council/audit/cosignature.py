"""Timestamped signatures on checkpoints (C2SP tlog-cosignature): Ed25519, type 0x04, and ML-DSA-44, type 0x06. Pure. FORMAT.md §7.

Witnesses cosign with 0x04. The log adds one of 0x06 to its own checkpoints, so that a quantum computer of a later day forges none.
"""

import base64
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from council.audit.checkpoint import Checkpoint
from council.sealing import note
from council.sealing.errors import NoteRefused, gettext_noop

ED25519 = 0x04
ML_DSA_44 = 0x06
_PUBLIC_BYTES = {ED25519: 32, ML_DSA_44: 1312}
_SIGNATURE_BYTES = {ED25519: 64, ML_DSA_44: 2420}
_TIME = struct.Struct(">Q")
_LATEST = 2**63 - 1
# Of a cosigner's name and of an origin: what one byte counts.
_LONGEST_NAME = 255

BAD_COSIGNER = gettext_noop("立会いの鍵の形が正しくないので、配布元の文字列のまま写してください。")
BAD_COSIGNATURE = gettext_noop("%(name)s の立会いの署名が合わないので使えません。")


class Cosigned(NamedTuple):
    """Whose cosignature holds, and the second (POSIX) at which they say they gave it."""

    name: str
    time: int


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public key of a cosigner. Its text (vkey) is `name+hex(key id)+base64(type || key)`."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        if (
            not note.is_name(self.name)
            or len(self.name.encode()) > _LONGEST_NAME
            or len(self.public) != _PUBLIC_BYTES.get(self.kind)
        ):
            raise NoteRefused(BAD_COSIGNER)

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """From a vkey; NoteRefused unless its key id belongs to name and key, and the type is one of ours."""
        name, _, rest = vkey.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        key = note.from_base64(encoded)
        verifier = cls(name, key[0] if key else 0, key[1:])
        if key_id != verifier.key_id.hex():
            raise NoteRefused(BAD_COSIGNER)
        return verifier

    @property
    def key_id(self) -> bytes:
        return note.key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    def accepts(self, checkpoint: Checkpoint, time: int, signature: bytes) -> bool:
        if self.kind == ML_DSA_44 and len(checkpoint.origin.encode()) > _LONGEST_NAME:
            return False
        message = _message(self.kind, self.name, checkpoint, time)
        reader = Ed25519PublicKey if self.kind == ED25519 else MLDSA44PublicKey
        try:
            reader.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A cosigner's name and key. `sign` takes a message and returns its signature."""

    verifier: Verifier
    sign: Callable[[bytes], bytes] = field(repr=False)

    @classmethod
    def from_seed(cls, name: str, kind: int, seed: bytes) -> Self:
        """From the 32-byte seed of RFC 8032 or FIPS 204."""
        key = Ed25519PrivateKey.from_private_bytes(seed) if kind == ED25519 else MLDSA44PrivateKey.from_seed_bytes(seed)
        return cls(Verifier(name, kind, key.public_key().public_bytes_raw()), key.sign)

    def line(self, checkpoint: Checkpoint, time: int) -> bytes:
        """One line for the note, as of `time` (POSIX seconds)."""
        stamp = _TIME.pack(time)
        signed = self.sign(_message(self.verifier.kind, self.verifier.name, checkpoint, time))
        return note.line(self.verifier.name, self.verifier.key_id, stamp + signed)


def check(data: bytes, verifiers: Iterable[Verifier]) -> list[Cosigned]:
    """Whose cosignatures on the checkpoint in this note hold, in the order of its lines; unknown keys are passed over.

    NoteRefused for a note of another form, and when a line of a known key does not hold. The log's own signature is not asked for.
    """
    text, lines = note.split(data)
    checkpoint = Checkpoint.parse(text)
    known = {(each.name, each.key_id): each for each in verifiers}
    found: dict[str, Cosigned] = {}
    for name, key_id, signature in lines:
        verifier = known.get((name, key_id))
        if verifier is not None and name not in found:
            found[name] = Cosigned(name, _checked(verifier, checkpoint, signature))
    return list(found.values())


def _checked(verifier: Verifier, checkpoint: Checkpoint, signature: bytes) -> int:
    if len(signature) != _TIME.size + _SIGNATURE_BYTES[verifier.kind]:
        raise NoteRefused(BAD_COSIGNATURE, name=verifier.name)
    time = _TIME.unpack_from(signature)[0]
    if time > _LATEST or not verifier.accepts(checkpoint, time, signature[_TIME.size :]):
        raise NoteRefused(BAD_COSIGNATURE, name=verifier.name)
    return time


def _message(kind: int, name: str, checkpoint: Checkpoint, time: int) -> bytes:
    if kind == ED25519:
        return f"cosignature/v1\ntime {time}\n".encode() + checkpoint.text
    cosigner, origin = name.encode(), checkpoint.origin.encode()
    return b"".join(
        [
            b"subtree/v1\n\x00",
            bytes([len(cosigner)]), cosigner,
            _TIME.pack(time),
            bytes([len(origin)]), origin,
            _TIME.pack(0), _TIME.pack(checkpoint.size), checkpoint.root,
        ]
    )  # fmt: skip
