"""Bech32 against the vectors of BIP 173 and of the age specification."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from council.sealing import bech32
from council.sealing.errors import AgeRefused

# BIP 173, "Test vectors"; the limit of 90 characters is lifted here, as the age specification says.
VALID = [
    "A12UEL5L",
    "a12uel5l",
    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
    "?1ezyfcl",
]
INVALID = {
    "\x201nwldj5": bech32.BAD_CHARACTER,
    "\x7f1axkwrx": bech32.BAD_CHARACTER,
    "\x801eym55h": bech32.BAD_CHARACTER,
    "pzry9x0s0muk": bech32.NOT_BECH32,
    "1pzry9x0s0muk": bech32.NOT_BECH32,
    "x1b4n0q5v": bech32.BAD_CHARACTER,
    "li1dgmt3": bech32.NOT_BECH32,
    "de1lg7wt\xff": bech32.BAD_CHARACTER,
    "A1G7SGD8": bech32.BAD_CHECKSUM,
    "10a06t8": bech32.NOT_BECH32,
    "1qzzfhee": bech32.NOT_BECH32,
    "A12uEL5L": bech32.MIXED_CASE,
    "": bech32.NOT_BECH32,
}


@pytest.mark.parametrize("text", VALID)
def test_published_strings_are_read(text):
    hrp, data = bech32.decode(text)
    assert bech32.encode(hrp.lower(), data) == text.lower()


@pytest.mark.parametrize(("text", "sentence"), INVALID.items())
def test_published_bad_strings_are_refused_with_their_reason(text, sentence):
    with pytest.raises(AgeRefused) as refusal:
        bech32.decode(text)
    assert refusal.value.sentence == sentence


def test_bits_left_over_must_be_zero_and_fewer_than_five():
    for text in (_with_checksum("age", "qp"), _with_checksum("age", "qqq")):
        with pytest.raises(AgeRefused) as refusal:
            bech32.decode(text)
        assert refusal.value.sentence == bech32.BAD_PADDING
    assert bech32.decode(_with_checksum("age", "qq")) == ("age", b"\0")


def test_a_string_without_end_is_refused_before_any_arithmetic():
    with pytest.raises(AgeRefused) as refusal:
        bech32.decode("age1" + "q" * 10_000_000)
    assert refusal.value.sentence == bech32.TOO_LONG


@given(st.binary(max_size=1300), st.sampled_from(["age", "age1pq", "age-secret-key-pq-"]))
def test_whatever_is_written_is_read_back_in_either_case(data, hrp):
    text = bech32.encode(hrp, data)
    assert bech32.decode(text) == (hrp, data)
    assert bech32.decode(text.upper()) == (hrp.upper(), data)


@given(st.binary(min_size=32, max_size=32), st.integers(min_value=0, max_value=57), st.sampled_from("qpzry9x8gf2t"))
def test_no_single_character_can_be_mistaken(data, place, character):
    text = bech32.encode("age", data)
    place += len("age1")
    if text[place] == character:
        return
    with pytest.raises(AgeRefused):
        bech32.decode(text[:place] + character + text[place + 1 :])


def _with_checksum(hrp, body):
    """A body that no encoder writes, with the checksum that makes only its padding wrong."""
    checksum = bech32._polymod(hrp, body + "q" * 6) ^ 1
    letters = ("qpzry9x8gf2tvdw0s3jn54khce6mua7l"[checksum >> 5 * (5 - place) & 31] for place in range(6))
    return f"{hrp}1{body}" + "".join(letters)
