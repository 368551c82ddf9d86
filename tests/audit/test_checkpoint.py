"""Checkpoints: the three lines in their one spelling, under the key of their own log. FORMAT.md §6."""

import base64

import pytest

from council.audit import checkpoint
from council.audit.checkpoint import Checkpoint
from council.audit.tree import EMPTY
from council.sealing import note
from council.sealing.note import NoteRefused, Signer, Verifier

ORIGIN = "council.example/log/tier-1"
LOG = Signer.from_seed(ORIGIN, b"l" * 32)
OTHER = Signer.from_seed("council.example/log/tier-2", b"o" * 32)
HERE = Checkpoint(ORIGIN, 15, bytes(range(32)))


def refused(call, *arguments):
    with pytest.raises(NoteRefused) as refusal:
        call(*arguments)
    return refusal.value.sentence


def test_the_published_checkpoint_is_made_and_read(vectors):
    published = vectors["checkpoint"]
    signer = Signer.from_seed(published["origin"], bytes.fromhex(published["ed25519_seed"]))
    made = Checkpoint(published["origin"], 15, base64.b64decode(vectors["tree"]["root_base64"]))
    assert str(signer.verifier) == published["vkeys"][0]
    assert made.text.decode() == published["text"]
    assert checkpoint.sign(made, signer).decode() == published["note"]
    assert checkpoint.read(published["note"].encode(), Verifier.parse(published["vkeys"][0])) == made


def test_no_other_spelling_is_a_checkpoint(vectors):
    assert len(vectors["refused_checkpoints"]) == 19
    for case in vectors["refused_checkpoints"]:
        assert refused(Checkpoint.parse, case["text"].encode()) == checkpoint.NOT_A_CHECKPOINT, case["why"]


def test_a_spelling_is_refused_also_under_a_good_signature(vectors):
    for case in vectors["refused_checkpoints"]:
        if case["text"].endswith("\n") and "\r" not in case["text"]:
            signed = note.sign(case["text"].encode(), Signer.from_seed(vectors["checkpoint"]["origin"], b"l" * 32))
            verifier = Signer.from_seed(vectors["checkpoint"]["origin"], b"l" * 32).verifier
            assert refused(checkpoint.read, signed, verifier), case["why"]


@pytest.mark.parametrize("size", [0, 1, 9, 10, 2**53, 2**63 - 1])
def test_every_size_up_to_the_largest_reads_back(size):
    here = Checkpoint(ORIGIN, size, EMPTY)
    assert Checkpoint.parse(here.text) == here
    assert checkpoint.read(checkpoint.sign(here, LOG), LOG.verifier) == here


def test_bytes_that_are_no_text_are_refused():
    assert refused(Checkpoint.parse, HERE.text.replace(b"council", b"\xff")) == checkpoint.NOT_A_CHECKPOINT
    assert refused(Checkpoint.parse, HERE.text.replace(b"AAEC", b"\xff\xff\xff\xff")) == checkpoint.NOT_A_CHECKPOINT


def test_no_byte_of_a_checkpoint_can_change():
    whole = checkpoint.sign(HERE, LOG)
    for place in range(len(whole)):
        assert refused(checkpoint.read, whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :], LOG.verifier)


def test_a_log_signs_under_its_own_name_alone():
    lent = Checkpoint(OTHER.verifier.name, 15, HERE.root)
    assert refused(checkpoint.read, checkpoint.sign(lent, LOG), LOG.verifier) == checkpoint.OTHER_LOG


def test_the_signature_of_another_log_is_none():
    assert refused(checkpoint.read, checkpoint.sign(HERE, OTHER), LOG.verifier) == note.NO_SIGNATURE
    assert refused(checkpoint.read, HERE.text + b"\n", LOG.verifier) == note.NOT_A_NOTE


def test_lines_of_unknown_keys_are_passed_over():
    assert checkpoint.read(checkpoint.sign(HERE, OTHER, LOG), LOG.verifier) == HERE
