"""Five public documents as they were found: readable, quick, and with every character of their text."""

import difflib
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bulletins.documents import Document, read_document
from bulletins.markdown import headings, render
from bulletins.parts import MOST_PARTS

REAL = Path(__file__).parents[3] / "shared" / "real-input"
PAGE_NUMBERS = {  # of the five documents; nothing else that carries a letter or a digit may go
    "action-plan-review-2024-10.md": (),
    "action-plan-revision-2025-06.md": (),
    "expert-meeting-minutes-2025-11.md": (),
    "manufacturing-base-report-2026-04.md": (),
    "trade-control-review-2021.md": ("11", "19", "28", "41"),
}
LARGEST = "manufacturing-base-report-2026-04.md"


def real(name: str) -> Path:
    path = REAL / name
    if not path.exists():
        pytest.skip(f"the real documents are not here: {path}")
    return path


def read(text: str, name: str = "draft.md") -> Document:
    return read_document(name, text.encode())


class Words(HTMLParser):
    """The text of HTML, as a browser would show it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def letters_of_source(text: str, page_numbers: tuple[str, ...]) -> str:
    """What must be shown: the source minus list marks, number signs, `**`, delimiter rows, pipes of tables, the five
    tags of presentation that occur, backslashes before marks, private-use bullets, page numbers and white space."""
    left = list(page_numbers)
    kept = []
    for line in text.split("\n"):
        if left and line.strip() == left[0]:
            left.pop(0)
            continue
        row = re.sub(r"^\s*(?:-\s+(?=\|))?", "", line)
        if row.startswith("|"):
            line = "" if re.fullmatch(r"[|\s:-]+", row) else row.replace("|", "")
        line = re.sub(r"^\s*(?:[-+]\s+|#{1,6}\s+|[\uf06c\uf0fc])", "", line)
        line = re.sub(r"</?(?:p|ul|ol|u|div)(?:\s[^<>]*)?>", "", line)
        kept.append(re.sub(r"\\(?=[$*|])", "", line.replace("**", "")))
    assert not left, f"page numbers not found in the source: {left}"
    return "".join("".join(kept).split())


def letters_shown(document: Document) -> str:
    html = "\n".join(map(render, document.parts))
    return "".join((document.title + "".join(Words(html).found)).split())


def difference(wanted: str, shown: str) -> str:
    """The places where the two differ, with ten characters around each, for the message of a failing test."""
    steps = difflib.SequenceMatcher(None, wanted, shown, autojunk=False).get_opcodes() if len(wanted) < 9000 else []
    if not steps:
        at = next(
            (i for i, (a, b) in enumerate(zip(wanted, shown, strict=False)) if a != b), min(len(wanted), len(shown))
        )
        return f"from character {at}: wanted {wanted[at - 20 : at + 40]!r}, shown {shown[at - 20 : at + 40]!r}"
    return "\n".join(
        f"{step}: {wanted[max(0, a - 10) : a]!r} wanted {wanted[a:b]!r} shown {shown[c:d]!r}"
        for step, a, b, c, d in steps
        if step != "equal"
    )


@pytest.mark.parametrize("name", PAGE_NUMBERS)
def test_every_character_of_a_real_document_is_shown_in_its_place(name: str) -> None:
    path = real(name)
    wanted = letters_of_source(path.read_text(encoding="utf-8"), PAGE_NUMBERS[name])
    shown = letters_shown(read_document(path, path.read_bytes()))
    assert shown == wanted, difference(wanted, shown)


def test_the_comparison_notices_one_lost_character() -> None:
    source = "題\n\n1. 一\n2. 二\n\n- *注\n\n本文〈は〉<日時>ここ-まで"
    wanted = letters_of_source(source, ())
    document = read(source)
    assert letters_shown(document) == wanted
    assert letters_shown(Document(document.title, (document.parts[0].replace("二", ""),), ())) != wanted
    assert "二" in difference(wanted, wanted.replace("二", ""))


@pytest.mark.parametrize("name", PAGE_NUMBERS)
def test_no_marks_litter_a_real_document(name: str) -> None:
    path = real(name)
    html = "\n".join(map(render, read_document(path, path.read_bytes()).parts))
    shown = "".join(Words(html).found)
    assert "**" not in shown
    assert not re.search(r"</?(?:p|ul|ol|u|div|br)\b[^<>]*>|[\uf06c\uf0fc\f]|\\[.)*$|#]", shown)
    assert not re.search(r"<p>[\s\u00a0]*</p>|<li>\s*</li>", html)
    assert not re.search(r"\|\s*-{2,}", shown)


@pytest.mark.parametrize("name", PAGE_NUMBERS)
def test_a_real_document_has_a_title_and_parts_of_readable_size(name: str) -> None:
    path = real(name)
    document = read_document(path, path.read_bytes())
    assert 10 <= len(document.title) <= 60
    assert 2 <= len(document.parts) <= MOST_PARTS
    assert all(400 <= len("".join(Words(render(part)).found)) <= 7000 for part in document.parts[:-1])


def test_headings_tables_and_lists_of_real_documents_come_out_as_such() -> None:
    path = real(LARGEST)
    parts = read_document(path, path.read_bytes()).parts
    html = "\n".join(map(render, parts))
    found = [heading.text for part in parts for heading in headings(part)]
    assert "2. 製造能力強化に向けた各国の取組" in found
    assert html.count("</table>") > 30
    assert html.count("<li") > 500
    assert "<h1" not in html


def test_table_rows_of_the_largest_document_keep_their_number_of_cells() -> None:
    path = real(LARGEST)
    rows = [line for line in path.read_text(encoding="utf-8").split("\n") if "\t" in line]
    html = "\n".join(map(render, read_document(path, path.read_bytes()).parts))
    cells = sum(line.count("\t") + 1 for line in rows)
    shown = len(re.findall(r"<t[dh][ >]", html))
    assert shown - cells == 6  # three small tables with pipes, two cells each


def test_the_largest_document_costs_less_than_a_second_of_the_processor() -> None:
    path = real(LARGEST)
    data = path.read_bytes()
    start = time.process_time()
    for part in read_document(path, data).parts:
        render(part)
    assert time.process_time() - start < 1


def test_reading_twice_gives_the_same() -> None:
    path = real(LARGEST)
    assert read_document(path, path.read_bytes()) == read_document(path, path.read_bytes())


def test_compatibility_characters_stay_as_they_are() -> None:
    assert "⼊⺠" in read("題\n\n出⼊⺠間").parts[0]
