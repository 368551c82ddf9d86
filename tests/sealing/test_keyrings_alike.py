"""What every keyring does, in a file and in a token alike."""

import pytest

from council.sealing.envelope import Binding, open_sealed, rewrap, seal
from council.sealing.errors import OpeningRefused
from council.sealing.keyring import FileKeyring, Scope
from council.sealing.pkcs11_keyring import Pkcs11Keyring
from tests.sealing import tokens

SCOPE = Scope(2, ("s-1", "s-2"), 1)
KEY = bytes(range(32))
KINDS = ["file", pytest.param("token", marks=tokens.needs_softhsm)]


@pytest.fixture(params=KINDS)
def opener(request, tmp_path, monkeypatch):
    """Opens the same keyring as often as it is asked: as each process of a deployment does."""
    if request.param == "file":
        FileKeyring.create(tmp_path / "keyring.json")
        return lambda: FileKeyring.load(tmp_path / "keyring.json")
    monkeypatch.setattr(Pkcs11Keyring, "lag", 0.0)
    tokens.new_shelf(tmp_path / "softhsm", monkeypatch)
    tokens.new_token("council")
    given = {"module": tokens.MODULE, "token": "council", "pin": tokens.PIN, "lock": tmp_path / "lock"}
    tokens.begun(**given)
    return lambda: Pkcs11Keyring(**given)


@pytest.fixture
def own(opener):
    return opener()


def test_a_wrapped_key_comes_back_and_is_sixty_bytes(own):
    wrapped = own.wrap(SCOPE, KEY, b"aad")
    assert len(wrapped) == 60
    assert own.unwrap(SCOPE, wrapped, b"aad") == KEY


@pytest.mark.parametrize(
    ("scope", "aad"),
    [
        (SCOPE._replace(tier=1), b"aad"),
        (SCOPE._replace(subcommittees=("s-1",)), b"aad"),
        (SCOPE._replace(subcommittees=()), b"aad"),
        (SCOPE._replace(epoch=2), b"aad"),
        (SCOPE._replace(epoch=9), b"aad"),
        (SCOPE, b"axd"),
        (SCOPE, b""),
    ],
    ids=str,
)
def test_a_key_unwraps_only_with_its_scope_and_aad(own, scope, aad):
    wrapped = own.wrap(SCOPE, KEY, b"aad")
    own.rotate()
    own.wrap(SCOPE._replace(epoch=2), KEY, b"aad")
    with pytest.raises(OpeningRefused):
        own.unwrap(scope, wrapped, aad)


@pytest.mark.parametrize("spoil", [lambda w: w[:-1], lambda w: w + b"\0", lambda w: b"", lambda w: w[:59] + b"\0"])
def test_a_spoilt_wrap_does_not_open_and_the_next_one_does(own, spoil):
    wrapped = own.wrap(SCOPE, KEY, b"aad")
    assert spoil(wrapped) != wrapped
    with pytest.raises(OpeningRefused, match="封が合わない"):
        own.unwrap(SCOPE, spoil(wrapped), b"aad")
    assert own.unwrap(SCOPE, wrapped, b"aad") == KEY


def test_every_wrap_has_its_own_nonce(own):
    assert len({own.wrap(SCOPE, KEY, b"")[:12] for _ in range(100)}) == 100


@pytest.mark.parametrize("key", [b"", KEY[:31], KEY + b"\0"])
def test_only_whole_keys_are_wrapped(own, key):
    with pytest.raises(ValueError, match="32"):
        own.wrap(SCOPE, key, b"aad")


def test_each_scope_has_its_own_key_id_which_stays(own, opener):
    own.rotate()
    scopes = [Scope(t, s, e) for t in (1, 2, 3) for s in ((), ("a",), ("a", "b"), ("ab",)) for e in (1, 2)]
    before = {own.key_id(scope) for scope in scopes}
    for scope in scopes:
        own.wrap(scope, KEY, b"")
    assert len(before) == len(scopes)
    assert {opener().key_id(scope) for scope in scopes} == before
    assert all(len(each) == 32 and int(each, 16) >= 0 for each in before)


def test_the_order_of_subcommittees_means_nothing(own):
    otherwise = SCOPE._replace(subcommittees=("s-2", "s-1", "s-1"))
    assert own.key_id(otherwise) == own.key_id(SCOPE)
    assert own.unwrap(otherwise, own.wrap(SCOPE, KEY, b""), b"") == KEY


