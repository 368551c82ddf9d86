"""Keys of the age format: whom a header is made out to (`age1pq1…`, `age1…`) and who opens it. FORMAT.md §8."""

import hashlib
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from council.sealing import bech32
from council.sealing.errors import AgeRefused, gettext_noop

SECRET_BYTES = 32
SHARE_BYTES = 32
MLKEM_BYTES = 1184
BODY_BYTES = 32

_HYBRID_INFO = b"age-encryption.org/mlkem768x25519"
_CLASSIC_INFO = b"age-encryption.org/v1/X25519"
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_ZERO_NONCE = bytes(12)

NOT_A_RECIPIENT = gettext_noop("age の受信者鍵（age1pq1… または age1…、小文字）ではありません。")
NOT_AN_IDENTITY = gettext_noop("age の識別鍵（AGE-SECRET-KEY-…、大文字）ではありません。")
SECRET_GIVEN = gettext_noop(
    "これは秘密の識別鍵です。登録するのは age1 で始まる受信者鍵で、識別鍵は誰にも渡さないでください。"
)
UNUSABLE = gettext_noop("受信者鍵の中身が鍵として使えない値なので、鍵を作り直してください。")
DOES_NOT_OPEN = gettext_noop("この鍵では開けません（別の鍵あてか、ヘッダーが変わっています）。")


class Kind(StrEnum):
    """The two kinds of keys; the value is the name of the stanza in the header."""

    HYBRID = "mlkem768x25519"
    CLASSIC = "X25519"


_RECIPIENT_HRP = {Kind.HYBRID: "age1pq", Kind.CLASSIC: "age"}
_IDENTITY_HRP = {Kind.HYBRID: "AGE-SECRET-KEY-PQ-", Kind.CLASSIC: "AGE-SECRET-KEY-"}
_PUBLIC_BYTES = {Kind.HYBRID: MLKEM_BYTES + SHARE_BYTES, Kind.CLASSIC: SHARE_BYTES}
ENC_BYTES = {Kind.HYBRID: 1120, Kind.CLASSIC: SHARE_BYTES}


class Recipient:
    """A public key. `public` is 1184 bytes of ML-KEM-768 || 32 of X25519 when hybrid, 32 of X25519 when classic."""

    __slots__ = ("_key", "kind", "public")

    def __init__(self, kind: Kind, public: bytes) -> None:
        """From raw bytes, without the arithmetic of Bech32. AgeRefused when they are no key."""
        self.kind, self.public = kind, bytes(public)
        if len(public) != _PUBLIC_BYTES[kind]:
            raise AgeRefused(NOT_A_RECIPIENT)
        try:
            self._key = _public_key(kind, self.public)
        except ValueError:
            raise AgeRefused(UNUSABLE) from None

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `age1pq1…` or `age1…`; AgeRefused for anything else, also for a key to which nothing can be sealed."""
        if text.upper().startswith("AGE-SECRET-KEY-"):
            raise AgeRefused(SECRET_GIVEN)
        hrp, public = bech32.decode(text)
        kind = next((kind for kind, known in _RECIPIENT_HRP.items() if known == hrp), None)
        if kind is None:
            raise AgeRefused(NOT_A_RECIPIENT)
        recipient = cls(kind, public)
        recipient.wrap(bytes(16))
        return recipient

    def wrap(self, file_key: bytes) -> tuple[bytes, bytes]:
        """(enc, body): the stanza's argument (1120 or 32 bytes) and its body (32 bytes), fresh at every call."""
        try:
            return self._wrap_hybrid(file_key) if self.kind is Kind.HYBRID else self._wrap_classic(file_key)
        except ValueError:  # an X25519 point of low order gives a shared secret of zeros
            raise AgeRefused(UNUSABLE) from None

    def __str__(self) -> str:
        return bech32.encode(_RECIPIENT_HRP[self.kind], self.public)

    def __repr__(self) -> str:
        return f"Recipient({self.kind.value!r}, {self.public[:8].hex()}…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipient) and (self.kind, self.public) == (other.kind, other.public)

    def __hash__(self) -> int:
        return hash((self.kind, self.public))

    def _wrap_hybrid(self, file_key: bytes) -> tuple[bytes, bytes]:
        sealed = _SUITE.encrypt(file_key, self._key, info=_HYBRID_INFO)
        return sealed[: ENC_BYTES[Kind.HYBRID]], sealed[ENC_BYTES[Kind.HYBRID] :]

    def _wrap_classic(self, file_key: bytes) -> tuple[bytes, bytes]:
        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        cipher = _classic_cipher(ephemeral.exchange(self._key), share, self.public)
        return share, cipher.encrypt(_ZERO_NONCE, file_key, None)


