"""Who holds the keys. Key encryption keys are made and used inside a keyring and never leave it. FORMAT.md §3, §4."""

import hmac
import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, Protocol, Self

import rfc8785
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from council.sealing import keyfile
from council.sealing.errors import KeyringUnavailable, OpeningRefused, gettext_noop

__all__ = ["FileKeyring", "Keyring", "KeyringUnavailable", "OpeningRefused", "Scope"]

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
WRAP_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES

UNKNOWN_EPOCH = gettext_noop("世代 %(epoch)s の鍵が鍵リングにないので使えません。")
RETIRED_EPOCH = gettext_noop("世代 %(epoch)s の鍵は最低世代 %(minimum)s より古いので使えません。")
DOES_NOT_FIT = gettext_noop("封が合わないので開けません（内容、ラベル、置き場所のいずれかが変わっています）。")
EPOCH_OUT_OF_RANGE = gettext_noop("最低世代は %(lowest)s から %(highest)s までの整数で指定してください。")
STILL_IN_USE = gettext_noop("鍵を壊せるのは最低世代 %(minimum)s より前だけです。先に最低世代を進めてください。")


class Scope(NamedTuple):
    """What one key encryption key is for. `subcommittees` are opaque ids; their order means nothing."""

    tier: int
    subcommittees: tuple[str, ...]
    epoch: int


class Keyring(Protocol):
    """What the envelope asks of a keyring: a file here, a PKCS#11 token elsewhere.

    Every method raises KeyringUnavailable when the keys can't be reached.
    """

    def current_epoch(self) -> int:
        """The epoch new seals are made in."""
        ...

    def minimum_epoch(self) -> int:
        """The oldest epoch that still opens."""
        ...

    def wrap(self, scope: Scope, key: bytes, aad: bytes) -> bytes:
        """A 32-byte key as nonce (12) || encrypted key (32) || tag (16). OpeningRefused for an unusable epoch."""
        ...

    def unwrap(self, scope: Scope, wrapped: bytes, aad: bytes) -> bytes:
        """The 32-byte key; OpeningRefused when scope, bytes or aad are not those it was wrapped with."""
        ...

    def mac(self, purpose: str, data: bytes) -> bytes:
        """HMAC-SHA256 (32 bytes) under a key of this purpose alone, the same in every epoch."""
        ...

    def key_id(self, scope: Scope) -> str:
        """A public name of the scope's key: 32 hexadecimal digits."""
        ...

    def epochs(self) -> tuple[int, ...]:
        """The epochs whose keys are held, ascending; those below the minimum open nothing any more."""
        ...

    def rotate(self) -> int:
        """Adds an epoch with keys of its own and returns its number; old epochs stay."""
        ...

    def set_minimum_epoch(self, epoch: int) -> None:
        """Nothing older than `epoch` opens from now on. ValueError when it would go back or beyond the current one."""
        ...

    def retire_below(self, epoch: int) -> tuple[int, ...]:
        """Destroys the keys of every epoch below this one, for good; which those were. ValueError above the minimum."""
        ...

    # What kind of keyring it is, for the inventory; how long, in seconds, another process may still go by the epochs of before.
    kind: str
    lag: float


class _Key(NamedTuple):
    """A key encryption key, ready for use, and its public name."""

    cipher: AESGCM
    id: str


