"""Numbered copies: what stands on them, who gets none, and that each is counted once and written down before it leaves."""

import io
import re
from datetime import timedelta
from uuid import uuid4

import pikepdf
import pypdfium2
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bulletins.models import Revision, TakenCopy
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def put_out(world: cast.Council, **what: object) -> Revision:
    what.setdefault("organisations", [world.company])
    return shelf.published(world.publisher, world.approver, **what)


def address(revision: Revision) -> str:
    return reverse("bulletins:copy", args=[revision.bulletin_id])


def form(client: Client, who: object, revision: Revision, **more: object) -> dict[str, object]:
    html = cast.sign_in(client, who).get(address(revision)).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', html)[1]
    return {"token": token, "reason": "meeting", "return_by": str(timezone.localdate() + timedelta(days=9)), **more}


def take(client: Client, who: object, revision: Revision, **more: object) -> HttpResponse:
    return client.post(address(revision), form(client, who, revision, **more))


def words(response: HttpResponse) -> str:
    pdf = pypdfium2.PdfDocument(response.content)
    return "\n".join(page.get_textpage().get_text_range() for page in pdf)


def test_a_copy_carries_its_number_its_reader_and_the_label_on_every_page(client: Client, world: cast.Council) -> None:
    long = "\n\n".join(f"## 第{number}章\n\n{'架空の文を続けます。' * 60}" for number in range(8))
    revision = put_out(world, tier=2, title="内々の題名", parts=[(long, 2)])
    response = take(client, world.reader_two, revision)
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(response.content)]
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        for mark in (
            "写し 第1号",
            world.reader_two.name,
            world.company.name,
            "機密性2情報",
            f"{number}／{len(pages)}頁",
        ):
            assert mark in page
    assert "内々の題名" in pages[0]


def test_the_file_is_tagged_japanese_and_called_by_its_reference_above_tier_one(
    client: Client, world: cast.Council
) -> None:
    revision = put_out(world, tier=2, title="内々の題名", parts=[("## 章\n\n文\n\n|甲|乙|\n|-|-|\n|1|2|", 2)])
    response = take(client, world.reader_two, revision)
    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang).lower().startswith("ja")
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo["/Title"]) == f"{revision.bulletin.reference} 第1版"
        assert b"pdfuaid:part" in pdf.Root.Metadata.read_bytes()
    assert "内々の題名" not in response["Content-Disposition"]


def test_only_the_parts_of_the_own_rendition_are_on_it(client: Client, world: cast.Council) -> None:
    revision = put_out(world, tier=2, floor=1, floor_title="下の題名", parts=["甲の文", ("乙の文", 2), "丙の文"])
    said = words(take(client, world.reader_one, revision))
    assert ("甲の文" in said, "乙の文" in said, "丙の文" in said) == (True, False, True)
    assert "機密性2" not in said


def test_the_copy_and_its_event_are_counted_together(client: Client, world: cast.Council) -> None:
    revision = put_out(world, tier=2, parts=[("文", 2)])
    take(client, world.reader_two, revision, reason="offline")
    take(client, world.reader_two, revision)
    taken = list(TakenCopy.objects.order_by("number").values_list("number", "reason", "organisation"))
    assert taken == [(1, "offline", world.company.pk), (2, "meeting", world.company.pk)]
    assert AuditEvent.objects.filter(action="copy.take", object=str(revision.bulletin_id)).count() == 2


def test_a_double_click_is_one_copy(client: Client, world: cast.Council) -> None:
    revision = put_out(world)
    given = form(client, world.reader_one, revision)
    first, second = client.post(address(revision), given), client.post(address(revision), given)
    assert (first.status_code, second.status_code) == (200, 200)
    assert "写し 第1号" in words(second)
    assert TakenCopy.objects.count() == 1


def test_somebody_elses_token_is_worth_nothing(client: Client, world: cast.Council) -> None:
    revision = put_out(world)
    given = form(client, world.reader_one, revision)
    answer = cast.sign_in(client, world.reader_two).post(address(revision), given)
    assert (answer.status_code, TakenCopy.objects.count()) == (422, 0)


@pytest.mark.parametrize("days", ["", -1, 91])
def test_from_tier_two_on_a_copy_needs_a_day_within_ninety(client: Client, world: cast.Council, days: object) -> None:
    revision = put_out(world, tier=2, parts=[("文", 2)])
    day = str(timezone.localdate() + timedelta(days=days)) if days != "" else ""
    assert take(client, world.reader_two, revision, return_by=day).status_code == 422
    assert not TakenCopy.objects.exists()


