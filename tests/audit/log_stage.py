"""A deployment with logs alone: sequencers and writers as processes of their own, which can be killed, starved and set back."""

import json
import os
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.portal import ROOT, Portal, deployment

PATIENCE = 60
HAND = [sys.executable, "-m", "tests.audit.log_hand"]


@dataclass
class LogStage:
    """The deployment and what runs in it."""

    portal: Portal
    running: list[subprocess.Popen] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {**self.portal.environment, "COUNCIL_DEPLOYMENT": "test"}

    @property
    def memory(self) -> Path:
        return self.portal.folder / "audit-signer.json"

    @property
    def said(self) -> str:
        """What the sequencers said on their standard error."""
        log = self.portal.folder / "sequencer.log"
        # A disk that is full cuts this file too.
        return log.read_text("utf-8", "replace") if log.exists() else ""

    def sequencer(self, failpoint: str = "", *, largest_file: int = 0) -> subprocess.Popen:
        """A real one. `largest_file`: a disk that takes no file beyond so many bytes."""

        def limit() -> None:
            if largest_file:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        with (self.portal.folder / "sequencer.log").open("a") as log:
            started = subprocess.Popen(
                [sys.executable, "manage.py", "sequence"], cwd=ROOT, env={**self.environment, "FAILPOINT": failpoint},
                stdout=log, stderr=log, start_new_session=True, preexec_fn=limit,
            )  # fmt: skip
        self.running.append(started)
        return started

    def once(self, expect: int = 0) -> str:
        """One run to the end; its standard error."""
        return self.portal.manage("sequence", "--once", expect=expect).stderr

    def hand(self, *words: object) -> dict:
        """One command carried out inside the deployment."""
        done = subprocess.run(
            [*HAND, *map(str, words)], cwd=ROOT, env=self.environment, text=True, capture_output=True, timeout=5 * PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def writer(self, *words: int) -> subprocess.Popen:
        """A process that writes so many events, one after the other: how many, tier, pause before each in milliseconds."""
        started = subprocess.Popen(
            [*HAND, "write", *map(str, words)], cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL
        )
        self.running.append(started)
        return started

    def until(self, holds: Callable[[], bool], seconds: float = PATIENCE) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds():
                return True
            time.sleep(0.1)
        return False

    def settled(self) -> dict:
        """What there is once every event has its place and is signed; AssertionError when that takes too long."""
        seen: dict = {}

        def signed() -> bool:
            seen.update(self.hand("look"))
            return not seen["waiting"] and seen["signed"] == seen["sizes"]

        assert self.until(signed), (seen, self.said)
        return seen

    def assert_whole(self) -> None:
        """By the rows themselves, and by the checker that knows no database, on files taken away."""
        assert self.hand("verify") == {"whole": True}
        folder = self.portal.folder / f"export-{secrets.token_hex(4)}"
        self.portal.manage("export_audit", str(folder))
        words = [sys.executable, "-m", "council.audit.verify", str(folder)]
        done = subprocess.run(words, cwd=ROOT, text=True, capture_output=True, timeout=PATIENCE, check=False)
        assert done.returncode == 0, done.stderr

    def stop(self) -> None:
        """Ends what runs, as an operator does, and waits."""
        for process in self.running:
            if process.poll() is None:
                process.terminate()
        for process in self.running:
            process.wait(timeout=PATIENCE)
        self.running.clear()

    def copy_database(self) -> None:
        """A full copy, as a backup makes; nothing runs meanwhile."""
        self._copied(lambda path, copy: shutil.copy2(path, copy), 'CREATE DATABASE "{old}" TEMPLATE "{name}"')

    def put_back(self) -> None:
        """The copy takes the place of the database; what that held is gone."""
        for path in self.portal.folder.glob("council.sqlite3-*"):
            path.unlink()
        self._copied(
            lambda path, copy: shutil.copy2(copy, path),
            'DROP DATABASE "{name}" WITH (FORCE)',
            'CREATE DATABASE "{name}" TEMPLATE "{old}"',
        )

    def forget_copy(self) -> None:
        if self.portal.database_url:
            self._copied(None, 'DROP DATABASE IF EXISTS "{old}"')

    def _copied(self, files: Callable[[Path, Path], object] | None, *statements: str) -> None:
        if not self.portal.database_url:
            files(self.portal.folder / "council.sqlite3", self.portal.folder / "old.sqlite3")
            return
        name = urlsplit(self.portal.database_url).path[1:]
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            for statement in statements:
                server.execute(statement.format(name=name, old=f"{name}_old"))


@contextmanager
def log_stage(folder: Path) -> Iterator[LogStage]:
    """A migrated deployment in which nothing runs yet; at the end nothing runs any more."""
    with deployment(folder) as portal:
        made = LogStage(portal)
        try:
            yield made
        finally:
            made.stop()
            made.forget_copy()
