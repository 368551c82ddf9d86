"""A deployment whose worker can be killed: world, hand, workers and (with Redis) a broker of its own, all on loopback."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from council.sealing.age_keys import Identity, Kind, generate_identity
from tests.portal import ROOT, Portal, deployment, free_port

COMPANIES = 6
HEALED_WITHIN = 60
SWEEP, DISTRIBUTE, SEND = "bulletins.tasks.sweep", "bulletins.tasks.distribute", "bulletins.tasks.send_notices"


def world(identities: list[Identity]) -> dict:
    """An office with a desk, and companies with a key and a reader each."""
    companies = [
        {"key": f"c{n}", "kind": "company", "name": f"架空製作所{n}", "recipient": str(identity.recipient)}
        for n, identity in enumerate(identities)
    ]
    return {
        "organisations": [{"key": "office", "kind": "agency", "name": "官民協議会 事務局"}, *companies],
        "subcommittees": [],
        "people": [
            {"key": "pub", "email": "pub@office.example", "org": "office", "roles": ["publisher"], "tier": 2},
            {"key": "app", "email": "app@office.example", "org": "office", "roles": ["approver"], "tier": 2},
            *(
                {"key": f"p{n}", "email": f"p{n}@c{n}.example", "org": f"c{n}", "roles": ["member"], "tier": 2}
                for n in range(len(identities))
            ),
        ],
        "bulletins": [],
    }


@dataclass
class Redis:
    """A Redis of our own, so that killing and emptying it touches nobody else."""

    folder: Path
    port: int
    process: subprocess.Popen | None = None

    def start(self) -> None:
        words = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([*words, "--dir", str(self.folder)], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while time.monotonic() < until and subprocess.run(
            ["redis-cli", "-p", str(self.port), "ping"], capture_output=True, check=False
        ).stdout.strip() != b"PONG":  # fmt: skip
            time.sleep(0.05)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@dataclass
class Stage:
    """What a schedule of faults plays on."""

    portal: Portal
    redis: Redis | None
    identities: list[Identity]
    hand_process: subprocess.Popen | None = None
    workers: list[subprocess.Popen] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        own = {"COUNCIL_DEPLOYMENT": "test"}
        if self.redis:
            own["REDIS_URL"] = f"redis://127.0.0.1:{self.redis.port}/0"
        return {**self.portal.environment, **own}

    def hand(self, do: str, **facts: object) -> dict:
        """One command carried out inside the deployment."""
        if self.hand_process is None:
            with (self.portal.folder / "hand.log").open("a") as log:
                self.hand_process = subprocess.Popen(
                    [sys.executable, "-m", "tests.faults.hand"], cwd=ROOT, env=self.environment, text=True,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                )  # fmt: skip
        self.hand_process.stdin.write(json.dumps({"do": do, **facts}) + "\n")
        self.hand_process.stdin.flush()
        line = self.hand_process.stdout.readline()
        assert line, (self.portal.folder / "hand.log").read_text()
        return json.loads(line)

    def worker(self, failpoint: str = "", *, largest_file: int = 0) -> subprocess.Popen:
        """A real worker. `largest_file`: a disk that takes no file beyond so many bytes."""

        def limit() -> None:
            if largest_file:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        words = [sys.executable, "-m", "celery", "--quiet", "-A", "council.celery", "worker", "--concurrency", "1"]
        words += ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
        with (self.portal.folder / "worker.log").open("a") as log:
            started = subprocess.Popen(
                words, cwd=ROOT, env={**self.environment, "FAILPOINT": failpoint}, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=limit,
            )  # fmt: skip
        self.workers.append(started)
        return started

    def kill(self, worker: subprocess.Popen) -> None:
        """SIGKILL to the worker and every process it has started."""
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        if worker in self.workers:
            self.workers.remove(worker)

    def died_at(self, failpoint: str) -> bool:
        """Whether a process of the deployment was killed at this step."""
        return (self.portal.folder / f"failpoint-{failpoint}").exists()

    def until(self, holds: Callable[[], bool], *, sweeping: bool = True, seconds: float = HEALED_WITHIN) -> bool:
        """Waits until it holds; meanwhile the scheduler's sweep comes by, every two seconds."""
        end, swept = time.monotonic() + seconds, 0.0
        while time.monotonic() < end:
            if holds():
                return True
            if sweeping and time.monotonic() - swept > 2:
                self.hand("hint", task=SWEEP, ids=[])
                swept = time.monotonic()
            time.sleep(0.2)
        return False

    def healed(self, bulletin: str) -> dict:
        """What there is once everything has settled; AssertionError with it when that takes longer than a minute."""
        seen: dict = {}

        def settled() -> bool:
            seen.update(self.hand("look", bulletin=bulletin))
            return not seen["packages"].get("queued") and not {"queued", "sending"} & set(seen["notices"])

        assert self.until(settled), seen
        return seen

    def close(self) -> None:
        for worker in list(self.workers):
            self.kill(worker)
        if self.hand_process is not None:
            self.hand_process.stdin.close()
            self.hand_process.wait(timeout=20)
            self.hand_process.stdout.close()
        if self.redis:
            self.redis.kill()


def assert_exactly_once(seen: dict, companies: int = COMPANIES) -> None:
    """Each company has its package, released by one event and sealed once; each notice was sent by one mail and one event."""
    assert seen["packages"] == {"released": companies}, seen
    assert seen["released"] == [1] * companies, seen
    assert (seen["seals"], seen["deliveries"], seen["versions"]) == (companies, companies, [1] * companies), seen
    assert (seen["payloads"], len(seen["payload_files"])) == (1, 1), seen
    assert seen["notices"] == {"sent": companies}, seen
    assert (seen["mails"], seen["sent_events"]) == (companies, companies), seen


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """A loaded deployment without a worker; on services it has a Redis of its own."""
    identities = [generate_identity(Kind.CLASSIC) for _ in range(COMPANIES)]
    with deployment(folder) as portal:
        redis = None
        if os.environ.get("REDIS_URL") and shutil.which("redis-server"):
            redis = Redis(folder, free_port())
            redis.start()
        made = Stage(portal, redis, identities)
        try:
            portal.load(world(identities))
            yield made
        finally:
            made.close()
