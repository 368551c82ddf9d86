"""The log signer's own memory: what it signed last, in a file outside the database.

Whoever puts an old copy of the database back can't make the signer forget: it signs nothing that is smaller than, or does not begin
with, what it signed before. The file holds no secret, only {log: [size, root]}; its loss is an error and no new beginning. It belongs
on another disk than the database, and into no backup that is put back together with one.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from council.audit.checkpoint import Checkpoint
from council.audit.tree import EMPTY, HASH_BYTES, ProofRefused, check_consistency
from council.environment import private_folder
from council.sealing.errors import SealingError, gettext_noop

LOST = gettext_noop(
    "署名の控え %(path)s がなくなっています。控えなしでは続きに署名しないので、バックアップから戻してください。"
)
UNREADABLE = gettext_noop("署名の控え %(path)s を読み書きできません（%(cause)s）。")
SPOILED = gettext_noop(
    "署名の控え %(path)s の内容が壊れています。控えなしでは続きに署名しないので、バックアップから戻してください。"
)
SHORTER = gettext_noop(
    "記録 %(origin)s は%(size)s件ですが、%(signed)s件まで署名してあります。古いデータベースが戻されたか、記録が切り取られています。"
)
DIFFERENT = gettext_noop("記録 %(origin)s の%(signed)s件目までが、署名したときの内容と違います。")


class SignerRefused(SealingError):
    """The signer does not put its name under this: what is in the database is not what it signed before, or its memory is gone."""


class SignerUnavailable(SignerRefused):
    """The memory can't be read or written just now (a full disk, a folder that is away): nothing is signed until it can."""


# The consistency proof from an old size to the checkpoint's own, made from what the database holds; LookupError when it holds too little.
Prove = Callable[[int], list[bytes]]


def last_signed(origin: str) -> Checkpoint | None:
    """What was signed last for this log, or None; SignerRefused when the file is spoiled, SignerUnavailable when it can't be read."""
    with _locked():
        return _read().get(origin)


def check(new: Checkpoint, last: Checkpoint | None, prove: Prove, *, begun: bool) -> None:
    """SignerRefused unless `new` is or continues `last`, what was signed last.

    `begun` says that the log has checkpoints already, so that a memory without them has been lost.
    """
    if last is None and begun:
        raise SignerRefused(LOST, path=_path())
    old = last or Checkpoint(new.origin, 0, EMPTY)
    if new.size < old.size:
        raise SignerRefused(SHORTER, origin=new.origin, size=new.size, signed=old.size)
    try:
        check_consistency(old.size, new.size, prove(old.size), old.root, new.root)
    except (ProofRefused, LookupError):
        raise SignerRefused(DIFFERENT, origin=new.origin, signed=old.size) from None


def advance(new: Checkpoint, prove: Prove, *, begun: bool) -> None:
    """Remembers `new` as signed, on disk, before anybody signs it; raises what check() raises, and SignerUnavailable."""
    with _locked():
        known = _read()
        last = known.get(new.origin)
        check(new, last, prove, begun=begun)
        if last != new:
            _write({**known, new.origin: new})


def _path() -> Path:
    return Path(settings.AUDIT_STATE)


@contextmanager
def _locked() -> Iterator[None]:
    """Nobody else reads or writes the file meanwhile; an error of the disk is one of the memory."""
    path = _path()
    try:
        private_folder(path.parent)
        lock = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
    except OSError as error:
        raise SignerUnavailable(UNREADABLE, path=path, cause=error.strerror or error) from None


def _read() -> dict[str, Checkpoint]:
    """Log -> what was signed last; nothing when there is no file. A file in any other form than _write()'s is spoiled."""
    try:
        known = json.loads(_path().read_bytes())
        return {origin: _checkpoint(origin, *signed) for origin, signed in known.items()}
    except FileNotFoundError:
        return {}
    except (AttributeError, TypeError, ValueError, RecursionError):
        raise SignerRefused(SPOILED, path=_path()) from None


def _checkpoint(origin: str, size: int, root: str) -> Checkpoint:
    found = Checkpoint(origin, size, bytes.fromhex(root))
    if type(size) is not int or size < 1 or len(found.root) != HASH_BYTES:
        raise ValueError("this is no size and no root")
    return found


def _write(known: dict[str, Checkpoint]) -> None:
    """Whole, and on the disk before the name changes hands: what a power cut or a full disk leaves is the old file or the new one."""
    path, rows = _path(), {origin: [each.size, each.root.hex()] for origin, each in known.items()}
    draft = path.with_name(f".{path.name}.new")
    with open(draft, "wb", opener=_for_the_owner) as file:
        file.write(json.dumps(rows, indent=1, sort_keys=True).encode())
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
