"""Text as it is compared: width, letter case, the two kana and dashes alike, and the way back to the letters as they were written. Pure.

Kanji stay what they are: a reading is found where the text gives it, as in 変電（ヘンデン）.
"""

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

# ァ to ヶ stand 0x60 above ぁ to ゖ.
_ALIKE: dict[int, int | None] = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
# Hyphens, dashes and the minus sign: people write identifiers with whichever their keyboard has.
_ALIKE |= dict.fromkeys((*range(0x2010, 0x2016), 0x2212), ord("-"))
# Soft hyphens and letters without width would split what looks whole.
_ALIKE |= dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF), None)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text. `starts` says of each of its letters at which place of the original it begins."""

    text: str
    original: str
    starts: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the folded letters from `start` to before `end` stand in the original; whole letters, never half of one."""
        following = bisect_right(self.starts, self.starts[end - 1])
        last = self.starts[following] if following < len(self.starts) else len(self.original)
        return self.starts[start], last


def fold(text: str) -> str:
    """The text as it is compared: NFKC, letter case, kana, runs of blanks as one space, none at the ends."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().translate(_ALIKE).split())


def fold_with_places(text: str) -> Folded:
    """The same, blanks at the ends kept, with the place of each letter: letter by letter, and so a hundred times slower."""
    if text.isascii():
        return _folded_ascii(text)
    letters: list[str] = []
    starts: list[int] = []
    for start, cluster in _clusters(text):
        alike = unicodedata.normalize("NFKC", cluster).casefold().translate(_ALIKE)
        if alike.isspace():
            alike = "" if letters and letters[-1] == " " else " "
        letters.extend(alike)
        starts.extend([start] * len(alike))
    return Folded("".join(letters), text, tuple(starts))


def _folded_ascii(text: str) -> Folded:
    letters: list[str] = []
    starts: list[int] = []
    for start, letter in enumerate(text.lower()):
        blank = letter.isspace()
        if blank and letters and letters[-1] == " ":
            continue
        letters.append(" " if blank else letter)
        starts.append(start)
    return Folded("".join(letters), text, tuple(starts))


def _clusters(text: str) -> list[tuple[int, str]]:
    """The letters with the marks that follow them (ﾍ and ﾞ are one ベ), each with its place."""
    found: list[tuple[int, str]] = []
    for place, letter in enumerate(text):
        if found and (letter in "ﾞﾟ" or unicodedata.combining(letter)):
            start, before = found[-1]
            found[-1] = (start, before + letter)
        else:
            found.append((place, letter))
    return found
