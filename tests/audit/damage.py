"""A log of its own with the keys to it, and ways to damage the copy that an auditor has."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from council.audit import verify

ROOT = Path(verify.__file__).parents[2]


def entries_of(bundle: bytes) -> list[bytes]:
    """The entries of a tile, as they lie behind each other."""
    found, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2])
        found.append(bundle[at + 2 : end])
        at = end
    return found


def bundle_of(entries: list[bytes]) -> bytes:
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


def index_at(bundle: bytes, place: int) -> int:
    """Which entry the byte at this place belongs to; its length counts too."""
    at = index = 0
    while (end := at + 2 + int.from_bytes(bundle[at : at + 2])) <= place:
        at, index = end, index + 1
    return index


def flips(data: bytes, step: int = 1) -> Iterator[tuple[int, bytes]]:
    """The data with one byte changed: at each place, or at every `step`th."""
    for place in range(0, len(data), step):
        yield place, data[:place] + bytes([data[place] ^ (1 + place % 255)]) + data[place + 1 :]


def source(folder: Path, **changed: bytes | None):
    """Reads the export, with some files in place of its own; their names are those under tier-1."""
    other = {f"tier-1/{name}": data for name, data in changed.items()}

    def read(path: str) -> bytes | None:
        if path in other:
            return other[path]
        file = folder / path
        return file.read_bytes() if file.is_file() else None

    return read


def check(folder: Path, changed: dict[str, bytes | None] | None = None, name: str = "tier-1", **more) -> verify.Report:
    """What the verifier says of one log of an export with these files changed (None: removed)."""
    vkeys = (folder / "vkeys").read_text().splitlines()
    return verify.check_log(name, source(folder, **(changed or {})), vkeys, **more)


def run(folder: Path, *arguments: object) -> tuple[int, str]:
    """The exit code and the words of the verifier as a program of its own, without Django's settings."""
    command = [sys.executable, "-m", "council.audit.verify", str(folder), *map(str, arguments)]
    ran = subprocess.run(command, cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr
