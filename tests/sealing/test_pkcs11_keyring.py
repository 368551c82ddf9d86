"""What only a keyring in a token does: its keys can't leave, and its token can go away."""

import shutil
import traceback

import pkcs11
import pytest
from pkcs11 import Attribute

from council.sealing import token_objects, token_session
from council.sealing.errors import KeyringUnavailable, OpeningRefused
from council.sealing.keyring import Scope
from council.sealing.pkcs11_keyring import Pkcs11Keyring
from tests.sealing import tokens

pytestmark = tokens.needs_softhsm

SCOPE = Scope(2, ("s-1", "s-2"), 1)
KEY = bytes(range(32))


def why(use):
    with pytest.raises(KeyringUnavailable) as caught:
        use()
    assert caught.value.sentence % caught.value.facts == str(caught.value)
    return str(caught.value)


def test_no_key_can_leave_the_token(in_token):
    in_token.wrap(SCOPE, KEY, b"")
    in_token.mac("audit.actor", b"kato")
    made = tokens.secret_keys(in_token)
    assert len(made) == 2
    for key in made:
        held = (Attribute.SENSITIVE, Attribute.NEVER_EXTRACTABLE, Attribute.PRIVATE, Attribute.LOCAL)
        assert all(key[attribute] for attribute in held)
        assert not any(key[attribute] for attribute in (Attribute.EXTRACTABLE, Attribute.WRAP, Attribute.DERIVE))
        with pytest.raises(pkcs11.AttributeSensitive):
            key[Attribute.VALUE]


def test_each_scope_and_each_purpose_has_one_key_of_its_own(in_token):
    for _ in range(2):
        for tier in (1, 2, 3):
            in_token.wrap(SCOPE._replace(tier=tier), KEY, b"")
        in_token.mac("a", b"")
        in_token.mac("b", b"")
    assert len(tokens.secret_keys(in_token)) == 5


def test_creating_twice_keeps_the_first_keys(in_token, given):
    wrapped = in_token.wrap(SCOPE, KEY, b"")
    again = tokens.begun(**given)
    assert again.identity() == in_token.identity()
    assert again.unwrap(SCOPE, wrapped, b"") == KEY


def test_a_beginning_that_was_broken_off_is_brought_to_its_end(given):
    ring = Pkcs11Keyring(**given)
    ring._session.run(lambda opened: token_objects.add(opened, f"{token_objects.EPOCH} 1"))
    assert not ring.is_begun()
    ring.begin()
    assert (ring.epochs(), len(tokens.objects(ring))) == ((1,), 2)


def test_a_session_that_is_lost_during_a_rotation_leaves_one_new_epoch(in_token, monkeypatch):
    add, lost = token_objects.add, []

    def add_and_lose(opened, label):
        add(opened, label)
        if not lost:
            lost.append(label)
            raise pkcs11.SessionClosed

    monkeypatch.setattr(token_objects, "add", add_and_lose)
    assert (in_token.rotate(), in_token.epochs(), len(lost)) == (2, (1, 2), 1)


def test_two_tokens_share_nothing(in_token, given):
    tokens.new_token("other")
    other = tokens.begun(**{**given, "token": "other"})
    assert other.identity() != in_token.identity()
    assert other.key_id(SCOPE) != in_token.key_id(SCOPE)
    assert other.mac("a", b"") != in_token.mac("a", b"")


def test_a_token_without_a_keyring_says_so_and_stays_empty(given):
    assert "鍵リングがない" in why(Pkcs11Keyring(**given).identity)
    assert not Pkcs11Keyring(**given).is_begun()
    assert tokens.objects(Pkcs11Keyring(**given)) == []


def test_a_keyring_whose_epochs_are_missing_is_not_used(in_token, given):
    in_token._session.run(lambda opened: token_objects.remove_below(opened, token_objects.EPOCH, 9))
    assert "欠けている" in why(Pkcs11Keyring(**given).identity)


def test_a_retired_key_is_destroyed_and_the_others_are_not(in_token):
    for epoch in (1, 2):
        in_token.wrap(SCOPE._replace(epoch=epoch), KEY, b"")
        in_token.rotate()
    in_token.mac("a", b"")
    in_token.set_minimum_epoch(2)
    in_token.retire_below(2)
    labels = sorted(key[Attribute.LABEL].rsplit(" ", 1)[0] for key in tokens.secret_keys(in_token))
    assert labels == ["council-keyring kek 2", "council-keyring mac"]


def test_a_retired_key_is_not_made_again_by_who_has_not_heard(in_token, given, monkeypatch):
    late = Pkcs11Keyring(**given)
    monkeypatch.setattr(Pkcs11Keyring, "lag", 3600.0)
    assert late.current_epoch() == 1
    in_token.rotate()
    in_token.set_minimum_epoch(2)
    assert late.minimum_epoch() == 1
    with pytest.raises(OpeningRefused, match="最低世代 2"):
        late.wrap(SCOPE, KEY, b"")
    assert tokens.secret_keys(in_token) == []


