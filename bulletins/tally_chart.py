"""The bar of the distribution board, laid out: one part for each state, as long as its share, with words that never overlap. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 1216
_GAP = 2
# Narrower than this, a hatch can't be told from its neighbour's.
_NARROWEST = 14
_FULL, _HALF = 14, 8
# The others are told apart by what they are filled with, or by a dashed edge.
_HATCHED = {"acknowledged", "applicable", "opened"}
_BETWEEN_WORDS = 14


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of the bar, in units of the drawing; `at` is where its number and words begin."""

    state: str
    label: str
    count: int
    left: int
    width: int
    at: int

    @property
    def hatched(self) -> bool:
        """Whether it is filled with a pattern that has its name."""
        return self.state in _HATCHED

    @property
    def led(self) -> bool:
        """Whether its words had to move away from it, so that a line has to lead to them."""
        return not self.left <= self.at <= self.left + self.width - _FULL

    @property
    def foot(self) -> int:
        """Where a line from the bar to its words begins."""
        return self.left + min(self.width // 2, _FULL)


def bars_of(counts: Sequence[tuple[str, str, int]]) -> list[Bar]:
    """The bars of (state, label, number) in this order; states that nobody is in have none."""
    shown = [row for row in counts if row[2]]
    widths = _widths([count for *_, count in shown])
    lefts = [sum(widths[:place]) + _GAP * place for place in range(len(widths))]
    starts = _starts(lefts, [_length(label) for _, label, _ in shown])
    return [Bar(*row, *place) for row, place in zip(shown, zip(lefts, widths, starts, strict=True), strict=True)]


def _widths(counts: Sequence[int]) -> list[int]:
    """Each its share of the width, none below the narrowest; what those take is taken from the widest."""
    whole, room = sum(counts), WIDTH - _GAP * (len(counts) - 1)
    widths = [max(_NARROWEST, room * count // whole) for count in counts]
    if widths:
        widths[widths.index(max(widths))] += room - sum(widths)
    return widths


def _starts(lefts: Sequence[int], lengths: Sequence[int]) -> list[int]:
    """Where words of these lengths begin: under their bar, or as near to it as the words beside them allow."""
    starts, free = [], 0
    for left, length in zip(lefts, lengths, strict=True):
        starts.append(max(left, free))
        free = starts[-1] + length + _BETWEEN_WORDS
    end = WIDTH
    for place in reversed(range(len(starts))):
        starts[place] = min(starts[place], end - lengths[place])
        end = starts[place] - _BETWEEN_WORDS
    return starts


def _length(label: str) -> int:
    """About how long a label is: letters of Latin scripts take half a kanji."""
    return sum(_HALF if letter.isascii() else _FULL for letter in label)
