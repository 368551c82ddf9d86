"""Seals and openings a second, and what a web process holds in memory after it has answered."""

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from council.keys import keyring
from council.sealing.envelope import Binding, open_sealed, seal
from tests.benchmarks.report import Line, tell
from tests.benchmarks.stopwatch import Case, measure

pytestmark = pytest.mark.benchmark
BINDING = Binding("0b4bfd2e-0000-4000-8000-000000000001", 1, "part", 2, ("s1", "s2"), "content")
KILOBYTE, MEGABYTE = 1024, 1024 * 1024
PORT, REQUESTS, LIMIT = 8931, 200, 200


@pytest.mark.django_db
def test_seals_and_openings_a_second():
    small, large = b"x" * (4 * KILOBYTE), b"x" * (10 * MEGABYTE)
    sealed, sealed_large = seal(keyring(), BINDING, small), seal(keyring(), BINDING, large)
    costs = measure(
        [
            Case("seal 4 KB", lambda: seal(keyring(), BINDING, small), repeats=200),
            Case("open 4 KB", lambda: open_sealed(keyring(), BINDING, sealed), repeats=200),
            Case("seal 10 MB", lambda: seal(keyring(), BINDING, large), repeats=3),
            Case("open 10 MB", lambda: open_sealed(keyring(), BINDING, sealed_large), repeats=3),
        ]
    )
    lines = [
        Line(f"{name}, {unit} a second", amount * 1000 / cost.clock, amount * 1000 / cost.processor)
        for (name, cost), (amount, unit) in zip(costs.items(), [(1, "times")] * 2 + [(10, "MB")] * 2, strict=True)
    ]
    tell("Sealing", lines)


def _get(path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=10) as answer:
        return len(answer.read())


def _wait_until_it_answers(process: subprocess.Popen) -> None:
    for _ in range(600):
        assert process.poll() is None, "the web process ended"
        try:
            _get("/livez")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the web process does not answer")


def _resident(process: int) -> dict[int, float]:
    """Process -> MiB resident, for the process and all below it."""
    found = {process: 0.0}
    for status in sorted(Path("/proc").glob("[0-9]*/status"), key=lambda path: int(path.parent.name)):
        words = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        if int(words["PPid"]) in found or int(words["Pid"]) == process:
            found[int(words["Pid"])] = int(words.get("VmRSS", "0 kB").split()[0]) / 1024
    return found


def test_memory_of_a_web_process(tmp_path):
    environment = {**os.environ, "COUNCIL_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "council.settings"}
    environment.pop("DATABASE_URL", None)
    run = {"env": environment, "cwd": Path(__file__).resolve().parents[2], "stdout": subprocess.DEVNULL}
    for words in (["migrate", "--verbosity", "0"], ["collectstatic", "--noinput", "--verbosity", "0"]):
        subprocess.run([sys.executable, "manage.py", *words], check=True, **run)
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--port", str(PORT)]
    process = subprocess.Popen([*granian, "council.wsgi:application"], stderr=subprocess.DEVNULL, **run)
    try:
        _wait_until_it_answers(process)
        for number in range(REQUESTS):
            _get(("/sign-in/", "/accessibility/", "/terms/", "/livez")[number % 4])
        held = _resident(process.pid)
    finally:
        process.terminate()
        process.wait(20)
    worker = max(held.values())
    tell("Memory of the web process", [Line(f"MiB resident after {REQUESTS} requests", worker, at_most=LIMIT)])
