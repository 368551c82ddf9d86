"""Signed notes, against the note in the documentation of Go's package and the C2SP specification."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from council.sealing import note
from council.sealing.note import NoteRefused, Signer, Verifier
from tests.sealing.packages import SIGNER, STRANGER

# From the documentation of golang.org/x/mod/sumdb/note.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
TEXT = "一行目\n\n三行目\n".encode()


def refused(call, *arguments):
    with pytest.raises(NoteRefused) as refusal:
        call(*arguments)
    return refusal.value.sentence


def test_the_published_note_verifies():
    verified = note.verify(NOTE, Verifier.parse(VKEY))
    assert verified.text == NOTE.partition(b"\n\n")[0] + b"\n"
    assert [str(verifier) for verifier in verified.by] == [VKEY]


def test_the_key_of_the_public_test_log_is_read():
    vkey = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
    assert Verifier.parse(vkey).name == "example.com/log/testdata"
    assert str(Verifier.parse(vkey)) == vkey


def test_a_note_keeps_empty_lines_of_its_text():
    assert note.verify(note.sign(TEXT, SIGNER), SIGNER.verifier).text == TEXT


def test_one_known_signature_among_strangers_is_enough():
    other = Signer.from_seed("witness.example", b"w" * 32)
    whole = note.sign(TEXT, STRANGER, SIGNER, other)
    assert note.verify(whole, SIGNER.verifier).by == (SIGNER.verifier,)
    assert note.verify(whole, other.verifier, SIGNER.verifier).by == (SIGNER.verifier, other.verifier)


def test_a_key_in_a_token_only_has_to_sign():
    key = Ed25519PrivateKey.generate()
    signer = Signer(Verifier("token.example", key.public_key().public_bytes_raw()), key.sign)
    assert note.verify(note.sign(TEXT, signer), signer.verifier).text == TEXT


def test_a_stranger_with_the_same_name_is_nobody():
    assert refused(note.verify, note.sign(TEXT, STRANGER), SIGNER.verifier) == note.NO_SIGNATURE
    assert refused(note.verify, note.sign(TEXT, SIGNER)) == note.NO_SIGNATURE


def test_a_known_signature_that_does_not_hold_spoils_the_whole_note():
    other = Signer.from_seed("witness.example", b"w" * 32)
    whole = note.sign(TEXT, other, SIGNER).replace("一".encode(), "二".encode())
    good = note.signature_lines(whole.rpartition(b"\n\n")[0] + b"\n", SIGNER)
    assert refused(note.verify, whole, SIGNER.verifier) == note.BAD_SIGNATURE
    assert refused(note.verify, whole + good, SIGNER.verifier, other.verifier) == note.BAD_SIGNATURE


def test_no_byte_of_a_note_can_change():
    whole = note.sign(TEXT, SIGNER)
    for place in range(len(whole)):
        with pytest.raises(NoteRefused):
            note.verify(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :], SIGNER.verifier)


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: b"",
        lambda whole: whole[:-1],
        lambda whole: whole + b"\n",
        lambda whole: whole.replace(b"\n\n", b"\n"),
        lambda whole: whole.replace(b"\n", b"\r\n"),
        lambda whole: b"\xff" + whole,
        lambda whole: b"\t" + whole,
        lambda whole: whole.replace("— ".encode(), b"- "),
        lambda whole: whole[:-1] + b" more\n",
        lambda whole: whole[:-2] + b"\n",
        lambda whole: whole + "— \n".encode(),
        lambda whole: whole + "— name AAAA\n".encode(),
        lambda whole: whole + "— na+me AAAAAAAA\n".encode(),
        lambda whole: whole + "— name AAAAAAB=\n".encode(),
        lambda whole: whole + "— stranger AAAAAAAA\n".encode() * 100,
        lambda whole: b"x" * (1 << 20) + whole,
    ],
)
def test_a_note_of_another_form_is_refused(change):
    assert refused(note.verify, change(note.sign(b"text\n", SIGNER)), SIGNER.verifier) == note.NOT_A_NOTE


@pytest.mark.parametrize("text", [b"no line feed", b"a\tb\n", b"\xff\n", b""])
def test_a_text_that_no_note_can_hold_is_not_signed(text):
    assert refused(note.sign, text, SIGNER) == note.NOT_A_NOTE


@pytest.mark.parametrize(
    ("vkey", "sentence"),
    [
        ("", note.BAD_VKEY),
        ("name", note.BAD_VKEY),
        (VKEY.replace("c74f20a3", "c74f20a4"), note.BAD_KEY_ID),
        (VKEY.replace("c74f20a3", "C74F20A3"), note.BAD_KEY_ID),
        (VKEY.replace("Peter", "Pieter"), note.BAD_KEY_ID),
        (VKEY.replace("ARpc", "BRpc"), note.OTHER_TYPE),
        (VKEY[:-4], note.BAD_VKEY),
        (VKEY + "=", note.BAD_VKEY),
        (VKEY.replace("PeterNeumann", ""), note.BAD_NAME),
        (VKEY.replace("PeterNeumann", "Peter Neumann"), note.BAD_NAME),
        (VKEY.replace("PeterNeumann", "Peter\u3000Neumann"), note.BAD_NAME),
    ],
)
def test_a_key_that_is_not_exactly_one_is_refused(vkey, sentence):
    assert refused(Verifier.parse, vkey) == sentence


def test_a_signer_does_not_show_its_key():
    assert bytes(range(32)).hex() not in repr(SIGNER)
    assert "sign=" not in repr(SIGNER)
