"""Proof files: what they carry, and that nothing in them can be another. FORMAT.md §8."""

import base64

import pytest

from council.audit import checkpoint, proof
from council.audit.checkpoint import Checkpoint
from council.audit.proof import Proof
from council.audit.tree import inclusion_proof, leaf_hash, root_of
from council.sealing import note
from council.sealing.note import NoteRefused, Signer, Verifier
from tests.audit.trees import altered, node_over

ORIGIN = "council.example/log/tier-1"
LOG = Signer.from_seed(ORIGIN, b"l" * 32)
OTHER = Signer.from_seed("council.example/log/tier-2", b"o" * 32)
ENTRIES = [b"entry %d" % number for number in range(21)]
HASHES = [leaf_hash(entry) for entry in ENTRIES]


def made(index=13, size=21, signer=LOG):
    here = Checkpoint(signer.verifier.name, size, root_of(HASHES[:size]))
    path = tuple(inclusion_proof(index, size, node_over(HASHES)))
    return Proof(ENTRIES[index], index, path, checkpoint.sign(here, signer))


def with_(whole, **change):
    facts = {"entry": whole.entry, "index": whole.index, "path": whole.path, "note": whole.note}
    return Proof(**{**facts, **change})


def refused(call, *arguments):
    with pytest.raises(NoteRefused) as refusal:
        call(*arguments)
    return refusal.value.sentence


def test_the_published_proof_is_read_holds_and_is_written_again(vectors):
    published = vectors["proof"].encode()
    read = Proof.parse(published)
    covering = read.check(Verifier.parse(vectors["checkpoint"]["vkeys"][0]))
    assert (read.entry, read.index, covering.size) == (b"ten", 9, 15)
    assert base64.b64encode(covering.root).decode() == vectors["tree"]["root_base64"]
    assert bytes(read) == published


def test_what_the_page_says_must_be_refused_is_refused(vectors):
    verifier = Verifier.parse(vectors["checkpoint"]["vkeys"][0])
    assert len(vectors["refused_proofs"]) == 15
    for case in vectors["refused_proofs"]:
        before, after = case["change"]
        assert before in vectors["proof"]
        changed = vectors["proof"].replace(before, after).encode()
        assert refused(lambda data: Proof.parse(data).check(verifier), changed), case["why"]


def test_every_leaf_of_every_small_log_has_a_proof_that_reads_back():
    for size in range(1, 22):
        for index in range(size):
            whole = made(index, size)
            assert Proof.parse(bytes(whole)) == whole
            assert whole.check(LOG.verifier).size == size


def test_no_altered_path_holds():
    whole = made()
    for path in altered(whole.path):
        changed = Proof.parse(bytes(with_(whole, path=tuple(path))))
        assert refused(changed.check, LOG.verifier) == proof.NOT_INCLUDED


def test_no_other_index_and_no_other_entry_holds():
    whole = made()
    for other in set(range(25)) - {13}:
        assert refused(with_(whole, index=other).check, LOG.verifier) == proof.NOT_INCLUDED
    for entry in (ENTRIES[12], ENTRIES[13] + b"\0", HASHES[13]):
        assert refused(with_(whole, entry=entry).check, LOG.verifier) == proof.NOT_INCLUDED


def test_the_hash_of_a_subtree_is_no_entry():
    # Without the prefixes of RFC 6962 two hashes side by side would pass for a logged entry.
    whole = made(0, 2)
    above = made(0, 4)
    assert refused(with_(above, entry=HASHES[0] + HASHES[1], path=above.path[1:]).check, LOG.verifier)
    assert whole.check(LOG.verifier).size == 2


def test_a_proof_of_another_log_is_none_of_this_one():
    whole = made(signer=OTHER)
    assert whole.check(OTHER.verifier).size == 21
    assert refused(whole.check, LOG.verifier) == note.NO_SIGNATURE
    borrowed = Checkpoint(OTHER.verifier.name, 21, root_of(HASHES))
    lent = with_(whole, note=checkpoint.sign(borrowed, LOG))
    assert refused(lent.check, LOG.verifier) == checkpoint.OTHER_LOG


def test_a_proof_under_another_checkpoint_of_the_same_log_does_not_hold():
    assert refused(with_(made(), note=made(13, 20).note).check, LOG.verifier) == proof.NOT_INCLUDED


def test_no_byte_before_the_lines_of_strangers_can_change():
    whole = bytes(made())
    for place in range(len(whole)):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        assert refused(lambda data: Proof.parse(data).check(LOG.verifier), changed)


def test_an_entry_of_any_bytes_travels():
    entry = bytes(range(256)) * 10
    here = Checkpoint(ORIGIN, 1, leaf_hash(entry))
    whole = Proof.parse(bytes(Proof(entry, 0, (), checkpoint.sign(here, LOG))))
    assert (whole.entry, whole.path, whole.check(LOG.verifier)) == (entry, (), here)


@pytest.mark.parametrize(
    "change",
    [
        lambda file: b"",
        lambda file: file.split(b"\n\n")[0],
        lambda file: file.split(b"\n\n")[0] + b"\n",
        lambda file: file.replace(b"c2sp.org", b"C2SP.org"),
        lambda file: file.replace(b"extra ", b"extra  "),
        lambda file: file.replace(b"extra ZW50cnkgMTM=", b"extra "),
        lambda file: file.replace(b"ZW50cnkgMTM=", b"ZW50cnkgMTM"),
        lambda file: file.replace(b"index 13", b"index -13"),
        lambda file: file.replace(b"index 13", b"index 1_3"),
        lambda file: file.replace(b"index 13", b"index 13 "),
        lambda file: file.replace(b"index 13", "index １３".encode()),
        lambda file: file.replace(b"index 13", b"index 13\n" + b"\n".join([base64.b64encode(bytes(32))] * 60)),
        lambda file: file.replace(b"index 13", b"index 13\n\xff"),
        lambda file: file.replace(b"index 13", b"index 13\n" + base64.b64encode(bytes(31))),
        lambda file: file.replace(b"index 13", b"index 13\n" + base64.b64encode(bytes(33))),
        lambda file: file.replace(b"index 13\n", b""),
        lambda file: file + b"\xe2\x80\x94 stranger.example AAAAAAAA\n" * 2500,
    ],
)
def test_a_file_of_another_form_is_refused(change):
    changed = change(bytes(made()))
    assert changed != bytes(made())
    assert refused(Proof.parse, changed) == proof.NOT_A_PROOF
