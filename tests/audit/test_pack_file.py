"""What lies in an evidence pack: readable lists, proofs and logs that hold without the portal, and no content."""

import csv
import hashlib
import io
import json
import re
import subprocess
import sys

import pytest

from accounts.subject import subject_of
from council.audit import log_keys, names, pack_file, sequencer
from council.audit.leaf import MEMBERS, leaf
from council.audit.models import AuditDetail, AuditEvent, LogEntry
from council.audit.pack_rows import HEAD
from council.audit.proof import Proof
from council.audit.record import record
from tests import cast
from tests.audit import pack_hand
from tests.audit.shelf import SEEN, Shelf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]


@pytest.fixture(autouse=True)
def shelf(monkeypatch):
    monkeypatch.setattr(names, "_resolvers", [Shelf()])


@pytest.fixture
def world():
    return cast.council()


@pytest.fixture
def subject(world):
    return subject_of(world.auditor)


@pytest.fixture
def read(world):
    """加藤 opens the bulletin that everybody knows."""
    who = {"actor": str(world.reader_two.pk), "organisation": str(world.company.pk)}

    def open_it(**facts):
        return record("bulletin.read", **who, **{"object": SEEN, "revision": 2, "tier": 2, **facts})

    return open_it


def table(found):
    text = found["events.csv"].decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_row_tells_time_sentence_and_person_and_has_every_member_of_the_leaf(read, subject, world):
    event = read()
    [row] = table(pack_hand.files(pack_hand.made(subject, action="bulletin.read"), subject))
    assert list(row) == list(HEAD)
    assert row["sentence_ja"] == "翠嶺マテリアル株式会社の加藤 美咲さんが、SC-7KQ4 第2版を開きました。"
    assert row["sentence_en"] != row["sentence_ja"]
    assert (row["person"], row["person_name"]) == (str(world.reader_two.pk), "加藤 美咲")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00", row["time_jst"])
    fields = {member: int(row[member]) if member in ("v", "revision", "tier") else row[member] for member in MEMBERS}
    assert leaf(fields) == bytes(event.leaf)


def test_programs_get_the_same_rows(read, subject):
    event = read()
    [row] = pack_hand.rows(pack_hand.files(pack_hand.made(subject, action="bulletin.read"), subject))
    assert leaf(row["leaf"]) == bytes(event.leaf)
    assert row["person_name"] == "加藤 美咲"


def test_rows_stand_in_the_order_of_time(read, subject):
    ids = [str(read().pk) for _ in range(4)]
    found = pack_hand.files(pack_hand.made(subject, action="bulletin.read"), subject)
    assert [row["id"] for row in table(found)] == ids


def test_a_name_that_a_spreadsheet_would_run_is_text(read, subject, world):
    world.company.name = "=HYPERLINK(0)"
    world.company.save()
    read()
    [row] = table(pack_hand.files(pack_hand.made(subject, action="bulletin.read"), subject))
    assert row["organisation_name"] == "'=HYPERLINK(0)"
    assert row["sentence_ja"].startswith("'=")


def test_each_event_has_a_proof_that_holds_with_the_key_of_its_log(read, subject):
    events = [read(tier=tier) for tier in (1, 2, 2)]
    found = pack_hand.files(pack_hand.made(subject, action="bulletin.read"), subject)
    for event in events:
        proof = Proof.parse(found[f"proofs/{event.pk}.tlog-proof"])
        proof.check(log_keys.verifiers(event.tier)[0])
        assert proof.entry == bytes(event.leaf)
        assert proof.index == LogEntry.objects.get(pk=event.pk).index


def test_a_pack_without_events_is_whole_too(subject):
    sequencer.run_once()
    found = pack_hand.files(pack_hand.made(subject, logs=True, action="bulletin.recall"), subject)
    assert (table(found), pack_hand.rows(found)) == ([], [])


def test_too_many_events_for_a_proof_each_come_with_the_logs_and_the_readme_says_so(read, subject, monkeypatch):
    monkeypatch.setattr(pack_file, "MOST_PROOFS", 2)
    for _ in range(3):
        read()
    found = pack_hand.files(pack_hand.made(subject, action="bulletin.read"), subject)
    assert not [name for name in found if name.startswith("proofs/")]
    assert "logs/tier-2/checkpoint" in found
    assert "1件ごとの証明はありません" in found["README.txt"].decode()


def test_the_manifest_names_every_other_file_with_its_digest(read, subject):
    read()
    found = pack_hand.files(pack_hand.made(subject, logs=True, action="bulletin.read"), subject)
    said = json.loads(found.pop("MANIFEST.json"))
    assert {name: row["sha256"] for name, row in said["files"].items()} == {
        name: hashlib.sha256(data).hexdigest() for name, data in found.items()
    }
    assert (said["events"], said["filter"]) == (1, {"action": "bulletin.read"})


def unpacked(found, folder):
    for name, data in found.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def checked(folder):
    """What the command of the README says, run in a process that knows nothing of the portal."""
    command = [sys.executable, "-I", "verify.py", "logs", "--vkeys", "vkeys"]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_of_the_readme_finds_the_logs_whole(read, subject, tmp_path):
    read()
    found = pack_hand.files(pack_hand.made(subject, logs=True, action="bulletin.read"), subject)
    assert "python verify.py logs --vkeys vkeys" in found["README.txt"].decode()
    done = checked(unpacked(found, tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_of_the_readme_finds_one_changed_letter(read, subject, tmp_path):
    read()
    found = pack_hand.files(pack_hand.made(subject, logs=True, action="bulletin.read"), subject)
    [name] = [name for name in found if name.startswith("logs/tier-2/tile/entries/")]
    found[name] = found[name].replace(b'"allow"', b'"xllow"', 1)
    assert checked(unpacked(found, tmp_path)).returncode == 1


def test_the_readme_speaks_both_languages_and_has_the_digits_to_read_out(read, subject):
    read()
    pack = pack_hand.made(subject, action="bulletin.read")
    text = pack_hand.files(pack, subject)["README.txt"].decode()
    assert "■ 確かめ方" in text
    assert "How to check" in text
    assert str(pack.pk) in text
    key = str(log_keys.verifiers(1)[0])
    digits = hashlib.sha256(key.encode()).hexdigest()[:32]
    assert " ".join(digits[place : place + 4] for place in range(0, 32, 4)) in text


def test_an_event_whose_bytes_were_spoiled_does_not_keep_the_others_from_their_pack(read, subject, monkeypatch):
    good, bad = read(), read()
    real = AuditEvent.from_db.__func__
    monkeypatch.setattr(AuditEvent, "from_db", classmethod(lambda cls, *row: spoiled(real(cls, *row), bad.pk)))
    rows = table(pack_hand.files(pack_hand.made(subject, action="bulletin.read"), subject))
    assert [row["id"] for row in rows] == [str(good.pk), str(bad.pk)]
    assert ["書き換えられた疑い" in row["sentence_ja"] for row in rows] == [False, True]
    assert (rows[1]["object"], rows[1]["detail"]) == (SEEN, "")


def spoiled(event, wanted):
    if event.pk == wanted and "leaf" in event.__dict__:
        event.leaf = b"{}"
    return event


def test_after_the_end_of_its_retention_an_event_is_there_without_a_person(read, subject):
    event = read()
    AuditDetail.objects.filter(pk=event.pk).delete()
    [row] = table(pack_hand.files(pack_hand.made(subject, action="bulletin.read"), subject))
    assert (row["person"], row["person_name"]) == ("", "")
    assert row["actor"]
