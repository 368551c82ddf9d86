"""Attachments that are no pages yet: Word, Excel, PowerPoint, text and CSV become blocks, then paper, then a page of it.

Runs in a process of its own (apart.py). The layout is not that of the file, and the page says so; its words are all there up to the
limits below, and where something was cut the last line says so.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import mammoth
import openpyxl
import pptx

from bulletins.lettering import show_hidden
from bulletins.paper.apart import Answer, serve
from bulletins.paper.from_html import blocks_of_html
from bulletins.paper.pages import Fault, answer, of_pdf
from bulletins.paper.setting import set_in_type
from bulletins.paper.tree import Node, blocks_of, levelled, table_of

_MOST_UNPACKED = 100 * 1024 * 1024
_MOST_MEMBERS = 5000
_MOST_LINES = 6000
_MOST_ROWS = 1500
_MOST_SHEETS = 40
# As many columns stand beside each other as can be read; further ones follow in a table of their own.
_COLUMNS = 8
_LONGEST_CELL = 2000
_CUT = "（ここから先は長いため、表示していません。）"


def of_word(data: bytes) -> Iterator[Node]:
    """Headings, paragraphs, lists and tables; of pictures their alternative text."""
    result = mammoth.convert_to_html(io.BytesIO(data), convert_image=mammoth.images.img_element(lambda _picture: {}))
    yield from blocks_of_html(result.value)


def of_excel(data: bytes) -> Iterator[Node]:
    """Every sheet with its name; of formulas what they came to when the file was saved."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    for sheet in islice(book.worksheets, _MOST_SHEETS):
        yield _heading(sheet.title)
        rows = ([_cell_words(value) for value in row] for row in sheet.iter_rows(values_only=True, max_col=64))
        yield from _tables(rows)


def of_slides(data: bytes) -> Iterator[Node]:
    """Every slide with its number: titles, text and tables, in the order in which they lie in the file."""
    for number, slide in enumerate(islice(pptx.Presentation(io.BytesIO(data)).slides, 200), 1):
        title = slide.shapes.title
        named = title.text_frame.text if title is not None and title.has_text_frame else ""
        yield _heading(f"{number}枚目　{named}".strip())
        for shape in slide.shapes:
            if shape.has_text_frame and shape != title:
                yield from (
                    _para(paragraph.text) for paragraph in shape.text_frame.paragraphs if paragraph.text.strip()
                )
            elif shape.has_table:
                yield from _tables([cell.text for cell in row.cells] for row in shape.table.rows)


def of_csv(data: bytes) -> Iterator[Node]:
    """Rows as a table; the separator is whichever of comma, tab and semicolon the first line has most of."""
    text = _decoded(data)
    first = text.partition("\n")[0]
    yield from _tables(csv.reader(io.StringIO(text), delimiter=max(",\t;", key=first.count)))


def of_text(data: bytes) -> Iterator[Node]:
    """Lines as they are."""
    lines = _decoded(data).splitlines()
    for start in range(0, min(len(lines), _MOST_LINES), 60):
        yield {"k": "code", "t": show_hidden("\n".join(lines[start : start + 60])) or " "}
    if len(lines) > _MOST_LINES:
        yield _para(_CUT)


def of_markdown(data: bytes) -> Iterator[Node]:
    """As the portal reads Markdown."""
    yield from blocks_of(_decoded(data))


KINDS: dict[str, Callable[[bytes], Iterator[Node]]] = {
    "docx": of_word, "xlsx": of_excel, "xlsm": of_excel, "pptx": of_slides, "csv": of_csv, "tsv": of_csv, "md": of_markdown,
    "txt": of_text,
}  # fmt: skip
_PACKED = {"docx", "xlsx", "xlsm", "pptx"}


def _decoded(data: bytes) -> str:
    for encoding in (
        ("utf-8-sig", "utf-16", "cp932") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp932")
    ):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def _heading(words: str) -> Node:
    return {"k": "heading", "level": 2, "c": [{"k": "text", "t": show_hidden(words)}]}


def _para(words: str) -> Node:
    return {"k": "para", "c": [{"k": "text", "t": show_hidden(words)}]}


def _cell_words(value: object) -> str:
    return "" if value is None else str(value)


def _tables(rows: Iterable[list[str]]) -> Iterator[Node]:
    found = [row for row in islice(rows, _MOST_ROWS + 1) if any(str(cell).strip() for cell in row)]
    width = max((at for row in found for at, cell in enumerate(row, 1) if str(cell).strip()), default=0)
    for left in range(0, width, _COLUMNS):
        columns = min(_COLUMNS, width - left)
        cells = [[_cell(cell) for cell in _padded(row[left : left + columns], columns)] for row in found[:_MOST_ROWS]]
        yield table_of(cells[0], cells[1:], columns)
    if len(found) > _MOST_ROWS:
        yield _para(_CUT)


def _padded(row: list[str], columns: int) -> list[str]:
    return [*row, *[""] * (columns - len(row))]


def _cell(words: str) -> Node:
    text = show_hidden(str(words)[:_LONGEST_CELL])
    return {"c": [{"k": "text", "t": text}] if text else [], "row": False, "num": False}


def _looked_into(data: bytes) -> None:
    """Before anything is unpacked: what it says that it becomes is no more than there is room for."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = packed.infolist()
    except zipfile.BadZipFile as refused:
        # What Office locks with a password is no archive but a container of its own.
        raise Fault("locked" if data.startswith(b"\xd0\xcf\x11\xe0") else "broken") from refused
    if len(members) > _MOST_MEMBERS or sum(each.file_size for each in members) > _MOST_UNPACKED:
        raise Fault("large")


def blocks_in(kind: str, data: bytes) -> list[Node]:
    """The blocks of a file of one of the KINDS. Fault when it can't be read, or says that it unpacks to more than there is room for."""
    if kind in _PACKED:
        _looked_into(data)
    try:
        found = list(islice(KINDS[kind](data), _MOST_LINES))
    except Exception as refused:
        # Whatever a library says of a file that it can't read; this process ends with it, and nothing of the file is repeated.
        raise Fault("broken") from refused
    return levelled(found) or [_para("（文字はありません。）")]


def _work(asked: dict[str, object], data: bytes) -> Answer:
    """As of pages.py; `kind` is one of KINDS, `document` the values around the blocks (document.py)."""
    try:
        blocks = blocks_in(str(asked["kind"]), data)
        made = set_in_type({**asked["document"], "parts": [{"tier": None, "mark": "", "blocks": blocks}]}, plain=True)
        return answer(*of_pdf(made.pdf, int(asked["page"])), asked)
    except Fault as fault:
        return {"fault": str(fault)}, b""


if __name__ == "__main__":
    serve(_work)
