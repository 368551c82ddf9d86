"""The file behind `FileKeyring`: read with suspicion, written whole or not at all. Layout: FORMAT.md §2."""

import base64
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from council.sealing.errors import KeyringUnavailable, gettext_noop

FORMAT = "council-keyring"
VERSION = 1
ROOT_BYTES = 32
MAX_BYTES = 1 << 20

MISSING = gettext_noop("鍵ファイル %(path)s がないので、バックアップから戻すか、新しい配備であれば作成してください。")
UNREADABLE = gettext_noop("鍵ファイル %(path)s を読めないので（%(cause)s）、場所と権限を確かめてください。")
UNWRITABLE = gettext_noop(
    "鍵ファイル %(path)s を書けないので（%(cause)s）、フォルダーの有無、権限、空き容量を確かめてください。"
)
NOT_A_FILE = gettext_noop("鍵ファイル %(path)s が通常のファイルではないので、正しい場所を指定してください。")
TOO_OPEN = gettext_noop(
    "鍵ファイル %(path)s の権限が %(mode)s なので、chmod 600 で所有者だけが読めるようにしてください。"
)
NOT_OURS = gettext_noop(
    "鍵ファイル %(path)s の所有者（uid %(owner)s）が実行者（uid %(user)s）と違うので、chown で直してください。"
)
MALFORMED = gettext_noop("鍵ファイル %(path)s の内容が鍵リングの形式ではないので、バックアップから戻してください。")


class Stamp(NamedTuple):
    """Tells one written state of the file from another; ctime also moves on chmod and chown."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class Epoch:
    number: int
    created: str
    root: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyContent:
    minimum_epoch: int
    mac_root: bytes = field(repr=False)
    epochs: tuple[Epoch, ...]

    def current_epoch(self) -> int:
        return self.epochs[-1].number

    def held(self) -> tuple[int, ...]:
        return tuple(known.number for known in self.epochs)

    def root(self, epoch: int) -> bytes:
        return next(known.root for known in self.epochs if known.number == epoch)


def new_epoch(number: int) -> Epoch:
    created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Epoch(number, created, secrets.token_bytes(ROOT_BYTES))


def stamp(path: Path) -> Stamp:
    """The file's present stamp; KeyringUnavailable when it can't be seen."""
    try:
        return _stamp_of(os.stat(path))
    except FileNotFoundError:
        raise KeyringUnavailable(MISSING, path=path) from None
    except OSError as error:
        raise KeyringUnavailable(UNREADABLE, path=path, cause=error.strerror) from None


def read(path: Path) -> tuple[KeyContent, Stamp]:
    """The checked content and the stamp of exactly the file it came from; KeyringUnavailable otherwise."""
    content, written = _read_unchecked(path)
    if content is None:
        raise KeyringUnavailable(MALFORMED, path=path)
    return content, written


def _read_unchecked(path: Path) -> tuple[KeyContent | None, Stamp]:
    """Apart from `read`, so that the frames of its error hold no keys for a crash report to print."""
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            status = os.fstat(file.fileno())  # of what is open, not of the path: nobody can swap it in between
            _check_guard(path, status)
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise KeyringUnavailable(MISSING, path=path) from None
    except OSError as error:
        raise KeyringUnavailable(UNREADABLE, path=path, cause=error.strerror) from None
    return (_parse(data) if len(data) <= MAX_BYTES else None), _stamp_of(status)


def create(path: Path) -> None:
    """Leaves a keyring at `path`: a new one, or the one that is there. An existing file is never replaced."""
    if os.path.lexists(path):
        return
    content = KeyContent(1, secrets.token_bytes(ROOT_BYTES), (new_epoch(1),))
    # link() fails where rename() would overwrite, so of two creators the second keeps the first one's keys.
    with _writing(path), _complete_file(path, content) as temporary, suppress(FileExistsError):
        os.link(temporary, path)


def change(path: Path, edit: Callable[[KeyContent], KeyContent]) -> KeyContent:
    """Replaces the file by `edit` of what it holds now, and returns that; no other writer comes in between."""
    with _writing(path):
        content = edit(read(path)[0])
        with _complete_file(path, content) as temporary:
            os.replace(temporary, path)
    return content


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK)  # a FIFO in its place must not hang the process


def _stamp_of(status: os.stat_result) -> Stamp:
    return Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _check_guard(path: Path, status: os.stat_result) -> None:
    mode = stat.S_IMODE(status.st_mode)
    if not stat.S_ISREG(status.st_mode):
        raise KeyringUnavailable(NOT_A_FILE, path=path)
    if status.st_uid != os.geteuid():
        raise KeyringUnavailable(NOT_OURS, path=path, owner=status.st_uid, user=os.geteuid())
    if mode & 0o077:
        raise KeyringUnavailable(TOO_OPEN, path=path, mode=f"{mode:04o}")


def _parse(data: bytes) -> KeyContent | None:
    """None when anything is amiss: a parser's exception carries the text it failed on, and the text is keys."""
    try:
        return _content(json.loads(data, object_pairs_hook=_without_repeats))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name is given twice")
    return dict(pairs)


