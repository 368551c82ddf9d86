"""Parts of a file over HTTP: what Range, If-Range and If-None-Match ask for. RFC 9110 §13.1, §14. Pure."""

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*", re.IGNORECASE)
# No file has more bytes than a number of so many digits, and Python refuses to read numbers of thousands of them.
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from `start` up to, not including, `stop` of a file of `size` bytes."""

    start: int
    stop: int
    size: int

    @property
    def length(self) -> int:
        return self.stop - self.start

    @property
    def content_range(self) -> str:
        """The value of Content-Range, whose last position is included."""
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


class Unsatisfiable(Exception):
    """The range lies behind the end of the file: 416."""


def span_of(asked: str, size: int) -> Span | None:
    """The one range that is asked for; None for the whole file: no range, several, another unit, or none that can be read.

    Several ranges at once may be answered with the whole (RFC 9110 §14.2): nobody needs them for a sealed file.
    """
    found = _ONE_RANGE.fullmatch(asked)
    first, last = map(_number, found.groups()) if found else (None, None)
    if first is None:
        return None if last is None else _tail(last, size)
    if last is not None and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return Span(first, size if last is None else min(last + 1, size), size)


def _tail(length: int, size: int) -> Span:
    if not length or not size:
        raise Unsatisfiable
    return Span(max(size - length, 0), size, size)


def _number(digits: str) -> int | None:
    if not digits:
        return None
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= _MOST_DIGITS else 10**_MOST_DIGITS


def still_the_same(if_range: str, tag: str) -> bool:
    """Whether a range may be answered: nothing was said of the file the rest belongs to, or exactly this strong tag.

    A date is never enough: no file here says when it was changed.
    """
    return not if_range or if_range.strip() == tag


def is_known(if_none_match: str, tag: str) -> bool:
    """Whether the caller has the file with this tag already."""
    known = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return tag in known or known == ["*"]
