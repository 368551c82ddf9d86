"""Sealed Markdown as a tree of plain values for the template of paper. Pure: nothing of a text is ever evaluated.

A block is a dict with `k`, its kind: heading (level, c), para (c), list (ordered, start, items), quote (c), code (t), rule,
table (head, rows, columns,
widths, wide). `c` are pieces inside a line: text (t), strong, em, strike (c), code (t), link (href, c, bare: the words are the
address), break.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from markdown_it.tree import SyntaxTreeNode

from bulletins.lettering import show_hidden
from bulletins.markdown import parsed

Node = dict[str, object]

_LANGUAGE = re.compile(r"[A-Za-z0-9+#.-]{0,20}")
# A line of a table on a page, in halves of a letter: where all fits on a line, and at the smallest type that is still read with ease.
_LINE, _SMALL_LINE = 96, 112
# What a column of running words needs so as not to become a ladder, and the longest number or address that is kept whole.
_COLUMN, _WHOLE_WORD = 16, 32
_WORD = re.compile(r"[!-~]+")
_INSIDE = {"strong": "strong", "em": "em", "s": "strike"}


def blocks_of(text: str) -> list[Node]:
    """The blocks of a part, headings with the level that they have in the text (2 to 6)."""
    return list(_blocks(SyntaxTreeNode(parsed(text)).children))


def text_of(nodes: Iterable[Node]) -> str:
    """The words of blocks or pieces, one line a block, without marks: what a screen reader is told of a page."""
    return "\n".join(filter(None, (_words(node) for node in nodes)))


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> Iterator[Node]:
    for node in nodes:
        kind = node.type
        if kind == "heading":
            yield {"k": "heading", "level": int(node.tag[1]), "c": _pieces(node)}
        elif kind == "paragraph":
            yield {"k": "para", "c": _pieces(node)}
        elif kind in ("bullet_list", "ordered_list"):
            yield _list(node, ordered=kind == "ordered_list")
        elif kind == "blockquote":
            yield {"k": "quote", "c": list(_blocks(node.children))}
        elif kind in ("fence", "code_block"):
            yield {"k": "code", "t": show_hidden(_code(node))}
        elif kind == "table":
            yield _table(node)
        else:
            yield {"k": "rule"}


def _list(node: SyntaxTreeNode, *, ordered: bool) -> Node:
    items = [
        {"marked": "class" in item.attrs, "c": list(_blocks(item.children))}
        for item in node.children
    ]  # fmt: skip
    return {"k": "list", "ordered": ordered, "start": int(node.attrs.get("start", 1)), "items": items}


def _code(node: SyntaxTreeNode) -> str:
    """As on the page: the word after the fence is shown unless it is the name of a language."""
    info = node.info.strip()
    return ("" if _LANGUAGE.fullmatch(info) else f"{info}\n") + node.content.rstrip("\n")


def _table(node: SyntaxTreeNode) -> Node:
    rows = [
        (part.type, [_cell(cell) for cell in row.children])
        for part in node.children
        for row in part.children
    ]  # fmt: skip
    head = next((cells for kind, cells in rows if kind == "thead"), None)
    body = [cells for kind, cells in rows if kind == "tbody"]
    columns = max((len(cells) for _, cells in rows), default=1)
    return table_of(head, body, columns)


def table_of(head: list[Node] | None, body: list[list[Node]], columns: int) -> Node:
    """A table; every row has `columns` cells. `widths` are 0 where all fits on a line, else shares of the line; what is `wide`, an
    upright page has no room for.
    """
    lengths, needed = [[0] for _ in range(columns)], [0] * columns
    for row in (head or [], *body):
        for at, cell in enumerate(row):
            words = "".join(map(_words, cell["c"]))
            lengths[at].append(_length(words))
            needed[at] = max(needed[at], _least(words))
    fits = sum(max(of) for of in lengths) <= _LINE - 2 * columns
    widths = [0 if fits else round(min(max(max(of), 4), 160) ** 0.5, 2) for of in lengths]
    wide = sum(needed) + 2 * columns > _SMALL_LINE
    return {"k": "table", "columns": columns, "head": head, "rows": body, "widths": widths, "wide": wide}


def _least(words: str) -> int:
    """How much of a line a cell needs."""
    whole = max(map(len, _WORD.findall(words)), default=0)
    return max(min(_length(words), _COLUMN), min(whole, _WHOLE_WORD))


def _length(text: str) -> int:
    """In halves of a Japanese letter."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def _cell(cell: SyntaxTreeNode) -> Node:
    return {"c": _pieces(cell), "row": cell.attrs.get("scope") == "row", "num": cell.attrs.get("class") == "num"}


def _pieces(node: SyntaxTreeNode) -> list[Node]:
    inline = next((child for child in node.children if child.type == "inline"), None)
    return [piece for child in (inline.children if inline else ()) for piece in _piece(child)]


def _piece(node: SyntaxTreeNode) -> Iterator[Node]:
    kind = node.type
    if kind in _INSIDE:
        yield {"k": _INSIDE[kind], "c": [piece for child in node.children for piece in _piece(child)]}
    elif kind == "link":
        inner = [piece for child in node.children for piece in _piece(child)]
        href = show_hidden(str(node.attrs.get("href", "")))
        yield {"k": "link", "href": href, "c": inner, "bare": "".join(map(_words, inner)) == href}
    elif kind in ("softbreak", "hardbreak"):
        yield {"k": "break"}
    elif kind == "code_inline":
        yield {"k": "code", "t": show_hidden(node.content)}
    elif node.content:
        yield {"k": "text", "t": show_hidden(node.content)}


def _words(node: Node) -> str:
    if node.get("k") == "break":
        return " "
    if node.get("k") == "table":
        rows = [row for row in (node["head"], *node["rows"]) if row]
        return "\n".join("\t".join("".join(map(_words, cell["c"])) for cell in row) for row in rows)
    if node.get("k") == "list":
        return "\n".join(text_of(item["c"]) for item in node["items"])
    if node.get("k") == "quote":
        return text_of(node["c"])
    return str(node.get("t", "")) or "".join(map(_words, node.get("c", ())))


def levelled(blocks: Iterable[Node]) -> list[Node]:
    """The blocks of a whole document with levels from 1 on that never skip one, as readers of tags expect of headings."""
    above: list[int] = []
    out = []
    for block in blocks:
        if block["k"] == "heading":
            above = [level for level in above if level < block["level"]] + [block["level"]]
            block = {**block, "level": len(above)}
        out.append(block)
    return out
