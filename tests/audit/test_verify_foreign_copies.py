"""The stand-alone verifier before a copy that somebody made who wants it believed: backdated, unseen, vast, or named to mislead."""

import hashlib
import os
import subprocess
import sys
import time
from uuid import UUID

import pytest

from council.audit import cosignature, verify
from council.audit.checkpoint import Checkpoint
from council.audit.leaf import leaf, moment_of, time_text
from council.audit.tree import leaf_hash
from council.sealing import note
from tests.audit import copies
from tests.audit.copies import WITNESS
from tests.audit.damage import ROOT, check, codes, run

OURS = [cosignature.Cosigner.from_seed(f"w{n}.example", cosignature.ED25519, bytes([n]) * 32) for n in (1, 2)]


@pytest.fixture
def forger():
    return copies.Forger.named("test.example/log/tier-1")


def entry(number: int, *, minutes: float, action: str = "bulletin.read") -> bytes:
    event = UUID(int=int(1_790_000_000_000 + minutes * 60_000) << 80 | 7 << 76 | 2 << 62 | number)
    return leaf(
        {"v": 1, "id": str(event), "time": time_text(moment_of(event)), "actor": "", "org": "", "action": action, "object": "",
         "revision": 0, "tier": 1, "outcome": "allow", "reason": "allowed", "policy": "2026-11-24", "request": str(UUID(int=0)),
         "detail": "sha256:" + "0" * 64}
    )  # fmt: skip


def beats(*minutes: float) -> list[bytes]:
    return [entry(n, minutes=minute, action="log.heartbeat") for n, minute in enumerate(minutes)]


def seen(folder, forger, hashes: list[bytes], size: int, whole: int) -> list[str]:
    """Lets two witnesses cosign the checkpoint of this size; their keys."""
    parts = [forger.sign(hashes[:size]), forger.sign(hashes[:whole])]
    said = verify.parse_note(parts[0])
    covered = Checkpoint(said.origin, said.size, said.root)
    parts[0] += b"".join(each.line(covered, 1) for each in OURS)
    (folder / "tier-1/history").write_bytes(copies.framed(parts))
    return [str(each.verifier) for each in OURS]


@pytest.mark.parametrize("action", ["bulletin.read", "log.heartbeat"])
@pytest.mark.parametrize("minutes", [-2_000_000, 4])
def test_an_entry_of_before_behind_one_of_today_is_named(tmp_path, forger, action, minutes):
    entries = [*beats(*range(21)), entry(99, minutes=minutes, action=action), *beats(*range(21, 24))]
    report = check(forger.write(tmp_path, entries, (len(entries),)))
    assert codes(report) == [("backdated", 21)]


def test_an_entry_whose_transaction_took_minutes_is_whole(tmp_path, forger):
    entries = [*beats(*range(21)), entry(99, minutes=6)]
    assert codes(check(forger.write(tmp_path, entries, (22,)))) == []


def test_a_quorum_that_saw_the_log_long_ago_is_none(tmp_path, forger):
    """Whoever has the log's key shows a tail that no honest witness has seen: hours of it."""
    entries = [entry(number, minutes=number) for number in range(60)]
    folder = forger.write(tmp_path, entries, (10, 60))
    witnesses = seen(folder, forger, [leaf_hash(each) for each in entries], 10, 60)
    assert codes(check(folder, witnesses=witnesses, quorum=2)) == [("too_few_witnesses", None)]
    assert check(folder, witnesses=witnesses).verdict == "whole"


def test_a_quorum_that_saw_the_log_minutes_ago_is_one(tmp_path, forger):
    entries = [entry(number, minutes=number) for number in range(60)]
    folder = forger.write(tmp_path, entries, (50, 60))
    witnesses = seen(folder, forger, [leaf_hash(each) for each in entries], 50, 60)
    assert codes(check(folder, witnesses=witnesses, quorum=2)) == []
    assert codes(check(folder, witnesses=witnesses, quorum=3)) == [("too_few_witnesses", None)]


def test_witnesses_that_the_copy_names_itself_are_no_quorum(tmp_path, forger):
    entries = [entry(number, minutes=number) for number in range(6)]
    folder = forger.write(tmp_path / "copy", entries, (3, 6))
    vkeys = seen(folder, forger, [leaf_hash(each) for each in entries], 3, 6)
    (folder / "witnesses").write_text("quorum 2\n" + "".join(f"{vkey}\n" for vkey in vkeys))
    (tmp_path / "vkeys").write_bytes((folder / "vkeys").read_bytes())
    assert run(folder, "--vkeys", tmp_path / "vkeys", "--quorum", "2")[0] == 2
    assert run(folder, "--vkeys", tmp_path / "vkeys", "--witnesses", folder / "witnesses", "--quorum", "2")[0] == 0


@pytest.mark.parametrize("name", ["x/..", "x/.", "x/", "..", "x\\..\\y", "x/a\\..\\.."])
def test_a_key_can_not_name_a_folder_outside_the_copy(tmp_path, forger, name):
    folder = forger.write(tmp_path / "copy", beats(0), (1,))
    (tmp_path / "checkpoint").write_text("a secret")
    (folder / "vkeys").write_text(f"{_vkey(name)}\n")
    code, said = run(folder)
    assert (code, said.count("\n")) == (2, 1)


def _vkey(name: str) -> str:
    data = b"\x01" + bytes(32)
    identity = hashlib.sha256(name.encode() + b"\n" + data).hexdigest()[:8]
    return f"{name}+{identity}+{verify.base64.b64encode(data).decode()}"


def test_names_of_logs_and_witnesses_are_read():
    for name in ("test.example/log/tier-1", "w.example", "w.example:8443/w", "a..b/c..d", "dots./x"):
        assert verify.parse_key(_vkey(name)).name == name
    assert verify.parse_key(str(WITNESS.verifier)).name == WITNESS.verifier.name
    assert isinstance(copies.STRANGER, note.Signer)


@pytest.mark.parametrize(
    "spoil", [lambda n: n % 2, lambda n: n > 19_000, lambda n: n > 3], ids=["every other", "most", "few"]
)
def test_thousands_of_changed_entries_are_told_within_seconds(spoil):
    told = [hashlib.sha256(b"%d" % number).digest() for number in range(20_000)]
    held = verify._Check(verify.Report("tier-1"), lambda path: None, [])
    held.told, held.found = told, [each if spoil(n) else bytes([n % 7]) * 32 for n, each in enumerate(told)]
    begun = time.monotonic()
    held.differences(of_tiles=False)
    assert held.report.findings[0].index == 0
    assert time.monotonic() - begun < 5


def test_several_changes_are_told_each_at_its_place():
    told = [bytes([n]) * 32 for n in range(10)]
    held = verify._Check(verify.Report("tier-1"), lambda path: None, [])
    held.told, held.found = told, [told[0], *told[2:5], b"e" * 32, told[6], b"i" * 32, *told[7:]]
    held.differences(of_tiles=False)
    assert codes(held.report) == [("removed", 1), ("edited", 5), ("inserted", 7)]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp932", "utf-8"])
def test_a_terminal_that_knows_no_japanese_is_no_reason_to_fail(tmp_path, forger, encoding):
    folder = forger.write(tmp_path, beats(0, 1), (2,))
    command = [sys.executable, "-m", "council.audit.verify", str(folder)]
    environment = {"PATH": os.environ["PATH"], "PYTHONIOENCODING": encoding}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
