"""What the logs publish, read by tools that others wrote. Where a tool is absent, the test says which and is skipped."""

import base64
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import transaction
from django.utils import timezone

from council.audit import cosignature, log_keys, sequencer
from council.audit.checkpoint import Checkpoint
from council.audit.exporting import LogFiles
from council.audit.models import Cosignature, LogCheckpoint, LogEntry, LogHead
from council.audit.proof import Proof
from council.audit.proving import prove
from council.audit.record import Entry, record_many
from council.audit.tiles import LogReader
from council.audit.tree import leaf_hash
from council.sealing import note
from tests.audit.trees import altered

FOREIGN = Path(__file__).parents[1] / "foreign"
GOPATH = Path(os.environ.get("TLOG_GOPATH", "/usr/share/gocode"))
TIER = 2
WITNESS = cosignature.Cosigner.from_seed("witness.example/one", cosignature.ED25519, b"w" * 32)

pytestmark = pytest.mark.django_db
needs_go = pytest.mark.skipif(
    shutil.which("go") is None or not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir(),
    reason="Go's tlog is not installed: Debian golang-go and golang-golang-x-mod-dev, or TLOG_GOPATH=…",
)
needs_npm = pytest.mark.skipif(
    shutil.which("node") is None or not (FOREIGN / "node_modules/@transmute/rfc9162").is_dir(),
    reason="npm's @transmute/rfc9162 is not installed: npm install in tests/foreign",
)


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """tests/foreign/tlog.go, compiled against the packages of the system: nothing is fetched."""
    out = tmp_path_factory.mktemp("go") / "tlog"
    settings = {"GO111MODULE": "off", "GOPATH": str(GOPATH), "GOFLAGS": "", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    command = ["go", "build", "-o", out, FOREIGN / "tlog.go"]
    subprocess.run(command, env={**os.environ, **settings}, check=True, timeout=240)
    return out


@pytest.fixture
def go(program):
    """Runs it: what it says, or None when it refuses."""

    def go(*arguments, data=b""):
        done = subprocess.run([program, *arguments], input=data, capture_output=True, timeout=60, check=False)
        assert done.returncode in {0, 1}, done.stderr
        return done.stdout.decode().strip() if done.returncode == 0 else None

    return go


def npm(cases):
    """What @transmute/rfc9162 says to each case."""
    done = subprocess.run(
        ["node", FOREIGN / "rfc9162.mjs"], input=json.dumps(cases).encode(), capture_output=True, check=True, timeout=60
    )
    return json.loads(done.stdout)


def grow(count):
    """That many more events in the log of the tier, and a checkpoint over them."""
    with transaction.atomic():
        events = record_many("bulletin.read", [Entry(None, tier=TIER)] * count, actor=None)
    sequencer.run_once()
    return events


@pytest.fixture
def events():
    """Events under two checkpoints: of 1 heartbeat and 10 events, and of 11 more."""
    return grow(10) + grow(11)


@pytest.fixture
def vkey(events):
    return str(log_keys.verifiers(TIER)[0])


def base64_of(path):
    return "\n".join(base64.b64encode(each).decode() for each in path)


def wrong(proof):
    """The same proof, changed in every way that leaves it a file of its form."""
    yield from (replace(proof, path=tuple(path)) for path in altered(proof.path))
    yield from (replace(proof, index=other) for other in range(24) if other != proof.index)
    yield replace(proof, entry=proof.entry + b" ")
    signed = proof.note.replace(b"\n22\n", b"\n21\n"), proof.note.replace(b"/log/tier-2\n", b"/log/tier-1\n")
    yield from (replace(proof, note=other) for other in signed)


def consistency_cases():
    """(the rows of the two checkpoints, the proof that leads from the one to the other)"""
    old, new = LogCheckpoint.objects.filter(tier=TIER).order_by("size")
    assert (old.size, new.size) == (11, 22)
    return old, new, LogReader(TIER, new.size).consistency(old.size)


@needs_go
def test_go_accepts_the_proof_of_every_event(go, events, vkey):
    for event in events:
        found = prove(event.pk)
        assert go("proof", vkey, data=bytes(found)) == f"{found.index} 22"


@needs_go
def test_go_refuses_every_proof_that_was_altered(go, events, vkey):
    for index in (1, 21):
        found = prove(LogEntry.objects.get(tier=TIER, index=index).event)
        assert go("proof", vkey, data=bytes(found)) == f"{index} 22"
        for changed in wrong(found):
            assert go("proof", vkey, data=bytes(changed)) is None


@needs_go
def test_go_refuses_the_key_of_another_log(go, events, vkey):
    found = bytes(prove(events[0].pk))
    assert go("proof", vkey, data=found)
    assert go("proof", str(log_keys.verifiers(1)[0]), data=found) is None


@needs_go
def test_go_accepts_the_published_proof(go, vectors):
    assert go("proof", vectors["checkpoint"]["vkeys"][0], data=vectors["proof"].encode()) == "9 15"


@needs_go
def test_go_follows_the_log_from_one_checkpoint_to_the_next(go, vkey, tmp_path):
    old, new, path = consistency_cases()
    (tmp_path / "old").write_bytes(old.note)
    (tmp_path / "new").write_bytes(new.note)
    arguments = "consistency", vkey, tmp_path / "old", tmp_path / "new"
    assert go(*arguments, data=base64_of(path).encode()) == "11 22"
    for changed in altered(path):
        assert go(*arguments, data=base64_of(changed).encode()) is None
    assert go("consistency", vkey, tmp_path / "new", tmp_path / "old", data=base64_of(path).encode()) is None


def stood_by():
    """The files of the log as an export has them, after a witness has cosigned its newest checkpoint."""
    head, moment = LogHead.objects.get(tier=TIER), timezone.now()
    line = WITNESS.line(Checkpoint.parse(note.split(bytes(head.note))[0]), 1_795_244_400)
    facts = {"tier": TIER, "size": head.signed_size, "witness": WITNESS.verifier.name, "signed_at": moment}
    Cosignature.objects.create(line=line, **facts)
    return LogFiles(TIER)


def written(folder):
    """Those files, written; the size of the log."""
    files = stood_by()
    for path in files.paths():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(files.read(path))
    return files.size


@needs_go
def test_go_reads_the_line_of_a_witness_and_no_altered_one(go, events, vectors):
    whole, key = stood_by().read("checkpoint"), str(WITNESS.verifier)
    assert go("cosigned", key, data=whole) == "1795244400"
    assert go("cosigned", key, data=whole.replace(b"\n22\n", b"\n23\n")) is None
    assert go("cosigned", vectors["witness"]["vkey"], data=whole) is None
    published = vectors["checkpoint"]["note"] + vectors["checkpoint"]["cosignature"] + vectors["witness"]["cosignature"]
    assert go("cosigned", vectors["witness"]["vkey"], data=published.encode()) == "1795244407"


@needs_go
def test_go_reads_the_tiles_of_a_log_and_makes_the_same_proofs(go, vkey, tmp_path):
    grow(600)
    size = written(tmp_path)
    indexes = [0, 1, 255, 256, 511, 512, size - 1]
    said, *proofs = go("log", vkey, tmp_path, *map(str, indexes)).split("\n")
    assert int(said) == size == 622
    reader = LogReader(TIER, size)
    assert proofs == [base64_of(reader.inclusion(index)).replace("\n", " ") for index in indexes]


@needs_go
@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/001.p/22", "tile/1/000.p/1", "tile/entries/000", "checkpoint"])
def test_go_refuses_a_log_in_which_one_bit_is_another(go, vkey, tmp_path, name):
    grow(256)
    assert written(tmp_path) == 278
    assert go("log", vkey, tmp_path) == "278"
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[:20] + bytes([whole[20] ^ 1]) + whole[21:])
    assert go("log", vkey, tmp_path, "0") is None


