"""The plaintext of a package: a POSIX ustar archive with one spelling for each content. PACKAGE.md §3."""

import io
import re
import tarfile
import unicodedata
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from council.sealing.errors import PackageRefused, gettext_noop

FIRST = "package.json"
ATTACHMENTS = "attachments"
BLOCK = 512
PIECE = 128 * BLOCK
LONGEST_NAME = 100  # bytes of UTF-8: the name field of ustar; its prefix field is not used
MOST_MEMBERS = 1000
LARGEST_MEMBER = 1 << 30
LARGEST_ARCHIVE = 4 << 30

_COMPONENT = re.compile(r"\w[\w.-]*")
_UNSAFE = re.compile(r"[^\w.-]+")
_OCTAL = re.compile(rb"[0-7]{11}")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}

CUT = gettext_noop("パッケージの中身が途中で切れているので開けません。")
TRAILING = gettext_noop("パッケージの中身の終わりの後に余分なデータがあるので開けません。")
BAD_HEADER = gettext_noop("パッケージの中身の見出しが決められた形式ではないので開けません。")
BAD_NAME = gettext_noop("パッケージの中に使えない名前のファイルがあるので開けません。")
REPEATED = gettext_noop("パッケージの中に同じ名前のファイルが二つあるので開けません。")
TOO_LARGE = gettext_noop("パッケージの中身が大きすぎるか、ファイルが多すぎるので開けません。")
NOT_FIRST = gettext_noop("パッケージの中身が package.json で始まっていないので開けません。")


class Member(NamedTuple):
    """One file of the archive. `name` is `bulletin.html`, `bulletin.md` or what `attachment_name` made."""

    name: str
    content: bytes


class Entry(NamedTuple):
    """One file while the archive is read: its pieces are there only until the next entry is asked for."""

    name: str
    size: int
    pieces: Iterator[bytes]


def attachment_name(number: int, name: str) -> str:
    """A safe name that still reads like the given one: (3, "点検 手順.pdf") becomes `attachments/03-点検_手順.pdf`."""
    stem, dot, suffix = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip("._").rpartition(".")
    start, ending = f"{ATTACHMENTS}/{number:02}-", (dot + suffix if len(suffix) <= 8 else "")
    room = LONGEST_NAME - len((start + ending).encode())
    stem = stem if ending else stem + dot + suffix
    return start + stem.encode()[:room].decode(errors="ignore").rstrip(".") + ending


def archive(members: Iterable[Member]) -> Iterator[bytes]:
    """The bytes of the archive, piece by piece. PackageRefused for what `entries` would not read back."""
    taken: set[str] = set()
    for name, content in members:
        _check_member(name, len(content), taken)
        yield _header(name, len(content))
        yield content
        yield _padding(len(content))
    yield bytes(2 * BLOCK)


def entries(reader: BinaryIO, *, reserved: Iterable[str] = ()) -> Iterator[Entry]:
    """The files of an archive, in order, up to its very end; PackageRefused for anything `archive` does not write.

    `reserved` names must not appear. An entry that was not read to its end is passed over.
    """
    taken, total = {_folded(name) for name in reserved}, 0
    while any(block := _exactly(reader, BLOCK)):
        name, size = _parse_header(block)
        total += size
        if total > LARGEST_ARCHIVE:
            raise PackageRefused(TOO_LARGE)
        _check_member(name, size, taken)
        pieces = _pieces(reader, size)
        yield Entry(name, size, pieces)
        for _ in pieces:
            continue
    if any(_exactly(reader, BLOCK)) or reader.read(1):
        raise PackageRefused(TRAILING)


def reader_of(pieces: Iterable[bytes]) -> BinaryIO:
    """A readable stream over bytes that are made piece by piece."""
    return io.BufferedReader(_Pieces(pieces), PIECE)


class _Pieces(io.RawIOBase):
    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._rest = iter(pieces), memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict")


def _parse_header(block: bytes) -> tuple[str, int]:
    """Name and size; every other byte must be what `_header` writes, so links, devices and extensions can't appear."""
    size = block[124:135]
    try:
        name = block[:LONGEST_NAME].rstrip(b"\0").decode()
    except UnicodeDecodeError:
        raise PackageRefused(BAD_NAME) from None
    if not _OCTAL.fullmatch(size):
        raise PackageRefused(BAD_HEADER)
    if not _is_safe(name):
        raise PackageRefused(BAD_NAME)
    if _header(name, int(size, 8)) != block:
        raise PackageRefused(BAD_HEADER)
    return name, int(size, 8)


def _check_member(name: str, size: int, taken: set[str]) -> None:
    """Adds the name to those taken. `package.json` comes first and only then."""
    if not _is_safe(name):
        raise PackageRefused(BAD_NAME)
    if (FIRST in taken) == (name == FIRST):
        raise PackageRefused(REPEATED if name == FIRST else NOT_FIRST)
    if _folded(name) in taken:
        raise PackageRefused(REPEATED)
    if size > LARGEST_MEMBER or len(taken) >= MOST_MEMBERS:
        raise PackageRefused(TOO_LARGE)
    taken.add(_folded(name))


def _is_safe(name: str) -> bool:
    """A plain name, or one in `attachments/`; nothing a file system of any kind could read otherwise."""
    folder, slash, plain = name.rpartition("/")
    if folder != (ATTACHMENTS if slash else "") or len(name.encode()) > LONGEST_NAME:
        return False
    if not _COMPONENT.fullmatch(plain) or plain.endswith(".") or unicodedata.normalize("NFC", name) != name:
        return False
    return plain.partition(".")[0].casefold() not in _DEVICES and _folded(name) != ATTACHMENTS


def _folded(name: str) -> str:
    """Two names that some file system takes for one give the same text."""
    return unicodedata.normalize("NFKC", name).casefold()


def _padding(size: int) -> bytes:
    return bytes(-size % BLOCK)


def _pieces(reader: BinaryIO, size: int) -> Iterator[bytes]:
    for start in range(0, size, PIECE):
        yield _exactly(reader, min(PIECE, size - start))
    if any(_exactly(reader, -size % BLOCK)):
        raise PackageRefused(BAD_HEADER)


def _exactly(reader: BinaryIO, size: int) -> bytes:
    data = reader.read(size)
    if len(data) != size:
        raise PackageRefused(CUT)
    return data
