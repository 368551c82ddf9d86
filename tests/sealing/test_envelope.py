from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from council.sealing.envelope import ALGORITHM, Binding, open_sealed, rewrap, seal
from council.sealing.keyring import FileKeyring, KeyringUnavailable, OpeningRefused, Scope

ids = st.text(min_size=1, max_size=12)
numbers = st.integers(min_value=0, max_value=2**53 - 1)
bindings = st.builds(
    Binding,
    object=ids,
    revision=numbers,
    part=numbers | ids,
    tier=st.integers(min_value=1, max_value=3),
    subcommittees=st.lists(ids, max_size=3).map(tuple),
    purpose=ids,
)
OTHER_PLACES = [
    {"object": "o-2"},
    {"revision": 4},
    {"part": 3},
    {"part": "2"},
    {"tier": 1},
    {"tier": 3},
    {"subcommittees": ()},
    {"subcommittees": ("s-1",)},
    {"subcommittees": ("s-1", "s-2", "s-3")},
    {"subcommittees": ("s-1,s-2",)},
    {"purpose": "title"},
]


def flipped(data):
    """Every copy of `data` with one bit changed, one for each byte."""
    return [data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :] for at in range(len(data))]


def refused(keyring, binding, sealed):
    with pytest.raises(OpeningRefused):
        open_sealed(keyring, binding, sealed)
    return True


@given(binding=bindings, plaintext=st.binary(max_size=300))
def test_what_was_sealed_opens_in_its_own_place(ring, binding, plaintext):
    assert open_sealed(ring, binding, seal(ring, binding, plaintext)) == plaintext


@given(place=bindings, other=bindings)
def test_a_seal_opens_in_no_other_place(ring, place, other):
    sealed = seal(ring, place, b"x")
    if place == other:
        assert open_sealed(ring, other, sealed) == b"x"
    else:
        assert refused(ring, other, sealed)


@pytest.mark.parametrize("change", OTHER_PLACES, ids=str)
def test_each_field_of_the_place_is_bound(ring, binding, change):
    assert refused(ring, replace(binding, **change), seal(ring, binding, b"secret"))


@pytest.mark.parametrize("change", OTHER_PLACES, ids=str)
def test_the_content_is_bound_to_its_place_apart_from_the_wrap(ring, binding, change):
    """Whoever holds a file key and can make wraps still can't move the ciphertext."""
    sealed, elsewhere = seal(ring, binding, b"secret"), replace(binding, **change)
    file_key = ring.unwrap(binding.scope(1), sealed.wrap, binding.aad(1))
    moved = ring.wrap(elsewhere.scope(1), file_key, elsewhere.aad(1))
    assert refused(ring, elsewhere, replace(sealed, wrap=moved, key_id=ring.key_id(elsewhere.scope(1))))


@pytest.mark.parametrize("part", ["wrap", "ciphertext"])
def test_every_changed_byte_is_noticed(ring, binding, part):
    sealed = seal(ring, binding, b"secret")
    for altered in flipped(getattr(sealed, part)):
        assert refused(ring, binding, replace(sealed, **{part: altered}))


@pytest.mark.parametrize("part", ["wrap", "ciphertext"])
def test_shortened_and_lengthened_bytes_are_refused(ring, binding, part):
    sealed = seal(ring, binding, b"secret")
    whole = getattr(sealed, part)
    for altered in [whole[:length] for length in range(len(whole))] + [whole + b"\0"]:
        assert refused(ring, binding, replace(sealed, **{part: altered}))


def test_two_rows_can_not_trade_wraps_or_ciphertexts(ring, binding):
    one, two = (seal(ring, replace(binding, part=part), b"text") for part in (1, 2))
    assert refused(ring, replace(binding, part=1), replace(one, wrap=two.wrap))
    assert refused(ring, replace(binding, part=1), replace(one, ciphertext=two.ciphertext))
    assert refused(ring, replace(binding, part=1), two)


def test_two_seals_of_the_same_place_can_not_trade_wraps(ring, binding):
    one, two = seal(ring, binding, b"before"), seal(ring, binding, b"after")
    assert refused(ring, binding, replace(one, wrap=two.wrap))


def test_a_seal_names_its_algorithm_epoch_and_key(ring, binding):
    sealed = seal(ring, binding, b"secret")
    assert (sealed.algorithm, sealed.epoch) == (ALGORITHM, 1)
    assert sealed.key_id == ring.key_id(Scope(2, ("s-1", "s-2"), 1))


