"""`manage.py serve`: three processes that come and go together."""

import os
import signal
import time
from pathlib import Path

from tests.portal import deployment, serving


def children_of(pid: int) -> dict[str, int]:
    """What the process has started: "web", "worker" or "scheduler" -> process id."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            command = (entry / "cmdline").read_bytes().decode().split("\0")
        except (OSError, IndexError):
            continue
        if parent == pid:
            found["web" if "granian" in command else "worker" if "worker" in command else "scheduler"] = int(entry.name)
    return found


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_ends_by_itself_is_started_again_and_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    with deployment(tmp_path) as portal:
        with serving(portal) as server:
            first = children_of(server.pid)
            assert set(first) == {"web", "worker", "scheduler"}
            os.kill(first["worker"], signal.SIGKILL)
            until = time.monotonic() + 30
            while children_of(server.pid).get("worker") in (None, first["worker"]) and time.monotonic() < until:
                time.sleep(0.1)
            last = children_of(server.pid)
            assert last["worker"] != first["worker"]
            assert portal.call("GET", "/livez").status == 200
        assert server.returncode == 0
        assert not any(alive(pid) for pid in last.values())


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with deployment(tmp_path) as portal, serving(portal):
        said = portal.manage("serve", expect=2).stderr
        assert f"Port {portal.port} is taken" in said
        assert "Traceback" not in said
