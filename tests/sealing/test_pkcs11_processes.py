"""Threads and processes that share a keyring in a token, and children that are forked with it."""

import multiprocessing
import os
import threading

import pytest

from council.sealing import token_session
from council.sealing.keyring import Scope
from council.sealing.pkcs11_keyring import Pkcs11Keyring
from tests.sealing import tokens

pytestmark = [
    tokens.needs_softhsm,
    # From 3.12 on Python warns of forking with threads around, which is what some of these tests are about.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]

SCOPE = Scope(2, ("s-1", "s-2"), 1)
KEY = bytes(range(32))


def test_threads_share_a_session(in_token):
    failed = []

    def use(tier):
        try:
            for turn in range(20):
                scope = SCOPE._replace(tier=tier)
                assert in_token.unwrap(scope, in_token.wrap(scope, KEY, b"%d" % turn), b"%d" % turn) == KEY
        except Exception as error:  # noqa: BLE001  whatever it is, the test says so
            failed.append(error)

    threads = [threading.Thread(target=use, args=(number % 3,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    assert len(tokens.secret_keys(in_token)) == 3


def _use_in_a_child(ring, wrapped, answers):
    inherited = ring._session._opened
    used = (ring.unwrap(SCOPE, wrapped, b""), ring.wrap(SCOPE._replace(tier=3), KEY, b""), ring.mac("a", b"x"))
    left_alone = len(token_session._modules[tokens.MODULE]._left)
    answers.put((*used, ring._session._opened is not inherited, left_alone))


@pytest.mark.parametrize(("extra", "notices"), [("", False), ("library.reset_on_fork = true\n", True)])
def test_a_forked_child_and_its_parent_both_go_on(tmp_path, monkeypatch, given, extra, notices):
    """A child opens a session of its own, and ends nothing of its parent's where the module notices the fork."""
    tokens.new_shelf(tmp_path / "again", monkeypatch, extra=extra)
    tokens.new_token("council")
    in_token = tokens.begun(**given)
    wrapped, mac = in_token.wrap(SCOPE, KEY, b""), in_token.mac("a", b"x")
    fork = multiprocessing.get_context("fork")
    answers = fork.Queue()
    children = [fork.Process(target=_use_in_a_child, args=(in_token, wrapped, answers)) for _ in range(3)]
    for child in children:
        child.start()
    for _ in children:
        key, theirs, their_mac, is_new, left_alone = answers.get(timeout=60)
        assert (key, their_mac, is_new, left_alone) == (KEY, mac, True, int(notices))
        assert in_token.unwrap(SCOPE._replace(tier=3), theirs, b"") == KEY
    for child in children:
        child.join(timeout=60)
    assert in_token.unwrap(SCOPE, wrapped, b"") == KEY


def test_nobody_forks_in_the_middle_of_a_call(in_token):
    inside, go_on, forked = threading.Event(), threading.Event(), threading.Event()

    def call(opened):
        inside.set()
        go_on.wait(timeout=60)

    def fork():
        if os.fork() == 0:
            os._exit(0)
        forked.set()
        os.wait()

    caller, forker = threading.Thread(target=in_token._session.run, args=(call,)), threading.Thread(target=fork)
    caller.start()
    inside.wait(timeout=60)
    forker.start()
    assert not forked.wait(timeout=0.3)
    go_on.set()
    assert forked.wait(timeout=60)
    caller.join(timeout=60)
    forker.join(timeout=60)


def _make_together(given, barrier, answers):
    ring = tokens.begun(**given)
    barrier.wait(timeout=60)
    wraps = [ring.wrap(Scope(tier, (), 1), KEY, b"") for tier in (1, 2, 3)]
    answers.put((ring.identity(), wraps, ring.mac("a", b""), ring.key_id(Scope(1, (), 1))))


def test_processes_that_make_the_same_keys_at_once_get_one(given):
    fresh = multiprocessing.get_context("spawn")
    barrier, answers = fresh.Barrier(3), fresh.Queue()
    workers = [fresh.Process(target=_make_together, args=(given, barrier, answers)) for _ in range(3)]
    for worker in workers:
        worker.start()
    said = [answers.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join(timeout=60)
    ring = Pkcs11Keyring(**given)
    assert {(identity, mac, key_id) for identity, _, mac, key_id in said} == {
        (ring.identity(), ring.mac("a", b""), ring.key_id(Scope(1, (), 1)))
    }
    assert len(tokens.secret_keys(ring)) == 4
    for _, wraps, _, _ in said:
        assert [ring.unwrap(Scope(tier, (), 1), each, b"") for tier, each in zip((1, 2, 3), wraps, strict=True)] == [
            KEY
        ] * 3
