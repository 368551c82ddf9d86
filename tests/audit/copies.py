"""Exports to check: one of the portal's own making, and ones that somebody made who has the keys of a log."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from council.audit import checkpoint, cosignature, sequencer
from council.audit.checkpoint import Checkpoint
from council.audit.exporting import write_export
from council.audit.models import Cosignature, LogHead
from council.audit.record import Entry, record_many
from council.audit.tiles import WIDTH, LogReader, tiles_of
from council.audit.tree import complete_root, leaf_hash, root_of
from council.sealing import note

WITNESS = cosignature.Cosigner.from_seed("witness.example/w", cosignature.ED25519, bytes([7]) * 32)
STRANGER = note.Signer.from_seed("test.example/log/tier-1", bytes([9]) * 32)


@contextmanager
def logs(folder: Path) -> Iterator[None]:
    """Logs of their own, which are rolled back; the signer remembers them in this folder."""
    settings = override_settings(
        AUDIT_STATE=folder / "signer.json",
        AUDIT_WITNESSES=[{"vkey": str(WITNESS.verifier), "url": "https://witness.example"}],
    )
    with settings, transaction.atomic():
        yield
        transaction.set_rollback(True)


def grow(tier: int, *counts: int) -> None:
    """Reads of bulletins, so many before each checkpoint."""
    for count in counts:
        record_many("bulletin.read", [Entry(None, object=f"b{n}", tier=tier) for n in range(count)], actor="p")
        while sequencer.integrate(tier):
            pass
        sequencer.sign(tier)


def witness(tier: int) -> None:
    """The witness cosigns the newest checkpoint of the log."""
    head = LogHead.objects.get(pk=tier)
    root = root_of(LogReader(tier, head.signed_size).node(0, n) for n in range(head.signed_size))
    line = WITNESS.line(Checkpoint(head.origin, head.signed_size, root), 1_800_000_000)
    now = timezone.now()
    Cosignature.objects.create(
        tier=tier, size=head.signed_size, witness=WITNESS.verifier.name, line=line, signed_at=now
    )


@dataclass
class Forger:
    """Somebody who holds the keys of a log: writes whatever they want, honestly signed."""

    signer: note.Signer
    cosigner: cosignature.Cosigner

    @classmethod
    def named(cls, name: str) -> "Forger":
        seed = bytes([5]) * 32
        return cls(note.Signer.from_seed(name, seed), cosignature.Cosigner.from_seed(name, cosignature.ML_DSA_44, seed))

    def sign(self, hashes: list[bytes], *, second: bool = False) -> bytes:
        """The checkpoint over these leaf hashes."""
        made = Checkpoint(self.signer.verifier.name, len(hashes), root_of(hashes))
        return checkpoint.sign(made, self.signer) + (self.cosigner.line(made, 1_800_000_000) if second else b"")

    def write(self, folder: Path, entries: list[bytes], sizes: tuple[int, ...]) -> Path:
        """An export of one log with these entries, which was signed at these sizes."""
        hashes = [leaf_hash(entry) for entry in entries]
        log = folder / self.signer.verifier.name.rpartition("/")[2]
        log.mkdir(parents=True, exist_ok=True)
        put(log, entries)
        log.joinpath("history").write_bytes(framed([self.sign(hashes[:size]) for size in sizes]))
        log.joinpath("checkpoint").write_bytes(self.sign(hashes[: sizes[-1]], second=True))
        folder.joinpath("vkeys").write_text(f"{self.signer.verifier}\n{self.cosigner.verifier}\n")
        return folder


def framed(parts: list[bytes]) -> bytes:
    return b"".join(len(part).to_bytes(2) + part for part in parts)


def put(log: Path, entries: list[bytes]) -> None:
    """Entries and tiles of a log, computed anew: what anybody can do who holds the database."""
    rows = [[leaf_hash(entry) for entry in entries]]
    while len(rows[-1]) >= WIDTH:
        row = rows[-1]
        rows.append([complete_root(row[at : at + WIDTH]) for at in range(0, len(row) - WIDTH + 1, WIDTH)])
    for tile in tiles_of(len(entries)):
        cut = slice(tile.number * WIDTH, tile.number * WIDTH + tile.width)
        path = log / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(framed(entries[cut]) if tile.level is None else b"".join(rows[tile.level][cut]))


def export(folder: Path) -> Path:
    write_export(folder)
    return folder
