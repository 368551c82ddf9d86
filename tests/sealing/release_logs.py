"""Logs for tests that hold the release of a package, and its proof: made with the product's own functions, keys are published."""

import json
from dataclasses import dataclass, replace

from council.audit import checkpoint, cosignature
from council.audit.checkpoint import Checkpoint
from council.audit.leaf import leaf
from council.audit.proof import Proof
from council.audit.release import LogKeys
from council.audit.tree import inclusion_proof, leaf_hash, root_of
from council.sealing import note

ORIGIN = "portal.example/log/2"
LOG = note.Signer.from_seed(ORIGIN, bytes(range(32, 64)))
ELSEWHERE = note.Signer.from_seed("portal.example/log/1", bytes(range(32, 64)))
STRANGER = note.Signer.from_seed(ORIGIN, bytes(32))
WITNESS = cosignature.Cosigner.from_seed("witness.example", cosignature.ED25519, bytes(range(64, 96)))
LARGE_WITNESS = cosignature.Cosigner.from_seed("witness.example/2", cosignature.ML_DSA_44, bytes(32)).verifier
SEEN_AT = 1763700120
KEYS = LogKeys((LOG.verifier,), (WITNESS.verifier,))
EVENT, TIME = "019aa4b6-457b-703f-bd0b-ff3504faa7c0", "2025-11-21T04:40:00.123Z"


def release(manifest: bytes, **changes: str | int) -> dict[str, str | int]:
    """The members of the leaf that tells of the release of the package with this manifest."""
    said = json.loads(manifest)
    return {
        "v": 1, "id": EVENT, "time": TIME, "actor": "", "org": said["organisation"], "action": "package.release",
        "object": said["package"], "revision": said["revision"], "tier": said["tier"], "outcome": "allow", "reason": "allowed",
        "policy": "2026-11-24", "request": "e2a9d7a4-9a5c-4d5b-8b0a-6d1f7c3b9e42", "detail": f"sha256:{'0' * 64}", **changes,
    }  # fmt: skip


@dataclass(frozen=True)
class Log:
    """Some leaves, of which `index` is the one to be proved, and who signs their checkpoint under which name."""

    leaves: tuple[bytes, ...]
    index: int
    signer: note.Signer = LOG
    origin: str = ORIGIN

    def proof(self, *, witnessed: bool = True) -> Proof:
        hashes = [leaf_hash(each) for each in self.leaves]
        over = Checkpoint(self.origin, len(hashes), root_of(hashes))
        signed = checkpoint.sign(over, self.signer)
        seen = WITNESS.line(over, SEEN_AT) if witnessed else b""
        path = inclusion_proof(
            self.index, len(hashes), lambda level, at: root_of(hashes[at << level : at + 1 << level])
        )
        return Proof(self.leaves[self.index], self.index, tuple(path), signed + seen)


def log_of(manifest: bytes, **changes: str | int) -> Log:
    """A log of seven leaves whose fifth is the release, changed as named."""
    others = [leaf(release(manifest, action="package.fetch", revision=number)) for number in range(1, 7)]
    return Log((*others[:4], leaf(release(manifest, **changes)), *others[4:]), 4)


def proof_of(manifest: bytes, **changes: str | int) -> bytes:
    return bytes(log_of(manifest, **changes).proof())


def altered(proof: bytes, **lines: bytes) -> bytes:
    """A proof with one of its lines replaced: first, extra, index, path, origin, size, root, signature or witness."""
    head, signed = proof.split(b"\n\n", 1)
    first, extra, index, *path = head.split(b"\n")
    origin, size, root, _, signature, *witness = signed.split(b"\n")[:-1]
    parts = {
        "first": first, "extra": extra, "index": index, "path": b"\n".join(path), "origin": origin, "size": size, "root": root,
        "gap": b"", "signature": signature, "witness": b"".join(witness), **lines,
    }  # fmt: skip
    top = b"\n".join(parts[name] for name in ("first", "extra", "index", "path"))
    below = [parts[name] for name in ("origin", "size", "root", "gap", "signature", "witness")]
    return top + b"\n\n" + b"\n".join(each for place, each in enumerate(below) if each or place == 3) + b"\n"


def damaged(manifest: bytes) -> dict[str, bytes | None]:
    """Proofs that no opener may take for this package, by what is wrong with them."""
    log = log_of(manifest)
    whole = log.proof()
    data = bytes(whole)
    line = {name: _line(data, name) for name in ("extra", "path", "root", "signature", "witness")}
    other = "5a1c9e77-2b64-4f0d-9d1b-7e3c8f6a5b42"
    return {
        "nothing": None,
        "empty": b"",
        "another first line": altered(data, first=b"c2sp.org/tlog-proof@v2"),
        "no entry": altered(data, extra=b"extra"),
        "an entry altered": altered(data, extra=_changed(line["extra"], 40)),
        "an entry of another spelling": altered(data, extra=line["extra"] + b"="),
        "another index": altered(data, index=b"index 5"),
        "an index of another spelling": altered(data, index=b"index 04"),
        "an index beyond the log": altered(data, index=b"index 7"),
        "a path altered": altered(data, path=_changed(line["path"], 3)),
        "a path cut": altered(data, path=line["path"].rpartition(b"\n")[0]),
        "a path too long": altered(data, path=line["path"] + b"\n" + line["path"][:44]),
        "another size": altered(data, size=b"8"),
        "another root": altered(data, root=_changed(line["root"], 3)),
        "another origin under the signature": altered(data, origin=b"portal.example/log/3"),
        "a signature altered": altered(data, signature=_changed(line["signature"], 60)),
        "the signature missing": altered(data, signature=line["witness"], witness=b""),
        "a witness's signature altered": altered(data, witness=_changed(line["witness"], 60)),
        "the signature of a stranger": bytes(replace(log, signer=STRANGER).proof()),
        "a checkpoint of another log": bytes(replace(log, origin="portal.example/log/3").proof()),
        "cut off": data[:-30],
        "the proof of another event": bytes(replace(log, index=3).proof()),
        "an entry that is no leaf": bytes(replace(log, leaves=(*log.leaves[:4], b"{}", *log.leaves[5:])).proof()),
        "a refusal": proof_of(manifest, outcome="deny"),
        "another deed": proof_of(manifest, action="package.withhold"),
        "another package": proof_of(manifest, object=other),
        "another revision": proof_of(manifest, revision=9),
        "another tier": proof_of(manifest, tier=3),
        "another organisation": proof_of(manifest, org=other),
        "no organisation": proof_of(manifest, org=""),
    }


def _line(data: bytes, name: str) -> bytes:
    head, signed = data.split(b"\n\n", 1)
    _, extra, _, *path = head.split(b"\n")
    _, _, root, _, signature, witness = signed.split(b"\n")[:-1]
    found = {"extra": extra, "path": b"\n".join(path), "root": root, "signature": signature, "witness": witness}
    return found[name]


def _changed(line: bytes, place: int) -> bytes:
    """With another character of base64 at that place."""
    return line[:place] + (b"A" if line[place : place + 1] != b"A" else b"B") + line[place + 1 :]
