"""Ways to damage the copy of the logs that an auditor has, and the verifier to show it to."""

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


def source(folder: Path, changed: dict[str, bytes | None]) -> verify.Source:
    """Reads the export, with some files in place of its own; None: removed."""

    def read(path: str) -> bytes | None:
        file = folder / path
        if path in changed:
            return changed[path]
        return file.read_bytes() if file.is_file() else None

    return read


def check(folder: Path, changed: dict[str, bytes | None] | None = None, **more) -> verify.Report:
    """What the verifier says of the log tier-1 of an export with these of its files changed."""
    vkeys = (folder / "vkeys").read_text().splitlines()
    changes = {f"tier-1/{path}": data for path, data in (changed or {}).items()}
    return verify.check_log("tier-1", source(folder, changes), vkeys, **more)


def codes(report: verify.Report) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.index) for finding in report.findings]


def run(folder: Path, *arguments: object) -> tuple[int, str]:
    """The exit code and the words of the verifier as a program of its own, without Django's settings."""
    command = [sys.executable, "-m", "council.audit.verify", str(folder), *map(str, arguments)]
    ran = subprocess.run(command, cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr
