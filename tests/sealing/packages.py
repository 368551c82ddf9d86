"""Packages for tests: made with the producer's own functions, written as a download lies on a disk."""

import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from council.sealing import age, note, package
from council.sealing.age_keys import Identity, Kind, fingerprint, generate_identity
from council.sealing.manifest import file_names

BULLETIN = "6f0c2f0e-7d0a-4c57-9a53-0f4f6d1f9b11"
PACKAGE = "0d6a2f5c-3f0b-4a59-8a6c-1d0f4c1e7a20"
OTHER_PACKAGE = "5a1c9e77-2b64-4f0d-9d1b-7e3c8f6a5b42"
ORGANISATION = "e2a9d7a4-9a5c-4d5b-8b0a-6d1f7c3b9e42"
OTHER_ORGANISATION = "1b8e6c1c-52c5-4b0e-8a53-3f4f0a6f2d21"
SUBCOMMITTEE = "9c3b1f04-6f7e-4f53-8a21-2f9b7c5d1e08"
HTML = "<h1>変電所の点検手順</h1>".encode()
SIGNER = note.Signer.from_seed("portal.example/packages", bytes(range(32)))
STRANGER = note.Signer.from_seed("portal.example/packages", bytes(32))
CLASSIC = generate_identity(Kind.CLASSIC)
HYBRID = generate_identity(Kind.HYBRID)

CONTENTS = package.Contents(
    bulletin=BULLETIN, revision=2, tier=2, subcommittees=(SUBCOMMITTEE,), caveats=("転送禁止", "関係者限り")
)
MEMBERS = (
    package.Member("bulletin.html", HTML),
    package.Member("bulletin.md", "# 変電所の点検手順\n".encode()),
    package.Member(package.attachment_name(1, "点検 手順.csv"), b"a,b\n" * 40_000),
)


@dataclass
class Made:
    """The parts of one package; a test changes one and writes it out."""

    manifest: bytes
    signature: bytes
    header: bytes
    payload: bytes
    proof: bytes | None = None
    id: str = PACKAGE

    def write(self, folder: Path) -> Path:
        names = file_names(self.id)
        folder.mkdir()
        (folder / names.manifest).write_bytes(self.manifest)
        (folder / names.signature).write_bytes(self.signature)
        (folder / names.age).write_bytes(self.header + self.payload)
        if self.proof is not None:
            (folder / names.proof).write_bytes(self.proof)
        return folder


def payload_of(file_key: bytes, plain: bytes) -> bytes:
    return b"".join(age.encrypt_payload(file_key, io.BytesIO(plain)))


def make(identity: Identity = CLASSIC, *, plain: bytes | None = None, signer: note.Signer = SIGNER, **facts) -> Made:
    """A package for `identity`; `facts` replace those of the manifest, `plain` the archive."""
    file_key, contents = package.new_file_key(), facts.pop("contents", CONTENTS)
    inside = facts.pop("inside", contents)
    plain = b"".join(package.container(inside, MEMBERS)) if plain is None else plain
    header, payload = age.seal_header(file_key, identity.recipient), payload_of(file_key, plain)
    given = {
        "package": PACKAGE,
        "version": 1,
        "organisation": ORGANISATION,
        "recipient_fingerprint": fingerprint(identity.recipient),
        "header": header,
        "payload_sha256": hashlib.sha256(payload).hexdigest(),
        "not_after": datetime.now(UTC) + timedelta(days=30),
        "log_origin": "portal.example/log/2",
        **facts,
    }
    manifest = package.build_manifest(contents, **given)
    return Made(manifest, package.sign_manifest(manifest, signer), header, payload, id=given["package"])


def resigned(made: Made, manifest: bytes, signer: note.Signer = SIGNER) -> Made:
    return Made(manifest, package.sign_manifest(manifest, signer), made.header, made.payload, id=made.id)
