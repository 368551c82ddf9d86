"""`manage.py serve`: four processes that come and go together."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from tests.audit.log_stage import LogStage
from tests.portal import deployment, serving

# A word of its command line for each.
WORDS = {"web": "granian", "worker": "worker", "scheduler": "beat", "sequencer": "sequence"}


def children_of(pid: int) -> dict[str, int]:
    """What the process has started: "web", "worker", "scheduler" or "sequencer" -> process id."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            command = (entry / "cmdline").read_bytes().decode().split("\0")
        except (OSError, IndexError):
            continue
        if parent == pid:
            found[next((name for name, word in WORDS.items() if word in command), "?")] = int(entry.name)
    return found


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("victim", ["worker", "sequencer"])
def test_what_ends_by_itself_is_started_again_and_ctrl_c_leaves_nothing(tmp_path: Path, victim: str) -> None:
    with deployment(tmp_path) as portal:
        with serving(portal) as server:
            first = children_of(server.pid)
            assert set(first) == set(WORDS)
            os.kill(first[victim], signal.SIGKILL)
            until = time.monotonic() + 30
            while children_of(server.pid).get(victim) in (None, first[victim]) and time.monotonic() < until:
                time.sleep(0.1)
            last = children_of(server.pid)
            assert last[victim] != first[victim]
            assert portal.call("GET", "/livez").status == 200
        assert server.returncode == 0
        assert not any(alive(pid) for pid in last.values())


def test_what_happens_while_it_serves_is_signed_within_seconds(tmp_path: Path) -> None:
    with deployment(tmp_path) as portal, serving(portal):
        logs = LogStage(portal)
        logs.hand("write", 3)
        # An event and a heartbeat each at least; the start has told of the settings too.
        assert min(logs.settled()["sizes"]) >= 2
        logs.assert_whole()
        assert re.search(r"log tier-2 +\d events, signed \d+ seconds ago", portal.manage("doctor").stdout)


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with deployment(tmp_path) as portal, serving(portal):
        said = portal.manage("serve", expect=2).stderr
        assert f"Port {portal.port} is taken" in said
        assert "Traceback" not in said
