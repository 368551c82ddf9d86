"""A witness as another organisation runs it: a process of its own that may die at any moment, without Django or a database."""

import http.client
import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from council.audit import cosignature
from council.audit.witness_http import LARGEST_BODY, WitnessServer
from tests.audit.standing_by import Log, refused_to_start, standing
from tests.portal import ROOT

NAME = "witness.example/w1"
HONEST, SPLIT = Log(), Log("another leaf")
# Ends the process after the memory is on the disk and before anything is signed.
DIES_BEFORE_THE_ANSWER = (
    "import os, signal\n"
    "remember = witness.Memory.remember\n"
    "def dying(*given):\n    remember(*given)\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    "witness.Memory.remember = dying"
)
DIES_BEFORE_THE_DISK = (
    "import os, signal\ndef dying(*given):\n    os.kill(os.getpid(), signal.SIGKILL)\nwitness.Memory.remember = dying"
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "w1"


@pytest.fixture
def witness(folder):
    with standing(folder, HONEST.vkey, name=NAME) as witness:
        yield witness


def test_a_checkpoint_is_cosigned_over_http(witness):
    status, kind, line = witness.submit(HONEST.submission(0, 5))
    assert (status, kind) == (200, "text/plain; charset=utf-8")
    assert [each.name for each in cosignature.check(HONEST.note(5) + line, [witness.verifier])] == [NAME]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (HONEST.submission(3, 7), (409, "text/x.tlog.size", b"5\n")),
        (SPLIT.submission(5, 5), (409, "text/x.tlog.size", b"5\n")),
        (SPLIT.submission(5, 7), (422, "text/plain; charset=utf-8", None)),
        (b"old 5\n", (400, "text/plain; charset=utf-8", None)),
    ],
)
def test_refusals_come_with_their_status(witness, data, expected):
    witness.submit(HONEST.submission(0, 5))
    status, kind, body = witness.submit(data)
    assert (status, kind, body if expected[2] else None) == expected


def test_it_knows_after_a_restart_what_it_cosigned(folder):
    with standing(folder, HONEST.vkey, name=NAME) as first:
        first.submit(HONEST.submission(0, 5))
    with standing(folder, HONEST.vkey) as again:
        assert again.vkey == first.vkey
        assert again.submit(SPLIT.submission(0, 9))[::2] == (409, b"5\n")
        assert again.submit(HONEST.submission(5, 9))[0] == 200


def test_killed_before_the_answer_it_remembers_what_it_was_about_to_sign(folder):
    with standing(folder, HONEST.vkey, name=NAME, program=DIES_BEFORE_THE_ANSWER) as dying:
        with pytest.raises((http.client.HTTPException, OSError)):
            dying.submit(HONEST.submission(0, 5))
        assert dying.process.wait(timeout=30) == -9
    with standing(folder, HONEST.vkey) as again:
        assert again.submit(SPLIT.submission(0, 5))[::2] == (409, b"5\n")
        assert again.submit(HONEST.submission(5, 5))[0] == 200


def test_killed_before_the_disk_it_has_cosigned_nothing(folder):
    with standing(folder, HONEST.vkey, name=NAME, program=DIES_BEFORE_THE_DISK) as dying:
        with pytest.raises((http.client.HTTPException, OSError)):
            dying.submit(HONEST.submission(0, 5))
        dying.process.wait(timeout=30)
    with standing(folder, HONEST.vkey) as again:
        assert again.submit(HONEST.submission(0, 3))[0] == 200


def test_of_many_at_once_one_history_is_cosigned(witness):
    views = [Log(f"leaf of view {number}").submission(0, 4 + number) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(witness.submit, views))
    assert sorted(status for status, _kind, _body in found) == [200] + [409] * 7


def test_the_memory_never_goes_back_when_many_submit(witness, folder):
    witness.submit(HONEST.submission(0, 1))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda size: witness.submit(HONEST.submission(1, size)), range(2, 18)))
    signed = [size for size, (status, *_rest) in zip(range(2, 18), found, strict=True) if status == 200]
    held = json.loads((folder / "logs.json").read_text())[HONEST.origin]["size"]
    assert signed == [held]