@pytest.mark.parametrize("caveat", ["印刷禁止", "複製禁止", "配付禁止"])
def test_a_caveat_leaves_no_paper_and_the_page_says_so(client: Client, world: cast.Council, caveat: str) -> None:
    open_one, revision = put_out(world), put_out(world, caveats=[caveat])
    page = cast.sign_in(client, world.reader_one).get(address(revision)).content.decode()
    assert "紙やファイルの写しがありません" in page
    assert 'name="token"' not in page
    answer = client.post(address(revision), form(client, world.reader_one, open_one))
    assert (answer.status_code, TakenCopy.objects.count()) == (422, 0)


def test_a_part_that_may_not_be_copied_is_left_out(client: Client, world: cast.Council) -> None:
    shut = shelf.PartDraft("秘めた部分", 1, caveats=("複製禁止",))
    said = words(take(client, world.reader_one, put_out(world, parts=["開いた部分", shut])))
    assert ("開いた部分" in said, "秘めた部分" in said) == (True, False)


def test_there_is_no_paper_of_tier_three(client: Client, world: cast.Council) -> None:
    revision = shelf.published(
        world.publisher, [world.approver, world.second_approver], tier=3, floor=2, designation=world.item,
        parts=[("甲", 2), ("乙", 3)], organisations=[world.company],
    )  # fmt: skip
    page = cast.sign_in(client, world.reader_three).get(address(revision)).content.decode()
    assert "紙やファイルの写しがありません" in page


def test_missing_and_forbidden_are_the_same_bytes(client: Client, world: cast.Council) -> None:
    hidden = put_out(world, tier=2, parts=[("文", 2)]).bulletin_id
    cast.sign_in(client, world.reader_one)
    asked = [
        (method(reverse("bulletins:copy", args=[each])))
        for method in (client.get, client.post)
        for each in (hidden, uuid4())
    ]
    assert {(each.status_code, each.content) for each in asked} == {(404, asked[0].content)}


def test_what_became_of_a_copy_is_written_down_once_and_by_its_holder_alone(
    client: Client, world: cast.Council
) -> None:
    take(client, world.reader_one, put_out(world))
    copy = TakenCopy.objects.get()
    end = reverse("copy-end", args=[copy.pk])
    assert cast.sign_in(client, world.reader_two).post(end, {"ending": "returned"}).status_code == 404
    for ending in ("destroyed", "returned"):
        assert cast.sign_in(client, world.reader_one).post(end, {"ending": ending}).status_code == 302
    copy.refresh_from_db()
    assert copy.ending == "destroyed"
    assert [each.outcome for each in AuditEvent.objects.filter(action="copy.end").order_by("pk")] == ["deny", "allow"]


def test_the_list_of_own_copies_names_no_title(client: Client, world: cast.Council) -> None:
    revision = put_out(world, tier=2, title="内々の題名", parts=[("文", 2)])
    take(client, world.reader_two, revision)
    html = client.get(reverse("copies")).content.decode()
    assert revision.bulletin.reference in html
    assert "内々の題名" not in html
    assert (
        revision.bulletin.reference
        not in cast.sign_in(client, world.reader_one).get(reverse("copies")).content.decode()
    )


def test_the_text_of_a_document_is_set_and_never_run(client: Client, world: cast.Council) -> None:
    evil = '#read("/etc/passwd") #{1+1} $x$ <script> @label *a* \\u{41} [統](https://x.example)'
    said = words(take(client, world.reader_one, put_out(world, title="#panic()", parts=[evil])))
    assert '#read("/etc/passwd")' in said
    assert "#{1+1}" in said
    assert "#panic()" in said


def test_the_board_of_its_desk_shows_who_has_which_copy(client: Client, world: cast.Council) -> None:
    revision = put_out(world, tier=2, parts=[("文", 2)])
    take(client, world.reader_two, revision, reason="offline")
    html = cast.sign_in(client, world.publisher).get(reverse("board:one", args=[revision.bulletin_id])).content.decode()
    table = html.split('id="copies"')[1]
    for words in ("第1版 第1号", world.company.name, world.reader_two.name, "ネットワークのない場所で読む"):
        assert words in table


def test_a_page_that_was_left_open_asks_anew(
    client: Client, world: cast.Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = put_out(world)
    given, later = form(client, world.reader_one, revision), timezone.now() + timedelta(minutes=31)
    monkeypatch.setattr("bulletins.copy_form.timezone.now", lambda: later)
    answer = client.post(address(revision), given)
    assert (answer.status_code, TakenCopy.objects.count()) == (422, 0)
    assert "もう一度押してください" in answer.content.decode()
    assert given["token"] not in answer.content.decode()
