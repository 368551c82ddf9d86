"""Attachments on the screen: pages with their reader's name, words beside them, and files that break break nothing else."""

import io
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pikepdf
import pptx
import pytest
import typst
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from PIL import Image

from bulletins.models import Revision
from bulletins.paper.apart import run
from bulletins.paper.office import blocks_in
from bulletins.paper.tree import text_of
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


def pdf(*pages: str) -> bytes:
    return typst.compile("#pagebreak()\n".join(pages).encode())


def word(*paragraphs: str) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in paragraphs)
    table = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>升目</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_RELS}"><Relationship Id="r" Type="{_R}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>{body}{table}</w:body></w:document>',
    }
    out = io.BytesIO()
    with ZipFile(out, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def excel() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "部材"
    for row in (["品名", "数"], ["架空の部品", 12]):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def slides() -> bytes:
    deck, out = pptx.Presentation(), io.BytesIO()
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = "架空の表題"
    deck.save(out)
    return out.getvalue()


def image() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "JPEG", comment=b"secret-of-the-camera")
    return out.getvalue()


def locked() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf("words"))) as plain:
        plain.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", bytes(110 * 1024 * 1024))
    return out.getvalue()


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def put_out(world: cast.Council, name: str, data: bytes, *, tier: int = 1, caveats: tuple[str, ...] = ()) -> Revision:
    parts = ["本文", shelf.attachment(name, data, tier=tier, caveats=caveats)]
    return shelf.published(
        world.publisher, world.approver, organisations=[world.company], tier=tier, floor=1, parts=parts
    )


def look(client: Client, who: object, revision: Revision, number: int = 1) -> HttpResponse:
    address = reverse("bulletins:pages", args=[revision.bulletin_id, 2])
    return cast.sign_in(client, who).get(address, {"page": number})


def picture(client: Client, revision: Revision, number: int = 1) -> HttpResponse:
    return client.get(reverse("bulletins:page", args=[revision.bulletin_id, 2, number]))


def test_a_pdf_is_read_page_by_page(client: Client, world: cast.Council) -> None:
    revision = put_out(world, "図.pdf", pdf("First", "Second"))
    html = look(client, world.reader_one, revision, 2).content.decode()
    assert "Second" in html
    assert "First" not in html
    assert "2／2頁" in html
    assert 'href="/bulletins/' in html.split('rel="prev"')[0]
    assert look(client, world.reader_one, revision, 3).status_code == 404


def test_whoever_looks_is_burned_into_the_picture(client: Client, world: cast.Council) -> None:
    revision = put_out(world, "白.pdf", pdf("#v(1cm)"))
    look(client, world.reader_one, revision)
    first = picture(client, revision)
    second = picture(cast.sign_in(client, world.reader_two), revision)
    assert first["Content-Type"] == "image/png"
    assert first.content.startswith(PNG)
    shades = Image.open(io.BytesIO(first.content)).convert("L").crop((200, 200, 900, 900)).getcolors(256)
    assert len(shades) > 5
    assert first.content != second.content


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("docx", word("架空の段落"), ["架空の段落", "升目"]),
        ("xlsx", excel(), ["部材", "架空の部品", "12"]),
        ("pptx", slides(), ["1枚目", "架空の表題"]),
        ("csv", "品名,数\n架空の部品,12\n".encode("cp932"), ["品名", "架空の部品"]),
        ("txt", "架空の控え".encode(), ["架空の控え"]),
    ],
)
def test_the_words_of_each_kind_are_found(kind: str, data: bytes, words: list[str]) -> None:
    said = text_of(blocks_in(kind, data))
    assert [each for each in words if each not in said] == []


def test_what_has_no_pages_is_set_from_its_words(client: Client, world: cast.Council) -> None:
    revision = put_out(world, "書.docx", word("架空の段落"))
    html = look(client, world.reader_one, revision).content.decode()
    assert "体裁は元のファイルと違います" in html
    assert "架空の段落" in html
    assert picture(client, revision).content.startswith(PNG)


def test_of_an_image_nothing_but_its_pixels_goes_on(client: Client, world: cast.Council) -> None:
    revision = put_out(world, "写真.jpg", image())
    assert look(client, world.reader_one, revision).status_code == 200
    assert b"secret-of-the-camera" not in picture(client, revision).content


@pytest.mark.parametrize(
    ("module", "kind", "data", "fault"),
    [
        ("pages", "pdf", b"%PDF-1.7 broken", "broken"),
        ("pages", "pdf", locked(), "locked"),
        ("pages", "image", b"\x89PNG broken", "broken"),
        ("office", "docx", b"PK\x03\x04 broken", "broken"),
        ("office", "xlsx", b"\xd0\xcf\x11\xe0 a container", "locked"),
        ("office", "docx", bomb(), "large"),
    ],
)
def test_a_file_that_cant_be_shown_breaks_nothing(module: str, kind: str, data: bytes, fault: str) -> None:
    asked = {"kind": kind, "page": 1, "words": True, "document": {}}
    assert run(f"bulletins.paper.{module}", asked, data) == ({"fault": fault}, b"")


def test_what_is_of_no_kind_that_is_shown_says_so_in_a_sentence(client: Client, world: cast.Council) -> None:
    answer = look(client, world.reader_one, put_out(world, "鍵.bin", b"\x00"))
    assert answer.status_code == 422
    assert "画面に表示できません" in answer.content.decode()


def test_what_may_not_be_taken_is_still_read_here(client: Client, world: cast.Council) -> None:
    revision = put_out(world, "控え.txt", "架空の控え".encode(), caveats=("複製禁止",))
    html = look(client, world.reader_one, revision).content.decode()
    assert "/pages/1/" in html
    assert "/file/" not in html
    assert 'data-copy="forbidden"' in html
    detail = client.get(reverse("bulletins:detail", args=[revision.bulletin_id])).content.decode()
    assert reverse("bulletins:pages", args=[revision.bulletin_id, 2]) in detail


def test_each_look_is_an_event_with_its_page(client: Client, world: cast.Council) -> None:
    revision = put_out(world, "図.pdf", pdf("First", "Second"), tier=2)
    look(client, world.reader_two, revision, 2)
    picture(client, revision, 2)
    events = AuditEvent.objects.filter(action="bulletin.read", object=str(revision.bulletin_id))
    assert [(event.outcome, event.tier) for event in events] == [("allow", 2), ("allow", 2)]


def test_missing_and_forbidden_are_the_same_bytes(client: Client, world: cast.Council) -> None:
    hidden = put_out(world, "図.pdf", pdf("First"), tier=2).bulletin_id
    cast.sign_in(client, world.reader_one)
    for name, more in (("bulletins:pages", ()), ("bulletins:page", (1,))):
        answers = [client.get(reverse(name, args=[each, 2, *more])) for each in (hidden, uuid4())]
        assert answers[0].status_code == 404
        assert answers[0].content == answers[1].content
