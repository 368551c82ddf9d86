"""One content, one file key, one wrap: all bound to the place they belong to. FORMAT.md §4, §5."""

import dataclasses
import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from council.sealing.canonical import canonical
from council.sealing.errors import OpeningRefused, gettext_noop
from council.sealing.keyring import DOES_NOT_FIT, KEY_BYTES, NONCE_BYTES, TAG_BYTES, Keyring, Scope

ALGORITHM = "AES-256-GCM.v1"
LARGEST_NUMBER = 2**53 - 1  # RFC 8785 canonical JSON has no larger whole numbers

UNKNOWN_ALGORITHM = gettext_noop("封の方式 %(algorithm)s を扱えないので開けません。")
ANOTHER_KEY = gettext_noop("封に記された鍵がこの鍵リングの鍵と違うので開けません。")


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a content belongs. `object` is an opaque id; `purpose` tells apart what one part holds (text, file …).

    Subcommittees are a set: order and repeats do not count. A part called 1 and one called "1" are two parts.
    ValueError or TypeError for what canonical JSON can't say exactly.
    """

    object: str
    revision: int
    part: int | str
    tier: int
    subcommittees: tuple[str, ...]
    purpose: str

    def __post_init__(self) -> None:
        if isinstance(self.subcommittees, str):
            raise TypeError("subcommittees are several ids, not one string")
        subcommittees = tuple(sorted({_text(each) for each in self.subcommittees}))
        part = _text(self.part) if isinstance(self.part, str) else _number(self.part)
        exact = {
            "subcommittees": subcommittees,
            "part": part,
            "revision": _number(self.revision),
            "tier": _number(self.tier),
            "object": _text(self.object),
            "purpose": _text(self.purpose),
        }
        for name, value in exact.items():
            object.__setattr__(self, name, value)

    def aad(self, epoch: int) -> bytes:
        """The associated data of a wrap: canonical JSON (RFC 8785) of the binding, its version and the epoch."""
        return canonical({**self._facts(), "epoch": epoch})

    def content_aad(self) -> bytes:
        """The associated data of the content: the same without the epoch, so that rotation re-wraps and no more."""
        return canonical(self._facts())

    def scope(self, epoch: int) -> Scope:
        return Scope(self.tier, self.subcommittees, epoch)

    def _facts(self) -> dict[str, int | str | list[str]]:
        return {
            "v": 1,
            "object": self.object,
            "revision": self.revision,
            "part": self.part,
            "tier": self.tier,
            "subcommittees": list(self.subcommittees),
            "purpose": self.purpose,
        }


@dataclass(frozen=True, slots=True)
class Sealed:
    """`ciphertext` is nonce (12) || encrypted content || tag (16), `wrap` the file key, wrapped (60 bytes).

    Nothing here is secret. The ciphertext is 28 bytes longer than the content: lengths show.
    """

    ciphertext: bytes = field(repr=False)
    wrap: bytes = field(repr=False)
    epoch: int
    algorithm: str
    key_id: str


def seal(keyring: Keyring, binding: Binding, plaintext: bytes) -> Sealed:
    """Encrypts under a fresh file key, wrapped in the current epoch. Raises KeyringUnavailable."""
    file_key, nonce = os.urandom(KEY_BYTES), os.urandom(NONCE_BYTES)
    ciphertext = nonce + AESGCM(file_key).encrypt(nonce, plaintext, binding.content_aad())
    epoch = keyring.current_epoch()
    scope = binding.scope(epoch)
    wrap = keyring.wrap(scope, file_key, binding.aad(epoch))
    return Sealed(ciphertext, wrap, epoch, ALGORITHM, keyring.key_id(scope))


def open_sealed(keyring: Keyring, binding: Binding, sealed: Sealed) -> bytes:
    """The content; OpeningRefused when anything differs from when it was sealed, KeyringUnavailable without keys."""
    cipher = AESGCM(_file_key(keyring, binding, sealed))
    if len(sealed.ciphertext) < NONCE_BYTES + TAG_BYTES:
        raise OpeningRefused(DOES_NOT_FIT)
    nonce, encrypted = sealed.ciphertext[:NONCE_BYTES], sealed.ciphertext[NONCE_BYTES:]
    try:
        return cipher.decrypt(nonce, encrypted, binding.content_aad())
    except InvalidTag:
        raise OpeningRefused(DOES_NOT_FIT) from None


def rewrap(keyring: Keyring, binding: Binding, sealed: Sealed) -> Sealed:
    """The same content with its file key wrapped in the current epoch; unchanged when it already is."""
    epoch = keyring.current_epoch()
    if sealed.epoch == epoch:
        return sealed
    file_key, scope = _file_key(keyring, binding, sealed), binding.scope(epoch)
    wrap = keyring.wrap(scope, file_key, binding.aad(epoch))
    return dataclasses.replace(sealed, wrap=wrap, epoch=epoch, key_id=keyring.key_id(scope))


def _file_key(keyring: Keyring, binding: Binding, sealed: Sealed) -> bytes:
    if sealed.algorithm != ALGORITHM:
        raise OpeningRefused(UNKNOWN_ALGORITHM, algorithm=sealed.algorithm)
    scope = binding.scope(sealed.epoch)
    if keyring.key_id(scope) != sealed.key_id:
        raise OpeningRefused(ANOTHER_KEY)
    return keyring.unwrap(scope, sealed.wrap, binding.aad(sealed.epoch))


def _number(value: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("revision, part and tier are whole numbers")
    if not 0 <= value <= LARGEST_NUMBER:
        raise ValueError("revision, part and tier are not negative and at most 2**53 - 1")
    return int(value)


def _text(value: str) -> str:
    if not isinstance(value, str):
        raise TypeError("ids and purposes are text")
    value.encode()  # a lone surrogate has no UTF-8, and no canonical JSON
    return value