def inclusion_case(found: Proof, **change):
    here = Checkpoint.parse(note.split(found.note)[0])
    case = {"entry": found.entry.hex(), "index": found.index, "size": here.size, "root": here.root.hex()}
    return {**case, "path": [each.hex() for each in found.path], **change}


def consistency_case(old, new, path):
    roots = {"old_root": bytes(old.root).hex(), "root": bytes(new.root).hex()}
    return {"old": old.size, "size": new.size, "path": [each.hex() for each in path], **roots}


@needs_npm
def test_npm_accepts_the_proof_of_every_event(events):
    assert npm([inclusion_case(prove(event.pk)) for event in events]) == [True] * 21


@needs_npm
def test_npm_refuses_every_proof_that_was_altered(events):
    found = prove(events[7].pk)
    cases = [inclusion_case(changed) for changed in wrong(found) if changed.note == found.note]
    root = leaf_hash(b"another").hex()
    assert not any(npm([*cases, inclusion_case(found, root=root), inclusion_case(found, size=40)]))


@needs_npm
def test_npm_follows_the_log_from_one_checkpoint_to_the_next(events):
    old, new, path = consistency_cases()
    right = consistency_case(old, new, path)
    exchanged = {**right, "old_root": right["root"], "root": right["old_root"]}
    assert npm([right]) == [True]
    assert not any(npm([exchanged, *(consistency_case(old, new, each) for each in altered(path))]))


