"""What a witness cosigns, and what it refuses with which status (C2SP tlog-witness)."""

import json
import time

import pytest

from council.audit import cosignature
from council.audit.checkpoint import sign
from council.audit.witness import SIZE, Witness
from council.audit.witness_memory import REFUSALS, Memory, MemoryRefused
from council.sealing import note
from tests.audit.standing_by import ORIGIN, Log, body

HONEST, SPLIT = Log(), Log("another leaf")
SEED_OF_ANOTHER = bytes([7]) * 32
STRANGER = note.Signer.from_seed(ORIGIN, bytes(32))


@pytest.fixture
def memory(tmp_path):
    memory = Memory.open(tmp_path / "w", "witness.example/w1")
    yield memory
    memory.close()


@pytest.fixture
def witness(memory):
    return Witness(memory, {ORIGIN: [HONEST.signer.verifier]})


def _kept(memory):
    path = memory.folder / REFUSALS
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_first_checkpoint_is_cosigned_with_a_time(witness, memory):
    answer = witness.add_checkpoint(HONEST.submission(0, 5))
    found = cosignature.check(HONEST.note(5) + answer.body, [memory.cosigner.verifier])
    assert (answer.status, [each.name for each in found]) == (200, ["witness.example/w1"])
    assert abs(found[0].time - time.time()) < 60


@pytest.mark.parametrize(("old", "size"), [(1, 2), (3, 8), (4, 4), (5, 300), (256, 257)])
def test_what_continues_is_cosigned(witness, memory, old, size):
    assert witness.add_checkpoint(HONEST.submission(0, old)).status == 200
    assert witness.add_checkpoint(HONEST.submission(old, size)).status == 200
    assert memory.last(ORIGIN) == HONEST.checkpoint(size)


def test_an_empty_log_is_cosigned(witness):
    assert witness.add_checkpoint(HONEST.submission(0, 0)).status == 200


def test_the_same_again_is_cosigned_again(witness):
    witness.add_checkpoint(HONEST.submission(0, 5))
    assert witness.add_checkpoint(HONEST.submission(5, 5)).status == 200


def test_unknown_log_is_404(witness):
    other = Log(origin="other.example/log", signer=note.Signer.from_seed("other.example/log", SEED_OF_ANOTHER))
    assert witness.add_checkpoint(other.submission(0, 5)).status == 404


def test_a_key_that_is_not_trusted_is_403(witness, memory):
    forged = sign(HONEST.checkpoint(5), STRANGER)
    assert witness.add_checkpoint(body(0, [], forged)).status == 403
    assert memory.last(ORIGIN).size == 0


def test_a_signature_that_does_not_hold_is_403(witness):
    signed = HONEST.note(5).replace(b"\n5\n", b"\n6\n")
    assert witness.add_checkpoint(body(0, [], signed)).status == 403


def test_signatures_of_unknown_keys_are_passed_over(witness):
    signed = sign(HONEST.checkpoint(5), STRANGER, HONEST.signer)
    assert witness.add_checkpoint(body(0, [], signed)).status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        b"", b"old 0", b"old 0\n\n", b"old 00\n\n" + HONEST.note(5), b"old -1\n\n" + HONEST.note(5), b"new 0\n\n" + HONEST.note(5),
        b"old 0\nAAAA\n\n" + HONEST.note(5), b"old 0\nnot base64\n\n" + HONEST.note(5), body(0, [bytes(32)] * 64, HONEST.note(5)),
        b"old 0\n\n" + HONEST.note(5).partition(b"\n\n")[0], b"\xff\xfe",
    ],
)  # fmt: skip
def test_malformed_submission_is_400(witness, wrong):
    assert witness.add_checkpoint(wrong).status == 400


def test_an_old_size_above_the_checkpoint_is_400(witness):
    assert witness.add_checkpoint(body(9, [], HONEST.note(5))).status == 400


@pytest.mark.parametrize("old", [0, 3])
def test_another_old_size_is_409_and_tells_the_own(witness, old):
    witness.add_checkpoint(HONEST.submission(0, 5))
    answer = witness.add_checkpoint(HONEST.submission(old, 9))
    assert answer == (409, b"5\n", SIZE)


