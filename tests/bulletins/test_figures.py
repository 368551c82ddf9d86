"""A figure is a picture with a caption and words for whoever doesn't see it, shown inside the page to those who may read its part."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from bulletins import figures
from bulletins.drafting import Invalid, PartDraft
from bulletins.figures import Figure
from bulletins.models import Part
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.desk_hand import form, the_revision

NEW = "/desk/new/"
WORDS = {"caption": "図1　在庫の推移", "alt": "7月の92日分から\n11月の68日分へ減る。"}


def picture(kind: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 4), "white").save(made, kind)
    return made.getvalue()


@pytest.fixture
def world(db) -> cast.Council:
    return cast.council()


@pytest.fixture
def desk(client, world) -> Client:
    return cast.sign_in(client, world.publisher)


def published(
    world: cast.Council, *, caveats: tuple[str, ...] = (), tier: int = 1, more: tuple[PartDraft, ...] = ()
) -> str:
    part = PartDraft(
        figures.to_markdown(Figure(**WORDS)), tier, "figure", caveats=caveats, name="在庫.png", data=picture()
    )
    return str(
        shelf.published(
            world.publisher, world.approver, tier=2, floor=1, floor_title="題名", organisations=[world.company],
            parts=["本文", part, *more],
        ).bulletin_id
    )  # fmt: skip


@pytest.mark.parametrize(
    "figure", [Figure(**WORDS), Figure("題", ""), Figure("", "言葉"), Figure("代わりの文章：", "図：x")]
)
def test_caption_and_words_are_text_that_is_read_again(figure):
    assert figures.read(figures.to_markdown(figure)) == figure


def test_a_figure_that_came_as_text_stays_text():
    assert figures.read("図1の説明だけがある。") is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_told_by_its_bytes(kind):
    assert figures.content_type(picture(kind)) == f"image/{kind.lower()}"
    assert figures.content_type(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>") is None


def test_an_author_hands_in_a_picture_with_its_words_and_finds_them_again(desk):
    upload = SimpleUploadedFile("在庫.png", picture())
    assert desk.post(NEW, form({"text": "一"}, {"kind": "figure", "file": upload, **WORDS})).status_code == 302
    page = desk.get(reverse("desk:edit", args=[the_revision().bulletin_id])).content.decode()
    assert 'name="part-2-caption" value="図1　在庫の推移"' in page
    assert "<strong>在庫.png</strong>" in page
    keep = re.search(r'name="part-2-keep" value="([^"]+)"', page)[1]
    again = form({"text": "一"}, {"kind": "figure", "keep": keep, **WORDS, "alt": "減る。"})
    assert desk.post(reverse("desk:edit", args=[the_revision().bulletin_id]), again).status_code == 302
    assert Part.unrestricted.get(kind="figure").stored_file


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ({"caption": ""}, "図の題：入力してください。"),
        ({"alt": " "}, "代わりの文章：入力してください。"),
        ({"file": None}, "ファイルを選んでください。"),
        ({"file": SimpleUploadedFile("図.svg", b"<svg/>")}, "図にできるのは、PNG、JPEG、WebPの画像です。"),
    ],
)
def test_a_figure_without_picture_caption_or_words_is_not_saved(desk, sent, fault):
    part = {"kind": "figure", "file": SimpleUploadedFile("在庫.png", picture()), **WORDS, **sent}
    page = desk.post(NEW, form({name: value for name, value in part.items() if value is not None}))
    assert page.status_code == 422
    assert fault in page.content.decode()


def test_a_program_hands_in_a_figure_as_a_file_and_is_told_what_is_missing(world):
    with pytest.raises(Invalid) as refused:
        shelf.drafted(
            world.publisher, parts=[PartDraft("図：題\n\n代わりの文章：", 1, "figure", name="x.png", data=picture())]
        )
    assert refused.value.errors == {"parts.1.text": ["代わりの文章：入力してください。"]}


def test_readers_see_the_picture_in_its_place_with_its_words(client, world):
    bulletin = published(world)
    reader = cast.sign_in(client, world.reader_one)
    page = reader.get(f"/bulletins/{bulletin}/").content.decode()
    shown = f'<img src="/bulletins/{bulletin}/parts/2/figure/" alt="7月の92日分から 11月の68日分へ減る。">'
    assert f"{shown}<figcaption>図1　在庫の推移</figcaption>" in page
    assert 'id="files"' not in page
    answer = reader.get(f"/bulletins/{bulletin}/parts/2/figure/")
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "image/png", "no-store")
    assert Image.open(io.BytesIO(answer.content)).size == (8, 4)
    assert AuditEvent.objects.latest("pk").action == "bulletin.read"


def test_a_picture_that_may_not_be_taken_away_carries_who_looked_at_it(client, world):
    bulletin = published(world, caveats=("複製禁止",))
    answer = cast.sign_in(client, world.reader_one).get(f"/bulletins/{bulletin}/parts/2/figure/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(answer.content)).size != (8, 4)


@pytest.mark.parametrize("position", [1, 3, 4])
def test_a_part_that_is_no_picture_is_not_there_as_one(client, world, position):
    bulletin = published(world, more=(shelf.attachment("頁.html", b"<script>alert(1)</script>"),))
    assert (
        cast.sign_in(client, world.reader_one).get(f"/bulletins/{bulletin}/parts/{position}/figure/").status_code == 404
    )


def test_a_picture_above_the_reader_is_missing_like_one_that_never_was(client, world):
    bulletin = published(world, tier=2)
    low = cast.sign_in(Client(), world.reader_one)
    assert "figure/" not in low.get(f"/bulletins/{bulletin}/").content.decode()
    missing, never = (low.get(f"/bulletins/{bulletin}/parts/{n}/figure/") for n in (2, 9))
    assert (missing.status_code, missing.content) == (404, never.content)
    assert cast.sign_in(client, world.reader_two).get(f"/bulletins/{bulletin}/parts/2/figure/").status_code == 200


def test_the_desk_sees_the_picture_of_a_draft_as_a_member_will(client, world):
    draft = shelf.drafted(world.publisher, organisations=[world.company], parts=["本文", shelf.figure()])
    address = reverse("desk:view-as", args=[draft.bulletin_id, world.reader_one.pk])
    page = cast.sign_in(client, world.publisher).get(address).content.decode()
    source = re.search(r'<img src="([^"]+)" alt="白い点。"', page)[1]
    assert client.get(source)["Content-Type"] == "image/png"


def test_the_desk_sees_the_picture_and_others_do_not(client, world):
    bulletin = published(world)
    part = Part.unrestricted.get(kind="figure")
    address = f"/desk/{bulletin}/parts/{part.position}/figure/"
    assert cast.sign_in(Client(), world.approver).get(address)["Content-Type"] == "image/png"
    assert cast.sign_in(client, world.reader_two).get(address).status_code == 404
