"""Where the files of evidence packs lie: encrypted as age encrypts payloads, under a key that is sealed to its pack.

A file is the sealed file key (44 bytes), then the payload. The wrap of its key is in the row: whoever empties it destroys the file.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple

from django.core.files import File
from django.core.files.storage import default_storage

from council.audit.models import EvidencePack
from council.keys import keyring
from council.sealing.age import FILE_KEY_BYTES, decrypted_chunks, encrypt_payload
from council.sealing.envelope import Binding, Sealed, open_sealed, seal
from council.sealing.errors import OpeningRefused
from council.sealing.keyring import NONCE_BYTES, TAG_BYTES
from council.sealing.package import new_file_key

FOLDER = "audit-packs"
# Who did what is 機密性2情報, whatever it was done to.
TIER = 2
_HEAD = NONCE_BYTES + FILE_KEY_BYTES + TAG_BYTES
# A file that no row names may be one that is being finished.
_ORPHANED_AFTER = timedelta(hours=1)


class Made(NamedTuple):
    """What the row keeps of a file: its size and digest in the clear, and the wrap of its key."""

    size: int
    sha256: str
    wrap: bytes
    epoch: int
    algorithm: str
    key_id: str


class _Pieces:
    """Pieces, read like a file; what went through is counted and digested."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._rest = iter(pieces), b""
        self.size, self.digest = 0, hashlib.sha256()

    def read(self, size: int) -> bytes:
        """At most `size` bytes, nothing only at the end."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        taken, self._rest = self._rest[:size], self._rest[size:]
        self.size += len(taken)
        self.digest.update(taken)
        return taken


class Opened:
    """The content of a pack, piece by piece. Its file is closed with the last, when they break off, and by close()."""

    def __init__(self, file: BinaryIO, file_key: bytes) -> None:
        self._file, self._key = file, file_key

    def __iter__(self) -> Iterator[bytes]:
        with self._file:
            yield from decrypted_chunks(self._key, self._file)

    def close(self) -> None:
        self._file.close()


def binding_of(pack: EvidencePack) -> Binding:
    """What the key of a pack is bound to."""
    return Binding(object=str(pack.pk), revision=0, part=0, tier=TIER, subcommittees=(), purpose="audit.pack")


def name_of(pack: EvidencePack) -> str:
    return f"{FOLDER}/{pack.pk.hex}.age"


def write(pack: EvidencePack, pieces: Iterable[bytes]) -> Made:
    """Encrypts the pieces as they come into the pack's file, in the place of an older one. Nothing in the clear touches a disk."""
    file_key, source = new_file_key(), _Pieces(pieces)
    sealed = seal(keyring(), binding_of(pack), file_key)
    with TemporaryFile() as draft:
        draft.write(sealed.ciphertext)
        for chunk in encrypt_payload(file_key, source):
            draft.write(chunk)
        draft.seek(0)
        default_storage.delete(name_of(pack))
        default_storage.save(name_of(pack), File(draft))
    return Made(source.size, source.digest.hexdigest(), sealed.wrap, sealed.epoch, sealed.algorithm, sealed.key_id)


def opened(pack: EvidencePack) -> Opened:
    """The content, on its way out; LookupError when the file is gone or its key does not open."""
    try:
        file = default_storage.open(name_of(pack))
    except FileNotFoundError:
        raise LookupError("the file of the pack is gone") from None
    try:
        sealed = Sealed(file.read(_HEAD), bytes(pack.wrap), pack.epoch, pack.algorithm, pack.key_id)
        return Opened(file, open_sealed(keyring(), binding_of(pack), sealed))
    except OpeningRefused:
        file.close()
        raise LookupError("the key of the pack does not open") from None
    except BaseException:
        file.close()
        raise


def remove_orphans(now: datetime, known: set[str]) -> None:
    """Removes files of packs that are not among the known (ids in hexadecimal) and have not been touched for an hour."""
    for file in _files():
        name = f"{FOLDER}/{file}"
        if file.partition(".")[0] not in known and now - default_storage.get_modified_time(name) > _ORPHANED_AFTER:
            default_storage.delete(name)


def _files() -> Iterator[str]:
    yield from default_storage.listdir(FOLDER)[1] if default_storage.exists(FOLDER) else ()
