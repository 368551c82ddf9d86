"""The log signer's own memory: what it signed last, in a file outside the database.

Whoever puts an old copy of the database back can't make the signer forget: it signs nothing that is smaller than, or does not begin
with, what it signed before. The file holds no secret, only {log: [size, root]}; its loss is an error and no new beginning.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from council.audit.checkpoint import Checkpoint
from council.audit.tree import EMPTY, ProofRefused, check_consistency
from council.environment import private_folder
from council.sealing.errors import SealingError, gettext_noop

LOST = gettext_noop(
    "署名の控え %(path)s がなくなっています。控えなしでは続きに署名しないので、バックアップから戻してください。"
)
UNREADABLE = gettext_noop("署名の控え %(path)s を読み書きできません（%(cause)s）。")
SHORTER = gettext_noop(
    "記録 %(origin)s は%(size)s件ですが、%(signed)s件まで署名してあります。古いデータベースが戻されたか、記録が切り取られています。"
)
DIFFERENT = gettext_noop("記録 %(origin)s の%(signed)s件目までが、署名したときの内容と違います。")


class SignerRefused(SealingError):
    """The signer does not put its name under this: what is in the database is not what it signed before."""


# The consistency proof from an old size to the checkpoint's own, made from what the database holds.
Prove = Callable[[int], list[bytes]]


def last_signed(origin: str) -> Checkpoint | None:
    """What was signed last for this log, or None; SignerRefused when the file can't be read."""
    with _locked():
        return _of(_read(), origin)


def advance(new: Checkpoint, prove: Prove, *, begun: bool) -> None:
    """Remembers `new` as signed, on disk, before anybody signs it; SignerRefused unless it continues what was signed last.

    `begun` says that the log has checkpoints already, so that a file without them has been lost.
    """
    with _locked():
        known = _read()
        last = _of(known, new.origin)
        if last is None and begun:
            raise SignerRefused(LOST, path=_path())
        _check(new, last or Checkpoint(new.origin, 0, EMPTY), prove)
        if last != new:
            _write({**known, new.origin: [new.size, new.root.hex()]})


def _check(new: Checkpoint, last: Checkpoint, prove: Prove) -> None:
    if new.size < last.size:
        raise SignerRefused(SHORTER, origin=new.origin, size=new.size, signed=last.size)
    try:
        check_consistency(last.size, new.size, prove(last.size), last.root, new.root)
    except ProofRefused:
        raise SignerRefused(DIFFERENT, origin=new.origin, signed=last.size) from None


def _path() -> Path:
    return Path(settings.AUDIT_STATE)


@contextmanager
def _locked() -> Iterator[None]:
    """Nobody else reads or writes the file meanwhile; an error of the disk is a refusal."""
    path = _path()
    try:
        private_folder(path.parent)
        with path.with_name(f".{path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise SignerRefused(UNREADABLE, path=path, cause=error.strerror or error) from None


def _read() -> dict[str, list]:
    path = _path()
    if not path.exists():
        return {}
    try:
        return json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise SignerRefused(UNREADABLE, path=path, cause=error) from None


def _of(known: dict[str, list], origin: str) -> Checkpoint | None:
    if origin not in known:
        return None
    try:
        size, root = known[origin]
        return Checkpoint(origin, int(size), bytes.fromhex(root))
    except (TypeError, ValueError) as error:
        raise SignerRefused(UNREADABLE, path=_path(), cause=error) from None


def _write(known: dict[str, list]) -> None:
    """Whole, and on the disk before the name changes hands: what a power cut leaves is the old file or the new one."""
    path = _path()
    draft = path.with_name(f".{path.name}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, json.dumps(known, indent=1, sort_keys=True).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(draft, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
