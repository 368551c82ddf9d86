"""Cosignatures of both kinds: their exact messages, and every way in which one does not hold. FORMAT.md §7."""

import base64
import struct

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from council.audit import checkpoint, cosignature
from council.audit.checkpoint import Checkpoint
from council.audit.cosignature import ED25519, ML_DSA_44, Cosigned, Cosigner, Verifier
from council.sealing import note
from council.sealing.note import NoteRefused, Signer

ORIGIN = "council.example/log/tier-1"
LOG = Signer.from_seed(ORIGIN, b"l" * 32)
HERE = Checkpoint(ORIGIN, 15, bytes(range(32)))
BOTH = pytest.mark.parametrize("kind", [ED25519, ML_DSA_44], ids=["ed25519", "ml-dsa-44"])
TIME = 1_795_244_400


def cosigner(kind, name="witness.example/one", seed=b"w"):
    return Cosigner.from_seed(name, kind, seed * 32)


def note_with(*lines, here=HERE):
    return checkpoint.sign(here, LOG) + b"".join(lines)


def refused(call, *arguments):
    with pytest.raises(NoteRefused) as refusal:
        call(*arguments)
    return refusal.value.sentence


def parts(line):
    """(key id, time, signature) of a line."""
    data = base64.b64decode(line.rsplit(" ", 1)[1])
    return data[:4], struct.unpack(">Q", data[4:12])[0], data[12:]


def test_the_published_cosignature_of_the_log_holds_over_the_message_of_the_page(vectors):
    published, tree = vectors["checkpoint"], vectors["tree"]
    name, origin = published["origin"].encode(), published["origin"].encode()
    message = b"subtree/v1\n\0" + bytes([len(name)]) + name + struct.pack(">Q", published["time"])
    message += bytes([len(origin)]) + origin + struct.pack(">QQ", 0, 15) + base64.b64decode(tree["root_base64"])
    assert message.hex() == published["message"]
    key = base64.b64decode(published["vkeys"][1].split("+", 2)[2])
    key_id, time, signature = parts(published["cosignature"])
    assert (key[0], time, key_id.hex()) == (0x06, published["time"], published["vkeys"][1].split("+")[1])
    MLDSA44PublicKey.from_public_bytes(key[1:]).verify(signature, message)


def test_the_published_cosignature_of_a_witness_holds_over_the_message_of_the_page(vectors):
    published = vectors["witness"]
    assert published["message"] == f"cosignature/v1\ntime {published['time']}\n" + vectors["checkpoint"]["text"]
    key = base64.b64decode(published["vkey"].split("+", 2)[2])
    key_id, time, signature = parts(published["cosignature"])
    assert (key[0], time, key_id.hex()) == (0x04, published["time"], published["vkey"].split("+")[1])
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature, published["message"].encode())


def test_the_published_keys_follow_from_their_seeds(vectors):
    log, witness = vectors["checkpoint"], vectors["witness"]
    second = Cosigner.from_seed(log["origin"], ML_DSA_44, bytes.fromhex(log["ml_dsa_44_seed"]))
    first = Cosigner.from_seed(witness["name"], ED25519, bytes.fromhex(witness["ed25519_seed"]))
    assert (str(second.verifier), str(first.verifier)) == (log["vkeys"][1], witness["vkey"])
    here = Checkpoint.parse(log["text"].encode())
    assert first.line(here, witness["time"]).decode() == witness["cosignature"]


def test_the_published_note_with_all_its_lines_is_read(vectors):
    log, witness = vectors["checkpoint"], vectors["witness"]
    verifiers = [Verifier.parse(witness["vkey"]), Verifier.parse(log["vkeys"][1])]
    whole = (log["note"] + log["cosignature"] + witness["cosignature"]).encode()
    assert cosignature.check(whole, verifiers) == [
        Cosigned(log["origin"], log["time"]), Cosigned(witness["name"], witness["time"])
    ]  # fmt: skip
    assert checkpoint.read(whole, note.Verifier.parse(log["vkeys"][0])).size == 15


@BOTH
def test_a_cosignature_says_who_and_when(kind):
    one, two = cosigner(kind), cosigner(kind, "witness.example/two", b"v")
    whole = note_with(two.line(HERE, TIME + 5), one.line(HERE, TIME))
    found = cosignature.check(whole, [one.verifier, two.verifier])
    assert found == [Cosigned("witness.example/two", TIME + 5), Cosigned("witness.example/one", TIME)]


@BOTH
def test_a_cosignature_holds_for_its_own_checkpoint_alone(kind):
    one = cosigner(kind)
    for change in ({"origin": "council.example/log/tier-2"}, {"size": 16}, {"root": bytes(32)}):
        facts = {"origin": HERE.origin, "size": HERE.size, "root": HERE.root, **change}
        moved = note_with(one.line(HERE, TIME), here=Checkpoint(**facts))
        assert refused(cosignature.check, moved, [one.verifier]) == cosignature.BAD_COSIGNATURE


