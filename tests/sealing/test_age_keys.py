"""Keys of the age format, against the pairs printed in the specification."""

import pytest

from council.sealing import age_keys, bech32
from council.sealing.age_keys import Identity, Kind, Recipient, fingerprint, generate_identity, spoken_fingerprint
from council.sealing.errors import AgeRefused

CLASSIC_IDENTITY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
CLASSIC_RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
HYBRID_IDENTITY = "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR"
# The recipient printed beside it has 1,959 characters; this is its SHA-256.
HYBRID_FINGERPRINT = "a091dd7e0ee9d62b75173dcc98441a0424baa941e66a8776e570a4ae60ff61ea"


def refused(call, *arguments):
    with pytest.raises(AgeRefused) as refusal:
        call(*arguments)
    return refusal.value.sentence


def test_the_published_identities_give_the_published_recipients():
    assert str(Identity.parse(CLASSIC_IDENTITY).recipient) == CLASSIC_RECIPIENT
    hybrid = str(Identity.parse(HYBRID_IDENTITY).recipient)
    assert (hybrid[:24], hybrid[-12:], len(hybrid)) == ("age1pq1x34nzsvr0rxjsgdn8", "0d3fzv49zc0k", 1959)
    assert fingerprint(Identity.parse(HYBRID_IDENTITY).recipient) == HYBRID_FINGERPRINT


@pytest.mark.parametrize("kind", Kind)
def test_keys_survive_being_written_and_read(kind):
    identity = generate_identity(kind)
    assert Identity.parse(identity.text()) == identity
    recipient = Recipient.parse(str(identity.recipient))
    assert recipient == Recipient(kind, recipient.public) == identity.recipient
    assert hash(recipient) == hash(identity.recipient)
    assert recipient != generate_identity(kind).recipient


@pytest.mark.parametrize("kind", Kind)
def test_only_its_own_identity_unwraps_and_each_wrap_is_fresh(kind):
    identity = generate_identity(kind)
    wraps = [identity.recipient.wrap(b"k" * 16) for _ in range(2)]
    assert [identity.unwrap(*wrap) for wrap in wraps] == [b"k" * 16] * 2
    assert wraps[0] != wraps[1]
    assert refused(generate_identity(kind).unwrap, *wraps[0]) == age_keys.DOES_NOT_OPEN


def test_an_identity_never_shows_in_texts_made_in_passing():
    identity = generate_identity()
    assert identity.secret.hex() not in repr(identity)
    assert identity.text() not in f"{identity} {identity!r} {identity.recipient!r}"
    assert refused(Recipient.parse, identity.text()) == age_keys.SECRET_GIVEN


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (CLASSIC_RECIPIENT.upper(), age_keys.NOT_A_RECIPIENT),
        (bech32.encode("age", bytes(31)), age_keys.NOT_A_RECIPIENT),
        (bech32.encode("age1pq", bytes(1215)), age_keys.NOT_A_RECIPIENT),
        (bech32.encode("age1tag", bytes(33)), age_keys.NOT_A_RECIPIENT),
        (bech32.encode("age", bytes(32)), age_keys.UNUSABLE),
        (bech32.encode("age", b"\1" + bytes(31)), age_keys.UNUSABLE),
        (bech32.encode("age1pq", b"\xff" * 1216), age_keys.UNUSABLE),
        (CLASSIC_RECIPIENT[:-1] + "q", bech32.BAD_CHECKSUM),
        (CLASSIC_RECIPIENT + "\n", bech32.BAD_CHARACTER),
        ("ssh-ed25519 AAAA", bech32.BAD_CHARACTER),
        ("", bech32.NOT_BECH32),
    ],
)
def test_what_nobody_could_open_is_no_recipient(text, sentence):
    assert refused(Recipient.parse, text) == sentence


def test_a_hybrid_recipient_with_a_useless_x25519_half_is_refused():
    half = generate_identity(Kind.HYBRID).recipient.public[:1184]
    assert refused(Recipient.parse, bech32.encode("age1pq", half + bytes(32))) == age_keys.UNUSABLE


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (CLASSIC_IDENTITY.lower(), age_keys.NOT_AN_IDENTITY),
        (CLASSIC_RECIPIENT, age_keys.NOT_AN_IDENTITY),
        (bech32.encode("age-secret-key-", bytes(31)).upper(), age_keys.NOT_AN_IDENTITY),
        (bech32.encode("age-secret-key-pq-", bytes(33)).upper(), age_keys.NOT_AN_IDENTITY),
        (CLASSIC_IDENTITY[:-1], bech32.BAD_CHECKSUM),
        (HYBRID_IDENTITY.replace("PQ-", ""), bech32.BAD_CHECKSUM),
    ],
)
def test_what_is_no_identity_is_refused_and_not_repeated(text, sentence):
    with pytest.raises(AgeRefused) as refusal:
        Identity.parse(text)
    assert refusal.value.sentence == sentence
    assert text[20:40] not in str(refusal.value)


def test_the_spoken_fingerprint_is_the_beginning_of_the_whole_one():
    recipient = Identity.parse(HYBRID_IDENTITY).recipient
    assert spoken_fingerprint(recipient) == "a091 dd7e 0ee9 d62b 7517 3dcc 9844 1a04"
