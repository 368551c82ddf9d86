"""What the signer remembers, and what it therefore does not sign."""

import json
import os
import stat

import pytest

from council.audit import signer_state
from council.audit.checkpoint import Checkpoint
from council.audit.signer_state import SignerRefused, SignerUnavailable, advance, last_signed
from council.audit.tree import consistency_proof, root_of
from tests.audit.trees import leaves, node_over

LOG, OTHER = "example.jp/log/tier-1", "example.jp/log/tier-2"
HASHES = leaves(40)


@pytest.fixture(autouse=True)
def _memory_of_its_own(memory):
    return memory


def at(size, hashes=HASHES, origin=LOG):
    return Checkpoint(origin, size, root_of(hashes[:size]))


def sign(size, hashes=HASHES, *, begun=True, origin=LOG):
    """The memory is asked to go on to `size` of these leaves."""
    new = at(size, hashes, origin)
    advance(new, lambda old: consistency_proof(old, size, node_over(hashes)), begun=begun)
    return new


def refusal_of(*given, **also):
    with pytest.raises(SignerRefused) as caught:
        sign(*given, **also)
    assert not isinstance(caught.value, SignerUnavailable)
    return caught.value.sentence


def test_a_log_begins_grows_and_is_remembered():
    for size in (1, 2, 7, 8, 40):
        new = sign(size, begun=size > 1)
        assert last_signed(LOG) == new


def test_the_same_may_be_signed_again():
    first = sign(9, begun=False)
    assert sign(9) == first == last_signed(LOG)


def test_the_same_again_is_not_written_again(memory):
    sign(9, begun=False)
    before = memory.stat().st_ino
    sign(9)
    assert memory.stat().st_ino == before


def test_logs_are_remembered_beside_each_other():
    sign(9, begun=False)
    other = sign(4, leaves(5), begun=False, origin=OTHER)
    sign(12)
    assert (last_signed(LOG), last_signed(OTHER)) == (at(12), other)


def test_a_smaller_log_is_refused_and_stays_refused():
    sign(9, begun=False)
    assert refusal_of(8) == refusal_of(0) == signer_state.SHORTER
    assert last_signed(LOG) == at(9)


def test_another_root_of_the_same_size_is_refused():
    sign(9, begun=False)
    assert refusal_of(9, [*HASHES[:8], HASHES[20]]) == signer_state.DIFFERENT


@pytest.mark.parametrize("place", range(9))
def test_a_longer_log_with_one_other_leaf_is_refused(place):
    sign(9, begun=False)
    other = [*HASHES[:place], bytes(32), *HASHES[place + 1 :]]
    assert refusal_of(30, other) == signer_state.DIFFERENT
    assert last_signed(LOG) == at(9)


def test_a_database_that_can_no_longer_show_what_was_signed_is_refused():
    sign(9, begun=False)

    def gone(old):
        raise LookupError

    with pytest.raises(SignerRefused) as caught:
        advance(at(30), gone, begun=True)
    assert caught.value.sentence == signer_state.DIFFERENT


def test_a_lost_file_is_refused_once_the_log_has_begun(memory):
    sign(9, begun=False)
    memory.unlink()
    assert refusal_of(12) == signer_state.LOST
    assert not memory.exists()


def test_a_log_that_is_gone_from_the_file_is_refused_too(memory):
    sign(9, begun=False)
    sign(9, begun=False, origin=OTHER)
    memory.write_text(json.dumps({OTHER: json.loads(memory.read_text())[OTHER]}))
    assert refusal_of(12) == signer_state.LOST
    assert sign(12, origin=OTHER)


ROOT = HASHES[0].hex()
GARBAGE = {
    "nothing": "",
    "half": '{"example.jp/log/tier-1": [9, "00',
    "a list": "[]",
    "a number": "7",
    "null": "null",
    "a text": f'"{LOG}"',
    "no pair": {LOG: 9},
    "a triple": {LOG: [9, ROOT, 1]},
    "a size as text": {LOG: ["9", ROOT]},
    "no size": {LOG: [None, ROOT]},
    "a size that is true": {LOG: [True, ROOT]},
    "a size of nothing": {LOG: [0, ROOT]},
    "a negative size": {LOG: [-1, ROOT]},
    "a short root": {LOG: [9, ROOT[:-2]]},
    "no root": {LOG: [9, None]},
    "a root of other letters": {LOG: [9, "x" * 64]},
    "garbage about another log": {LOG: [9, root_of(HASHES[:9]).hex()], OTHER: "?"},
    "bytes": b"\xff\xfe\x00",
    "a deep hole": "[" * 100_000,
}


@pytest.mark.parametrize("found", GARBAGE.values(), ids=GARBAGE)
def test_a_spoiled_file_is_refused_and_left_as_it_is(memory, found):
    sign(9, begun=False)
    text = found if isinstance(found, str | bytes) else json.dumps(found)
    memory.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = memory.read_bytes()
    assert refusal_of(12) == refusal_of(12, begun=False) == signer_state.SPOILED
    with pytest.raises(SignerRefused):
        last_signed(LOG)
    assert memory.read_bytes() == before


def test_a_file_that_can_t_be_read_is_waited_for(memory):
    memory.mkdir(parents=True)
    with pytest.raises(SignerUnavailable, match=r"audit-signer\.json"):
        sign(9, begun=False)
    memory.rmdir()
    assert sign(9, begun=False)


def test_a_folder_that_can_t_be_made_is_waited_for(memory):
    memory.parent.write_text("a file lies where the folder should be")
    with pytest.raises(SignerUnavailable):
        sign(9, begun=False)


def test_a_write_that_fails_half_way_leaves_the_old_memory(memory, monkeypatch):
    sign(9, begun=False)
    before = memory.read_bytes()

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(signer_state.os, "fsync", full)
    with pytest.raises(SignerUnavailable, match="No space left"):
        sign(12)
    monkeypatch.undo()
    assert memory.read_bytes() == before
    assert sign(12)


def test_what_it_leaves_is_for_its_owner_alone_whatever_the_umask(memory):
    before = os.umask(0)
    try:
        sign(9, begun=False)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (memory.parent, *memory.parent.iterdir())}
    assert modes == {"signer": 0o700, "audit-signer.json": 0o600, ".audit-signer.json.lock": 0o600}


def test_a_draft_that_a_crash_left_behind_harms_nothing(memory):
    sign(9, begun=False)
    memory.with_name(".audit-signer.json.new").write_text("half of some")
    assert sign(12) == last_signed(LOG)
