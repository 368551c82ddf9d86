"""The charts of the auditor's desk, laid out in the units of their drawings: bars by day, and bars side by side. Pure.

Numbers of a chart are read off its table; the drawing shows their shape, and is told apart by hatch and place, never by colour alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

# By day: the field for what was done stands above the one for what was refused.
FIRST, PITCH, WIDTH = 58, 37.5, 24
DONE_FOOT, DONE_HEIGHT = 170, 146
REFUSED_FOOT, REFUSED_HEIGHT = 272, 56
# Side by side: labels end where the bars begin.
LEFT, LONGEST, ROW, THICK, TOP = 216, 300, 38, 24, 16
_LABEL_ROOM = 200
_FULL, _HALF = 14, 8
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar as a rectangle; `off` for a day on which offices are closed, `most` where its number is written beside it."""

    x: str
    y: str
    width: str
    height: str
    middle: str
    label: str
    value: str
    off: bool = False
    most: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid and its number, which stands a little below it."""

    y: str
    foot: str
    value: str


@dataclass(frozen=True, slots=True)
class Days:
    """Two fields over the same days."""

    done: list[Bar]
    refused: list[Bar]
    ticks: list[Tick]


@dataclass(frozen=True, slots=True)
class Ranks:
    """Bars side by side, each behind its label; `height` of the whole drawing and `foot` of its one line."""

    bars: list[Bar]
    height: int
    foot: int


def by_day(days: Sequence[date], done: Sequence[int], refused: Sequence[int], off: Iterable[date]) -> Days:
    """A bar a day in both fields; each field has a scale of its own, since refusals are few."""
    labels, closed = [_label(day, days[place - 1] if place else None) for place, day in enumerate(days)], set(off)
    fields = ((done, DONE_FOOT, DONE_HEIGHT, 3), (refused, REFUSED_FOOT, REFUSED_HEIGHT, 1))
    bars: list[list[Bar]] = []
    ticks: list[Tick] = []
    for numbers, foot, height, lines in fields:
        top, scale = max(numbers, default=0), _scale(max(numbers, default=0), lines)
        unit = height / max(top, scale[-1], 1)
        rows = zip(days, labels, numbers, strict=True)
        bars.append(
            [
                _standing(place, label, number, foot, unit, off=day in closed, most=number == top > 0)
                for place, (day, label, number) in enumerate(rows)
            ]
        )
        ticks += [Tick(_text(foot - each * unit), _text(foot - each * unit + 5), f"{each:,}") for each in scale]
    return Days(bars[0], bars[1], ticks)


def by_rank(counts: Sequence[tuple[str, int]]) -> Ranks:
    """A bar for each (label, number), in this order; a label too long for its place is cut, the table has it whole."""
    top = max((number for _, number in counts), default=0) or 1
    bars = [_lying(place, label, number, LONGEST / top) for place, (label, number) in enumerate(counts)]
    foot = TOP + ROW * len(counts)
    return Ranks(bars, foot + 8, foot)


def fitting(label: str, room: int = _LABEL_ROOM) -> str:
    """The label, or as much of it as there is room for with an ellipsis; letters of Latin scripts take half a kanji."""
    if _length(label) <= room:
        return label
    while label and _length(label) > room - _FULL:
        label = label[:-1]
    return f"{label.rstrip()}…"


def _standing(place: int, label: str, number: int, foot: float, unit: float, *, off: bool, most: bool) -> Bar:
    x, height = FIRST + PITCH * place, max(number * unit, 1 if number else 0)
    return Bar(
        _text(x), _text(foot - height), str(WIDTH), _text(height), _text(x + WIDTH / 2), label, f"{number:,}", off, most
    )


def _lying(place: int, label: str, number: int, unit: float) -> Bar:
    y, width = TOP + ROW * place, max(number * unit, 1 if number else 0)
    return Bar(str(LEFT), str(y), _text(width), str(THICK), _text(LEFT + width + 8), fitting(label), f"{number:,}")


def _scale(top: int, lines: int) -> list[int]:
    """Round numbers from 0 on, at most `lines` steps, the last of them not above the highest bar unless there is none below."""
    unit = 1
    while True:
        for step in (unit * each for each in _STEPS):
            if top // step <= lines:
                return [step * each for each in range(max(1, top // step) + 1)]
        unit *= 10


def _label(day: date, before: date | None) -> str:
    """11/6, and behind it the day alone until the month changes."""
    return str(day.day) if before and before.month == day.month else f"{day.month}/{day.day}"


def _length(label: str) -> int:
    return sum(_HALF if letter.isascii() else _FULL for letter in label)


def _text(number: float) -> str:
    """With a point whatever the language says: an attribute of a drawing is no number for people."""
    return f"{number:.1f}".removesuffix(".0")
