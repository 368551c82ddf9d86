"""A file that somebody hands in as a draft: title and parts in Markdown, or one plain sentence why not.

`read_document` is the entrance for imports and uploads, `name_of_file` for attachments. Nothing is unpacked or run, and
no text is lost: what the cleaning leaves out (page numbers, lone bold marks) is listed in the warnings. Documents
that mark themselves 機密性3, 極秘 or 秘 are refused, those that write about it are not; `bulletins.markings` says where
the line is drawn. Pure: no Django.
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePath

from bulletins.blocks import Block
from bulletins.inline_marks import plain
from bulletins.lettering import hidden_characters, show_hidden
from bulletins.markings import is_marked_secret
from bulletins.outline import read_blocks
from bulletins.parts import parts_of

MAX_BYTES = 5 * 1024 * 1024
MAX_NAME_BYTES = 200
MAX_TITLE = 120
SUFFIXES = (".md", ".markdown", ".txt")
TITLE_WITHIN = 5  # blocks in which a marked top heading is looked for

_PACKED = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\0",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
    b"\x28\xb5\x2f\xfd",
)
_GRADE_REFUSED = "機密性3（極秘・秘）の表示があるため、このポータルでは扱えません。"
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


class DocumentRefused(ValueError):
    """The file cannot become a draft or attachment; `reason` is one Japanese sentence without the file's content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Document:
    """A draft: plain `title`, `parts` in Markdown in reading order, `warnings` as Japanese sentences for the author."""

    title: str
    parts: tuple[str, ...]
    warnings: tuple[str, ...]


def read_document(path_or_name: str | PurePath, data: bytes) -> Document:
    """The document in `data`.

    A `str` is a name that a browser sent and may hold no folder; of a `Path`, which the operator chose, only the last
    component is looked at. Raises DocumentRefused for anything but UTF-8 text (.md, .markdown, .txt) of at most
    MAX_BYTES that is not marked 機密性3.
    """
    name = name_of_file(path_or_name.name if isinstance(path_or_name, PurePath) else path_or_name)
    if Path(name).suffix.lower() not in SUFFIXES:
        raise DocumentRefused("読み込めるのは .md、.markdown、.txt のファイルだけです。")
    text = _text(data)
    if is_marked_secret(text):
        raise DocumentRefused(_GRADE_REFUSED)
    blocks, left_out = read_blocks(text)
    if not blocks:
        raise DocumentRefused("ファイルに本文がありません。")
    title, body = _title(blocks)
    return Document(title, parts_of(body or blocks), _warnings(text, left_out))


def name_of_file(name: str) -> str:
    """`name` in NFC, safe to offer for download; DocumentRefused for folders, hidden or reserved characters, a mark."""
    name = unicodedata.normalize("NFC", name).strip()
    if "/" in name or "\\" in name or ".." in name:
        raise DocumentRefused("ファイル名にフォルダーを表す文字（/ や .. など）が入っています。")
    if not name or name.startswith("."):
        raise DocumentRefused("ファイル名がないか、ピリオドで始まっています。")
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for char in name):
        raise DocumentRefused("ファイル名に制御文字や見えない文字が入っています。")
    if re.search(r'[<>:"|?*]', name) or name.endswith(".") or _RESERVED.fullmatch(name):
        raise DocumentRefused("ファイル名に使えない文字や名前が入っています。")
    if len(name.encode()) > MAX_NAME_BYTES:
        raise DocumentRefused("ファイル名が長すぎます。")
    if is_marked_secret(Path(name).stem):
        raise DocumentRefused(_GRADE_REFUSED)
    return name


def _text(data: bytes) -> str:
    """The text of the file with Unix newlines, page breaks as empty lines; refused when it is not text."""
    if len(data) > MAX_BYTES:
        raise DocumentRefused("ファイルが5MBを超えています。")
    if data.startswith(_PACKED):
        raise DocumentRefused("圧縮されたファイルは読み込めません。")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentRefused("文字コードがUTF-8ではありません。")
    if b"\0" in data:
        raise DocumentRefused("文字ではないデータが入っているため、読み込めません。")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentRefused("文字コードがUTF-8ではありません。") from error
    text = re.sub(r"\r\n?|\x85", "\n", text).replace("\f", "\n\n").replace("\v", "\n")
    if not re.sub(r"[\s\u200b\u2060\ufeff]", "", text):
        raise DocumentRefused("ファイルが空です。")
    return text


def _title(blocks: list[Block]) -> tuple[str, list[Block]]:
    """The title and the blocks without it: the marked top heading near the start, else the first line."""
    marked = [at for at, block in enumerate(blocks[:TITLE_WITHIN]) if block.kind == "heading" and block.rank == 1]
    at = marked[0] if marked else 0
    block = blocks[at]
    lines = block.items[0][1].split("\n") if block.kind == "list" else block.text.split("\n")
    title = show_hidden(re.sub(r"\s+", " ", plain(lines[0].strip("|` ")))) or "無題"
    if len(title) > MAX_TITLE:
        return f"{title[: MAX_TITLE - 1]}…", blocks
    if block.kind == "heading":
        return title, blocks[:at] + blocks[at + 1 :]
    rest = "\n".join(lines[1:])
    if block.kind != "text" or title == "無題" or "**" in lines[0] and lines[0].count("**") % 2:
        return title, blocks
    return title, ([Block("text", rest)] if rest else []) + blocks[1:]


def _warnings(text: str, left_out: dict[str, list[str]]) -> tuple[str, ...]:
    said = []
    if left_out["page_numbers"]:
        said.append(f"ページ番号と思われる行を省きました（{'、'.join(left_out['page_numbers'])}）。")
    if left_out["bold"]:
        said.append(f"対になっていない太字の記号（**）を{len(left_out['bold'])}か所で省きました。")
    if hidden := hidden_characters(text):
        said.append(f"見えない文字や並びを変える文字が{len(hidden)}個あります。画面では ⟦U+202E⟧ のように表れます。")
    return tuple(said)
