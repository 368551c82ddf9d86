"""A log as files (C2SP tlog-tiles), read from its rows: for the API, for exports, and for every proof. FORMAT.md §9.

Full tiles are rows; the last, partial tile of a level is put together from what lies below it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import QuerySet

from council.audit.models import AuditEvent, LogEntry, LogTile
from council.audit.tree import HASH_BYTES, complete_root, consistency_proof, inclusion_proof

WIDTH = 256
_BITS = 8
_LEVELS = 7
_PATH = re.compile(
    r"(?:tile/)?(?P<level>entries|[0-6])/(?P<number>(?:x\d{3}/){0,6}\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?"
)


class Tile(NamedTuple):
    """One tile: a level of hashes, or None for entries; its number; how many hashes or entries it has."""

    level: int | None
    number: int
    width: int

    @property
    def path(self) -> str:
        """tile/<L>/<N>[.p/<W>]; N in groups of three digits, all but the last behind an x."""
        digits = f"{self.number:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[place : place + 3] for place in range(0, len(digits), 3)]
        name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        partial = f".p/{self.width}" if self.width < WIDTH else ""
        return f"tile/{'entries' if self.level is None else self.level}/{name}{partial}"

    @classmethod
    def parse(cls, path: str) -> "Tile | None":
        """From its path, with or without the leading tile/; None for any other spelling."""
        found = _PATH.fullmatch(path)
        if not found:
            return None
        level = None if found["level"] == "entries" else int(found["level"])
        tile = cls(level, int(found["number"].replace("x", "").replace("/", "")), int(found["width"] or WIDTH))
        return tile if tile.path.removeprefix("tile/") == path.removeprefix("tile/") else None


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile that a log of this size has: the entries, then the hashes, level by level."""
    for number in range(-(-size // WIDTH)):
        yield Tile(None, number, min(WIDTH, size - number * WIDTH))
    for level in range(_LEVELS):
        count = size >> (_BITS * level)
        for number in range(-(-count // WIDTH)):
            yield Tile(level, number, min(WIDTH, count - number * WIDTH))


class LogReader:
    """The log of one tier as it was at `size` leaves. Remembers the tiles it has read: for one answer, not for long."""

    def __init__(self, tier: int, size: int) -> None:
        self.tier, self.size = tier, size
        self._read: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, number: int) -> bytes:
        """The root of the 2**level leaves from number << level on; LookupError when the log does not have them."""
        row, within = divmod(level, _BITS)
        first, width = number << within, 1 << within
        tile, place = divmod(first, WIDTH)
        return complete_root(self.hashes(row, tile, place + width)[place:])

    def hashes(self, level: int, number: int, width: int) -> list[bytes]:
        """The first `width` hashes of a tile; LookupError when the log does not have them."""
        data = self._hashes(level, number)[: width * HASH_BYTES]
        if len(data) != width * HASH_BYTES:
            raise LookupError(f"the log of tier {self.tier} is not as long as tile {level}/{number} of {width}")
        return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]

    def inclusion(self, index: int) -> list[bytes]:
        return inclusion_proof(index, self.size, self.node)

    def consistency(self, old: int) -> list[bytes]:
        return consistency_proof(old, self.size, self.node)

    def data(self, tile: Tile) -> bytes | None:
        """The bytes of a tile, or None when the log is not that long."""
        if (tile.number * WIDTH + tile.width) << (_BITS * (tile.level or 0)) > self.size:
            return None
        if tile.level is None:
            return self._entries(tile)
        hashes = self._hashes(tile.level, tile.number)[: tile.width * HASH_BYTES]
        return hashes if len(hashes) == tile.width * HASH_BYTES else None

    def _hashes(self, level: int, number: int) -> bytes:
        key = level, number
        if key not in self._read:
            full = LogTile.objects.filter(tier=self.tier, level=level, number=number).values_list("hashes", flat=True)
            found = full.first()
            self._read[key] = bytes(found) if found is not None else self._partial(level, number)
        return self._read[key]

    def _partial(self, level: int, number: int) -> bytes:
        if level:
            below = LogTile.objects.filter(tier=self.tier, level=level - 1, number__gte=number * WIDTH)
            rows = below.filter(number__lt=(number + 1) * WIDTH).order_by("number").values_list("number", "root")
        else:
            rows = _places(self.tier, number * WIDTH, WIDTH).values_list("index", "leaf_hash")
        return b"".join(bytes(each) for place, (at, each) in enumerate(rows) if at == number * WIDTH + place)

    def _entries(self, tile: Tile) -> bytes | None:
        """Each entry behind its length; an entry whose event is gone is empty, so that a checker can say which."""
        events = list(_places(self.tier, tile.number * WIDTH, tile.width).values_list("event", flat=True))
        if len(events) < tile.width:
            return None
        leaves = dict(AuditEvent.objects.filter(pk__in=events).values_list("pk", "leaf"))
        return b"".join(len(each := bytes(leaves.get(event, b""))).to_bytes(2) + each for event in events)


def _places(tier: int, first: int, count: int) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(tier=tier, index__gte=first, index__lt=first + count).order_by("index")
