"""Work on documents in a process of its own: what it takes of memory and time ends with it, and a file that breaks it breaks nothing
else. Words go in and out by pipes and are never written to a disk; the process knows no setting, no key and no database.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore, local

SECONDS = 20
MOST_MEMORY = 1536 * 1024 * 1024
_ROOT = Path(__file__).resolve().parents[2]
_LENGTH = 8
# Each holds up to a few hundred MB while it runs; whoever comes then waits for a moment. Not for longer than the half of what one may
# take: whoever waits holds a thread of the web server, and a handful of slow files would hold them all.
_AT_ONCE = BoundedSemaphore(3)
WAIT = SECONDS / 2
_mine = local()
_FAULT = 3

Answer = tuple[dict[str, object], bytes]
Work = Callable[[dict[str, object], bytes], Answer]


class Broken(Exception):
    """The work was not done: the file is broken, or asks for more time or memory than there is. Says no more on purpose."""


class Busy(Exception):
    """Others are at work, and went on for WAIT seconds: nothing was begun, and the same may be asked again in a moment."""


@contextmanager
def room() -> Iterator[None]:
    """A place among those that work at once, for whatever this thread runs within; Busy when none gets free in time.

    Whoever writes down that something is opened, or counts it, asks for the place first: then Busy leaves no trace.
    """
    if getattr(_mine, "has_room", False):
        yield
        return
    if not _AT_ONCE.acquire(timeout=WAIT):
        raise Busy
    _mine.has_room = True
    try:
        yield
    finally:
        _mine.has_room = False
        _AT_ONCE.release()


def run(module: str, asked: Mapping[str, object], data: bytes = b"") -> Answer:
    """What the module's serve() makes of the question and the bytes. Broken when it fails or is not done within SECONDS,
    Busy when there is no room for it.
    """
    command = [sys.executable, "-B", "-m", module]
    given = {"LANG": "C.UTF-8", "PATH": os.defpath}
    with room():
        try:
            done = subprocess.run(  # noqa: S603  our own module, nothing of a request in the command
                command,
                input=_packed(asked, data),
                capture_output=True,
                cwd=_ROOT,
                env=given,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise Broken("time") from late
    if done.returncode:
        raise Broken("refused" if done.returncode == _FAULT else "failed")
    return _unpacked(done.stdout)


def serve(work: Work) -> None:
    """In the process of its own: reads the question, does the work within the limits, writes the answer. Broken ends it quietly."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    for nothing in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(nothing, (0, 0))
    try:
        answer = work(*_unpacked(sys.stdin.buffer.read()))
    except Broken:
        sys.exit(_FAULT)
    sys.stdout.buffer.write(_packed(*answer))
    sys.stdout.buffer.flush()


def _packed(head: Mapping[str, object], data: bytes) -> bytes:
    words = json.dumps(head, ensure_ascii=False).encode()
    return len(words).to_bytes(_LENGTH, "big") + words + data


def _unpacked(packed: bytes) -> Answer:
    end = _LENGTH + int.from_bytes(packed[:_LENGTH], "big")
    return json.loads(packed[_LENGTH:end]), packed[end:]
