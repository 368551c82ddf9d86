"""A log in memory, and witnesses as processes of their own, talked to over HTTP on loopback."""

import base64
import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from council.audit import checkpoint as checkpoints
from council.audit import cosignature
from council.audit.checkpoint import Checkpoint
from council.audit.tree import consistency_proof, leaf_hash, root_of
from council.sealing import note
from tests.portal import ROOT

ORIGIN = "council.example/log/tier-1"
SEED = bytes(range(32))


@dataclass
class Log:
    """A log that can say anything: another `word` makes another history under the same key."""

    word: str = "leaf"
    origin: str = ORIGIN
    signer: note.Signer = field(default_factory=lambda: note.Signer.from_seed(ORIGIN, SEED))

    @property
    def vkey(self) -> str:
        return str(self.signer.verifier)

    def _leaves(self, size: int) -> list[bytes]:
        return [leaf_hash(f"{self.word} {place}".encode()) for place in range(size)]

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint(self.origin, size, root_of(self._leaves(size)))

    def note(self, size: int) -> bytes:
        return checkpoints.sign(self.checkpoint(size), self.signer)

    def proof(self, old: int, size: int) -> list[bytes]:
        leaves = self._leaves(size)
        return consistency_proof(
            old, size, lambda level, number: root_of(leaves[number << level : (number + 1) << level])
        )

    def submission(self, old: int, size: int, proof: list[bytes] | None = None) -> bytes:
        return body(old, self.proof(old, size) if proof is None else proof, self.note(size))


def own_cache(settings: object, folder: Path) -> None:
    """What is known of witnesses is this test's alone: emptying the cache of a run would empty that of the tests beside it."""
    backend = {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": folder / "cache"}
    settings.CACHES = {**settings.CACHES, "shared": backend}


def body(old: object, proof: list[bytes], signed: bytes) -> bytes:
    lines = [f"old {old}".encode(), *(base64.b64encode(each) for each in proof)]
    return b"\n".join(lines) + b"\n\n" + signed


@dataclass
class Standing:
    """A witness that runs: its vkey, its address, its process."""

    process: subprocess.Popen[str]
    vkey: str
    url: str

    @property
    def verifier(self) -> cosignature.Verifier:
        return cosignature.Verifier.parse(self.vkey)

    @property
    def place(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return parts.hostname, parts.port

    @property
    def setting(self) -> dict[str, str]:
        return {"vkey": self.vkey, "url": self.url.removesuffix("/add-checkpoint")}

    def submit(self, data: bytes) -> tuple[int, str, bytes]:
        """Status, content type, body."""
        connection = http.client.HTTPConnection(*self.place, timeout=30)
        try:
            connection.request("POST", "/add-checkpoint", body=data)
            answer = connection.getresponse()
            return answer.status, answer.headers["Content-Type"], answer.read()
        finally:
            connection.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=30)


@contextmanager
def standing(
    folder: Path, *vkeys: str, name: str = "", listen: str = "127.0.0.1:0", program: str = ""
) -> Iterator[Standing]:
    """A witness from the lines it prints until SIGTERM; `program` runs before it in the same process."""
    arguments = ["--state", str(folder), "--listen", listen, *(word for vkey in vkeys for word in ("--log", vkey))]
    process = subprocess.Popen(
        [*_command(program), *arguments, *(["--name", name] if name else [])],
        cwd=ROOT, env=_clean(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        vkey, url = process.stdout.readline().strip(), process.stdout.readline().strip()
        assert url, f"the witness ended with {process.wait(timeout=30)}"
        yield Standing(process, vkey, url)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        process.stdout.close()


def refused_to_start(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and stderr of a witness that does not begin."""
    ran = subprocess.run(
        [*_command(""), "--state", str(folder), "--listen", "127.0.0.1:0", *arguments],
        cwd=ROOT, env=_clean(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return ran.returncode, ran.stderr


def _command(program: str) -> list[str]:
    if not program:
        return [sys.executable, "-m", "council.audit.witness"]
    return [sys.executable, "-c", f"import sys\nfrom council.audit import witness\n{program}\nsys.exit(witness.main())"]


def _clean() -> dict[str, str]:
    """No setting of a portal: a witness knows nothing of one."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("DJANGO", "COUNCIL", "DATABASE"))}
