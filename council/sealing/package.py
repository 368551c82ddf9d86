"""Making a package: one payload for all who get the same rendition, header and manifest for each. PACKAGE.md."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import BinaryIO, NamedTuple

from council.sealing import age, note
from council.sealing.age_keys import fingerprint, spoken_fingerprint
from council.sealing.container import FIRST, Member, archive, attachment_name, reader_of
from council.sealing.manifest import Contents, FileNames, Manifest, canonical, file_names

__all__ = [
    "Contents",
    "FileNames",
    "Member",
    "SealedPayload",
    "attachment_name",
    "build_manifest",
    "container",
    "file_names",
    "fingerprint",
    "new_file_key",
    "seal_payload",
    "sign_manifest",
    "spoken_fingerprint",
]


class SealedPayload(NamedTuple):
    """What the manifests say of a stored payload: its length in bytes and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


def new_file_key() -> bytes:
    """16 random bytes, for one payload and the headers before it, and for nothing else."""
    return secrets.token_bytes(age.FILE_KEY_BYTES)


def container(contents: Contents, members: Iterable[Member]) -> Iterator[bytes]:
    """The plaintext: `package.json` with what all recipients share, then the members. Same input, same bytes."""
    yield from archive([Member(FIRST, canonical(contents.document())), *members])


def seal_payload(file_key: bytes, contents: Contents, members: Iterable[Member], writer: BinaryIO) -> SealedPayload:
    """Writes the encrypted payload, once for all its recipients. The caller wraps `file_key` and keeps it no longer."""
    digest, size = hashlib.sha256(), 0
    for piece in age.encrypt_payload(file_key, reader_of(container(contents, members))):
        writer.write(piece)
        digest.update(piece)
        size += len(piece)
    return SealedPayload(size, digest.hexdigest())


def build_manifest(
    contents: Contents,
    *,
    package: str,
    version: int,
    organisation: str,
    recipient_fingerprint: str,
    header: bytes,
    payload_sha256: str,
    not_after: datetime | None,
    log_origin: str,
) -> bytes:
    """The RFC 8785 bytes of one organisation's manifest. `not_after` is cut to seconds. PackageRefused for bad values.

    `recipient_fingerprint` is `fingerprint(recipient)`: keep it with the key, it costs more than the rest.
    """
    manifest = Manifest(
        package=package,
        version=version,
        organisation=organisation,
        recipient=recipient_fingerprint,
        bulletin=contents.bulletin,
        revision=contents.revision,
        tier=contents.tier,
        subcommittees=contents.subcommittees,
        header=hashlib.sha256(header).hexdigest(),
        payload=payload_sha256,
        not_after=None if not_after is None else _whole_utc(not_after),
        log_origin=log_origin,
    )
    return canonical(manifest.document())


def sign_manifest(manifest: bytes, *signers: note.Signer) -> bytes:
    """The signature file. Manifest and signature file, one after the other, are a C2SP signed note."""
    return b"\n\n" + note.signature_lines(manifest + b"\n", *signers)


def _whole_utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise ValueError("not_after needs a time zone")
    return time.astimezone(UTC).replace(microsecond=0)
