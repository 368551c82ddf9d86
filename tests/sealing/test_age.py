"""Headers with one recipient and payloads in chunks: the format's rules, each broken once."""

import base64
import hmac
import io

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st

from council.sealing import age
from council.sealing.age import AgeRefused
from council.sealing.age_keys import DOES_NOT_OPEN, Kind, generate_identity
from tests.sealing.packages import CLASSIC, HYBRID, payload_of

FILE_KEY = bytes(range(16))
CHUNK = 64 * 1024
KEYS = {Kind.CLASSIC: CLASSIC, Kind.HYBRID: HYBRID}


def refused(call, *arguments):
    with pytest.raises(AgeRefused) as refusal:
        call(*arguments)
    return refusal.value.sentence


def headed(*lines, file_key=FILE_KEY):
    """A header of these lines with a MAC that holds, so that only its form can be refused."""
    signed = b"\n".join([*lines, b"---"])
    mac = hmac.digest(age._hkdf(file_key, None, b"header"), signed, "sha256")
    return signed + b" " + age._base64(mac) + b"\n"


def lines_of(kind):
    return age.seal_header(FILE_KEY, KEYS[kind].recipient).split(b"\n")[:3]


def decrypted(payload):
    out = io.BytesIO()
    age.decrypt_payload(FILE_KEY, io.BytesIO(payload), out)
    return out.getvalue()


def chunk(key, counter, last, plain):
    return ChaCha20Poly1305(key).encrypt(counter.to_bytes(11) + bytes([last]), plain, None)


@pytest.mark.parametrize("kind", Kind)
def test_a_header_opens_for_its_identity_alone(kind):
    header = age.seal_header(FILE_KEY, KEYS[kind].recipient)
    assert age.open_header(header, KEYS[kind]) == FILE_KEY
    assert refused(age.open_header, header, generate_identity(kind)) == DOES_NOT_OPEN
    assert len(header) == {Kind.CLASSIC: 168, Kind.HYBRID: 1627}[kind]


@pytest.mark.parametrize("kind", Kind)
def test_the_lines_of_a_header_are_those_of_the_specification(kind):
    version, arguments, body, mac, rest = age.seal_header(FILE_KEY, KEYS[kind].recipient).split(b"\n")
    assert (version, rest) == (b"age-encryption.org/v1", b"")
    assert arguments.startswith(b"-> " + kind.encode() + b" ")
    assert (len(body), len(mac)) == (43, 4 + 43)


def test_an_identity_of_the_other_kind_is_told_so():
    for kind, other in ((Kind.CLASSIC, HYBRID), (Kind.HYBRID, CLASSIC)):
        assert refused(age.open_header, age.seal_header(FILE_KEY, KEYS[kind].recipient), other) == age.OTHER_KIND


