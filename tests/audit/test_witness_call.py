"""A witness that answers badly: nothing it says is stored unchecked, and it holds nobody up for long."""

import base64
import http.client
import socket
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from council.audit import cosignature, log_keys, sequencer, witness_call, witnesses
from council.audit.checkpoint import Checkpoint
from council.audit.models import Cosignature, LogCheckpoint
from council.audit.witness_call import Away, Reply, add_checkpoint
from tests.audit.standing_by import own_cache

COSIGNER = cosignature.Cosigner.from_seed("w.example", cosignature.ED25519, bytes(32))
OTHER = cosignature.Cosigner.from_seed("w.example", cosignature.ED25519, bytes([9]) * 32)


@contextmanager
def saying(*pieces, pause=0.0):
    """A listener that answers each caller with these bytes and hangs up; its address."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(30)
        thread = threading.Thread(target=_serve, args=(door, pieces, pause))
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}/w"
        finally:
            # Wakes the listener up, so that it sees the end.
            socket.create_connection(door.getsockname()).close()
            thread.join(60)


def _serve(door, pieces, pause):
    while True:
        caller, _address = door.accept()
        with caller, suppress(OSError):
            if not caller.recv(65536):
                return
            for piece in pieces:
                caller.sendall(piece)
                time.sleep(pause)


def _answer(status, body, *headers):
    head = [f"HTTP/1.1 {status} x", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def test_an_answer_comes_back_as_it_is():
    with saying(_answer(409, b"5\n")) as url:
        assert add_checkpoint(url, b"old 0\n") == Reply(409, b"5\n")


def test_redirects_are_not_followed():
    with saying(_answer(307, b"", "Location: http://127.0.0.1:1/")) as url:
        assert add_checkpoint(url, b"x").status == 307


@pytest.mark.parametrize(
    "said", [b"", b"SSH-2.0\r\n", b"HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\n1", _answer(200, b"a" * (witness_call.LARGEST_ANSWER + 1))]
)  # fmt: skip
def test_what_is_no_bounded_answer_counts_as_away(said):
    with saying(said) as url, pytest.raises(Away):
        add_checkpoint(url, b"x")


def test_whoever_sends_a_byte_now_and_then_is_hung_up_on(monkeypatch):
    monkeypatch.setattr(witness_call, "PATIENCE", 0.5)
    with saying(b"HTTP/1.1 200 x\r\n", *[b"X: y\r\n"] * 20, pause=0.2) as url, pytest.raises(Away):
        add_checkpoint(url, b"x")


def test_tls_that_never_begins_counts_as_away(monkeypatch):
    monkeypatch.setattr(witness_call, "PATIENCE", 0.5)
    with saying(b"", pause=1.0) as url, pytest.raises(Away):
        add_checkpoint(url.replace("http:", "https:"), b"x")


def test_nobody_there_counts_as_away():
    with pytest.raises(Away):
        add_checkpoint("http://127.0.0.1:1/w", b"x")


def test_the_prefix_is_kept(monkeypatch):
    asked = []
    monkeypatch.setattr(http.client.HTTPConnection, "request", lambda self, *given: asked.append(given) or [][0])
    with saying(b"") as url, pytest.raises(IndexError):
        add_checkpoint(f"{url}/", b"x")
    assert asked[0][:2] == ("POST", "/w/add-checkpoint")


@pytest.fixture
def ours(db, memory, write, settings, tmp_path):
    """The newest checkpoint of tier 2, and a witness in the settings that still needs its address."""
    own_cache(settings, tmp_path)
    write()
    sequencer.catch_up()
    newest = LogCheckpoint.objects.get(tier=2)

    def at(url):
        settings.AUDIT_WITNESSES = [{"vkey": str(COSIGNER.verifier), "url": url}]
        witnesses.ask_all()
        return {each.trouble for each in witnesses.state_of_witnesses() if each.tier == 2}

    return Checkpoint(log_keys.origin(2), newest.size, bytes(newest.root)), at


def _line(checkpoint, cosigner=COSIGNER, late=0):
    return cosigner.line(checkpoint, int(time.time()) - late)


def test_its_line_is_stored_and_what_else_it_says_is_not(ours):
    checkpoint, at = ours
    with saying(_answer(200, OTHER.line(checkpoint, 5) + _line(checkpoint))) as url:
        assert at(url) == {""}
    row = Cosignature.objects.get()
    assert bytes(row.line).count(b"\n") == 1
    assert (row.tier, row.size, row.witness) == (2, checkpoint.size, "w.example")


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (lambda it: (200, b""), "bad_line"),
        (lambda it: (200, b"\xff\xfe"), "bad_line"),
        (lambda it: (200, _line(it, OTHER)), "bad_line"),
        (lambda it: (200, _line(Checkpoint(it.origin, it.size + 1, it.root))), "bad_line"),
        (lambda it: (200, b"\n" + Checkpoint(it.origin, 9, it.root).text + b"\n" + _line(it)), "bad_line"),
        (lambda it: (200, _line(it, late=3600)), "clock"),
        (lambda it: (200, _line(it, late=-3600)), "clock"),
        (lambda it: (200, COSIGNER.line(it, 2**63 - 1)), "clock"),
        (lambda it: (403, b""), "untrusted"),
        (lambda it: (404, b""), "unknown_log"),
        (lambda it: (409, b""), "unexpected"),
        (lambda it: (409, b"0\n"), "unexpected"),
        (lambda it: (409, b"-1\n"), "unexpected"),
        (lambda it: (409, b"9" * 19 + b"\n"), "ahead"),
        (lambda it: (409, b"9" * 5000 + b"\n"), "unexpected"),
        (lambda it: (500, b""), "unexpected"),
        (lambda it: (302, b""), "unexpected"),
    ],
)
def test_what_is_no_cosignature_is_not_stored(ours, reply, trouble):
    checkpoint, at = ours
    status, said = reply(checkpoint)
    with saying(_answer(status, said)) as url:
        assert at(url) == {trouble}
    assert not Cosignature.objects.exists()


def test_a_submission_is_what_the_protocol_says(ours):
    checkpoint, _at = ours
    newest = LogCheckpoint.objects.get(tier=2)
    sent = witnesses.Submission(None, newest, 0).body
    assert sent == b"old 0\n\n" + bytes(newest.note)
    assert base64.b64encode(checkpoint.root) in sent
