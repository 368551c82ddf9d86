"""What lies in the token of a PKCS#11 keyring, and how it is found again. FORMAT.md §3.1.

Nothing in a token is ever changed, because not every token allows it: facts are added as objects of their own and the highest counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import pkcs11
import rfc8785
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, MechanismFlag, ObjectClass

from council.sealing.keyring import KEY_BYTES, NONCE_BYTES, Scope
from council.sealing.token_session import Opened

APPLICATION = "council-keyring"
IDENTITY, EPOCH, MINIMUM, KEK, MAC = (
    f"{APPLICATION} {what}" for what in ("identity", "epoch", "minimum", "kek", "mac")
)
IDENTITY_BYTES = 16
_NUMBERED = re.compile(rf"({EPOCH}|{MINIMUM}) ([1-9][0-9]{{0,8}})")
_KEK = re.compile(rf"{KEK} ([1-9][0-9]{{0,8}}) [0-9a-f]{{32}}")
_FOR_GOOD = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.MODIFIABLE: False}


@dataclass(frozen=True, slots=True)
class Known:
    """What the token says of its keyring: a public name of its own, the epochs held and the oldest that opens."""

    identity: str
    epochs: tuple[int, ...]
    minimum: int


def read(opened: Opened) -> Known | None:
    """The facts as they are now; None where there is no keyring. ValueError when something of it is missing."""
    found = [(each[Attribute.LABEL], each[Attribute.VALUE]) for each in _facts(opened)]
    numbers: dict[str, set[int]] = {EPOCH: set(), MINIMUM: {1}}
    for label, _value in found:
        if numbered := _NUMBERED.fullmatch(label):
            numbers[numbered[1]].add(int(numbered[2]))
    identities = sorted(value.decode("ascii") for label, value in found if label == IDENTITY)
    if not identities:
        return None
    known = Known(identities[0], tuple(sorted(numbers[EPOCH])), max(numbers[MINIMUM]))
    if known.minimum not in known.epochs:
        raise ValueError("an epoch is missing")
    return known


def begin(opened: Opened) -> None:
    """Writes the facts of a new keyring; its identity last, since with it the keyring is whole."""
    add(opened, f"{EPOCH} 1")
    _write(opened, IDENTITY, opened.session.generate_random(IDENTITY_BYTES * 8).hex())


def add(opened: Opened, label: str) -> None:
    """Adds a fact that stands in its label alone; nothing where it is there already."""
    if not any(each[Attribute.LABEL] == label for each in _facts(opened)):
        _write(opened, label, datetime.now(UTC).isoformat(timespec="seconds"))


def remove_below(opened: Opened, kind: str, number: int) -> None:
    """Removes the facts of this kind, EPOCH or MINIMUM, that are numbered lower."""
    for each in _facts(opened):
        numbered = _NUMBERED.fullmatch(each[Attribute.LABEL])
        if numbered and numbered[1] == kind and int(numbered[2]) < number:
            each.destroy()


def keys(opened: Opened, label: str, *, anew: bool = False) -> list[pkcs11.SecretKey]:
    """The keys with this label, lowest CKA_ID first: one, or more when two machines have made one at the same moment."""
    if anew or not opened.keys.get(label):
        wanted = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: label}
        opened.keys[label] = sorted(_search(opened, wanted), key=lambda key: key[Attribute.ID])
    return opened.keys[label]


def keks_below(opened: Opened, epoch: int) -> Iterator[pkcs11.SecretKey]:
    for key in _search(opened, {Attribute.CLASS: ObjectClass.SECRET_KEY}):
        numbered = _KEK.fullmatch(key[Attribute.LABEL])
        if numbered and int(numbered[1]) < epoch:
            yield key


def make_kek(opened: Opened, label: str) -> None:
    _make(opened, KeyType.AES, label, MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT)


def make_mac_key(opened: Opened, label: str) -> None:
    _make(opened, KeyType.GENERIC_SECRET, label, MechanismFlag.SIGN | MechanismFlag.VERIFY)


def encrypt(opened: Opened, kek: pkcs11.SecretKey, key: bytes, aad: bytes) -> bytes:
    nonce = opened.session.generate_random(NONCE_BYTES * 8)
    return nonce + kek.encrypt(key, mechanism=Mechanism.AES_GCM, mechanism_param=GCMParams(nonce, aad))


def decrypt(opened: Opened, kek: pkcs11.SecretKey, wrapped: bytes, aad: bytes) -> bytes | None:
    """None when the key does not open this. Tokens say so in many ways, also with the words for a fault of their own:

    what another wrap under the same key says then tells the two apart. PKCS11Error for a fault.
    """
    try:
        return _decrypt(kek, wrapped, aad)
    except pkcs11.PKCS11Error:
        _decrypt(kek, encrypt(opened, kek, bytes(KEY_BYTES), b""), b"")
        return None


def kek_label(identity: str, scope: Scope) -> str:
    return f"{KEK} {scope.epoch} {kek_name(identity, scope)}"


def kek_name(identity: str, scope: Scope) -> str:
    """The public name of the scope's key in this keyring: 32 hexadecimal digits, known before the key is made."""
    subcommittees = sorted(set(scope.subcommittees))
    return _digest("kek", keyring=identity, tier=scope.tier, subcommittees=subcommittees, epoch=scope.epoch)


def mac_label(identity: str, purpose: str) -> str:
    return f"{MAC} {_digest('mac', keyring=identity, purpose=purpose)}"


def _facts(opened: Opened) -> list[pkcs11.Object]:
    return _search(opened, {Attribute.CLASS: ObjectClass.DATA, Attribute.APPLICATION: APPLICATION})


def _search(opened: Opened, wanted: dict[Attribute, object]) -> list:
    """What fits, all at once.

    A search that can't begin makes python-pkcs11 complain a second time when it is thrown away, where nobody can catch it.
    So something harmless finds out first whether the session is still there.
    """
    opened.session.generate_random(64)
    return list(opened.session.get_objects(wanted))


def _write(opened: Opened, label: str, value: str) -> None:
    fact = {Attribute.CLASS: ObjectClass.DATA, Attribute.TOKEN: True, Attribute.PRIVATE: True}
    said = {Attribute.APPLICATION: APPLICATION, Attribute.LABEL: label, Attribute.VALUE: value.encode("ascii")}
    opened.session.create_object({**fact, **said})


def _make(opened: Opened, kind: KeyType, label: str, uses: MechanismFlag) -> None:
    name = opened.session.generate_random(IDENTITY_BYTES * 8)
    opened.session.generate_key(
        kind, KEY_BYTES * 8, id=name, label=label, store=True, capabilities=uses, template=_FOR_GOOD
    )


def _decrypt(kek: pkcs11.SecretKey, wrapped: bytes, aad: bytes) -> bytes:
    nonce, encrypted = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
    return kek.decrypt(encrypted, mechanism=Mechanism.AES_GCM, mechanism_param=GCMParams(nonce, aad))


def _digest(use: str, **facts: int | str | list[str]) -> str:
    said = rfc8785.dumps({"v": 1, "use": f"council.sealing/token/{use}", **facts})
    return sha256(said).hexdigest()[:32]