@BOTH
def test_no_bit_of_time_or_signature_can_change(kind):
    one = cosigner(kind)
    name, key_id, data = one.verifier.name, one.verifier.key_id, base64.b64decode(one.line(HERE, TIME).split()[-1])[4:]
    for place in (*range(8), 8, len(data) // 2, len(data) - 1):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert refused(cosignature.check, note_with(note.line(name, key_id, changed)), [one.verifier])


@BOTH
def test_a_signature_of_another_length_is_refused(kind):
    one = cosigner(kind)
    name, key_id, data = one.verifier.name, one.verifier.key_id, base64.b64decode(one.line(HERE, TIME).split()[-1])[4:]
    for other in (data[:-1], data + b"\0", data[:8], b"\0"):
        assert refused(cosignature.check, note_with(note.line(name, key_id, other)), [one.verifier])


@BOTH
def test_no_time_is_later_than_the_format_allows(kind):
    one = cosigner(kind)
    latest = note_with(one.line(HERE, 2**63 - 1))
    assert cosignature.check(latest, [one.verifier]) == [Cosigned("witness.example/one", 2**63 - 1)]
    assert refused(cosignature.check, note_with(one.line(HERE, 2**63)), [one.verifier])


@BOTH
def test_unknown_cosigners_are_passed_over(kind):
    one, stranger = cosigner(kind), cosigner(kind, seed=b"s")
    whole = note_with(stranger.line(HERE, TIME), one.line(HERE, TIME))
    assert cosignature.check(whole, [one.verifier]) == [Cosigned("witness.example/one", TIME)]
    assert cosignature.check(whole, []) == []


def test_one_cosigner_counts_once_whatever_lines_it_has():
    old, new = cosigner(ED25519), cosigner(ML_DSA_44)
    whole = note_with(old.line(HERE, TIME), old.line(HERE, TIME + 1), new.line(HERE, TIME + 2))
    assert cosignature.check(whole, [old.verifier, new.verifier]) == [Cosigned("witness.example/one", TIME)]


def test_the_signature_of_the_log_is_no_cosignature():
    # The same key, taken for a witness of the same name: type and message differ.
    as_witness = Cosigner.from_seed(ORIGIN, ED25519, b"l" * 32)
    assert cosignature.check(note_with(), [as_witness.verifier]) == []
    disguised = note.line(ORIGIN, as_witness.verifier.key_id, bytes(8) + LOG.sign(HERE.text))
    assert refused(cosignature.check, note_with(disguised), [as_witness.verifier])


def test_the_name_is_part_of_what_ml_dsa_signs():
    one, renamed = cosigner(ML_DSA_44), cosigner(ML_DSA_44, "witness.example/two")
    data = base64.b64decode(one.line(HERE, TIME).split()[-1])[4:]
    lent = note.line(renamed.verifier.name, renamed.verifier.key_id, data)
    assert refused(cosignature.check, note_with(lent), [renamed.verifier]) == cosignature.BAD_COSIGNATURE


def test_an_origin_too_long_to_be_counted_is_refused_and_breaks_nothing():
    one, far = cosigner(ML_DSA_44), Checkpoint("o" * 256, 15, HERE.root)
    longest = Checkpoint("o" * 255, 15, HERE.root)
    assert cosignature.check(note_with(one.line(longest, TIME), here=longest), [one.verifier])
    whole = note_with(one.line(HERE, TIME), here=far)
    assert refused(cosignature.check, whole, [one.verifier]) == cosignature.BAD_COSIGNATURE


@BOTH
def test_a_vkey_reads_back_and_every_other_spelling_is_refused(kind):
    vkey = str(cosigner(kind).verifier)
    assert str(Verifier.parse(vkey + "\n")) == vkey
    name, key_id, key = vkey.split("+", 2)
    of_a_log = str(LOG.verifier)
    for wrong in (
        "", name, f"{name}+{key_id}", f"+{key_id}+{key}", f"x{name}+{key_id}+{key}", f"{name}+{key_id.upper()[::-1]}+{key}",
        f"{name}+00000000+{key}", f"{name}+{key_id}+{key[:-4]}", f"{name}+{key_id}+{key}=", f"a b+{key_id}+{key}", of_a_log,
    ):  # fmt: skip
        assert refused(Verifier.parse, wrong) == cosignature.BAD_COSIGNER, wrong


def test_a_cosigner_does_not_show_its_key():
    assert "sign=" not in repr(cosigner(ED25519))