@dataclass(frozen=True, slots=True)
class Identity:
    """A secret key: 32 bytes, from which everything else follows. It has no str(): `text()` is asked for by name."""

    kind: Kind
    secret: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `AGE-SECRET-KEY-PQ-1…` or `AGE-SECRET-KEY-1…`. What is refused is never repeated in the error."""
        hrp, secret = bech32.decode(text)
        kind = next((kind for kind, known in _IDENTITY_HRP.items() if known == hrp), None)
        if kind is None or len(secret) != SECRET_BYTES:
            raise AgeRefused(NOT_AN_IDENTITY)
        return cls(kind, secret)

    @property
    def recipient(self) -> Recipient:
        if self.kind is Kind.CLASSIC:
            return Recipient(self.kind, self._x25519().public_key().public_bytes_raw())
        mlkem, x25519 = self._hybrid_halves()
        return Recipient(self.kind, mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw())

    def text(self) -> str:
        return bech32.encode(_IDENTITY_HRP[self.kind].lower(), self.secret).upper()

    def unwrap(self, enc: bytes, body: bytes) -> bytes:
        """The file key of one stanza; AgeRefused when it was made for another key or was altered."""
        try:
            if self.kind is Kind.HYBRID:
                key = MLKEM768X25519PrivateKey(*self._hybrid_halves())
                return _SUITE.decrypt(enc + body, key, info=_HYBRID_INFO)
            return self._unwrap_classic(enc, body)
        except (InvalidTag, ValueError):
            raise AgeRefused(DOES_NOT_OPEN) from None

    def _unwrap_classic(self, share: bytes, body: bytes) -> bytes:
        secret = self._x25519()
        shared = secret.exchange(X25519PublicKey.from_public_bytes(share))
        return _classic_cipher(shared, share, secret.public_key().public_bytes_raw()).decrypt(_ZERO_NONCE, body, None)

    def _x25519(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self.secret)

    def _hybrid_halves(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        """X-Wing's expansion of the seed: SHAKE256 to 96 bytes, 64 for ML-KEM (d || z) and 32 for X25519."""
        expanded = hashlib.shake_256(self.secret).digest(96)
        return MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), X25519PrivateKey.from_private_bytes(expanded[64:])


def generate_identity(kind: Kind = Kind.HYBRID) -> Identity:
    """A fresh identity. Made where it is used: identities never reach the server."""
    return Identity(kind, secrets.token_bytes(SECRET_BYTES))


def fingerprint(recipient: Recipient) -> str:
    """SHA-256 of the recipient's text, 64 hexadecimal digits: `printf %s age1… | sha256sum` shows the same."""
    return hashlib.sha256(str(recipient).encode()).hexdigest()


def spoken_fingerprint(recipient: Recipient) -> str:
    """The first 128 bits of the fingerprint in eight groups of four digits, to read out over the telephone."""
    digits = fingerprint(recipient)
    return " ".join(digits[start : start + 4] for start in range(0, 32, 4))


def _public_key(kind: Kind, public: bytes) -> MLKEM768X25519PublicKey | X25519PublicKey:
    x25519 = X25519PublicKey.from_public_bytes(public[-SHARE_BYTES:])
    if kind is Kind.CLASSIC:
        return x25519
    return MLKEM768X25519PublicKey(MLKEM768PublicKey.from_public_bytes(public[:MLKEM_BYTES]), x25519)


def _classic_cipher(shared: bytes, share: bytes, public: bytes) -> ChaCha20Poly1305:
    wrap_key = HKDF(algorithm=SHA256(), length=32, salt=share + public, info=_CLASSIC_INFO).derive(shared)
    return ChaCha20Poly1305(wrap_key)
