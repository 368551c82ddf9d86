"""A portal as people meet it: web, worker and scheduler in processes of their own, talked to over HTTP on loopback."""

import atexit
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode, urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 90


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> object:
        return json.loads(self.body)


@dataclass
class Portal:
    """A deployment in a folder of its own, with its environment; `call` speaks HTTP to it."""

    folder: Path
    port: int
    database_url: str = ""
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    # Settings besides those that every portal of the tests has.
    further: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("COUNCIL_", "DJANGO_"))}
        own = {"COUNCIL_DATA": str(self.folder), "PORT": str(self.port), "WORLD_PASSWORD": self.password}
        if self.database_url:
            own["DATABASE_URL"] = self.database_url
        if inherited.get("REDIS_URL"):
            own["REDIS_URL"] = urlsplit(inherited["REDIS_URL"])._replace(path=f"/{_redis_number()}").geturl()
        return {
            **inherited,
            **own,
            **self.further,
            "DJANGO_SETTINGS_MODULE": "council.settings",
            "PYTHONUNBUFFERED": "1",
        }

    def manage(self, *arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        """Runs a management command to its end; its exit code is checked."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, text=True, capture_output=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == expect, f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def confirm_factor(self, email: str) -> None:
        """The person's organisation has said that their first factor is theirs, where the story is not about that."""
        said = f"from accounts.models import User; User.objects.filter(email={email!r}).update(unconfirmed_since=None)"
        self.manage("shell", "-c", said)

    def load(self, world: dict) -> dict:
        """Builds a world; the object that load_world prints last."""
        path = self.folder / f"world-{secrets.token_hex(4)}.json"
        path.write_text(json.dumps(world), encoding="utf-8")
        return json.loads(self.manage("load_world", str(path)).stdout.splitlines()[-1])

    def call(
        self, method: str, path: str, *, token: str = "", cookie: str = "", data: object = None, form: dict | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """One request, without following redirects."""
        sent = dict(headers or {})
        body = None
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if cookie:
            sent["Cookie"] = cookie
        if data is not None:
            sent["Content-Type"], body = "application/json", json.dumps(data)
        if form is not None:
            sent["Content-Type"], body = "application/x-www-form-urlencoded", urlencode(form, doseq=True)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            parts = urlsplit(path)
            connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body=body, headers=sent)
            answer = connection.getresponse()
            # The server's clock ticks between two equal answers.
            received = {name.lower(): value for name, value in answer.getheaders() if name.lower() != "date"}
            return Answer(answer.status, received, answer.read())
        finally:
            connection.close()


def _redis_number() -> int:
    """A Redis database for the portals of this process of the run: theirs are not the tasks of another's."""
    return 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 7


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def own_database(template: str = "") -> Iterator[str]:
    """The URL of a database of this deployment alone when the run is on PostgreSQL, else nothing; a copy of the template if named."""
    server = os.environ.get("DATABASE_URL", "")
    if not server:
        yield ""
        return
    name = f"portal_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@cache
def _migrated() -> Portal:
    """A deployment that nobody serves: migrating takes far longer than copying what came of it. It goes with this process."""
    ending = ExitStack()
    folder = Path(ending.enter_context(TemporaryDirectory(prefix="council-migrated-")))
    portal = Portal(folder, free_port(), ending.enter_context(own_database()))
    atexit.register(ending.close)
    portal.manage("migrate", "--verbosity", "0")
    return portal


@contextmanager
def deployment(folder: Path) -> Iterator[Portal]:
    """A migrated deployment, not yet serving."""
    migrated = _migrated()
    folder.mkdir(parents=True, exist_ok=True)
    # Its rows alone: keys and secrets are each portal's own.
    for name in migrated.folder.glob("council.sqlite3*"):
        shutil.copy(name, folder)
    with own_database(urlsplit(migrated.database_url).path[1:]) as database_url:
        yield Portal(folder, free_port(), database_url)


@contextmanager
def serving(portal: Portal) -> Iterator[subprocess.Popen[str]]:
    """`manage.py serve`, from the line that says it answers until Ctrl-C."""
    log = portal.folder / "serve.log"
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT, env=portal.environment, stdout=output, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
    try:
        _wait_for(server, log)
        yield server
    finally:
        with suppress(ProcessLookupError):
            server.send_signal(signal.SIGINT)
        server.wait(timeout=60)


def _wait_for(server: subprocess.Popen[str], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        said = log.read_text(encoding="utf-8")
        if "answers at" in said:
            return
        assert server.poll() is None, said
        time.sleep(0.1)
    raise AssertionError(f"The portal did not answer.\n{log.read_text(encoding='utf-8')}")
