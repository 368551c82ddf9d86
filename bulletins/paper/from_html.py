"""The plain HTML that a Word file is read into, as blocks for paper: the tags that mammoth writes, and the words of any other."""

from html.parser import HTMLParser

from bulletins.lettering import show_hidden
from bulletins.paper.tree import Node, table_of

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_INSIDE = {"strong": "strong", "b": "strong", "em": "em", "i": "em", "s": "strike"}


def blocks_of_html(html: str) -> list[Node]:
    """The blocks, in their order; a table inside a table goes on as its words."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.finished()


class _Reader(HTMLParser):
    """Keeps a stack of lists that blocks are put into, and one of lists for the pieces of the line at hand."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[list[Node]] = [[]]
        self._lines: list[list[Node]] = [[]]
        self._rows: list[list[list[Node]]] = []
        self._lists: list[Node] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens what holds others, ends the line at hand where a block begins."""
        if tag in _INSIDE:
            self._lines.append([])
        elif tag == "br":
            self._lines[-1].append({"k": "break"})
        elif tag == "img":
            self._lines[-1].append({"k": "text", "t": f"（図：{show_hidden(dict(attrs).get('alt') or '説明なし')}）"})
        elif tag in ("ul", "ol"):
            self._end_line()
            self._lists.append({"k": "list", "ordered": tag == "ol", "start": 1, "items": []})
        elif tag == "li":
            self._blocks.append([])
        elif tag == "table":
            self._end_line()
            self._rows.append([])
        elif tag == "tr" and self._rows:
            self._rows[-1].append([])
        elif tag in _HEADINGS or tag == "p":
            self._end_line()

    def handle_endtag(self, tag: str) -> None:
        """Closes it, and puts what it held where it belongs."""
        if tag in _INSIDE and len(self._lines) > 1:
            inner = self._lines.pop()
            self._lines[-1].append({"k": _INSIDE[tag], "c": inner})
        elif tag in _HEADINGS:
            self._end_line({"k": "heading", "level": max(2, _HEADINGS[tag])})
        elif tag == "li" and len(self._blocks) > 1:
            self._end_line()
            item = {"marked": False, "c": self._blocks.pop()}
            if self._lists and item["c"]:
                self._lists[-1]["items"].append(item)
        elif tag in ("ul", "ol") and self._lists:
            done = self._lists.pop()
            self._blocks[-1] += [done] if done["items"] else []
        elif tag in ("td", "th") and self._rows and self._rows[-1]:
            self._rows[-1][-1].append({"c": self._taken(), "row": False, "num": False})
        elif tag == "table" and self._rows:
            self._end_table()
        elif tag == "p":
            self._end_line()

    def handle_data(self, data: str) -> None:
        """Words go to the line at hand."""
        self._lines[-1].append({"k": "text", "t": show_hidden(data)})

    def finished(self) -> list[Node]:
        """What was read, with whatever the file left open."""
        self._end_line()
        return [block for blocks in self._blocks for block in blocks]

    def _taken(self) -> list[Node]:
        pieces = [piece for line in self._lines for piece in line]
        self._lines = [[]]
        return pieces

    def _end_line(self, block: Node | None = None) -> None:
        """The words so far become a paragraph or the heading; in a cell they stay, with a break between."""
        if self._rows and self._rows[-1]:
            if self._lines[-1]:
                self._lines[-1].append({"k": "break"})
            return
        pieces = self._taken()
        if any(piece["k"] != "text" or str(piece["t"]).strip() for piece in pieces):
            self._blocks[-1].append({**(block or {"k": "para"}), "c": pieces})

    def _end_table(self) -> None:
        rows = [row for row in self._rows.pop() if row]
        columns = max((len(row) for row in rows), default=0)
        empty = {"c": [], "row": False, "num": False}
        filled = [[*row, *[empty] * (columns - len(row))] for row in rows]
        if self._rows and self._rows[-1]:
            self._lines[-1] += [piece for row in filled for cell in row for piece in (*cell["c"], {"k": "break"})]
        elif filled:
            self._blocks[-1].append(table_of(None, filled, columns))
