"""Who holds the keys. Key encryption keys are made and used inside a keyring and never leave it. FORMAT.md §3, §4."""

import hmac
import os
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
        """A public name of the scope's key: 32 hexadecimal digits in a file keyring."""
        ...


class FileKeyring:
    """A keyring in a 0600 JSON file. Threads may share it; it follows the file when another process changes it."""

    __slots__ = ("_loaded", "_path")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = _behind_links(path)
        self._loaded = keyfile.read(self._path)

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
        """Adds an epoch with a root of its own and returns its number; old epochs stay."""
        return keyfile.change(self._path, _with_new_epoch).current_epoch()

    def set_minimum_epoch(self, epoch: int) -> None:
        """Nothing older than `epoch` opens from now on. ValueError when it would go back or beyond the current one."""
        keyfile.change(self._path, lambda content: _with_minimum(content, epoch))

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
        return _derive(self._kek(scope), "key-id")[:16].hex()

    def _content(self) -> keyfile.KeyContent:
        """What the file holds now. A file that is gone or spoilt stops us too, whatever we remember of it."""
        content, stamp = self._loaded
        if keyfile.stamp(self._path) != stamp:
            self._loaded = keyfile.read(self._path)
            content, _ = self._loaded
        return content

    def _cipher(self, scope: Scope) -> AESGCM:
        """An object instead of bytes: the frames of a refusal then hold no key for a crash report to print."""
        return AESGCM(self._kek(scope))

    def _kek(self, scope: Scope) -> bytes:
        content = self._content()
        root = content.root(scope.epoch)
        if root is None:
            raise OpeningRefused(UNKNOWN_EPOCH, epoch=scope.epoch)
        if scope.epoch < content.minimum_epoch:
            raise OpeningRefused(RETIRED_EPOCH, epoch=scope.epoch, minimum=content.minimum_epoch)
        tier_key = _derive(root, "tier", tier=scope.tier)
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
    """The minimum only goes up: going back would reopen what a rotation has closed."""
    lowest, highest = content.minimum_epoch, content.current_epoch()
    if type(epoch) is not int or not lowest <= epoch <= highest:
        raise ValueError(EPOCH_OUT_OF_RANGE % {"lowest": lowest, "highest": highest})
    return replace(content, minimum_epoch=epoch)