class FileKeyring:
    """A keyring in a 0600 JSON file. Threads may share it; it follows the file when another process changes it."""

    __slots__ = ("_loaded", "_path")
    kind = "file"
    lag = 0.0

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = _behind_links(path)
        self._loaded = (*keyfile.read(self._path), {})

    def __repr__(self) -> str:
        return f"FileKeyring({str(self._path)!r})"

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """The keyring at `path`; KeyringUnavailable when it is missing, readable by others, not ours or malformed."""
        return cls(path)

    @classmethod
    def create(cls, path: str | os.PathLike[str]) -> Self:
        """A new keyring with one epoch, or the one that is already there; the folder must exist."""
        keyfile.create(_behind_links(path))
        return cls(path)

    def rotate(self) -> int:
        return keyfile.change(self._path, _with_new_epoch).current_epoch()

    def set_minimum_epoch(self, epoch: int) -> None:
        keyfile.change(self._path, lambda content: _with_minimum(content, epoch))

    def retire_below(self, epoch: int) -> tuple[int, ...]:
        """As the protocol says. Copies of the file made earlier still hold the roots: they have to go too."""
        before = self.epochs()
        kept = keyfile.change(self._path, lambda content: _without_below(content, epoch)).held()
        return tuple(number for number in before if number not in kept)

    def epochs(self) -> tuple[int, ...]:
        return self._content().held()

    def current_epoch(self) -> int:
        return self._content().current_epoch()

    def minimum_epoch(self) -> int:
        return self._content().minimum_epoch

    def wrap(self, scope: Scope, key: bytes, aad: bytes) -> bytes:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a wrapped key has {KEY_BYTES} bytes")
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher(scope).encrypt(nonce, key, aad)

    def unwrap(self, scope: Scope, wrapped: bytes, aad: bytes) -> bytes:
        cipher = self._cipher(scope)
        if len(wrapped) != WRAP_BYTES:
            raise OpeningRefused(DOES_NOT_FIT)
        try:
            return cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], aad)
        except InvalidTag:
            raise OpeningRefused(DOES_NOT_FIT) from None

    def mac(self, purpose: str, data: bytes) -> bytes:
        return hmac.digest(_derive(self._content().mac_root, "mac", purpose=purpose), data, "sha256")

    def key_id(self, scope: Scope) -> str:
        return self._key(scope).id

    def _content(self) -> keyfile.KeyContent:
        """What the file holds now. A file that is gone or spoilt stops us too, whatever we remember of it."""
        return self._now()[0]

    def _now(self) -> tuple[keyfile.KeyContent, dict[Scope, _Key]]:
        """What the file holds, and the keys that were derived from exactly that: ten thousand packages need the same few."""
        content, stamp, derived = self._loaded
        if keyfile.stamp(self._path) != stamp:
            self._loaded = content, _stamp, derived = (*keyfile.read(self._path), {})
        return content, derived

    def _cipher(self, scope: Scope) -> AESGCM:
        """An object instead of bytes: the frames of a refusal then hold no key for a crash report to print."""
        return self._key(scope).cipher

    def _key(self, scope: Scope) -> _Key:
        content, derived = self._now()
        check_usable(scope.epoch, held=content.held(), minimum=content.minimum_epoch)
        key = derived.get(scope)
        if key is None:
            kek = _kek(content, scope)
            key = derived[scope] = _Key(AESGCM(kek), _derive(kek, "key-id")[:16].hex())
        return key


def _kek(content: keyfile.KeyContent, scope: Scope) -> bytes:
    tier_key = _derive(content.root(scope.epoch), "tier", tier=scope.tier)
    subcommittees = sorted(set(scope.subcommittees))
    return _derive(tier_key, "kek", tier=scope.tier, subcommittees=subcommittees, epoch=scope.epoch)


def _behind_links(path: str | os.PathLike[str]) -> Path:
    """The file itself: a link stays a link when the file behind it is rewritten."""
    return Path(os.path.realpath(path))


def _derive(secret: bytes, use: str, **facts: int | str | list[str]) -> bytes:
    """HKDF-SHA256 (RFC 5869), empty salt, 32 bytes; info is canonical JSON, so no two uses can read alike."""
    info = rfc8785.dumps({"v": 1, "use": f"council.sealing/{use}", **facts})
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret)


def _with_new_epoch(content: keyfile.KeyContent) -> keyfile.KeyContent:
    return replace(content, epochs=(*content.epochs, keyfile.new_epoch(content.current_epoch() + 1)))


def _with_minimum(content: keyfile.KeyContent, epoch: int) -> keyfile.KeyContent:
    check_minimum(epoch, lowest=content.minimum_epoch, highest=content.current_epoch())
    return replace(content, minimum_epoch=epoch)


def _without_below(content: keyfile.KeyContent, epoch: int) -> keyfile.KeyContent:
    check_retirement(epoch, minimum=content.minimum_epoch)
    return replace(content, epochs=tuple(known for known in content.epochs if known.number >= epoch))


def check_minimum(epoch: int, *, lowest: int, highest: int) -> None:
    """The minimum only goes up: going back would reopen what a rotation has closed. ValueError otherwise."""
    if type(epoch) is not int or not lowest <= epoch <= highest:
        raise ValueError(EPOCH_OUT_OF_RANGE % {"lowest": lowest, "highest": highest})


def check_retirement(epoch: int, *, minimum: int) -> None:
    """Only what no longer opens is destroyed. ValueError otherwise."""
    if type(epoch) is not int or epoch > minimum:
        raise ValueError(STILL_IN_USE % {"minimum": minimum})


def check_usable(epoch: int, *, held: Collection[int], minimum: int) -> None:
    """OpeningRefused for an epoch that the keyring does not hold or that lies below its minimum."""
    if epoch not in held:
        raise OpeningRefused(UNKNOWN_EPOCH, epoch=epoch)
    if epoch < minimum:
        raise OpeningRefused(RETIRED_EPOCH, epoch=epoch, minimum=minimum)
