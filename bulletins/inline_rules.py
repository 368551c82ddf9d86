"""How this house reads marks inside a paragraph: rules for markdown-it that replace or add to CommonMark's. Pure."""

import re
import unicodedata

from markdown_it.rules_inline import StateInline, link
from markdown_it.rules_inline.state_inline import Delimiter

MAX_DELIMITERS = 2000  # * and _ in one paragraph; pairing and nesting cost more than linear time, no text has this many
MAX_BRACKETS = 1000  # in one paragraph, likewise

_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_IMAGE = re.compile(r"!\[([^\[\]]{0,1000})\]\(([^()]{0,2000})\)")


def emphasis(state: StateInline, silent: bool) -> bool:
    """`*` and `_`, with the flanking rule of CommonMark widened for scripts without spaces between words."""
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    scanned = state.scanDelims(state.pos, marker == "*")
    opens, closes = scanned.can_open, scanned.can_close
    if marker == "*":
        opens, closes = _flanks(state.src, state.pos, state.pos + scanned.length)
    if len(state.delimiters) > MAX_DELIMITERS:
        opens = closes = False
    for _ in range(scanned.length):
        state.push("text", "", 0).content = marker
        token = len(state.tokens) - 1
        state.delimiters.append(Delimiter(ord(marker), scanned.length, token, -1, opens, closes))
    state.pos += scanned.length
    return True


def _flanks(source: str, start: int, end: int) -> tuple[bool, bool]:
    before = source[start - 1] if start else " "
    after = source[end] if end < len(source) else " "
    mark_before, mark_after = _is_western_mark(before), _is_western_mark(after)
    opens = not after.isspace() and (not mark_after or before.isspace() or mark_before or _is_wide(before))
    closes = not before.isspace() and (not mark_before or after.isspace() or mark_after or _is_wide(after))
    return opens, closes


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WFA"


def _is_western_mark(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS" and not _is_wide(char)


def image(state: StateInline, silent: bool) -> bool:
    """`![alt](url "title")` as text; a reader's browser never asks another server for a picture."""
    found = _IMAGE.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "!" else None
    if not found:
        return False
    if not silent:
        state.push("text", "", 0).content = f"{found[1]}（{found[2].strip()}）"
    state.pos = found.end()
    return True


def inline_link(state: StateInline, silent: bool) -> bool:
    """CommonMark's inline link, tried only where one can still close, and not among thousands of brackets."""
    if state.src[state.pos] != "[" or state.src.count("[") > MAX_BRACKETS:
        return False
    return state.src.find("](", state.pos) > 0 and link(state, silent)


def line_break_tag(state: StateInline, silent: bool) -> bool:
    found = _BREAK.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "<" else None
    if not found:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True
