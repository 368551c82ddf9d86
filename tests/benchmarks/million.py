"""An export of a very long log, written straight into files and honestly signed, as the portal would have left it (FORMAT.md §9)."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from council.audit import checkpoint, cosignature, leaf
from council.audit.checkpoint import Checkpoint
from council.audit.tiles import WIDTH, Tile, tiles_of
from council.audit.tree import Frontier, complete_root, leaf_hash
from council.sealing import note

NAME = "council.example/log/tier-2"
START = datetime(2026, 4, 1, tzinfo=UTC)
ACTORS = [hashlib.sha256(b"actor %d" % number).hexdigest() for number in range(200)]
HEARTBEAT_EACH = 100


def entry(number: int) -> bytes:
    """The leaf of event `number`: a read of one of 5,000 bulletins, now and then a heartbeat; four a second."""
    moment = START + timedelta(milliseconds=250 * number)
    milliseconds = int(moment.timestamp() * 1000)
    digest = hashlib.sha256(b"%d" % number).hexdigest()
    beats = number % HEARTBEAT_EACH == 0
    action, actor = ("log.heartbeat", "") if beats else ("bulletin.read", ACTORS[number % 200])
    about = "" if beats else f"{number % 5000:08x}-7d0a-4c57-9a53-0f4f6d1f9b11"
    id7 = f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-7{digest[:3]}-8{digest[3:6]}-{digest[6:18]}"
    return (
        f'{{"action":"{action}","actor":"{actor}","detail":"sha256:{digest}","id":"{id7}","object":"{about}",'
        f'"org":"1b8e6c1c-52c5-4b0e-8a53-3f4f0a6f2d21","outcome":"allow","policy":"2026-11-21","reason":"allowed",'
        f'"request":"{digest[:8]}-9a5c-4d5b-8b0a-{digest[8:20]}","revision":{number % 3},"tier":2,'
        f'"time":"{leaf.time_text(moment)}","v":1}}'
    ).encode()


def write(folder: Path, count: int, checkpoint_each: int) -> tuple[list[bytes], bytes]:
    """The export of a log of `count` events; its leaf hashes and its newest note (the log's own signature alone)."""
    assert leaf.fields_of(entry(1))["action"] == "bulletin.read"
    log, signer = folder / "tier-2", note.Signer.from_seed(NAME, bytes(32))
    cosigner = cosignature.Cosigner.from_seed(NAME, cosignature.ML_DSA_44, bytes(32))
    hashes, history, edge, newest = [], [], Frontier.empty(), b""
    for first in range(0, count, WIDTH):
        entries = [entry(number) for number in range(first, min(first + WIDTH, count))]
        _put(
            log,
            Tile(None, first // WIDTH, len(entries)).path,
            b"".join(len(each).to_bytes(2) + each for each in entries),
        )
        for hashed in map(leaf_hash, entries):
            hashes.append(hashed)
            edge.append(hashed)
            if edge.size % checkpoint_each == 0 or edge.size == count:
                newest = checkpoint.sign(Checkpoint(NAME, edge.size, edge.root()), signer)
                history.append(len(newest).to_bytes(2) + newest)
    _put_hashes(log, hashes)
    (log / "history").write_bytes(b"".join(history))
    second = cosigner.line(Checkpoint(NAME, count, edge.root()), int(START.timestamp()))
    (log / "checkpoint").write_bytes(newest + second)
    (folder / "vkeys").write_text(f"{signer.verifier}\n{cosigner.verifier}\n")
    return hashes, newest


def _put_hashes(log: Path, leaves: list[bytes]) -> None:
    level, row = 0, leaves
    rows = {}
    while row:
        rows[level] = row
        row = [complete_root(row[at : at + WIDTH]) for at in range(0, len(row) - WIDTH + 1, WIDTH)]
        level += 1
    for tile in tiles_of(len(leaves)):
        if tile.level is not None:
            first = tile.number * WIDTH
            _put(log, tile.path, b"".join(rows[tile.level][first : first + tile.width]))


def _put(log: Path, path: str, data: bytes) -> None:
    (log / path).parent.mkdir(parents=True, exist_ok=True)
    (log / path).write_bytes(data)