def test_a_smaller_tree_is_409_and_never_cosigned(witness, memory):
    witness.add_checkpoint(HONEST.submission(0, 5))
    assert witness.add_checkpoint(HONEST.submission(3, 4)).status == 409
    assert memory.last(ORIGIN).size == 5


@pytest.mark.parametrize("old", [5, 0])
def test_another_root_for_the_same_size_is_409_and_kept_as_evidence(witness, memory, old):
    witness.add_checkpoint(HONEST.submission(0, 5))
    assert witness.add_checkpoint(body(old, [], SPLIT.note(5))) == (409, b"5\n", SIZE)
    kept = _kept(memory)
    assert [(row["status"], row["refused"], row["cosigned"]) for row in kept] == [
        (409, SPLIT.note(5).decode(), HONEST.note(5).decode())
    ]


def test_a_split_view_that_grew_is_422_and_kept_as_evidence(witness, memory):
    witness.add_checkpoint(HONEST.submission(0, 5))
    assert witness.add_checkpoint(SPLIT.submission(5, 9)).status == 422
    assert witness.add_checkpoint(SPLIT.submission(5, 9)).status == 422
    assert [row["status"] for row in _kept(memory)] == [422]
    assert memory.last(ORIGIN) == HONEST.checkpoint(5)


def test_a_proof_where_none_is_needed_is_422(witness):
    assert witness.add_checkpoint(HONEST.submission(0, 5, proof=[bytes(32)])).status == 422


def test_evidence_holds_the_lines_of_the_log_alone(witness, memory):
    witness.add_checkpoint(HONEST.submission(0, 5))
    witness.add_checkpoint(body(5, [], sign(SPLIT.checkpoint(5), STRANGER, SPLIT.signer)))
    assert _kept(memory)[0]["refused"] == SPLIT.note(5).decode()


def test_memory_that_can_not_be_written_gives_no_cosignature(witness, memory):
    (memory.folder / ".logs.json.new").mkdir()
    with pytest.raises(OSError, match="directory"):
        witness.add_checkpoint(HONEST.submission(0, 5))
    assert memory.last(ORIGIN).size == 0


def _opened_again(memory, name=""):
    memory.close()
    return Memory.open(memory.folder, name)


def test_memory_survives_a_restart_with_the_same_key(witness, memory):
    witness.add_checkpoint(HONEST.submission(0, 5))
    witness.add_checkpoint(SPLIT.submission(5, 9))
    again = _opened_again(memory)
    assert (again.last(ORIGIN), again.cosigner.verifier) == (HONEST.checkpoint(5), memory.cosigner.verifier)
    Witness(again, witness.logs).add_checkpoint(SPLIT.submission(5, 9))
    again.close()
    assert len(_kept(memory)) == 1


def test_lost_memory_is_no_new_beginning(witness, memory):
    witness.add_checkpoint(HONEST.submission(0, 5))
    (memory.folder / "logs.json").unlink()
    with pytest.raises(MemoryRefused, match="なくなっています"):
        _opened_again(memory, "witness.example/w1")


def test_lost_key_is_not_replaced(witness, memory):
    witness.add_checkpoint(HONEST.submission(0, 5))
    (memory.folder / "witness.key").unlink()
    with pytest.raises(MemoryRefused, match="鍵 .* がなくなっています"):
        _opened_again(memory, "witness.example/w1")


@pytest.mark.parametrize("spoilt", ["", "{", "[]", '{"x": {}}'])
def test_spoilt_memory_is_refused(memory, spoilt):
    (memory.folder / "logs.json").write_text(spoilt)
    with pytest.raises(MemoryRefused, match="読み書きできません"):
        _opened_again(memory)


def test_the_key_is_for_its_owner_alone(memory):
    key = memory.folder / "witness.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o644)
    with pytest.raises(MemoryRefused, match="ほかの人"):
        _opened_again(memory)


def test_another_name_is_refused(memory):
    with pytest.raises(MemoryRefused, match="w1"):
        _opened_again(memory, "witness.example/w2")


def test_two_witnesses_do_not_share_a_folder(memory):
    with pytest.raises(MemoryRefused, match="別の立会人"):
        Memory.open(memory.folder)


def test_without_a_name_nothing_begins(tmp_path):
    with pytest.raises(MemoryRefused, match="--name"):
        Memory.open(tmp_path / "new")
