"""Which packages an opener has opened before, in a text file, so that an older one is noticed. PACKAGE.md §5."""

import os
import re
from pathlib import Path

from council.sealing.errors import CannotOpen, PackageRefused, gettext_noop
from council.sealing.manifest import Manifest

_LINE = re.compile(r"(\S{36}) (\S{36}) ([1-9][0-9]{0,15}) ([1-9][0-9]{0,15})\n")

MALFORMED = gettext_noop(
    "開封の記録 %(path)s を読み取れないので、控えから戻すか --state で別の場所を指定してください。"
)
OLDER = gettext_noop("すでに開いた版（第%(revision)s版、通番%(version)s）より古いパッケージなので開けません。")


class Versions:
    """Lines of `organisation bulletin revision version`, only ever appended to. The file need not exist yet."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def check(self, manifest: Manifest) -> None:
        """PackageRefused when something newer of the same bulletin was opened; the same once more is fine."""
        latest = max(self._opened(manifest), default=(0, 0))
        if (manifest.revision, manifest.version) < latest:
            raise PackageRefused(OLDER, revision=latest[0], version=latest[1])

    def add(self, manifest: Manifest) -> None:
        if (manifest.revision, manifest.version) in self._opened(manifest):
            return
        line = f"{manifest.organisation} {manifest.bulletin} {manifest.revision} {manifest.version}\n"
        with open(self._path, "a", encoding="ascii", newline="\n", opener=_owner_only) as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def _opened(self, manifest: Manifest) -> set[tuple[int, int]]:
        wanted = (manifest.organisation, manifest.bulletin)
        return {(int(line[3]), int(line[4])) for line in self._lines() if (line[1], line[2]) == wanted}

    def _lines(self) -> list[re.Match[str]]:
        try:
            text = self._path.read_bytes().decode("ascii", errors="replace")
        except FileNotFoundError:
            return []
        lines = [_LINE.fullmatch(line) for line in text.splitlines(keepends=True)]
        if not all(lines):
            raise CannotOpen(MALFORMED, path=self._path)
        return lines


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