def _content(document: dict) -> KeyContent:
    if set(document) != {"format", "v", "minimum_epoch", "mac_root", "epochs"}:
        raise ValueError("unexpected members")
    if document["format"] != FORMAT or _number(document["v"]) != VERSION:
        raise ValueError("another format")
    epochs = tuple(_epoch(entry) for entry in document["epochs"])
    content = KeyContent(_number(document["minimum_epoch"]), _root(document["mac_root"]), epochs)
    numbers = [epoch.number for epoch in epochs]
    if not epochs or numbers != sorted(set(numbers)) or content.minimum_epoch > content.current_epoch():
        raise ValueError("epochs out of order")
    if len({content.mac_root, *(epoch.root for epoch in epochs)}) != len(epochs) + 1:
        raise ValueError("a root is used twice")
    return content


def _epoch(entry: dict) -> Epoch:
    if set(entry) != {"epoch", "created", "root"}:
        raise ValueError("unexpected members")
    datetime.fromisoformat(entry["created"])
    return Epoch(_number(entry["epoch"]), entry["created"], _root(entry["root"]))


def _number(value: object) -> int:
    if type(value) is not int or value < 1:
        raise ValueError("not a positive whole number")
    return value


def _root(value: str) -> bytes:
    root = base64.b64decode(value, validate=True)
    if len(root) != ROOT_BYTES:
        raise ValueError("a root has another length")
    return root


def _serialise(content: KeyContent) -> bytes:
    epochs = [
        {"epoch": epoch.number, "created": epoch.created, "root": base64.b64encode(epoch.root).decode()}
        for epoch in content.epochs
    ]
    document = {
        "format": FORMAT,
        "v": VERSION,
        "minimum_epoch": content.minimum_epoch,
        "mac_root": base64.b64encode(content.mac_root).decode(),
        "epochs": epochs,
    }
    return json.dumps(document, indent=1).encode() + b"\n"


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """One writer at a time, by an flock beside the file (the file itself is replaced, so it can't carry the lock)."""
    try:
        lock = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _remove_leftovers(path)
            yield
            _sync_folder(path.parent)
        finally:
            os.close(lock)
    except OSError as error:
        raise KeyringUnavailable(UNWRITABLE, path=path, cause=error.strerror) from None


def _remove_leftovers(path: Path) -> None:
    """A writer that was killed leaves its keys in a temporary file; nobody else is writing while we hold the lock."""
    for leftover in path.parent.iterdir():
        if leftover.name.startswith(f".{path.name}.") and leftover.name.endswith(".new"):
            leftover.unlink()


@contextmanager
def _complete_file(path: Path, content: KeyContent) -> Iterator[Path]:
    """A temporary file beside `path` that is whole and on the disk; gone again afterwards."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)
            file.write(_serialise(content))
            file.flush()
            os.fsync(descriptor)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