@pytest.mark.parametrize("kind", Kind)
def test_no_byte_of_a_header_can_change(kind):
    header = age.seal_header(FILE_KEY, KEYS[kind].recipient)
    step = max(1, len(header) // 200)
    for place in [*range(0, len(header), step), *range(len(header) - 110, len(header))]:
        altered = header[:place] + bytes([header[place] ^ 1]) + header[place + 1 :]
        with pytest.raises(AgeRefused):
            age.open_header(altered, KEYS[kind])


@pytest.mark.parametrize("kind", Kind)
def test_no_byte_of_a_header_can_go_or_come(kind):
    header = age.seal_header(FILE_KEY, KEYS[kind].recipient)
    for place in range(0, len(header), max(1, len(header) // 150)):
        for altered in (header[:place], header[:place] + header[place + 1 :], header[:place] + b"A" + header[place:]):
            with pytest.raises(AgeRefused):
                age.open_header(altered, KEYS[kind])


BROKEN = {
    "another version": (lambda v, a, b: [b"age-encryption.org/v2", a, b], age.NOT_AGE),
    "no stanza": (lambda v, a, b: [v], age.NO_STANZA),
    "two stanzas": (lambda v, a, b: [v, a, b, a, b], age.MANY_STANZAS),
    "grease before the stanza": (lambda v, a, b: [v, b"-> x-grease a", b"", a, b], age.MANY_STANZAS),
    "an unknown kind": (lambda v, a, b: [v, b"-> scrypt c2FsdA 18", b], age.UNKNOWN_KIND),
    "no argument": (lambda v, a, b: [v, b"-> X25519", b], age.BAD_ARGUMENTS),
    "an argument more": (lambda v, a, b: [v, a + b" x", b], age.BAD_ARGUMENTS),
    "an empty argument": (lambda v, a, b: [v, a + b" ", b], age.BAD_LINE),
    "two spaces": (lambda v, a, b: [v, a.replace(b"19 ", b"19  "), b], age.BAD_LINE),
    "no arrow": (lambda v, a, b: [v, a[3:], b], age.BAD_LINE),
    "a tab": (lambda v, a, b: [v, a.replace(b"19 ", b"19\t"), b], age.BAD_LINE),
    "a carriage return": (lambda v, a, b: [v, a + b"\r", b], age.BAD_LINE),
    "padding in the argument": (lambda v, a, b: [v, a + b"=", b], age.BAD_BASE64),
    "a short argument": (lambda v, a, b: [v, a[:-3], b], age.BAD_ENC),
    "no body": (lambda v, a, b: [v, a], age.BAD_LINE),
    "an empty body": (lambda v, a, b: [v, a, b""], age.BAD_BODY),
    "a body of 31 bytes": (lambda v, a, b: [v, a, age._base64(bytes(31))], age.BAD_BODY),
    "a body of 33 bytes": (lambda v, a, b: [v, a, age._base64(bytes(33))], age.BAD_BODY),
    "a body of two lines": (lambda v, a, b: [v, a, age._base64(bytes(48)), b], age.BAD_BODY),
    "a full line at the end": (lambda v, a, b: [v, a, b"A" * 64], age.BAD_LINE),
    "a body broken too early": (lambda v, a, b: [v, a, b[:20], b[20:]], age.BAD_LINE),
    "a body of 65 columns": (lambda v, a, b: [v, a, b"A" * 65], age.LONG_LINE),
    "an empty line after the body": (lambda v, a, b: [v, a, b, b""], age.BAD_LINE),
    "padding in the body": (lambda v, a, b: [v, a, b + b"="], age.BAD_BASE64),
    "bits left over in the body": (lambda v, a, b: [v, a, b[:-1] + _other_spelling(b[-1:])], age.BAD_BASE64),
    "the alphabet of URLs": (lambda v, a, b: [v, a, b"-" + b[1:]], age.BAD_BASE64),
    "hyphens in the middle": (lambda v, a, b: [v, a, b, b"--- " + b], age.BAD_LINE),
}


def _other_spelling(letter):
    """The last of 43 characters carries two bits that must be zero."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return alphabet[alphabet.index(letter) + 1 :][:1]


@pytest.mark.parametrize("why", BROKEN)
def test_a_header_of_another_form_is_refused_although_its_mac_holds(why):
    change, sentence = BROKEN[why]
    assert refused(age.open_header, headed(*change(*lines_of(Kind.CLASSIC))), CLASSIC) == sentence


def test_the_stand_in_for_a_header_is_one():
    assert age.open_header(headed(*lines_of(Kind.CLASSIC)), CLASSIC) == FILE_KEY


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda header: header[:-1], age.BAD_LINE),
        (lambda header: header[:-2] + _other_spelling(header[-2:-1]) + b"\n", age.BAD_BASE64),
        (lambda header: header[:-44] + b"A" * 42 + b"\n", age.BAD_MAC),
        (lambda header: header[:-1] + b"=\n", age.BAD_BASE64),
        (lambda header: header[:-44] + age._base64(bytes(32)) + b"\n", age.BAD_MAC),
        (lambda header: header[:-44] + age._base64(bytes(24)) + b"\n", age.BAD_MAC),
        (lambda header: header.replace(b"--- ", b"---  "), age.BAD_BASE64),
        (lambda header: header.replace(b"--- ", b"---"), age.BAD_LINE),
        (lambda header: header + b"\n", age.BAD_LINE),
        (lambda header: header.replace(b"\n", b"\r\n"), age.NOT_AGE),
        (lambda header: b"", age.NOT_AGE),
        (lambda header: b"age-encryption.org/v1\n", age.CUT_HEADER),
    ],
)
def test_the_end_of_a_header_is_as_strict(change, sentence):
    header = age.seal_header(FILE_KEY, CLASSIC.recipient)
    assert refused(age.open_header, change(header), CLASSIC) == sentence


def test_a_file_key_of_another_length_is_refused_on_both_sides():
    assert refused(age.seal_header, bytes(32), CLASSIC.recipient) == age.BAD_FILE_KEY
    enc, body = CLASSIC.recipient.wrap(bytes(12))
    stanza = [b"age-encryption.org/v1", b"-> X25519 " + age._base64(enc), age._base64(body)]
    assert refused(age.open_header, headed(*stanza), CLASSIC) == age.BAD_BODY


@pytest.mark.parametrize("kind", Kind)
def test_the_header_is_read_off_and_the_payload_left(kind):
    header = age.seal_header(FILE_KEY, KEYS[kind].recipient)
    reader = io.BytesIO(header + b"--- payload\n")
    assert age.split_header(reader) == header
    assert reader.read() == b"--- payload\n"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", age.NOT_AGE),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\n", age.NOT_AGE),
        (b"age-encryption.org/v2\n", age.NOT_AGE),
        (b"age-encryption.org/v1 \n", age.NOT_AGE),
        (b"age-encryption.org/v1", age.NOT_AGE),
        (b"age-encryption.org/v1\n", age.CUT_HEADER),
        (b"age-encryption.org/v1\n-> X25519 abc", age.CUT_HEADER),
        (b"age-encryption.org/v1\n-> X25519 " + b"A" * 100_000, age.LONG_LINE),
        (b"age-encryption.org/v1\n" + b"\n" * 100_000, age.LONG_HEADER),
    ],
)
def test_what_is_no_header_is_refused_before_much_is_read(data, sentence):
    reader = io.BytesIO(data)
    assert refused(age.split_header, reader) == sentence
    assert reader.tell() <= age.LARGEST_HEADER + age.LONGEST_LINE


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_a_payload_of_any_size_comes_back(size):
    plain = bytes(range(256)) * (size // 256 + 1)
    payload = payload_of(FILE_KEY, plain[:size])
    assert len(payload) == age.payload_size(size)
    assert decrypted(payload) == plain[:size]


@given(st.binary(max_size=300), st.lists(st.integers(min_value=1, max_value=70), min_size=1))
def test_a_reader_may_hand_out_less_than_it_was_asked_for(plain, sizes):
    class Slow(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, sizes[self.tell() % len(sizes)]))

    assert b"".join(age.decrypted_chunks(FILE_KEY, Slow(payload_of(FILE_KEY, plain)))) == plain
    assert len(b"".join(age.encrypt_payload(FILE_KEY, Slow(plain)))) == age.payload_size(len(plain))


def test_the_bytes_of_a_payload_follow_from_the_specification():
    plain = b"x" * CHUNK + b"y"
    payload = payload_of(FILE_KEY, plain)
    extracted = hmac.digest(payload[:16], FILE_KEY, "sha256")
    key = hmac.digest(extracted, b"payload\x01", "sha256")
    assert payload[16:] == chunk(key, 0, False, plain[:CHUNK]) + chunk(key, 1, True, b"y")


DAMAGED = {
    "cut in the nonce": (lambda p: p[:15], age.CUT_PAYLOAD),
    "only the nonce": (lambda p: p[:16], age.CUT_PAYLOAD),
    "cut in the first tag": (lambda p: p[:20], age.CUT_PAYLOAD),
    "cut after the first chunk": (lambda p: p[: 16 + CHUNK + 16], age.CUT_PAYLOAD),
    "cut in the last chunk": (lambda p: p[:-1], age.ALTERED_PAYLOAD),
    "another nonce": (lambda p: bytes(16) + p[16:], age.ALTERED_PAYLOAD),
    "a byte of the first chunk": (lambda p: p[:100] + bytes([p[100] ^ 1]) + p[101:], age.ALTERED_PAYLOAD),
    "a byte of the first tag": (lambda p: p[: 30 + CHUNK] + b"\0\0" + p[32 + CHUNK :], age.ALTERED_PAYLOAD),
    "a byte of the last chunk": (lambda p: p[:-17] + bytes([p[-17] ^ 1]) + p[-16:], age.ALTERED_PAYLOAD),
    "a byte of the last tag": (lambda p: p[:-1] + bytes([p[-1] ^ 1]), age.ALTERED_PAYLOAD),
    "a byte more": (lambda p: p + b"\0", age.ALTERED_PAYLOAD),
    "chunks in another order": (lambda p: p[:16] + p[32 + CHUNK : 48 + 2 * CHUNK] + p[16:], age.ALTERED_PAYLOAD),
    "a chunk twice": (lambda p: p[: 32 + CHUNK] + p[16:], age.ALTERED_PAYLOAD),
    "a chunk left out": (lambda p: p[:16] + p[32 + CHUNK :], age.ALTERED_PAYLOAD),
}


@pytest.mark.parametrize("why", DAMAGED)
def test_a_damaged_payload_is_refused(why):
    change, sentence = DAMAGED[why]
    payload = payload_of(FILE_KEY, bytes(2 * CHUNK + 5))
    assert refused(decrypted, change(payload)) == sentence


def test_data_after_a_full_last_chunk_is_named_as_such():
    payload = payload_of(FILE_KEY, bytes(CHUNK))
    assert refused(decrypted, payload + b"more") == age.LONG_PAYLOAD


def test_an_empty_last_chunk_is_refused_unless_it_is_the_only_one():
    nonce = bytes(16)
    key = age._hkdf(FILE_KEY, nonce, b"payload")
    assert decrypted(nonce + chunk(key, 0, True, b"")) == b""
    whole = nonce + chunk(key, 0, False, bytes(CHUNK)) + chunk(key, 1, True, b"")
    assert refused(decrypted, whole) == age.EMPTY_LAST_CHUNK


def test_a_short_chunk_in_the_middle_is_refused():
    nonce = bytes(16)
    key = age._hkdf(FILE_KEY, nonce, b"payload")
    payload = nonce + chunk(key, 0, False, bytes(10)) + chunk(key, 1, True, b"x")
    assert refused(decrypted, payload) == age.ALTERED_PAYLOAD


def test_base64_is_written_without_padding():
    assert age._base64(bytes(32)) == base64.b64encode(bytes(32))[:-1]
