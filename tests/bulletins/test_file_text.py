"""The words inside files: what can be read is, and what can't is a file without words."""

import io
import zipfile

import openpyxl
import pptx
import pytest

from bulletins.file_text import LONGEST, text_of

PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 54>>stream
BT /F1 12 Tf 20 100 Td (CVE-2026-0012 harbour) Tj ET  \nendstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF"""


def workbook() -> bytes:
    book, made = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["品目", "樹脂CVE-2026-0012"])
    book.save(made)
    return made.getvalue()


def slides() -> bytes:
    deck, made = pptx.Presentation(), io.BytesIO()
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = "CVE-2026-0012 の説明"
    deck.save(made)
    return made.getvalue()


def document() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        kinds = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/word/document.xml" ContentType="{kinds}"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type='
            '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
            "</Relationships>",
        )
        archive.writestr(
            "word/document.xml",
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
            "<w:t>手順は CVE-2026-</w:t></w:r><w:r><w:t>0012 のもの</w:t></w:r></w:p></w:body></w:document>",
        )
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("一覧.csv", "品目,CVE-2026-0012\n".encode("cp932")),
        ("手順.TXT", "\ufeffCVE-2026-0012".encode()),
        ("報告.pdf", PDF),
        ("一覧.xlsx", workbook()),
        ("説明.pptx", slides()),
        ("手順.docx", document()),
    ],
)
def test_words_are_read_out_of_files_of_each_kind(name: str, data: bytes) -> None:
    assert "CVE-2026-0012" in text_of(name, data)


@pytest.mark.parametrize("suffix", ["pdf", "xlsx", "pptx", "docx", "csv", "zip", "exe", ""])
@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00broken\x81", b"PK\x03\x04broken", b"%PDF-1.7 broken"])
def test_what_cannot_be_read_is_a_file_without_words(suffix: str, data: bytes) -> None:
    assert "CVE" not in text_of(f"f.{suffix}", data)


def test_a_file_that_unpacks_to_too_much_is_not_unpacked() -> None:
    made = io.BytesIO(workbook())
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/much.xml", b"0" * (61 * 1024 * 1024))
    assert text_of("f.xlsx", made.getvalue()) == ""


def test_a_very_long_file_is_cut() -> None:
    assert len(text_of("f.txt", "あ".encode() * (LONGEST + 5))) == LONGEST
