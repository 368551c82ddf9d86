"""What files tell beside what they show is found, taken out, and said: nothing of it is sealed."""

import io
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pikepdf
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageOps
from pptx import Presentation

from bulletins.actions.draft import save_draft
from bulletins.actions.publish import publish
from bulletins.actions.review import approve, submit
from bulletins.drafting import Invalid, PartDraft
from bulletins.metadata import Finding, Uncleanable, clean
from bulletins.metadata_office import LARGEST_PARSED
from bulletins.metadata_words import left, refusal, taken_out
from bulletins.models import Part
from bulletins.sealed import open_file, open_parts
from tests import cast
from tests.bulletins import shelf, tainted


def inside(data: bytes) -> str:
    """Every part of an Office file as one text."""
    with ZipFile(io.BytesIO(data)) as archive:
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def plain(data: bytes) -> bytes:
    """Every object and stream of a PDF, uncompressed."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(
            made, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )  # fmt: skip
    return made.getvalue()


def codes(findings: tuple[Finding, ...]) -> dict[str, str]:
    return {each.code: each.detail for each in findings}


def test_names_company_and_comments_leave_a_letter_and_are_said():
    cleaned = clean("案.docx", tainted.docx())
    left_over = inside(cleaned.data)
    assert not any(
        word in left_over for word in (tainted.WHO, tainted.FIRM, "直 次郎", "注 花子", "社内限り", "D:/hinagata")
    )
    found = codes(cleaned.findings)
    assert (found["author"], found["company"]) == ("Taro、架空 太郎、直 次郎", tainted.FIRM)
    assert (found["comments"], found["comment_author"]) == ("1", "注 花子")
    assert "thumbnail" not in left_over


def test_what_was_put_in_stays_without_its_author_and_what_was_taken_out_goes():
    cleaned = clean("案.docx", tainted.docx())
    text = inside(cleaned.data)
    assert "足した文。" in text
    assert "変わらない文。" in text
    assert not any(word in text for word in ("消した文。", "消した行", "w:ins", "w:del", "rsid", "commentReference"))
    assert (codes(cleaned.findings)["insertions"], codes(cleaned.findings)["deletions"]) == ("1", "2")
    assert any("消された文を取り除きました" in sentence for sentence in taken_out(cleaned.findings))


def test_hidden_text_and_pictures_inside_of_a_letter_are_looked_at_too():
    cleaned = clean("案.docx", tainted.docx())
    with ZipFile(io.BytesIO(cleaned.data)) as archive:
        picture = Image.open(io.BytesIO(archive.read("word/media/image1.jpg")))
    assert not picture.getexif().get_ifd(0x8825)
    assert "隠し文字が1か所あります" in left(cleaned.findings)


def test_a_sheet_opens_without_its_comment_and_its_hidden_rows_are_said():
    cleaned = clean("表.xlsx", tainted.xlsx())
    book = openpyxl.load_workbook(io.BytesIO(cleaned.data))
    assert (book.active["A1"].value, book.active["A1"].comment) == ("見える値", None)
    assert not any(word in inside(cleaned.data) for word in (tainted.WHO, "注 花子", "所見", "legacyDrawing"))
    assert left(cleaned.findings) == ["隠れたシートがあります：単価の内訳", "隠れた行が1行あります"]


def test_slides_open_and_their_notes_and_hidden_slides_are_said():
    cleaned = clean("図.pptx", tainted.pptx())
    assert len(Presentation(io.BytesIO(cleaned.data)).slides) == 2
    assert tainted.WHO not in inside(cleaned.data)
    assert sorted(left(cleaned.findings)) == ["発表者用のノートが1枚あります", "隠れたスライドが1枚あります"]


def test_a_pdf_keeps_its_pages_and_loses_everything_beside_them():
    cleaned = clean("図.pdf", tainted.pdf())
    with pikepdf.open(io.BytesIO(cleaned.data)) as pdf:
        assert len(pdf.pages) == 1
        assert not pdf.attachments
        assert "/Info" not in pdf.trailer
    told = plain(cleaned.data)
    for word in (tainted.WHO, tainted.FIRM, "注 花子", "SECRET-42", "secret-script", "secret-inside"):
        assert word.encode() not in told
        assert word.encode("utf-16-be") not in told
    assert codes(cleaned.findings) == {
        "author": tainted.WHO, "company": tainted.FIRM, "comment_author": "注 花子", "embedded_files": "1", "scripts": "1",
        "xmp": "1", "form_data": "1", "history": "1", "comments_stay": "1",
    }  # fmt: skip


def test_a_photograph_in_a_pdf_loses_its_place():
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        picture = pdf.make_stream(
            tainted.photograph(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=16, Height=8,
            ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8,
        )  # fmt: skip
        picture.Filter = pikepdf.Name.DCTDecode
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
        pdf.save(made)
    cleaned = clean("図.pdf", made.getvalue())
    assert "撮影した場所の位置情報（GPS）" in taken_out(cleaned.findings)
    assert b"Kakuu" not in cleaned.data
    with pikepdf.open(io.BytesIO(cleaned.data)) as pdf:
        assert Image.open(io.BytesIO(pdf.pages[0].obj.Resources.XObject.Im0.read_raw_bytes())).size == (16, 8)


@pytest.mark.parametrize(("name", "kind"), [("写真.jpg", "JPEG"), ("写真.png", "PNG"), ("写真.webp", "WEBP")])
def test_a_picture_keeps_its_pixels_and_its_turn_and_loses_its_place(name, kind):
    before = tainted.photograph(kind=kind)
    cleaned = clean(name, before + b"behind")
    first, second = (Image.open(io.BytesIO(data)) for data in (before, cleaned.data))
    assert ImageOps.exif_transpose(second).tobytes() == ImageOps.exif_transpose(first).tobytes()
    assert dict(second.getexif()) == {0x0112: 6}
    assert "memo" not in str(second.info)
    assert {"gps", "author", "camera", "trailing"} <= set(codes(cleaned.findings))
    assert clean(name, cleaned.data).findings == ()


@pytest.mark.parametrize("name", ["案.docx", "表.xlsx", "図.pptx", "図.pdf"])
def test_a_clean_file_is_taken_as_it_is_and_nothing_more_is_found_in_it(name):
    kind = name.rpartition(".")[2]
    once = clean(name, getattr(tainted, kind)())
    assert not [each for each in clean(name, once.data).findings if not each.stays]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("図.pdf", b"%PDF-1.7 no more than that", "broken_pdf"),
        ("図.pdf", b"anything", "broken_pdf"),
        ("案.docx", b"PK\x03\x04[Content_Types].xml", "broken_office"),
        ("案.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 locked", "locked"),
        ("案.docm", b"x", "macros"),
        ("写真.jpg", b"\xff\xd8\xff\xe0", "broken_image"),
    ],
)
def test_what_cannot_be_looked_into_is_refused_with_what_to_do(name, data, code):
    with pytest.raises(Uncleanable) as refused:
        clean(name, data)
    assert refused.value.code == code
    assert "ください" in refusal(code)


def test_locked_files_macros_and_tricks_with_entities_are_refused():
    trick = b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'
    for data, code in (
        (tainted.pdf(password="kagi"), "locked"),
        (tainted.docx(**{"word/vbaProject.bin": b"x"}), "macros"),
        (tainted.docx(**{"word/header1.xml": trick}), "broken_office"),
    ):
        with pytest.raises(Uncleanable) as refused:
            clean("x.pdf", data)
        assert refused.value.code == code


def test_other_kinds_are_taken_and_said_not_to_be_looked_into():
    assert left(clean("一覧.bin", b"x").findings) == ["この種類のファイルの中身は調べられません"]
    assert clean("一覧.csv", b"a,b").findings == ()


@pytest.mark.django_db
def test_the_clean_file_is_what_is_sealed_and_its_findings_follow_it_through_changes_of_its_label():
    world = cast.council()
    draft = shelf.drafted(world.publisher, tier=2, parts=["一", shelf.attachment("案.docx", tainted.docx())])
    part = Part.unrestricted.select_related("revision").get(revision=draft, kind=Part.Kind.ATTACHMENT)
    assert tainted.WHO not in inside(open_file(part))
    found = open_parts([part])[part.pk].findings
    assert ["company", tainted.FIRM, False] in found
    moved = PartDraft("", 2, "attachment", keep=part.pk)
    save_draft(draft.bulletin_id, shelf.draft(tier=2, parts=["一", moved]), acting_user=world.publisher)
    again = Part.unrestricted.select_related("revision").get(revision=draft, kind=Part.Kind.ATTACHMENT)
    assert (again.pk == part.pk, open_parts([again])[again.pk].findings) == (False, found)


@pytest.mark.django_db
def test_author_and_approver_read_what_went_and_what_stays_and_readers_do_not(client):
    world = cast.council()
    book = shelf.attachment("表.xlsx", tainted.xlsx())
    draft = shelf.drafted(world.publisher, parts=["一", book], organisations=[world.company])
    room = cast.sign_in(Client(), world.approver)
    for who, name in ((cast.sign_in(client, world.publisher), "work"), (client, "edit"), (room, "work")):
        page = who.get(reverse(f"desk:{name}", args=[draft.bulletin_id])).content.decode()
        assert all(words in page for words in ("取り除いたもの", tainted.WHO, "残っているもの", "単価の内訳"))
    submit(draft.bulletin_id, acting_user=world.publisher)
    approve(draft.bulletin_id, acting_user=world.approver)
    publish(draft.bulletin_id, acting_user=world.publisher)
    read = cast.sign_in(Client(), world.reader_one).get(reverse("bulletins:detail", args=[draft.bulletin_id]))
    assert "表.xlsx" in (page := read.content.decode())
    assert tainted.WHO not in page


@pytest.mark.django_db
def test_a_locked_file_is_refused_at_its_field_and_nothing_is_saved():
    world = cast.council()
    with pytest.raises(Invalid) as invalid:
        shelf.drafted(world.publisher, parts=[shelf.attachment("図.pdf", tainted.pdf(password="kagi"))])
    assert invalid.value.errors == {"parts.1.file": [refusal("locked")]}


def test_what_would_take_too_much_memory_to_parse_is_refused_before_it_is_unpacked():
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (LARGEST_PARSED + 1))
    with pytest.raises(Uncleanable, match="too_large"):
        clean("表.xlsx", made.getvalue())
