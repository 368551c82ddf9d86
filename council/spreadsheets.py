"""Rows as files for spreadsheets: UTF-8 with a byte order mark, comma separated, and no cell that a spreadsheet would run."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

BOM = "\ufeff"
# Spreadsheets take what begins so for a formula, Japanese ones also in full width; an apostrophe in front makes it text
# (OWASP, "CSV Injection").
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(cell: str) -> str:
    """The cell as it may be opened in a spreadsheet."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell


def lines_of(rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    """The file, row by row; the mark stands before the first."""
    mark = BOM
    for row in rows:
        text = StringIO(newline="")
        csv.writer(text).writerow([harmless(str(cell)) for cell in row])
        yield (mark + text.getvalue()).encode()
        mark = ""
