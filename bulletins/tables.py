"""Tables of imported documents as GFM: rows with tabs (a PDF converter's) and rows with pipes. Pure."""

import re

from bulletins.inline_marks import clean_line_marks, without_tags

_DELIMITER = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_TAB_ROW = re.compile(r"\S[^\t]*\t|\t.*\S")
_ITEM_IN_CELL = re.compile(r"(?<=[^\s>→↗↘]) (?=[●■✓➢][ \u3000]|[・•](?=\S)|[①-⑳㉑-㉟])|(?<=。) (?=\S)")
_FIGURE = re.compile(r"[-+−▲]?[\d０-９.,]+(?:年|月|%|％|社|/\d+)?")
_ROW_OPEN = re.compile(r"<tr\b[^<>]*>|</?table\b[^<>]*>", re.IGNORECASE)
_CELL_OPEN = re.compile(r"<t[dh]\b[^<>]*>", re.IGNORECASE)
_CELL_CLOSE = re.compile(r"</t[dhr]>", re.IGNORECASE)
HEADER_CELL_MAX = 50
KEY_VALUE_HEADER_MAX = 25


def is_tab_row(line: str) -> bool:
    """True for a line that has text beside a tab, other than plain indentation by one tab."""
    return "\t" in line and bool(_TAB_ROW.search(line)) and "\t" in line.lstrip(" ").rstrip("\n")[1:]


def is_pipe_row(line: str) -> bool:
    return line.lstrip().removeprefix("- ").lstrip().startswith("|")


def tab_table(lines: list[str]) -> tuple[str, int]:
    """GFM of rows separated by tabs, and how many lone bold marks went. A header only where the first row is one."""
    rows = [[_cell(cell) for cell in line.strip(" \n").split("\t")] for line in lines]
    texts = [[text for text, _ in row] for row in rows]
    width = max(map(len, texts))
    texts = [row + [""] * (width - len(row)) for row in texts]
    head = texts.pop(0) if _is_header(texts, lines[0]) else [""] * width
    return _gfm(head, texts), sum(lone for row in rows for _, lone in row)


def html_rows(text: str) -> list[str]:
    """Rows of a table written in HTML, as lines with tabs between cells; text outside the cells stays, in its place."""
    flat = re.sub(r"\s*[\n\t]\s*", " ", text)
    rows = [_CELL_CLOSE.sub("", row) for row in _ROW_OPEN.split(flat)]
    cells = [_CELL_OPEN.split(row) for row in rows]
    return [
        "\t".join([(row[0] + row[1]).strip(), *row[2:]] if row[1:] else row) for row in cells if "".join(row).strip()
    ]


def pipe_table(lines: list[str]) -> tuple[str, int]:
    """GFM of rows with pipes; delimiter rows in odd places are dropped, the alignment of the first one kept."""
    bare = [line.strip().removeprefix("- ").strip() for line in lines]
    first = next((at for at, line in enumerate(bare) if _DELIMITER.fullmatch(line)), 0)
    rows = [_pipe_cells(line) for line in bare if not _DELIMITER.fullmatch(line)]
    if not rows:
        return "", 0
    cells = [[_cell(cell.replace("\\|", "|")) for cell in row] for row in rows]
    texts = [[text for text, _ in row] for row in cells]
    width = max(map(len, texts))
    texts = [row + [""] * (width - len(row)) for row in texts]
    marks = _pipe_cells(bare[first]) if _DELIMITER.fullmatch(bare[first]) else []
    head = texts.pop(0) if first == 1 or not marks else [""] * width
    return _gfm(head, texts, marks), sum(lone for row in cells for _, lone in row)


def _pipe_cells(line: str) -> list[str]:
    inner = line.removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", inner)]


def _cell(raw: str) -> tuple[str, int]:
    """One cell: paragraphs and items of the source as lines of the cell."""
    lines = without_tags(_ITEM_IN_CELL.sub("\n", raw.strip())).split("\n")
    text, lone = clean_line_marks("\n".join(line.strip() for line in lines if line.strip()))
    return re.sub(r"(?<!\\)\|", r"\\|", text).replace("\n", "<br>"), lone


def _gfm(head: list[str], rows: list[list[str]], marks: list[str] | None = None) -> str:
    delimiters = (marks or [])[: len(head)] + ["---"] * (len(head) - len(marks or []))
    lines = [head, delimiters, *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)


def _is_header(rows: list[list[str]], source: str) -> bool:
    """Whether the first row names the columns: short words, no figures, no lists, and longer text or a span below."""
    head = rows[0]
    filled = [cell for cell in head if cell]
    if len(rows) < 2 or len(filled) < 2 or re.search(r"<[uo]l|<p>|。", source):
        return False
    if any(len(cell) > HEADER_CELL_MAX or _FIGURE.fullmatch(cell) or "→" in cell for cell in head):
        return False
    if len(head) == 2:
        below = [len(row[1]) for row in rows[1:]]
        short = all(len(cell) <= KEY_VALUE_HEADER_MAX and "、" not in cell for cell in head)
        return short and sum(below) / len(below) >= 1.5 * len(head[1])
    spans = len(filled) < len(head)
    return spans or bool(rows[1][0])
