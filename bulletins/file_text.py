"""The words inside an attached file, for searching. What can't be read has none: there is never an exception. Pure.

Run as a module it reads one file in a process of its own (bulletins.paper.apart). Bounded in what is unpacked, in time and in length, so
that a file made to be a burden is no more than a file without words. The limits of time are looked at between pages, rows and slides:
one of these can take longer.
"""

import io
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath

import mammoth
import openpyxl
import pptx
import pypdfium2

from bulletins.excerpts import joined
from bulletins.paper.apart import Answer, serve

# Letters that are kept of a file; a thick report has 200,000.
LONGEST = 400_000
_SECONDS = 10.0
_LARGEST_UNPACKED = 60 * 1024 * 1024
_MOST_ENTRIES = 4000
# PDFium keeps its state in one place for all threads.
_pdfium = threading.Lock()


def text_of(name: str, data: bytes) -> str:
    """The words of the file, a line for each line, cell or shape, of at most LONGEST letters; "" where there are none to be read."""
    reader = _READERS.get(PurePath(name).suffix.lower())
    if reader is None:
        return ""
    try:
        return _gathered(reader(data))
    # Whatever a reader of files raises, down to the exhausted memory of a file made for it: it is a file without words.
    except Exception:  # noqa: BLE001
        return ""


def _gathered(pieces: Iterable[str]) -> str:
    until, found, room = time.monotonic() + _SECONDS, [], LONGEST
    for piece in pieces:
        found.append(piece[:room].replace("\0", ""))
        room -= len(piece)
        if room <= 0 or time.monotonic() > until:
            break
    return joined("\n".join(filter(None, found)))


def _plain(data: bytes) -> Iterator[str]:
    try:
        yield data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What spreadsheets of this country write.
        yield data.decode("cp932")


def _pdf(data: bytes) -> Iterator[str]:
    with _pdfium:
        document = pypdfium2.PdfDocument(data)
        try:
            for page in document:
                text = page.get_textpage()
                yield text.get_text_bounded().replace("\r\n", "\n")
                text.close()
                page.close()
        finally:
            document.close()


def _unpacked(data: bytes) -> io.BytesIO:
    """The file, if what it unpacks to is of a reasonable size by its own table; readers stop where an entry is larger than that says."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _LARGEST_UNPACKED:
            raise ValueError("unpacks to too much")
    return io.BytesIO(data)


def _document(data: bytes) -> Iterator[str]:
    yield mammoth.extract_raw_text(_unpacked(data)).value


def _workbook(data: bytes) -> Iterator[str]:
    book = openpyxl.load_workbook(_unpacked(data), read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            yield sheet.title
            for row in sheet.iter_rows(values_only=True):
                yield "\n".join(str(cell) for cell in row if cell is not None)
    finally:
        book.close()


def _slides(data: bytes) -> Iterator[str]:
    for slide in pptx.Presentation(_unpacked(data)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                yield shape.text_frame.text
            elif shape.has_table:
                yield "\n".join(cell.text for row in shape.table.rows for cell in row.cells)


_READERS: dict[str, Callable[[bytes], Iterable[str]]] = {
    **dict.fromkeys((".txt", ".csv", ".md", ".markdown", ".json"), _plain),
    ".pdf": _pdf,
    ".docx": _document,
    ".xlsx": _workbook,
    ".pptx": _slides,
}


def _work(asked: dict[str, object], data: bytes) -> Answer:
    return {}, text_of(str(asked["name"]), data).encode("utf-8", "replace")


if __name__ == "__main__":
    serve(_work)
