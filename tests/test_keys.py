import multiprocessing

import pytest

from council.keys import _open, keyring, marker_of
from council.sealing.errors import KeyringUnavailable


@pytest.fixture
def path(settings, tmp_path):
    settings.KEYRING_FILE = tmp_path / "keyring.json"
    return settings.KEYRING_FILE


def test_the_first_use_makes_the_keyring_and_notes_that_it_did(path):
    keyring()
    assert path.stat().st_mode & 0o777 == 0o600
    assert marker_of(path).exists()


def test_the_same_keyring_answers_every_time(path):
    assert keyring() is keyring()


def test_a_new_path_is_a_new_keyring(path, settings, tmp_path):
    first = keyring().mac("audit.actor", b"x")
    settings.KEYRING_FILE = tmp_path / "other.json"
    assert keyring().mac("audit.actor", b"x") != first


def test_a_lost_keyring_is_not_made_again_in_the_running_process(path):
    keyring()
    path.unlink()
    with pytest.raises(KeyringUnavailable):
        keyring().mac("audit.actor", b"x")
    assert not path.exists()


def test_a_lost_keyring_is_not_made_again_after_a_restart(path):
    keyring()
    path.unlink()
    with pytest.raises(KeyringUnavailable, match="バックアップから戻して"):
        _open(path)
    assert not path.exists()


def test_a_restored_keyring_is_the_one_it_was(path):
    before, kept = keyring().mac("audit.actor", b"x"), path.read_bytes()
    path.unlink()
    path.touch(mode=0o600)
    path.write_bytes(kept)
    assert keyring().mac("audit.actor", b"x") == before


def test_a_keyring_that_was_put_there_is_noted_too(path):
    keyring()
    marker_of(path).unlink()
    _open(path)
    assert marker_of(path).exists()


def _mac(path, answers):
    answers.put(_open(path).mac("audit.actor", b"x"))


def test_processes_that_start_together_share_one_keyring(tmp_path):
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    workers = [context.Process(target=_mac, args=(tmp_path / "keyring.json", answers)) for _ in range(4)]
    for worker in workers:
        worker.start()
    macs = {answers.get(timeout=30) for _ in workers}
    for worker in workers:
        worker.join()
    assert len(macs) == 1
