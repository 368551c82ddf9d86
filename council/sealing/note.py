"""Signed notes (C2SP signed-note) with Ed25519, signature type 0x01. Pure: packages and checkpoints both use it."""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from council.sealing.errors import NoteRefused, gettext_noop

__all__ = [
    "NoteRefused", "Signer", "Verified", "Verifier", "from_base64", "is_name", "key_id", "line", "sign", "signature_lines",
    "split", "verify",
]  # fmt: skip

ED25519 = 0x01
KEY_ID_BYTES = 4
PUBLIC_BYTES = 32
MOST_SIGNATURES = 100
LARGEST_NOTE = 1 << 20
_DASH = "— "  # em dash, U+2014, and a space

BAD_VKEY = gettext_noop("検証鍵（名前+鍵ID+公開鍵）の形が正しくないので、配布元の文字列のまま写してください。")
BAD_KEY_ID = gettext_noop("検証鍵の鍵IDが公開鍵と合わないので、写し間違いがないか確かめてください。")
OTHER_TYPE = gettext_noop("検証鍵の種類が Ed25519 ではないので使えません。")
BAD_NAME = gettext_noop("署名鍵の名前が空か、空白や + を含んでいるので使えません。")
NOT_A_NOTE = gettext_noop("署名された文（signed note）の形ではありません。")
NO_SIGNATURE = gettext_noop("信頼する鍵の署名がないので使えません。")
BAD_SIGNATURE = gettext_noop("鍵 %(name)s の署名が合わないので使えません（内容が変わっています）。")


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key to check notes with. Its text (vkey) is `name+hex(key id)+base64(type || key)`."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise NoteRefused(BAD_NAME)
        if len(self.public) != PUBLIC_BYTES:
            raise NoteRefused(BAD_VKEY)

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """From a vkey; NoteRefused unless its key id belongs to name and key, and the type is Ed25519."""
        name, _, rest = vkey.partition("+")
        key_id, _, encoded = rest.partition("+")
        key = from_base64(encoded)
        if not key:
            raise NoteRefused(BAD_VKEY)
        if key[0] != ED25519:
            raise NoteRefused(OTHER_TYPE)
        verifier = cls(name, key[1:])
        if key_id != verifier.key_id.hex():
            raise NoteRefused(BAD_KEY_ID)
        return verifier

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name || 0x0A || type || key): an identifier, not a secure hash."""
        return key_id(self.name, ED25519, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([ED25519]) + self.public).decode()}"

    def accepts(self, text: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A name, and who signs under it: a key in memory (`from_seed`) or in a token, which only gives `sign`.

    `sign` takes the text (bytes) and returns the 64 bytes of an Ed25519 signature.
    """

    verifier: Verifier
    sign: Callable[[bytes], bytes] = field(repr=False)

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Self:
        """From the 32-byte private key of RFC 8032."""
        key = Ed25519PrivateKey.from_private_bytes(seed)
        return cls(Verifier(name, key.public_key().public_bytes_raw()), key.sign)


class Verified(NamedTuple):
    """What a note says, and the verifiers among those asked whose signatures hold (at least one)."""

    text: bytes
    by: tuple[Verifier, ...]


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """4 bytes that tell keys apart: SHA-256(name || 0x0A || type || public key), cut short."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:KEY_ID_BYTES]


def sign(text: bytes, *signers: Signer) -> bytes:
    """The whole note: the text, a blank line, one line for each signer. The text must end with a line feed."""
    _check_text(text)
    return text + b"\n" + signature_lines(text, *signers)


def signature_lines(text: bytes, *signers: Signer) -> bytes:
    """Only the lines that follow the blank line; the order is that of the signers."""
    return b"".join(line(each.verifier.name, each.verifier.key_id, each.sign(text)) for each in signers)


def verify(note: bytes, *verifiers: Verifier) -> Verified:
    """The text of a note that at least one of `verifiers` signed; signatures of unknown keys are passed over.

    NoteRefused for a note of another form, without a signature of a known key, or with one that does not hold.
    """
    text, lines = split(note)
    known = {(each.name, each.key_id): each for each in verifiers}
    by: list[Verifier] = []
    for name, identifier, signature in lines:
        verifier = known.get((name, identifier))
        if verifier is None or verifier in by:
            continue
        if not verifier.accepts(text, signature):
            raise NoteRefused(BAD_SIGNATURE, name=name)
        by.append(verifier)
    if not by:
        raise NoteRefused(NO_SIGNATURE)
    return Verified(text, tuple(by))


def line(name: str, key_id: bytes, signature: bytes) -> bytes:
    """One signature line, with its line feed; what the signature says is the business of its type."""
    return f"{_DASH}{name} {base64.b64encode(key_id + signature).decode()}\n".encode()


def split(note: bytes) -> tuple[bytes, list[tuple[str, bytes, bytes]]]:
    """The text, and of each signature line (name, key id, signature) without checking any; NoteRefused for another form."""
    if len(note) > LARGEST_NOTE:
        raise NoteRefused(NOT_A_NOTE)
    text, blank, signatures = note.rpartition(b"\n\n")
    if not blank or not signatures.endswith(b"\n"):
        raise NoteRefused(NOT_A_NOTE)
    _check_text(note)
    lines = signatures.decode().removesuffix("\n").split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteRefused(NOT_A_NOTE)
    return text + b"\n", [_parse_line(each) for each in lines]


def _check_text(text: bytes) -> None:
    """UTF-8, no control characters but line feeds, and a line feed at the end."""
    try:
        characters = set(text.decode())
    except UnicodeDecodeError:
        raise NoteRefused(NOT_A_NOTE) from None
    if not text.endswith(b"\n") or any(each < " " and each != "\n" for each in characters):
        raise NoteRefused(NOT_A_NOTE)


def _parse_line(text: str) -> tuple[str, bytes, bytes]:
    """(name, key id, signature); the length of the signature is the business of its type."""
    name, _, encoded = text.removeprefix(_DASH).partition(" ")
    data = from_base64(encoded)
    if not text.startswith(_DASH) or not is_name(name) or len(data) <= KEY_ID_BYTES:
        raise NoteRefused(NOT_A_NOTE)
    return name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:]


def is_name(name: str) -> bool:
    """Whether a key may be called so: not empty, no white space, no "+"."""
    printable = not any(each.isspace() or each == "+" or each < " " for each in name)
    return bool(name) and printable


def from_base64(text: str) -> bytes:
    """Padded standard base64 in its one canonical spelling; empty for anything else."""
    try:
        data = base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return b""
    return data if base64.b64encode(data).decode() == text else b""