def test_macs_differ_by_purpose_and_by_data_and_stay_through_a_rotation(own, opener):
    asked = [(purpose, data) for purpose in ("a", "b", "") for data in (b"", b"x", b"y" * 5000)]
    macs = [own.mac(*each) for each in asked]
    own.rotate()
    own.set_minimum_epoch(2)
    own.retire_below(2)
    assert {len(mac) for mac in macs} == {32}
    assert len(set(macs)) == len(asked)
    assert [opener().mac(*each) for each in asked] == macs


def test_rotation_adds_an_epoch_and_keeps_the_old_one(own):
    wrapped = own.wrap(SCOPE, KEY, b"aad")
    assert (own.current_epoch(), own.rotate(), own.current_epoch()) == (1, 2, 2)
    assert own.unwrap(SCOPE, wrapped, b"aad") == KEY
    assert (own.minimum_epoch(), own.epochs()) == (1, (1, 2))


def test_below_the_minimum_epoch_nothing_is_wrapped_and_nothing_opens(own):
    wrapped = own.wrap(SCOPE, KEY, b"aad")
    own.rotate()
    own.set_minimum_epoch(2)
    for use in (
        lambda: own.unwrap(SCOPE, wrapped, b"aad"),
        lambda: own.wrap(SCOPE, KEY, b""),
        lambda: own.key_id(SCOPE),
    ):
        with pytest.raises(OpeningRefused, match="最低世代 2"):
            use()


@pytest.mark.parametrize("epoch", [0, 1, 4, True, "3", 2.0])
def test_the_minimum_epoch_moves_forward_and_not_past_the_current_one(own, epoch):
    own.rotate()
    own.rotate()
    own.set_minimum_epoch(2)
    own.set_minimum_epoch(2)
    with pytest.raises(ValueError, match="2 から 3"):
        own.set_minimum_epoch(epoch)
    assert own.minimum_epoch() == 2


def test_what_was_retired_is_gone_for_good_and_the_rest_opens(own, opener):
    wraps = {1: own.wrap(SCOPE, KEY, b"")}
    own.rotate()
    wraps[2] = own.wrap(SCOPE._replace(epoch=2), KEY, b"")
    own.rotate()
    own.set_minimum_epoch(3)
    assert own.retire_below(3) == (1, 2)
    assert opener().epochs() == (3,)
    for epoch in (1, 2):
        with pytest.raises(OpeningRefused, match="鍵リングにない"):
            opener().unwrap(SCOPE._replace(epoch=epoch), wraps[epoch], b"")
    assert (own.rotate(), own.retire_below(3)) == (4, ())


@pytest.mark.parametrize("epoch", [2, 3, 9, "1"])
def test_what_still_opens_is_not_retired(own, epoch):
    wrapped = own.wrap(SCOPE, KEY, b"")
    own.rotate()
    with pytest.raises(ValueError, match="最低世代 1 より前"):
        own.retire_below(epoch)
    assert own.unwrap(SCOPE, wrapped, b"") == KEY


def test_a_running_process_sees_what_another_one_changed(own, opener):
    operator = opener()
    wrapped = own.wrap(SCOPE, KEY, b"")
    operator.rotate()
    assert own.current_epoch() == 2
    operator.set_minimum_epoch(2)
    operator.retire_below(2)
    with pytest.raises(OpeningRefused):
        own.unwrap(SCOPE, wrapped, b"")
    assert operator.unwrap(SCOPE._replace(epoch=2), own.wrap(SCOPE._replace(epoch=2), KEY, b""), b"") == KEY


def test_a_content_is_sealed_opened_and_wrapped_anew(own):
    binding = Binding("o-1", 3, "p-2", 2, ("s-1",), "content")
    sealed = seal(own, binding, "変電所".encode())
    own.rotate()
    fresh = rewrap(own, binding, sealed)
    own.set_minimum_epoch(2)
    own.retire_below(2)
    assert (fresh.epoch, fresh.ciphertext) == (2, sealed.ciphertext)
    assert open_sealed(own, binding, fresh) == "変電所".encode()
    with pytest.raises(OpeningRefused):
        open_sealed(own, binding, sealed)
