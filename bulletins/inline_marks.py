"""Marks inside a line of an imported document: HTML tags, bold marks, characters that would start a list. Pure."""

import re

# Tags that say how text looks. Anything else in angle brackets (<日時>, <script>) is text and stays.
_INLINE = "u|i|em|span|font|sub|sup|small|center|ins"
_AS_MARKS = {"b": "**", "strong": "**", "s": "~~", "del": "~~", "strike": "~~"}
_BLOCK = "p|div|ul|ol|table|thead|tbody|tfoot|caption|hr|blockquote"
_TAGS = re.compile(
    rf"(?P<code>`[^`\n]+`)|<(?P<close>/?)(?P<name>{_INLINE}|{_BLOCK}|{'|'.join(_AS_MARKS)}|br|li|tr|td|th)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ANCHOR = re.compile(
    r"<a\s[^<>]{0,200}?href=[\"'](https?://[^\"'<>\s()]{1,1000})[\"'][^<>]{0,200}>([^<>\[\]`]+)</a>", re.IGNORECASE
)
_CODE_OR_BOLD = re.compile(r"(`[^`\n]+`|(?<!\\)\*\*)")
_PAIRED_STAR = re.compile(r"(?<![\w%*）)])\*(?=[^\s*])[^*\n]*[^\s*\\]\*(?![\w*])")
_STARTS_BLOCK = re.compile(r"(?:[-+](?=\s|$)|>|#{1,6}(?=\s|$)|~~~|```|\|)")
_STARTS_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")


def without_tags(line: str, new_line: str = "\n") -> str:
    """`line` with presentation tags removed; block tags become `new_line`, cells tabs, items bullets, links links."""
    if "<" not in line:
        return line
    return _TAGS.sub(lambda found: _untagged(found, new_line), _ANCHOR.sub(r"[\2](\1)", line))


def _untagged(found: re.Match[str], new_line: str) -> str:
    if found["code"]:
        return found["code"]
    name = found["name"].lower()
    if name in _AS_MARKS or re.fullmatch(_INLINE, name):
        return _AS_MARKS.get(name, "")
    if name in ("td", "th"):
        return "\t" if found["close"] else ""
    if name == "li":
        return "" if found["close"] else f"{new_line}- "
    return new_line


def clean_line_marks(text: str) -> tuple[str, int]:
    """One block's text with bold marks that pair up and single stars kept as text; also how many lone marks went."""
    if "*" not in text:
        return text, 0
    pieces = _CODE_OR_BOLD.split(text)  # words and marks by turns
    bold = [at for at in range(1, len(pieces), 2) if pieces[at] == "**"]
    lone = len(bold) % 2
    if lone:
        pieces[bold.pop()] = ""
    pieces[::2] = map(_single_stars, pieces[::2])
    for opens, closes in zip(bold[::2], bold[1::2], strict=True):
        _tighten(pieces, opens, closes)
    return "".join(pieces), lone


def _tighten(pieces: list[str], opens: int, closes: int) -> None:
    """Bold marks moved to the letters they belong to (`** text **` would be stars), or dropped around nothing."""
    inside = "".join(pieces[opens + 1 : closes])
    words = inside.strip()
    head, tail = inside[: len(inside) - len(inside.lstrip())], inside[len(inside.rstrip()) :]
    pieces[opens : closes + 1] = ["", *[""] * (closes - opens - 1), f"{head}**{words}**{tail}" if words else inside]


def _single_stars(words: str) -> str:
    """Stars of footnotes (4.7%*) are escaped; *emphasis* between spaces or marks stays emphasis."""
    kept, last = [], 0
    for found in _PAIRED_STAR.finditer(words):
        kept += [_escape_stars(words[last : found.start()]), found[0]]
        last = found.end()
    return "".join([*kept, _escape_stars(words[last:])])


def _escape_stars(words: str) -> str:
    return re.sub(r"(?<!\\)\*", r"\\*", words)


def escape_start(line: str) -> str:
    """`line` so that its first characters stay text: no list, quote, heading or fence begins by accident."""
    if _STARTS_BLOCK.match(line):
        return "\\" + line
    return _STARTS_NUMBER.sub(r"\1\\\2", line, count=1) if _STARTS_NUMBER.match(line) else line


def plain(text: str) -> str:
    """Text of a heading or title without bold marks, backslashes before punctuation and code ticks."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text.replace("**", "").replace("`", "")).strip()
