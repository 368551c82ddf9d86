"""A lock that dies with whoever holds it: by it one knows whether a process that began something is still there to end it."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db import connection

from council.environment import private_folder


@contextmanager
def only_one(name: str) -> Iterator[bool]:
    """Whether the lock of this name is ours until the end of the block; never waits.

    On PostgreSQL an advisory lock of this connection's session (so no pooler that shares sessions may stand in between), else an
    flock on a file in COUNCIL_DATA/locks. Both end when the process does, however it ends. Not to be taken inside a transaction:
    what a lock guards has to be committed before it is let go.
    """
    with _of_the_database(name) if connection.vendor == "postgresql" else _of_a_file(name) as mine:
        yield mine


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


@contextmanager
def _of_the_database(name: str) -> Iterator[bool]:
    number = int.from_bytes(_digest(name)[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        mine = cursor.fetchone()[0]
    try:
        yield mine
    finally:
        # A connection that broke has let go by itself.
        with suppress(DatabaseFailure):
            if mine:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


@contextmanager
def _of_a_file(name: str) -> Iterator[bool]:
    path = private_folder(settings.COUNCIL_DATA / "locks") / _digest(name).hex()[:32]
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    mine = _taken(handle, path)
    try:
        yield mine
    finally:
        # While it is still held: whoever opened it meanwhile sees below that it is no longer the file of this name.
        if mine:
            path.unlink()
        os.close(handle)


def _taken(handle: int, path: Path) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(handle), path.stat())
    except (BlockingIOError, FileNotFoundError):
        return False
