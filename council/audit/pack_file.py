"""What lies in an evidence pack: one ZIP, made piece by piece and never kept in the clear.

Titles and bodies are not in it, because no event has room for them: bulletins appear by their reference.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.utils import timezone

from council.audit import log_keys, pack_rows, sequencer, verify
from council.audit.exporting import LogFiles, vkeys, witnesses
from council.audit.models import AuditEvent, EvidencePack, LogEntry
from council.audit.pack_readme import readme
from council.audit.proof import Proof
from council.audit.proving import covering_checkpoint, with_cosignatures
from council.audit.signer_state import SignerRefused
from council.audit.tiles import LogReader
from council.tap import Tap

# Each proof is a file; beyond so many the tiles of the logs prove the events, and hold less.
MOST_PROOFS = 5000
_IDS = 500

Progress = Callable[[int, int], object]


class Parcel:
    """A ZIP that is written while it is taken away. add() gives its next bytes, end() the manifest and its end."""

    def __init__(self, moment: datetime) -> None:
        self._tap, self._moment = Tap(), timezone.localtime(moment).timetuple()[:6]
        self._zip = ZipFile(self._tap, "w", ZIP_DEFLATED)
        self.files: dict[str, dict[str, object]] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """One file; its size and digest go into the manifest."""
        digest, size = hashlib.sha256(), 0
        # A history may outgrow what the older fields of a ZIP can say.
        with self._zip.open(self._info(name), "w", force_zip64=True) as file:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                file.write(piece)
                yield self._tap.take()
        self.files[name] = {"sha256": digest.hexdigest(), "size": size}
        yield self._tap.take()

    def end(self, facts: dict[str, object]) -> Iterator[bytes]:
        said = json.dumps({**facts, "files": self.files}, ensure_ascii=False, indent=1)
        with self._zip.open(self._info("MANIFEST.json"), "w") as file:
            file.write(said.encode())
        self._zip.close()
        yield self._tap.take()

    def _info(self, name: str) -> ZipInfo:
        info = ZipInfo(name, self._moment)
        info.compress_type = ZIP_DEFLATED
        return info


def pieces(pack: EvidencePack, events: Sequence[UUID], progress: Progress) -> Iterator[bytes]:
    """The whole ZIP of a pack with these events (in the order of time), piece by piece. Says how far it is, file by file and row by row."""
    made, logs, proofs = timezone.now(), bool(pack.query.get("logs")), len(events) <= MOST_PROOFS
    _catch_up()
    whole = [LogFiles(tier) for tier in log_keys.TIERS] if logs else []
    steps = _Steps(progress, len(events) * (3 if proofs else 2) + sum(len(list(log.paths())) for log in whole))
    parcel = Parcel(made)
    yield from parcel.add("README.txt", [readme(str(pack.pk), made=made, events=len(events), proofs=proofs, logs=logs)])
    yield from parcel.add("vkeys", [_lines(vkeys())])
    yield from parcel.add("witnesses", [_lines(witnesses())])
    yield from parcel.add("verify.py", [Path(verify.__file__).read_bytes()])
    yield from parcel.add("events.csv", pack_rows.as_csv(steps.through(pack_rows.rows_of(events))))
    yield from parcel.add("events.json", pack_rows.as_json(steps.through(pack_rows.rows_of(events))))
    for event, proof in steps.through(_proofs(events) if proofs else []):
        yield from parcel.add(f"proofs/{event}.tlog-proof", [bytes(proof)])
    for log in whole:
        for path in steps.through(log.paths()):
            yield from parcel.add(f"logs/{log_keys.log_name(log.tier)}/{path}", _of_log(log, path))
    yield from parcel.end(_facts(pack, made, len(events)))


class _Steps:
    """Counts what passes, and says so."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._done, self._total = progress, 0, total
        progress(0, total)

    def through(self, things: Iterable) -> Iterator:
        for each in things:
            yield each
            self._done += 1
            self._progress(min(self._done, self._total), self._total)


def _facts(pack: EvidencePack, made: datetime, events: int) -> dict[str, object]:
    return {
        "format": "council-evidence-pack", "v": 1, "pack": str(pack.pk), "portal": settings.COUNCIL_URL,
        "made": timezone.localtime(made).isoformat(timespec="seconds"), "filter": pack.query.get("filter", {}), "events": events,
    }  # fmt: skip


def _lines(keys: Sequence[str]) -> bytes:
    """Every key on a line of its own, as verifiers take them."""
    return "".join(f"{key}\n" for key in keys).encode()


def _of_log(log: LogFiles, path: str) -> Iterator[bytes]:
    """One file of an export. The history grows for ever, so it comes checkpoint by checkpoint."""
    yield from log.history() if path == "history" else [log.read(path) or b""]


def _proofs(events: Sequence[UUID]) -> Iterator[tuple[UUID, Proof]]:
    """A proof for each event that a checkpoint covers, those of one log under as few checkpoints as can be."""
    covering: dict[int, tuple[LogReader, bytes]] = {}
    for start in range(0, len(events), _IDS):
        ids = events[start : start + _IDS]
        leaves = dict(AuditEvent.objects.filter(pk__in=ids).values_list("pk", "leaf"))
        for entry in LogEntry.objects.filter(pk__in=ids).order_by("event"):
            if entry.tier not in covering or entry.index >= covering[entry.tier][0].size:
                row = covering_checkpoint(entry.tier, entry.index)
                if row is None:
                    continue
                covering[entry.tier] = LogReader(entry.tier, row.size), with_cosignatures(row)
            reader, note = covering[entry.tier]
            yield (
                entry.event,
                Proof(bytes(leaves[entry.event]), entry.index, tuple(reader.inclusion(entry.index)), note),
            )


def _catch_up() -> None:
    """Gives what waits its place and signs it, so that the newest events have their proofs too."""
    for tier in log_keys.TIERS:
        with suppress(SignerRefused):
            while sequencer.integrate(tier):
                pass
        with suppress(SignerRefused):
            sequencer.sign(tier)
