"""Where the words stand in a text, to be marked, and a short piece of the text around the first of them. Pure."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from bulletins.folding import Folded, fold, fold_with_places

# Letters before and after the first word that was found.
_BEFORE, _AFTER = 30, 90
_LONGEST_LINE, _LONGEST_WORD = 2000, 400
# What ends a line of a rendered text; other tags stand inside of words.
_BLOCK = re.compile(
    r"</?(?:p|li|ul|ol|h[1-6]|table|thead|tbody|tr|t[hd]|br|hr|div|pre|blockquote|d[ltd]|section)\b[^>]*>"
)
_TAG = re.compile(r"<[^>]+>")
# A line that was broken between two Japanese letters goes on.
_BROKEN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])[ \t]*\n[ \t]*(?=[\u3000-\u9fff\uff00-\uffef])")

# Pieces of a text in order, each with whether it is to be marked.
Marked = list[tuple[str, bool]]


def plain(html: str) -> str:
    """What somebody reads of safe HTML, a line for each block. Cleaned HTML holds no < but that of its tags."""
    lines = _BLOCK.sub("\0", html).replace("\n", "\f")
    text = unescape(_TAG.sub("", lines)).replace("\f", "\n")
    return joined(text).replace("\0", "\n").strip()


def joined(text: str) -> str:
    """The text with lines that were broken in the middle of a Japanese sentence put together again."""
    return _BROKEN.sub("", text)


def marked(text: str, words: Iterable[str]) -> Marked:
    """The whole text, the words marked."""
    folded = fold_with_places(text)
    return _pieces(folded, _places(folded, words), 0, len(text))


def excerpt(text: str, words: Iterable[str]) -> Marked:
    """A piece of the text around the place that holds most of the folded words, marked; [] where none of them stands in it."""
    words = list(words)
    line = max(_lines(text), key=lambda line: sum(word in fold(line) for word in words), default="")
    folded = fold_with_places(line)
    places = _places(folded, words)
    if not places:
        return []
    first, last = places[0]
    start, end = max(first - _BEFORE, 0), min(max(last, first + _AFTER), len(line))
    pieces = _pieces(folded, [place for place in places if place[1] <= end], start, end)
    before, after = ("…" if start else ""), ("…" if end < len(line) else "")
    return [each for each in ((before, False), *pieces, (after, False)) if each[0]]


def _lines(text: str) -> Iterator[str]:
    """The lines of the text, very long ones in pieces that overlap: a word has no blanks in it, and is shorter than that."""
    for line in text.split("\n"):
        for start in range(0, len(line), _LONGEST_LINE):
            yield line[start : start + _LONGEST_LINE + _LONGEST_WORD]


def _places(folded: Folded, words: Iterable[str]) -> list[tuple[int, int]]:
    """Where the words stand in the original, in order, those that touch or overlap as one."""
    spans = sorted(
        folded.span(match.start(), match.end()) for word in words for match in re.finditer(re.escape(word), folded.text)
    )
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _pieces(folded: Folded, places: list[tuple[int, int]], start: int, end: int) -> Marked:
    pieces: Marked = []
    for first, last in places:
        pieces += [(folded.original[start:first], False), (folded.original[first:last], True)]
        start = last
    return [(text, mark) for text, mark in [*pieces, (folded.original[start:end], False)] if text]