def test_a_second_process_does_not_share_the_folder(witness, folder):
    code, said = refused_to_start(folder, "--log", HONEST.vkey)
    assert (code, said.count("\n")) == (2, 1)
    assert "別の立会人" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--log"), (["--log", "x"], "検証鍵"), (["--log", HONEST.vkey], "--name"), (["--logs", "/nowhere"], "/nowhere"),
        (["--log", HONEST.vkey, "--name", "a+b"], "名前"), (["--log", HONEST.vkey, "--name", NAME, "--listen", "x"], "--listen"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence(folder, arguments, words):
    code, said = refused_to_start(folder, *arguments)
    assert (code, said.count("\n")) == (2, 1)
    assert words in said


def test_logs_may_stand_in_a_file(folder, tmp_path):
    listed = tmp_path / "logs.txt"
    second = cosignature.Cosigner.from_seed(HONEST.origin, cosignature.ML_DSA_44, bytes(32)).verifier
    listed.write_text(f"# our portal\n\n{HONEST.vkey}\n{second}\n")
    with standing(folder, name=NAME, program=f"sys.argv += ['--logs', {str(listed)!r}]") as witness:
        assert witness.submit(HONEST.submission(0, 5))[0] == 200


def test_it_ends_cleanly_while_a_caller_hangs_on(folder):
    with standing(folder, HONEST.vkey, name=NAME) as witness, socket.create_connection(witness.place) as idle:
        idle.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 10\r\n\r\n123")
        witness.process.terminate()
        assert witness.process.wait(timeout=30) == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/add-checkpoint", 405),
        ("GET", "/", 404),
        ("POST", "/", 404),
        ("PUT", "/add-checkpoint", 405),
        ("HEAD", "/x", 404),
    ],
)
def test_nothing_but_add_checkpoint_is_answered(witness, method, path, status):
    connection = http.client.HTTPConnection(*witness.place, timeout=30)
    connection.request(method, path, body=b"x")
    assert connection.getresponse().status == status
    connection.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"", b"411"), (b"Transfer-Encoding: chunked\r\n", b"411"), (b"Content-Length: -1\r\n", b"411"),
        (b"Content-Length: %d\r\n" % (LARGEST_BODY + 1), b"413"), (b"Content-Length: " + b"9" * 5000 + b"\r\n", b"413"),
    ],
)  # fmt: skip
def test_bodies_without_a_bound_are_refused(witness, headers, status):
    with socket.create_connection(witness.place, timeout=30) as caller:
        caller.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n" + headers + b"\r\n")
        assert caller.recv(12).split()[1] == status


def test_a_connection_carries_several_submissions(witness):
    connection = http.client.HTTPConnection(*witness.place, timeout=30)
    for old, size in ((0, 5), (5, 6), (6, 9)):
        connection.request("POST", "/add-checkpoint", body=HONEST.submission(old, size))
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (200, True)
    connection.close()


def test_connections_that_last_too_long_are_ended(monkeypatch):
    monkeypatch.setattr("council.audit.witness_http.LONGEST_CONNECTION", -1.0)
    with (
        WitnessServer("127.0.0.1", 0, lambda body: None) as server,
        socket.create_connection(server.server_address[:2]) as slow,
    ):
        server.handle_request()
        server.service_actions()
        slow.settimeout(30)
        assert slow.recv(1) == b""


def test_there_are_only_so_many_connections(monkeypatch):
    monkeypatch.setattr("council.audit.witness_http.MOST_CONNECTIONS", 0)
    with (
        WitnessServer("127.0.0.1", 0, lambda body: None) as server,
        socket.create_connection(server.server_address[:2]) as one,
    ):
        server.handle_request()
        one.settimeout(30)
        assert one.recv(1) == b""


def test_it_needs_neither_django_nor_a_database():
    program = "import sys, council.audit.witness; sys.exit(any(name in sys.modules for name in ('django', 'sqlite3', 'psycopg', 'celery')))"
    clean = {key: value for key, value in os.environ.items() if not key.startswith("DJANGO")}
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=clean, check=False).returncode == 0


def test_a_portal_runs_one_from_its_own_folder(tmp_path):
    ran = subprocess.run(
        [sys.executable, "manage.py", "witness", "--log", HONEST.vkey, "--name", "a name"],
        cwd=ROOT, env={**os.environ, "COUNCIL_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "council.settings"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert (tmp_path / "witness").is_dir()
