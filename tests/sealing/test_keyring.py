import hashlib
import hmac
import json
import os
import traceback

import pytest

from council.sealing import keyring
from council.sealing.keyring import FileKeyring, KeyringUnavailable, OpeningRefused, Scope

SCOPE = Scope(2, ("s-1", "s-2"), 1)
KEY = bytes(range(32))


def rewrite(path, **members):
    path.write_text(json.dumps({**json.loads(path.read_text()), **members}))


def why_unavailable(path):
    with pytest.raises(KeyringUnavailable) as caught:
        FileKeyring.load(path)
    return str(caught.value)


def crash_report(error):
    """The traceback with every local variable, from the frame below the test's own."""
    below = error.__traceback__.tb_next
    return "".join(traceback.TracebackException(type(error), error, below, capture_locals=True).format())


def test_a_wrapped_key_comes_back(ring):
    assert ring.unwrap(SCOPE, ring.wrap(SCOPE, KEY, b"aad"), b"aad") == KEY


@pytest.mark.parametrize(
    ("scope", "aad"),
    [(SCOPE._replace(tier=1), b"aad"), (SCOPE._replace(subcommittees=("s-1",)), b"aad"), (SCOPE, b"axd"), (SCOPE, b"")]
    + [
        (SCOPE._replace(subcommittees=()), b"aad"),
        (SCOPE._replace(epoch=2), b"aad"),
        (SCOPE._replace(epoch=9), b"aad"),
    ],
    ids=str,
)
def test_a_key_unwraps_only_with_its_scope_and_aad(own, scope, aad):
    wrapped = own.wrap(SCOPE, KEY, b"aad")
    own.rotate()
    with pytest.raises(OpeningRefused):
        own.unwrap(scope, wrapped, aad)


def test_every_wrap_has_its_own_nonce(ring):
    assert len({ring.wrap(SCOPE, KEY, b"")[:12] for _ in range(100)}) == 100


@pytest.mark.parametrize("key", [b"", KEY[:31], KEY + b"\0"])
def test_only_whole_keys_are_wrapped(ring, key):
    with pytest.raises(ValueError, match="32"):
        ring.wrap(SCOPE, key, b"aad")


def test_each_scope_has_its_own_key_id(own):
    own.rotate()
    scopes = [Scope(t, s, e) for t in (1, 2, 3) for s in ((), ("a",), ("a", "b"), ("ab",)) for e in (1, 2)]
    assert len({own.key_id(scope) for scope in scopes}) == len(scopes)


def test_the_order_of_subcommittees_means_nothing(ring):
    assert ring.key_id(SCOPE._replace(subcommittees=("s-2", "s-1", "s-1"))) == ring.key_id(SCOPE)


def test_macs_differ_by_purpose_and_by_data(ring):
    macs = {ring.mac(purpose, data) for purpose in ("a", "b", "") for data in (b"", b"x", b"y")}
    assert {len(mac) for mac in macs} == {32}
    assert len(macs) == 9


def test_macs_stay_the_same_through_rotation_and_restart(own, path):
    before = own.mac("audit.actor", b"kato")
    own.rotate()
    own.set_minimum_epoch(2)
    assert own.mac("audit.actor", b"kato") == before == FileKeyring.load(path).mac("audit.actor", b"kato")


def test_a_mac_is_not_made_with_the_root_itself(own, path, vectors):
    path.write_text(json.dumps(vectors["keyring"]))
    root = FileKeyring.load(path)._content().mac_root
    assert own.mac("audit.actor", b"kato") != hmac.digest(root, b"kato", hashlib.sha256)


def test_creating_twice_keeps_the_first_keys(own, path):
    assert FileKeyring.create(path).key_id(SCOPE) == own.key_id(SCOPE)


def test_two_new_keyrings_share_nothing(own, tmp_path):
    other = FileKeyring.create(tmp_path / "other.json")
    assert other.key_id(SCOPE) != own.key_id(SCOPE)
    assert other.mac("a", b"x") != own.mac("a", b"x")


def test_a_new_keyring_is_private_under_every_umask(tmp_path):
    for umask in (0o000, 0o022, 0o277):
        before = os.umask(umask)
        try:
            FileKeyring.create(tmp_path / f"{umask}.json").rotate()
        finally:
            os.umask(before)
        assert (tmp_path / f"{umask}.json").stat().st_mode & 0o7777 == 0o600


def test_rotation_adds_an_epoch_and_keeps_the_old_one(own):
    wrapped = own.wrap(SCOPE, KEY, b"aad")
    assert (own.current_epoch(), own.rotate(), own.current_epoch()) == (1, 2, 2)
    assert own.unwrap(SCOPE, wrapped, b"aad") == KEY
    assert own.minimum_epoch() == 1


def test_below_the_minimum_epoch_nothing_is_wrapped_and_nothing_opens(own):
    wrapped = own.wrap(SCOPE, KEY, b"aad")
    own.rotate()
    own.set_minimum_epoch(2)
    assert own.minimum_epoch() == 2
    with pytest.raises(OpeningRefused, match="最低世代 2"):
        own.unwrap(SCOPE, wrapped, b"aad")
    with pytest.raises(OpeningRefused, match="最低世代 2"):
        own.wrap(SCOPE, KEY, b"aad")


@pytest.mark.parametrize("epoch", [0, 1, 4, True, "3", 2.0])
def test_the_minimum_epoch_moves_forward_and_not_past_the_current_one(own, epoch):
    own.rotate()
    own.rotate()
    own.set_minimum_epoch(2)
    with pytest.raises(ValueError, match="2 から 3"):
        own.set_minimum_epoch(epoch)
    assert own.minimum_epoch() == 2