@pytest.fixture
def sigstore():
    """Sigstore's verifier of transparency logs: (verify a proof in a log with this key) -> whether it holds."""
    # It lives in modules that Sigstore keeps to itself; requirements-dev.txt pins the version.
    merkle = pytest.importorskip("sigstore._internal.merkle", reason="PyPI's sigstore is not installed")
    checkpoints = pytest.importorskip("sigstore._internal.rekor.checkpoint")
    trust, models = pytest.importorskip("sigstore._internal.trust"), pytest.importorskip("sigstore.models")
    refusal = pytest.importorskip("sigstore.errors").VerificationError
    rekor, common = pytest.importorskip("sigstore_models.rekor.v1"), pytest.importorskip("sigstore_models.common.v1")

    def verify(found, verifier):
        key = Ed25519PublicKey.from_public_bytes(verifier.public)
        der = base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
        public = common.PublicKey.from_json(json.dumps({"rawBytes": der, "keyDetails": "PKIX_ED25519"}))
        entry = models.TransparencyLogEntry(rekor.TransparencyLogEntry.from_json(json.dumps(_rekor(found, verifier))))
        try:
            checkpoints.verify_checkpoint(trust.RekorKeyring(trust.Keyring([public])), entry)
            merkle.verify_merkle_inclusion(entry)
        except refusal:
            return False
        return True

    return verify


def _rekor(found, verifier):
    """The proof as Sigstore's bundles write it."""
    here = Checkpoint.parse(note.split(found.note)[0])
    return {
        "logIndex": str(found.index),
        "logId": {"keyId": base64.b64encode(verifier.key_id).decode()},
        "kindVersion": {"kind": "x", "version": "1"},
        "canonicalizedBody": base64.b64encode(found.entry).decode(),
        "inclusionProof": {
            "logIndex": str(found.index),
            "treeSize": str(here.size),
            "rootHash": base64.b64encode(here.root).decode(),
            "hashes": [base64.b64encode(each).decode() for each in found.path],
            "checkpoint": {"envelope": found.note.decode()},
        },
    }


def test_sigstore_accepts_the_proof_and_the_checkpoint_of_every_event(sigstore, events):
    verifier = log_keys.verifiers(TIER)[0]
    assert all(sigstore(prove(event.pk), verifier) for event in events)


def test_sigstore_refuses_every_proof_that_was_altered(sigstore, events):
    verifier, found = log_keys.verifiers(TIER)[0], prove(events[7].pk)
    # An index beyond the tree is not even an entry to it.
    cases = [each for each in wrong(found) if each.index < Checkpoint.parse(note.split(each.note)[0]).size]
    assert sigstore(found, verifier)
    assert not any(sigstore(changed, verifier) for changed in cases)


def test_sigstore_refuses_the_key_of_another_log(sigstore, events):
    assert not sigstore(prove(events[7].pk), log_keys.verifiers(1)[0])
