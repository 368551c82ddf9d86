"""The stand-alone verifier reads the test vectors of FORMAT.md, and refuses what they refuse, with code of its own."""

import hashlib

import pytest

from council.audit import verify
from council.audit.tiles import Tile
from council.sealing.canonical import canonical
from tests.audit import copies
from tests.audit.damage import check, codes


def roots_of(entries):
    hashes = [hashlib.sha256(b"\x00" + entry.encode()).digest() for entry in entries]
    return verify.grow(hashes, range(len(hashes) + 1))[0]


def test_every_root_is_that_of_the_vectors(vectors):
    roots = roots_of(vectors["tree"]["entries"])
    assert [roots[size].hex() for size in range(16)] == vectors["tree"]["roots"]


def test_the_signatures_of_the_vectors_hold(vectors):
    said = vectors["checkpoint"]
    note, keys = verify.parse_note(said["note"].encode()), map(verify.parse_key, said["vkeys"])
    (_, _, signature), first, second = note.signatures[0], *keys
    verify.check_signature(first, note, signature)
    (line,) = verify.parse_note(note.text + b"\n" + said["cosignature"].encode()).signatures
    verify.check_signature(second, note, line[2])


def test_the_witness_of_the_vectors_holds(vectors):
    note = verify.parse_note(vectors["checkpoint"]["note"].encode())
    line = vectors["witness"]["cosignature"]
    ((_, _, signature),) = verify.parse_note(note.text + b"\n" + line.encode()).signatures
    verify.check_signature(verify.parse_key(vectors["witness"]["vkey"]), note, signature)


def test_refused_checkpoints_are_malformed(vectors):
    _, _, lines = vectors["checkpoint"]["note"].partition("\n\n")
    for case in vectors["refused_checkpoints"]:
        with pytest.raises(ValueError, match="検印|base64|padding|base"):
            verify.parse_note(f"{case['text']}\n{lines}".encode())


@pytest.fixture
def leaf(vectors):
    return {**vectors["leaves"][0]["fields"], "tier": 1}


def verdict_on(leaf, folder):
    forger = copies.Forger.named("test.example/log/tier-1")
    return codes(check(forger.write(folder, [canonical(leaf)], (1,))))


def test_leaves_are_read_and_refused_leaves_are_bad(vectors, leaf, tmp_path):
    assert verdict_on(leaf, tmp_path) == []
    for refused in vectors["refused"]:
        changed = {name: value for name, value in {**leaf, **refused["change"]}.items() if value is not None}
        assert verdict_on(changed, tmp_path) == [("bad_leaf", 0)], refused["why"]


def test_tiles_have_the_paths_of_the_vectors(vectors):
    for tile in vectors["tiles"]:
        kind = "entries" if tile["level"] is None else tile["level"]
        assert verify._path(kind, tile["number"], tile["width"]) == tile["path"]
        assert Tile.parse(tile["path"])