def test_what_another_process_changed_is_seen_within_the_lag(in_token, given, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr("council.sealing.pkcs11_keyring.time.monotonic", lambda: clock[0])
    other = Pkcs11Keyring(**given)
    assert other.current_epoch() == 1
    in_token.rotate()
    clock[0] += Pkcs11Keyring.lag - 0.1
    assert other.current_epoch() == 1
    clock[0] += 0.1
    assert other.current_epoch() == 2


def test_two_keys_of_one_scope_both_open_and_one_of_them_wraps(in_token):
    """Two machines may make one at the same moment: no file lock holds between them."""
    label = token_objects.kek_label(in_token.identity(), SCOPE)

    def make_two(opened):
        token_objects.make_kek(opened, label)
        token_objects.make_kek(opened, label)
        return [token_objects.encrypt(opened, kek, KEY, b"") for kek in token_objects.keys(opened, label)]

    of_both = in_token._session.run(make_two)
    assert [in_token.unwrap(SCOPE, each, b"") for each in of_both] == [KEY, KEY]
    lowest = in_token._session.run(lambda opened: token_objects.keys(opened, label, anew=True)[0])
    assert lowest[Attribute.ID] == min(key[Attribute.ID] for key in tokens.secret_keys(in_token))
    lowest.destroy()
    assert in_token.unwrap(SCOPE, of_both[1], b"") == KEY


def test_a_key_that_another_machine_has_made_meanwhile_is_found(in_token, given):
    label = token_objects.kek_label(in_token.identity(), SCOPE)
    in_token.wrap(SCOPE, KEY, b"")

    def make_and_use(opened):
        token_objects.make_kek(opened, label)
        return [token_objects.encrypt(opened, kek, KEY, b"") for kek in token_objects.keys(opened, label)]

    for each in Pkcs11Keyring(**given)._session.run(make_and_use):
        assert in_token.unwrap(SCOPE, each, b"") == KEY


def test_a_module_that_is_not_there_stops_us(given):
    missing = {**given, "module": "/nowhere/libmissing.so"}
    ring = Pkcs11Keyring(**missing)
    for use in (ring.current_epoch, lambda: ring.wrap(SCOPE, KEY, b""), lambda: ring.mac("a", b"")):
        assert "/nowhere/libmissing.so" in why(use)


def test_a_file_that_is_no_module_stops_us(given, tmp_path):
    (tmp_path / "module.so").write_text("no module")
    assert "module.so" in why(Pkcs11Keyring(**{**given, "module": str(tmp_path / "module.so")}).identity)


def test_a_token_that_is_not_there_stops_us(given):
    assert "「another」が見つからない" in why(Pkcs11Keyring(**{**given, "token": "another"}).identity)


def test_two_tokens_of_one_name_stop_us(given):
    tokens.new_token("council")
    assert "いくつもある" in why(Pkcs11Keyring(**given).identity)


def test_a_wrong_pin_stops_us_and_is_tried_once(in_token, given, monkeypatch):
    tokens.read_the_configuration()
    ring = Pkcs11Keyring(**{**given, "pin": "9999"})
    tried = []
    log_in = token_session.TokenSession._log_in
    monkeypatch.setattr(token_session.TokenSession, "_log_in", lambda *args: tried.append(1) or log_in(*args))
    for _ in range(5):
        assert "PIN が違う" in why(ring.identity)
    assert len(tried) == 1


def test_no_error_and_no_repr_shows_the_pin(in_token, given):
    tokens.read_the_configuration()
    ring = Pkcs11Keyring(**{**given, "pin": "never-to-be-seen"})
    with pytest.raises(KeyringUnavailable) as caught:
        ring.identity()
    below = caught.value.__traceback__.tb_next
    report = "".join(
        traceback.TracebackException(type(caught.value), caught.value, below, capture_locals=True).format()
    )
    assert "identity" in report
    assert "never-to-be-seen" not in report + repr(ring) + repr(ring._session)


def test_a_token_that_was_removed_stops_us_and_works_again_when_it_is_back(in_token, shelf, tmp_path):
    wrapped = in_token.wrap(SCOPE, KEY, b"")
    shutil.move(shelf, tmp_path / "drawer")
    for use in (
        lambda: in_token.unwrap(SCOPE, wrapped, b""),
        lambda: in_token.wrap(SCOPE, KEY, b""),
        in_token.current_epoch,
    ):
        why(use)
    assert list(tmp_path.glob("softhsm/tokens/*")) == []
    shutil.move(tmp_path / "drawer", shelf)
    assert in_token.unwrap(SCOPE, wrapped, b"") == KEY


def test_a_token_that_was_emptied_stops_us_and_is_not_begun_anew(in_token, given):
    in_token.wrap(SCOPE, KEY, b"")
    for each in tokens.objects(in_token):
        each.destroy()
    assert "鍵リングがない" in why(Pkcs11Keyring(**given).identity)
    with pytest.raises(KeyringUnavailable):
        in_token.wrap(SCOPE._replace(tier=1), KEY, b"")
    assert tokens.objects(in_token) == []


def test_a_lost_session_is_opened_again_by_the_next_call(in_token):
    wrapped = in_token.wrap(SCOPE, KEY, b"")
    in_token._session._opened.session.close()
    assert in_token.unwrap(SCOPE, wrapped, b"") == KEY
    tokens.end_the_session()
    assert in_token.mac("a", b"") == in_token.mac("a", b"")


def test_a_key_of_before_is_never_used_in_a_session_of_after(in_token, given):
    wrapped = in_token.wrap(SCOPE, KEY, b"")
    other = Pkcs11Keyring(**given)
    other.identity()
    other._session._opened.session.close()
    for ring in (other, in_token, other):
        assert ring.unwrap(SCOPE, wrapped, b"") == KEY


def test_without_a_lock_nothing_is_begun(in_token, given, tmp_path):
    ring = Pkcs11Keyring(**{**given, "lock": tmp_path / "no" / "folder"})
    assert "no/folder" in why(ring.identity)
