"""Web, worker, scheduler and sequencer of the embedded default in one command. Ctrl-C ends all four and leaves nothing behind."""

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from council import zone
from council.schema import catch_up

PATIENCE = 60.0
GRACE = 20.0
MOST_STARTS = 5
A_WHILE = 60.0
# A download that stalls holds one of them: a proxy that buffers stands before a portal in earnest.
BLOCKING_THREADS = "16"


class Stop(Exception):
    """Somebody asked for the end."""


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stop


def commands() -> dict[str, list[str]]:
    """What each of the four processes runs."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--quiet", "-A", "council.celery"]
    return {
        "web": [
            *python, "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(settings.PORT),
            "--workers", "1", "--blocking-threads", BLOCKING_THREADS, "--no-ws", "--log-level", "warning", "council.wsgi:application",
        ],
        "worker": [*celery, "worker", "--concurrency", "1", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"],
        "scheduler": [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""],
        # Apart from the worker: a long task must not hold up the checkpoints.
        "sequencer": [sys.executable, "manage.py", "sequence"],
    }  # fmt: skip


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: object, **options: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        children: dict[str, subprocess.Popen] = {}
        try:
            self._prepare()
            for name in commands():
                children[name] = start(name)
            self._wait_until_it_answers(children)
            self.stdout.write(f"The portal answers at {settings.COUNCIL_URL}/  (Ctrl-C ends it)")
            self.stdout.flush()
            self._watch(children)
        except Stop:
            self.stdout.write("Ending.")
        finally:
            end(children)

    def _prepare(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", settings.PORT))
            except OSError:
                raise CommandError(f"Port {settings.PORT} is taken; choose another with PORT=.", returncode=2) from None
        catch_up()
        if found := zone.fault():
            raise CommandError(found, returncode=2)
        call_command("collectstatic", interactive=False, verbosity=0)

    def _wait_until_it_answers(self, children: dict[str, subprocess.Popen]) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self._check(children)
            try:
                address = f"http://127.0.0.1:{settings.PORT}/readyz"
                with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310  our own address
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise CommandError(f"The portal did not answer within {PATIENCE:.0f} seconds.", returncode=2)

    def _check(self, children: dict[str, subprocess.Popen]) -> None:
        for name, child in children.items():
            if child.poll() is not None:
                raise CommandError(f"The {name} ended with code {child.returncode}; so the others were ended too.")

    def _watch(self, children: dict[str, subprocess.Popen]) -> None:
        """Starts again what ends by itself; gives up when that happens MOST_STARTS times within A_WHILE."""
        starts: deque[float] = deque(maxlen=MOST_STARTS)
        while True:
            for name in [name for name, child in children.items() if child.poll() is not None]:
                code, now = children[name].returncode, time.monotonic()
                if len(starts) == MOST_STARTS and now - starts[0] < A_WHILE:
                    raise CommandError(f"The {name} keeps ending (code {code}); so the others were ended too.")
                self.stderr.write(f"The {name} ended with code {code}; it is started again.")
                starts.append(now)
                children[name] = start(name)
            time.sleep(0.5)


def start(name: str) -> subprocess.Popen:
    """Starts one of the four, in a session of its own: Ctrl-C reaches this process alone, and the end has an order."""
    return subprocess.Popen(commands()[name], cwd=settings.BASE_DIR, start_new_session=True)  # noqa: S603


def end(children: dict[str, subprocess.Popen]) -> None:
    """Asks every child to finish, and ends what has not after the grace period."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    until = time.monotonic() + GRACE
    for child in children.values():
        try:
            child.wait(timeout=max(until - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
