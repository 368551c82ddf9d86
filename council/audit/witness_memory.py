"""What a witness remembers, in a folder of its own: its key, the newest checkpoint of each log it has cosigned, and what it refused.

A witness that forgot would cosign a second history. So its memory is on the disk before anybody gets a cosignature, one process alone
holds it, and a memory that is gone is an error and no new beginning. Stand-alone: no Django, no database.
"""

import base64
import fcntl
import hashlib
import json
import os
import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from council.audit.checkpoint import Checkpoint
from council.audit.cosignature import ED25519, Cosigner
from council.audit.tree import EMPTY
from council.sealing import note
from council.sealing.errors import NoteRefused, SealingError, gettext_noop

KEY, LOGS, REFUSALS, LOCK = "witness.key", "logs.json", "refusals.jsonl", ".lock"
# Who can sign checkpoints could fill the disk of the witness with refused ones.
MOST_REFUSALS = 1000
_PREFIX = "PRIVATE+KEY"

NO_NAME = gettext_noop(
    "%(path)s に立会人の鍵がありません。新しく始めるときは、名前を --name で付けてください（例：witness.example/w1）。"
)
OTHER_NAME = gettext_noop("%(path)s の立会人は「%(found)s」という名前で、「%(wanted)s」ではありません。")
BAD_NAME = gettext_noop("立会人の名前は、空白と + を含まない255バイトまでの文字にしてください。")
BAD_KEY = gettext_noop("立会人の鍵 %(path)s が読めません。バックアップから戻してください。")
MEMORY_LOST = gettext_noop(
    "立会人の控え %(path)s がなくなっています。控えなしで署名を続けると二つの記録に立ち会うおそれがあるので、"
    "バックアップから戻すか、別のフォルダーで新しい名前の立会人を始めてください。"
)
KEY_LOST = gettext_noop(
    "立会人の控えはありますが、鍵 %(path)s がなくなっています。バックアップから戻すか、別のフォルダーで始めてください。"
)
OPEN_TO_OTHERS = gettext_noop("立会人の鍵 %(path)s をほかの人が読めます。chmod 600 で閉じてください。")
UNREADABLE = gettext_noop("立会人の控え %(path)s を読み書きできません（%(cause)s）。")
IN_USE = gettext_noop("フォルダー %(path)s は、動いている別の立会人が使っています。")


class MemoryRefused(SealingError):
    """The witness can't stand by: its folder is not whole, or is somebody else's at the moment."""


