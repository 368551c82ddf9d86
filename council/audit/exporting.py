"""A log as the files that auditors take away (FORMAT.md §10): served one by one from the database, or written into a folder."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import transaction

from council.audit import log_keys, sequencer
from council.audit.events import Event
from council.audit.log_keys import TIERS, log_name
from council.audit.models import Cosignature, LogCheckpoint, LogHead
from council.audit.proving import quorum
from council.audit.record import record
from council.audit.tiles import WIDTH, LogReader, Tile, tiles_of

Progress = Callable[[int, int], object]
_AT_ONCE = 2000
README = Path(__file__).with_name("export_readme.txt")


class FolderInUse(Exception):
    """The folder is not empty: an export is never mixed with other files."""


class LogFiles:
    """The files of the log of one tier as it was when this object was made. `size` is 0 while nothing is signed."""

    def __init__(self, tier: int) -> None:
        self.tier = tier
        self.head = LogHead.objects.filter(pk=tier).first() or LogHead(tier=tier)
        self.size = self.head.signed_size

    def read(self, path: str) -> bytes | None:
        """The bytes of `checkpoint`, `history` or `tile/…`, or None for any other path."""
        if path == "checkpoint":
            return self._checkpoint() if self.size else None
        if path == "history":
            return b"".join(self.history()) if self.size else None
        tile = Tile.parse(path)
        if tile is None or not path.startswith("tile/") or not self._has(tile):
            return None
        try:
            return LogReader(self.tier, self.size).data(tile)
        except OverflowError:
            # An entry that was made longer than its length can say: no tile, and no reason to give up the others.
            return None

    def history(self) -> Iterator[bytes]:
        """Every checkpoint up to this size, oldest first, with the cosignatures it has: u16 length || note."""
        rows = LogCheckpoint.objects.filter(tier=self.tier, size__lte=self.size).order_by("size")
        lines = self._lines()
        for size, note in rows.values_list("size", "note").iterator(_AT_ONCE):
            whole = bytes(note) + lines.get(size, b"")
            yield len(whole).to_bytes(2) + whole

    def paths(self) -> Iterator[str]:
        """Every path of this log; none while nothing is signed."""
        if self.size:
            yield from ("checkpoint", "history")
            yield from (tile.path for tile in tiles_of(self.size))

    def _checkpoint(self) -> bytes:
        return bytes(self.head.note) + self._lines(self.size).get(self.size, b"")

    def _lines(self, size: int | None = None) -> dict[int, bytes]:
        """Size -> the lines of the witnesses, in the order of their names."""
        rows = Cosignature.objects.filter(tier=self.tier, **({} if size is None else {"size": size}))
        lines: dict[int, bytes] = {}
        for at, line in rows.order_by("size", "witness").values_list("size", "line"):
            lines[at] = lines.get(at, b"") + bytes(line)
        return lines

    def _has(self, tile: Tile) -> bool:
        """Whether the tile is one of a log of this size: a partial one has exactly the width that is there."""
        count = self.size >> (8 * (tile.level or 0))
        return 0 < tile.width == min(WIDTH, count - tile.number * WIDTH)


def log_file(tier: int, path: str) -> bytes | None:
    """One file of the log of this tier, by its path in an export (`checkpoint`, `history`, `tile/…`); None where there is none."""
    return LogFiles(tier).read(path)


def vkeys() -> list[str]:
    """The verifier keys, as text, of every log that is signed; KeyringUnavailable without keys."""
    signed = LogHead.objects.filter(signed_size__gt=0).order_by("pk").values_list("pk", flat=True)
    return [str(key) for tier in signed for key in log_keys.verifiers(tier)]


def witness_keys() -> list[str]:
    """The verifier keys, as text, of the witnesses."""
    return [each["vkey"] for each in settings.AUDIT_WITNESSES]


def witnesses_asked() -> int:
    """How many witnesses have to stand by; 0 when nobody is asked to."""
    return quorum() if settings.AUDIT_WITNESSES else 0


def witnesses() -> list[str]:
    """The lines of the file `witnesses` (FORMAT.md §9): how many have to stand by, then the verifier key of each."""
    return [f"quorum {witnesses_asked()}", *witness_keys()]


def write_export(folder: Path, *, progress: Progress | None = None) -> dict[str, int]:
    """Writes every log as it is now, with what waits signed first; log name -> how many entries. `progress(done, total)` counts files.

    FolderInUse when there is anything in the folder, OSError when it can't be written; what was begun is taken away then.
    AuditUnavailable when the export can't be recorded: nothing is written. SealingError without keys.
    """
    created = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FolderInUse(f"The folder {folder} is not empty. Name a new one.")
    try:
        with transaction.atomic():
            record(Event.AUDIT_EXPORT, actor=None, organisation=None, detail={"folder": str(folder)})
        # A log that the signer refuses is taken away as far as it was signed.
        sequencer.catch_up()
        return _write(folder, progress or (lambda done, total: None))
    except BaseException:
        _clear(folder, itself=created)
        raise


def _write(folder: Path, progress: Progress) -> dict[str, int]:
    logs = [log for log in (LogFiles(tier) for tier in TIERS) if log.size]
    total, done = sum(1 for log in logs for _ in log.paths()), 0
    for log in logs:
        for path in log.paths():
            _put(folder / log_name(log.tier) / path, log.read(path))
            done += 1
            progress(done, total)
    _put(folder / "witnesses", _lines(witnesses()))
    shutil.copyfile(README, folder / "README.txt")
    # The last file: a folder without keys is no whole export.
    _put(folder / "vkeys", _lines(vkeys()))
    return {log_name(log.tier): log.size for log in logs}


def _put(path: Path, data: bytes | None) -> None:
    """A tile that can't be put together is left out: the checker then says which is missing."""
    if data is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _lines(texts: list[str]) -> bytes:
    return "".join(f"{text}\n" for text in texts).encode()


def _clear(folder: Path, *, itself: bool) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if itself:
        folder.rmdir()
