"""The lines of an imported document as blocks: marked headings, lists, tables, paragraphs, code. Pure.

Written against documents that came out of PDF converters as much as against hand-written Markdown. Every guess keeps
every character of text: numbers of lists stay in the text, and a mark is markup only where nothing else is possible.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bulletins.inline_marks import escape_start, plain, without_tags
from bulletins.line_ends import glue
from bulletins.tables import html_rows, is_pipe_row, is_tab_row, pipe_table, tab_table

_HTML_CELL = re.compile(r"[^`]*<t[dh]\b[^<>]*>", re.IGNORECASE)
_FENCE = re.compile(r"\s{0,3}(```+|~~~+)")
_RULE = re.compile(r"\s*([-*_=])(?:\s*\1){2,}\s*")
_ATX = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*")
_BULLET = re.compile(r"(\s*)([-+*])\s+(?=\S)(.*)", re.DOTALL)
# U+F06C and U+F0FC are the round bullet and the tick of Wingdings: private-use codes that no other font can show.
_LOST_BULLET = re.compile(r"(\s*)[\uf06c\uf0fc]\s*(?=\S)(.*)")
_TYPED_BULLET = re.compile(r"\s*(?:[•・●✓✔➢▶▷►]\s*(?=\S)|[-+]$)")
# A converter begins each page with a space; these words then are its title, even without a blank line.
_PAGE_TITLE = re.compile(r"\s(?:【参考】|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ](?:[－-][①-⑳])?[.．])[^。]{2,60}")
_NUMBERED = re.compile(r"\s*(?:\d{1,2}[.．)]\s*(?=\S)|[（(]\d{1,2}[)）]\s*\S|[①-⑳㉑-㉟]\s*\S)")

Item = tuple[int, str, bool]  # depth, text, whether the mark was Markdown's


@dataclass(frozen=True)
class Block:
    """One piece of a document. `kind` is heading, list, table, text or code; `text` is Markdown; a heading's is plain.

    `rank` orders headings (1 the highest). `items` of a list are (depth, text); it is `marked` when its first line
    carries a mark of Markdown (- + *). `lone` is a line between blank lines, or the title of a page.
    """

    kind: str
    text: str = ""
    rank: int = 0
    items: tuple[tuple[int, str], ...] = ()
    marked: bool = False
    lone: bool = False

    def markdown(self, level: int = 2, bullet: str = "-") -> str:
        """The block as Markdown, a heading with `level` number signs; another `bullet` parts a list from one before."""
        if self.kind == "heading":
            return "#" * level + " " + _no_stars(self.text)
        if self.kind == "list":
            return "\n".join(_item_lines(self.items, bullet))
        return self.text if self.kind in ("table", "code") else "\n".join(map(escape_start, self.text.split("\n")))


def _no_stars(text: str) -> str:
    return re.sub(r"(?<!\\)\*", r"\\*", text)


def _item_lines(items: tuple[tuple[int, str], ...], bullet: str) -> Iterator[str]:
    for depth, text in items:
        first, *rest = text.split("\n")
        yield f"{'  ' * depth}{bullet} {escape_start(first)}"
        yield from (f"{'  ' * depth}  {escape_start(line)}" for line in rest)


def raw_blocks(text: str, left_out: dict[str, list[str]]) -> list[Block]:
    """Blocks as the blank lines cut them; `lone` marks a line that stands by itself.

    What goes is added to `left_out`: page numbers to "page_numbers", bold marks without a partner to "bold".
    """
    return list(_cut(_lines_without_page_numbers(text, left_out), left_out))


def _lines_without_page_numbers(text: str, left_out: dict[str, list[str]]) -> list[str]:
    """Lines, minus numbers that stand alone and grow through the document: two or more of them are page numbers."""
    lines = text.split("\n")
    at = [i for i, line in enumerate(lines) if re.fullmatch(r"\s*\d{1,3}\s*", line) and _is_apart(lines, i)]
    numbers = [int(lines[i]) for i in at]
    if len(numbers) < 2 or any(a >= b for a, b in zip(numbers, numbers[1:], strict=False)):
        return lines
    left_out["page_numbers"] += [lines[i].strip() for i in at]
    return [line for i, line in enumerate(lines) if i not in set(at)]


def _is_apart(lines: list[str], at: int) -> bool:
    before = lines[at - 1] if at else ""
    after = lines[at + 1] if at + 1 < len(lines) else ""
    return not after.strip() or (not before.strip() and after.startswith(" "))


def _cut(lines: list[str], left_out: dict[str, list[str]]) -> Iterator[Block]:
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
        elif (end := _fence_end(lines, at)) > at:
            yield Block("code", "\n".join(lines[at:end]))
            at = end
        else:
            end = at
            while end < len(lines) and lines[end].strip() and not (end > at and _fence_end(lines, end) > end):
                end += 1
            yield from _group(lines[at:end], left_out)
            at = end


def _fence_end(lines: list[str], at: int) -> int:
    """Index after the closing fence of the code that opens at `at`, or `at` when none opens or it never closes."""
    fence = _FENCE.match(lines[at])
    if not fence:
        return at
    close = re.compile(r"\s{0,3}" + re.escape(fence[1][0]) + "{" + str(len(fence[1])) + r",}\s*")
    return next((i + 1 for i in range(at + 1, len(lines)) if close.fullmatch(lines[i])), at)


def _group(raw: list[str], left_out: dict[str, list[str]]) -> Iterator[Block]:
    """The blocks of lines that follow each other without a blank line."""
    at = 0
    if any(_HTML_CELL.match(line) for line in raw):
        raw = html_rows("\n".join(raw))
    while at < len(raw):
        row, make = (is_tab_row, tab_table) if is_tab_row(raw[at]) else (is_pipe_row, pipe_table)
        end = at
        while end < len(raw) and row(raw[end]):
            end += 1
        if end > at:
            table, lone = make(raw[at:end])
            left_out["bold"] += ["**"] * lone
            if table:
                yield Block("table", table)
            at = end
            continue
        while end < len(raw) and not is_tab_row(raw[end]) and not is_pipe_row(raw[end]):
            end += 1
        yield from _prose(raw[at:end])
        at = end


def _prose(raw: list[str]) -> Iterator[Block]:
    lines = [line for whole in raw for line in without_tags(whole).split("\n") if line.strip()]
    numbered = sum(bool(_NUMBERED.match(line)) for line in lines) > 1
    stars = sum(line.lstrip().startswith("* ") for line in lines) > 1
    items: list[Item] = []
    words: list[str] = []
    for line in lines:
        alone = _alone(line)
        item = None if alone else _item(line, numbered, stars, items)
        if alone or item:
            yield from _flush_words(words, lone=False)
        if alone:
            yield from _flush_items(items)
            yield from (block for block in alone if block.text)
        elif item:
            items.append(item)
        else:
            _continue(line.strip(), items, words)
    yield from _flush_items(items)
    yield from _flush_words(words, lone=len(lines) == 1)


def _alone(line: str) -> list[Block]:
    """What a line is that belongs to nothing around it: a marked heading, a page title, a rule (an empty block)."""
    if heading := _ATX.fullmatch(line):
        return [Block("heading", plain(heading[2]), rank=len(heading[1]))]
    if _PAGE_TITLE.fullmatch(line):
        return [Block("text", line.strip(), lone=True)]
    return [Block("text")] if _RULE.fullmatch(line) else []


def _item(line: str, numbered: bool, stars: bool, items: list[Item]) -> Item | None:
    """(depth, text, marked) of an item. The marks • ・ ① and numbers stay in the text; - + * are Markdown's."""
    if found := _LOST_BULLET.fullmatch(line):
        return _depth(found[1], items), found[2].strip(), False
    found = _BULLET.fullmatch(line)
    if found and (found[2] != "*" or stars):
        return _depth(found[1], items), found[3].strip(), True
    if _TYPED_BULLET.match(line) or ((numbered or items) and _NUMBERED.match(line)):
        indent = line[: len(line) - len(line.lstrip())]
        return _depth(indent, items), line.strip(), False
    return None


def _depth(indent: str, items: list[Item]) -> int:
    """Converters indent a second level by one space, people by two to four, editors by tabs."""
    columns = len(indent.expandtabs(4))
    deepest = items[-1][0] + 1 if items else 0
    return min(deepest, 0 if not columns else 1 if columns <= 3 else 1 + columns // 4)


def _continue(line: str, items: list[Item], words: list[str]) -> None:
    if items and not words:
        depth, text, marked = items[-1]
        items[-1] = (depth, glue(text, line), marked)
    elif words:
        words[-1:] = glue(words[-1], line).split("\n")
    else:
        words.append(line)


def _flush_items(items: list[Item]) -> Iterator[Block]:
    if items:
        yield Block("list", items=tuple((depth, text) for depth, text, _ in items), marked=items[0][2])
        items.clear()


def _flush_words(words: list[str], *, lone: bool) -> Iterator[Block]:
    if words:
        yield Block("text", "\n".join(words), lone=lone)
        words.clear()