@pytest.mark.parametrize(
    "record", [{"algorithm": "none"}, {"key_id": "0" * 32}, {"epoch": 2}, {"epoch": 0}, {"epoch": 2**80}]
)
def test_an_altered_record_beside_the_bytes_is_refused(ring, binding, record):
    assert refused(ring, binding, replace(seal(ring, binding, b"secret"), **record))


def test_the_epoch_of_a_seal_is_bound(own, binding):
    sealed = seal(own, binding, b"secret")
    own.rotate()
    assert refused(own, binding, replace(sealed, epoch=2, key_id=own.key_id(binding.scope(2))))
    assert open_sealed(own, binding, sealed) == b"secret"


def test_another_keyring_opens_nothing(ring, own, binding):
    assert refused(own, binding, seal(ring, binding, b"secret"))


def test_the_same_text_never_gives_the_same_bytes(ring, binding):
    seals = [seal(ring, binding, b"same") for _ in range(50)]
    assert len({sealed.ciphertext[:12] for sealed in seals} | {sealed.wrap[:12] for sealed in seals}) == 100


def test_no_text_gives_an_empty_content_of_28_bytes(ring, binding):
    sealed = seal(ring, binding, b"")
    assert (len(sealed.ciphertext), len(sealed.wrap)) == (28, 60)
    assert open_sealed(ring, binding, sealed) == b""


def test_neither_text_nor_file_key_shows_in_what_is_stored(ring, binding):
    sealed = seal(ring, binding, b"a sentence to look for")
    file_key = ring.unwrap(binding.scope(1), sealed.wrap, binding.aad(1))
    stored = sealed.ciphertext + sealed.wrap + repr(sealed).encode()
    assert b"sentence" not in stored
    assert "ciphertext" not in repr(sealed)
    assert file_key not in stored


def test_subcommittees_are_a_set(ring, binding):
    same = replace(binding, subcommittees=("s-2", "s-1", "s-2"))
    assert same == binding
    assert open_sealed(ring, same, seal(ring, binding, b"secret")) == b"secret"


@pytest.mark.parametrize(
    "wrong",
    [{"object": 1}, {"revision": True}, {"revision": "3"}, {"revision": -1}, {"tier": 2**53}, {"tier": 2.0}]
    + [{"part": None}, {"subcommittees": "s-1"}, {"subcommittees": (1,)}, {"purpose": b"text"}, {"object": "\ud800"}],
    ids=str,
)
def test_a_place_that_can_not_be_said_exactly_is_an_error(binding, wrong):
    with pytest.raises((TypeError, ValueError)):
        replace(binding, **wrong)


def test_places_and_seals_do_not_change(ring, binding):
    with pytest.raises(FrozenInstanceError):
        binding.tier = 1
    with pytest.raises(FrozenInstanceError):
        seal(ring, binding, b"x").epoch = 2


def test_rewrapping_moves_a_seal_to_the_new_epoch_and_leaves_its_ciphertext(own, binding):
    old = seal(own, binding, b"secret")
    own.rotate()
    new = rewrap(own, binding, old)
    own.set_minimum_epoch(2)
    assert (new.epoch, new.ciphertext) == (2, old.ciphertext)
    assert open_sealed(own, binding, new) == b"secret"
    assert refused(own, binding, old)


def test_rewrapping_a_seal_of_the_current_epoch_changes_nothing(ring, binding):
    sealed = seal(ring, binding, b"secret")
    assert rewrap(ring, binding, sealed) is sealed


def test_rewrapping_does_not_move_a_seal_to_another_place(own, binding):
    sealed = seal(own, binding, b"secret")
    own.rotate()
    with pytest.raises(OpeningRefused):
        rewrap(own, replace(binding, tier=1), sealed)


def test_without_its_keyring_nothing_seals_and_nothing_opens(own, path, binding):
    sealed = seal(own, binding, b"secret")
    path.rename(path.with_name("elsewhere"))
    with pytest.raises(KeyringUnavailable):
        seal(own, binding, b"secret")
    with pytest.raises(KeyringUnavailable):
        open_sealed(own, binding, sealed)


def test_a_seal_outlives_the_process_that_made_it(own, path, binding):
    sealed = seal(own, binding, b"secret")
    assert open_sealed(FileKeyring.load(path), binding, sealed) == b"secret"