def test_a_running_process_sees_what_another_one_changed(own, path):
    operator = FileKeyring.load(path)
    operator.rotate()
    assert own.current_epoch() == 2
    operator.set_minimum_epoch(2)
    with pytest.raises(OpeningRefused):
        own.wrap(SCOPE, KEY, b"aad")


def test_writing_through_a_link_leaves_the_link(own, path):
    link = path.with_name("link.json")
    link.symlink_to(path)
    FileKeyring.load(link).rotate()
    assert link.is_symlink()
    assert own.current_epoch() == 2


def test_nothing_but_the_keyring_and_its_lock_is_left_behind(own, path):
    path.with_name(".keyring.json.0123456789abcdef.new").write_text("left by a process that was killed")
    own.rotate()
    assert sorted(each.name for each in path.parent.iterdir()) == [".keyring.json.lock", "keyring.json"]


def test_a_failed_write_leaves_the_keyring_as_it_was(own, path, monkeypatch):
    before = path.read_bytes()

    def disk_full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(KeyringUnavailable, match="No space left"):
        own.rotate()
    assert path.read_bytes() == before
    assert not list(path.parent.glob(".*.new"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610, 0o601, 0o620, 0o602, 0o644, 0o666, 0o777])
def test_a_file_others_can_reach_is_refused(own, path, mode):
    path.chmod(mode)
    assert f"{mode:04o}" in why_unavailable(path)
    with pytest.raises(KeyringUnavailable, match="chmod 600"):
        own.wrap(SCOPE, KEY, b"aad")


def test_a_file_of_another_user_is_refused(own, path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    assert "所有者" in why_unavailable(path)


def test_a_missing_file_and_a_missing_folder_are_named(path):
    assert str(path) in why_unavailable(path)
    with pytest.raises(KeyringUnavailable, match="フォルダー"):
        FileKeyring.create(path / "deeper" / "keyring.json")


def test_a_folder_or_a_pipe_in_its_place_is_refused(tmp_path):
    (tmp_path / "folder").mkdir(mode=0o700)
    os.mkfifo(tmp_path / "pipe", mode=0o600)
    assert str(tmp_path / "folder") in why_unavailable(tmp_path / "folder")
    assert "通常のファイル" in why_unavailable(tmp_path / "pipe")


@pytest.mark.parametrize(
    "members",
    [{"format": "x"}, {"v": 2}, {"v": True}, {"extra": 1}, {"minimum_epoch": 0}, {"minimum_epoch": 2}, {"epochs": []}]
    + [
        {"epochs": {}},
        {"epochs": [1]},
        {"mac_root": "AAAA"},
        {"mac_root": "*" * 44},
        {"mac_root": None},
        {"epochs": None},
    ],
    ids=str,
)
def test_a_file_that_departs_from_the_format_is_refused(own, path, members):
    rewrite(path, **members)
    assert "形式" in why_unavailable(path)


def test_epochs_out_of_order_or_with_one_root_twice_are_refused(own, path):
    own.rotate()
    one, two = json.loads(path.read_text())["epochs"]
    for epochs in ([two, one], [one, one], [one, {**two, "root": one["root"]}], [one, {**two, "epoch": 2.0}]):
        rewrite(path, epochs=epochs)
        assert "形式" in why_unavailable(path)
    rewrite(path, epochs=[one, two])
    assert FileKeyring.load(path).current_epoch() == 2


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"null", b'"keys"', b"[" * 100_000])
def test_bytes_that_are_no_keyring_are_refused(path, data):
    path.write_bytes(data)
    path.chmod(0o600)
    assert "形式" in why_unavailable(path)


def test_a_keyring_is_spelt_in_one_way_only(own, path):
    whole = path.read_text()
    spelt_otherwise = [
        whole.replace('"v": 1', '"v": 1, "v": 1'),
        whole.replace('"mac_root": "', '"mac_root": "*'),
        whole.replace('"epoch": 1', '"epoch": 1, "note": ""'),
        whole.replace('"created": "2', '"created": "x2'),
        whole + " " * (1 << 20),
    ]
    for text in spelt_otherwise:
        assert text != whole
        path.write_text(text)
        assert "形式" in why_unavailable(path)


def test_a_running_process_stops_when_the_file_is_spoilt_and_goes_on_when_it_is_mended(own, path):
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    for _ in range(2):
        with pytest.raises(KeyringUnavailable):
            own.mac("audit.actor", b"kato")
    path.write_bytes(whole)
    assert len(own.mac("audit.actor", b"kato")) == 32


def test_no_error_and_no_repr_shows_a_key(own, path):
    shown = repr(own) + repr(own._loaded)
    secrets = [json.loads(path.read_text())["mac_root"], own._content().mac_root.hex(), repr(own._content().mac_root)]
    path.write_text(path.read_text()[:-5])
    with pytest.raises(KeyringUnavailable) as caught:
        FileKeyring.load(path)
    shown += crash_report(caught.value) + repr(caught.value.__context__)
    assert not [secret for secret in secrets if secret in shown]


def test_a_refusal_holds_no_key_in_its_frames(own):
    wrapped = own.wrap(SCOPE, KEY, b"aad")
    kek = keyring._kek(own._content(), SCOPE)
    with pytest.raises(OpeningRefused) as caught:
        own.unwrap(SCOPE, wrapped, b"other")
    report = crash_report(caught.value)
    assert "unwrap" in report
    assert repr(kek) not in report


def test_an_error_can_be_translated_by_whoever_shows_it(path):
    with pytest.raises(KeyringUnavailable) as caught:
        FileKeyring.load(path)
    assert caught.value.sentence % caught.value.facts == str(caught.value)
    assert caught.value.facts == {"path": path}
