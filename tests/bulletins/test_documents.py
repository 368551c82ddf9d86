"""Files become drafts: title, parts of readable size, and one plain sentence for what is refused."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from bulletins.documents import MAX_BYTES, Document, DocumentRefused, name_of_file, read_document
from bulletins.parts import MOST_PARTS
from tests.growth import TOLERABLE, growth


def read(text: str, name: str = "draft.md") -> Document:
    return read_document(name, text.encode())


def refusal(name: str, data: bytes) -> str:
    with pytest.raises(DocumentRefused) as refused:
        read_document(name, data)
    return refused.value.reason


# Title and parts


def test_the_first_line_is_the_title_and_leaves_the_text() -> None:
    document = read("\ufeff\n\n供給網の動き\n\n本文です。\n")
    assert document == Document("供給網の動き", ("本文です。",), ())


def test_a_marked_heading_near_the_start_is_the_title() -> None:
    document = read("2026年4月15日\n\n# **供給網**の動き\n\n本文です。")
    assert document.title == "供給網の動き"
    assert document.parts == ("2026年4月15日\n\n本文です。",)


def test_a_long_first_line_is_shortened_in_the_title_and_kept_in_the_text() -> None:
    document = read("あ" * 300)
    assert document.title == "あ" * 119 + "…"
    assert document.parts == ("あ" * 300,)


def test_a_document_of_one_line_keeps_it_as_text() -> None:
    assert read("# お知らせ").parts == ("## お知らせ",)


def test_sections_become_parts_and_tiny_ones_stay_together() -> None:
    long = "文です。" * 150
    document = read(f"# 題\n\n## 一\n\n{long}\n\n## 二\n\n短い。\n\n## 三\n\n{long}\n\n## 四\n\n短い。")
    assert [part.split("\n")[0] for part in document.parts] == ["## 一", "## 二"]


def test_a_document_without_headings_is_cut_between_paragraphs_only() -> None:
    items = "\n".join(f"- 項目{number}" for number in range(3000))
    document = read("題\n\n" + "\n\n".join(["文です。" * 100] * 40) + f"\n\n{items}")
    assert 2 < len(document.parts) < MOST_PARTS
    assert sum("- 項目0\n" in part and "- 項目2999" in part for part in document.parts) == 1


def test_never_more_than_sixty_parts() -> None:
    text = "# 題\n\n" + "\n\n".join(f"## 節{number}\n\n" + "文です。" * 150 for number in range(500))
    assert 20 < len(read(text).parts) <= MOST_PARTS


# Refusals


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.md", "0" * 100_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("日本語".encode("cp932"), "UTF-8"),
        ("日本語".encode("utf-16"), "UTF-8"),
        (b"", "空"),
        ("\ufeff \n\u3000\u200b\n".encode(), "空"),
        (b"a" * (MAX_BYTES + 1), "5MB"),
        (b"abc\0def", "文字ではない"),
        (zipped(), "圧縮"),
        (gzip.compress(b"0" * 100_000), "圧縮"),
        (b"---\n\n***\n", "本文"),
    ],
)
def test_data_that_is_no_text_is_refused_with_one_sentence(data: bytes, word: str) -> None:
    reason = refusal("draft.md", data)
    assert word in reason
    assert reason.endswith("。")
    assert reason.count("。") == 1


@pytest.mark.parametrize("name", ["draft.docx", "draft", "draft.md.exe", "draft.html", "draft.zip"])
def test_other_kinds_of_file_are_refused(name: str) -> None:
    assert ".markdown" in refusal(name, "文".encode())


@pytest.mark.parametrize("name", ["draft.md", "DRAFT.MD", "draft.markdown", "メモ.txt"])
def test_text_files_are_read_whatever_the_case_of_their_name(name: str) -> None:
    assert read("題\n\n文", name).title == "題"


BAD_NAMES = [
    "../draft.md",
    "a/b.md",
    "a\\b.md",
    "..",
    ".md",
    "",
    "a\x00.md",
    "a\n.md",
    "a\u202edm.md",
    "a\u200b.md",
    "con.md",
    "a:b.md",
    "a.md.",
    "長" * 100 + ".md",
    ".md",
    "【極秘】計画.md",
    "C:\\a.md",
    "a..md",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_unsafe_names_are_refused(name: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        name_of_file(name)
    assert refused.value.reason.endswith("。")
    assert refusal(name, b"text")


@pytest.mark.parametrize("name", ["図 1（修正）.pdf", "a-b_c.tar.gz", "ﾃﾞｰﾀ.csv"])
def test_ordinary_names_are_kept(name: str) -> None:
    assert name_of_file(name) == name


def test_names_are_composed_so_that_equal_names_are_equal() -> None:
    assert name_of_file("か\u3099.txt") == "が.txt"


def test_an_operators_path_may_have_folders_and_a_browsers_name_may_not() -> None:
    assert read_document(Path("../folder/draft.md"), "題\n\n文".encode()).title == "題"
    assert "フォルダー" in refusal("../folder/draft.md", "題".encode())


@pytest.mark.parametrize(
    "text",
    [
        "題\n\n" + "1" * 200_000 + "秘",
        "題\n\n" + "【" * 100_000 + "極秘",
        "題\n\n" + "複製" * 100_000 + "秘",
        "題\n\n" + "**" * 100_000 + "a",
        "題\n\n" + "<" * 100_000,
        "題\n\n" + "- " * 100_000 + "a",
        "題\n\n" + "> " * 100_000 + "a",
        "題\n\n" + "| " * 100_000 + "a",
        "題\n\n" + "a\t" * 100_000,
        "題\n\n" + "\n".join(" " * (2 * depth) + "- x" for depth in range(1000)),
        "題\n\n" + "```\n" * 20_001,
        "題\n\n" + "あ\n" * 50_000,
        "題\n\n" + "*a" * 50_000,
        "題\n\n" + "`a" * 50_000,
        "題\n\n" + "- a" + "\n続き" * 20_000,
    ],
)
def test_hostile_text_is_read_quickly(text: str) -> None:
    assert growth(read, text) < TOLERABLE