@dataclass(slots=True)
class Memory:
    """The folder of a witness, held by this process until close(). `lock` is taken around looking and remembering together."""

    folder: Path
    cosigner: Cosigner
    lock: threading.Lock = field(default_factory=threading.Lock)
    _held: int = -1
    _seen: dict[str, tuple[Checkpoint, bytes]] = field(default_factory=dict)
    _refused: set[str] = field(default_factory=set)

    @classmethod
    def open(cls, folder: Path, name: str = "") -> Self:
        """The memory in this folder, begun with a fresh key where there is none and a name is given; MemoryRefused otherwise."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            held = _hold(folder)
        except OSError as error:
            raise MemoryRefused(UNREADABLE, path=folder, cause=error.strerror or error) from None
        try:
            memory = cls(folder, _key_of(folder, name), _held=held)
            memory._seen = _read_logs(folder / LOGS)
            memory._refused = _read_refused(folder / REFUSALS)
        except OSError as error:
            os.close(held)
            raise MemoryRefused(UNREADABLE, path=folder, cause=error.strerror or error) from None
        except SealingError:
            os.close(held)
            raise
        return memory

    def close(self) -> None:
        """Lets go of the folder, once; the lock also ends with the process."""
        held, self._held = self._held, -1
        if held >= 0:
            os.close(held)

    def last(self, origin: str) -> Checkpoint:
        """The newest checkpoint of this log that was cosigned; of size 0 when there is none yet."""
        return self._seen[origin][0] if origin in self._seen else Checkpoint(origin, 0, EMPTY)

    def remember(self, new: Checkpoint, signed: bytes) -> None:
        """Puts the checkpoint, with the note that proves that the log signed it, onto the disk; OSError when that fails."""
        if self._seen.get(new.origin, (None,))[0] == new:
            return
        seen = {**self._seen, new.origin: (new, signed)}
        logs = {
            origin: {"size": each.size, "root": each.root.hex(), "note": text.decode()}
            for origin, (each, text) in seen.items()
        }
        _write(self.folder / LOGS, json.dumps(logs, indent=1, sort_keys=True, ensure_ascii=False).encode())
        self._seen = seen

    def keep_refusal(self, new: Checkpoint, facts: dict[str, object]) -> None:
        """Keeps what may prove that a log shows two histories, once a checkpoint, beside the note it contradicts."""
        digest = hashlib.sha256(new.text + self.last(new.origin).text).hexdigest()
        if digest in self._refused or len(self._refused) >= MOST_REFUSALS:
            return
        held = self._seen.get(new.origin, (None, b""))[1]
        row = {"id": digest, **facts, "cosigned": held.decode()}
        handle = os.open(self.folder / REFUSALS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, json.dumps(row, ensure_ascii=False).encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        self._refused.add(digest)


def _hold(folder: Path) -> int:
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise MemoryRefused(IN_USE, path=folder) from None
    return handle


def _key_of(folder: Path, name: str) -> Cosigner:
    key, logs = folder / KEY, folder / LOGS
    if key.exists():
        if not logs.exists():
            raise MemoryRefused(MEMORY_LOST, path=logs)
        cosigner = _parse_key(key)
        if name and name != cosigner.verifier.name:
            raise MemoryRefused(OTHER_NAME, path=folder, found=cosigner.verifier.name, wanted=name)
        return cosigner
    if logs.exists() and _read_logs(logs):
        raise MemoryRefused(KEY_LOST, path=key)
    if not name:
        raise MemoryRefused(NO_NAME, path=folder)
    return _begin(folder, name)


def _begin(folder: Path, name: str) -> Cosigner:
    """The memory first: whoever finds a key without one knows that it was lost."""
    seed = secrets.token_bytes(32)
    try:
        cosigner = Cosigner.from_seed(name, ED25519, seed)
    except NoteRefused:
        raise MemoryRefused(BAD_NAME) from None
    _write(folder / LOGS, b"{}")
    secret = base64.b64encode(bytes([ED25519]) + seed).decode()
    _write(folder / KEY, f"{_PREFIX}+{name}+{cosigner.verifier.key_id.hex()}+{secret}\n".encode())
    return cosigner


def _parse_key(path: Path) -> Cosigner:
    """A private key as signed notes write it: PRIVATE+KEY+name+hex(key id)+base64(type || seed)."""
    if path.stat().st_mode & 0o077:
        raise MemoryRefused(OPEN_TO_OTHERS, path=path)
    try:
        said = path.read_text("utf-8").strip().removeprefix(f"{_PREFIX}+")
        name, key_id, secret = said.split("+", 2)
        data = note.from_base64(secret)
        cosigner = Cosigner.from_seed(name, ED25519, data[1:])
    except (ValueError, NoteRefused):
        raise MemoryRefused(BAD_KEY, path=path) from None
    if data[0] != ED25519 or key_id != cosigner.verifier.key_id.hex():
        raise MemoryRefused(BAD_KEY, path=path)
    return cosigner


def _read_logs(path: Path) -> dict[str, tuple[Checkpoint, bytes]]:
    try:
        logs = json.loads(path.read_text("utf-8"))
        return {
            origin: (Checkpoint(origin, int(each["size"]), bytes.fromhex(each["root"])), each["note"].encode())
            for origin, each in logs.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise MemoryRefused(UNREADABLE, path=path, cause=type(error).__name__) from None


def _read_refused(path: Path) -> set[str]:
    """The last line may have been cut by a power failure: it counts for nothing."""
    if not path.exists():
        return set()
    found = set()
    for line in path.read_text("utf-8", "replace").splitlines():
        try:
            found.add(str(json.loads(line)["id"]))
        except (ValueError, TypeError, KeyError):
            continue
    return found


def _write(path: Path, data: bytes) -> None:
    """Whole, and on the disk before the name changes hands: what a power cut leaves is the old file or the new one."""
    draft = path.with_name(f".{path.name}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(draft, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
