"""Which characters the fonts of paper can show: read from their own tables (OpenType `cmap`, formats 4 and 12). Pure."""

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_FONT = Path(__file__).parent / "fonts" / "NotoSansJP_400Regular.ttf"
_UNICODE = {(0, 3), (0, 4), (0, 6), (3, 1), (3, 10)}
# Lines and tabs, what joins letters and chooses their forms (葛󠄀), the brackets that characters are named in, and marks of lists that
# the fonts inside Typst have.
_ASIDE = frozenset(
    {
        0x09,
        0x0A,
        0x0D,
        0x200D,
        0x2713,
        0x2714,
        0x27A2,
        0x27A4,
        0x27E6,
        0x27E7,
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    }
)


# Beyond it the fonts inside Typst have nothing that ours lacks.
_EAST = 0x2E80


def written_out(text: str) -> str:
    """The text with every character that the font lacks named by its number, as on screen those that hide: ⟦U+7EDF⟧."""
    return text.translate({point: f"⟦U+{point:04X}⟧" for point in _lacking(text)})


def hopeless(text: str) -> bool:
    """Whether there is a character in it that certainly none of the fonts has."""
    return any(point >= _EAST for point in _lacking(text))


def _lacking(text: str) -> set[int]:
    return set(map(ord, text)) - _ASIDE - _covered()


@cache
def _covered() -> frozenset[int]:
    return frozenset(_points(_FONT.read_bytes()))


def _points(font: bytes) -> Iterator[int]:
    """The code points that the font maps to a glyph."""
    tables = struct.unpack_from(">H", font, 4)[0]
    entries = (struct.unpack_from(">4sIII", font, 12 + 16 * at) for at in range(tables))
    cmap = next(offset for name, _, offset, _ in entries if name == b"cmap")
    for at in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * at)
        if (platform, encoding) in _UNICODE:
            yield from _of_table(font, cmap + offset)


def _of_table(font: bytes, at: int) -> Iterator[int]:
    kind = struct.unpack_from(">H", font, at)[0]
    if kind == 12:
        for group in range(struct.unpack_from(">I", font, at + 12)[0]):
            first, last, glyph = struct.unpack_from(">III", font, at + 16 + 12 * group)
            yield from range(first + (glyph == 0), last + 1)
    elif kind == 4:
        count = struct.unpack_from(">H", font, at + 6)[0] // 2
        ends = struct.unpack_from(f">{count}H", font, at + 14)
        starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
        for first, last in zip(starts, ends, strict=True):
            yield from (point for point in range(first, last + 1) if point != 0xFFFF)
