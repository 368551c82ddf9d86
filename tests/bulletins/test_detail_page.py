"""One bulletin on its page: the rendition and its labels, and no sign of anything else."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bulletins.models import Receipt, Revision
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db

# Session, person, what is known of them, the frame; then bulletin, grants, parts, event and its place in the queue of the log, receipt,
# wraps, names, own deadline, answers and package.
QUERIES = 24


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def put_out(world: cast.Council, **what: object) -> Revision:
    what.setdefault("organisations", [world.company])
    return shelf.published(world.publisher, world.approver, **what)


def page(client: Client, who: object, revision: Revision) -> str:
    response = cast.sign_in(client, who).get(reverse("bulletins:detail", args=[revision.bulletin_id]))
    assert response.status_code == 200
    return response.content.decode()


def browser_title(html: str) -> str:
    return re.search(r"<title>(.*?)</title>", html, re.DOTALL)[1]


def test_a_reader_sees_the_parts_within_reach_and_no_sign_of_the_others(client: Client, world: cast.Council) -> None:
    parts = ["## 一つ目\n\n甲です。", ("## 隠れた見出し\n\n乙です。", 2), "## 三つ目\n\n丙です。"]
    revision = put_out(world, tier=2, floor=1, parts=parts)
    html = page(client, world.reader_one, revision)
    assert "甲です。" in html
    assert "丙です。" in html
    assert "乙です。" not in html
    assert "隠れた見出し" not in html


def test_parts_are_numbered_within_the_readers_own_rendition(client: Client, world: cast.Council) -> None:
    parts = ["## 一\n\n甲", ("## 二\n\n乙", 2), "## 三\n\n丙"]
    revision = put_out(world, tier=2, floor=1, parts=parts)
    assert re.findall(r'id="(p[\d-]+)"', page(client, world.reader_one, revision)) == ["p1", "p1-1", "p2", "p2-1"]
    assert re.findall(r'id="(p[\d]+)"', page(client, world.reader_two, revision)) == ["p1", "p2", "p3"]


def test_a_page_with_a_hidden_part_is_that_of_a_bulletin_without_it(client: Client, world: cast.Council) -> None:
    visible = ["## 一\n\n甲", "## 二\n\n乙", shelf.attachment("表.csv")]
    with_more = [visible[0], ("## 丁\n\n戊", 2), visible[1], shelf.attachment("図.csv", tier=2), visible[2]]
    pages = [
        page(client, world.reader_one, put_out(world, tier=2, floor=1, parts=parts)) for parts in (visible, with_more)
    ]
    assert same_but_for_chance(pages[0]) == same_but_for_chance(pages[1])


def same_but_for_chance(html: str) -> str:
    """Ids, references, tokens and moments are drawn anew for each bulletin."""
    html = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", html)
    html = re.sub(r"TH-[2-9A-Z]{4,8}", "REFERENCE", html)
    html = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "TOKEN", html)
    return re.sub(r"\d{1,2}:\d\d", "TIME", html)


def test_missing_and_forbidden_are_the_same_bytes_and_queries(client: Client, world: cast.Council) -> None:
    forbidden = put_out(world, tier=2, title="見せない題名").bulletin_id
    answers = []
    for bulletin_id in (forbidden, uuid4()):
        cast.sign_in(client, world.reader_one)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(reverse("bulletins:detail", args=[bulletin_id]))
        answers.append((response.status_code, response.content, sorted(response.headers.items()), len(queries)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


def test_opening_is_recorded_before_anything_is_answered(client: Client, world: cast.Council) -> None:
    revision = put_out(world)
    page(client, world.reader_two, revision)
    event = AuditEvent.objects.get(action="bulletin.read")
    assert event.object == str(revision.bulletin_id)
    assert Receipt.objects.get(person=world.reader_two).opened_at is not None


def test_a_refusal_is_recorded_too(client: Client, world: cast.Council) -> None:
    revision = put_out(world, tier=2)
    cast.sign_in(client, world.reader_one).get(reverse("bulletins:detail", args=[revision.bulletin_id]))
    assert AuditEvent.objects.get(action="bulletin.read").outcome == "deny"


def test_above_tier_one_browser_title_and_breadcrumb_carry_the_reference_only(
    client: Client, world: cast.Council
) -> None:
    revision = put_out(world, tier=2, title="内々の題名", parts=[("本文", 2)])
    html = page(client, world.reader_two, revision)
    assert "内々の題名" not in browser_title(html)
    assert revision.bulletin.reference in browser_title(html)
    assert "内々の題名" not in html[html.index("breadcrumb") : html.index("</nav>", html.index("breadcrumb"))]


def test_at_tier_one_the_browser_title_is_the_title(client: Client, world: cast.Council) -> None:
    assert "公にできる題名" in browser_title(page(client, world.reader_one, put_out(world, title="公にできる題名")))


def test_the_mark_carries_the_tier_of_what_is_shown(client: Client, world: cast.Council) -> None:
    revision = put_out(world, tier=2, floor=1, parts=["甲", ("乙", 2)])
    assert '<div class="handling-mark" data-grade="1">' in page(client, world.reader_one, revision)
    assert '<div class="handling-mark" data-grade="2">' in page(client, world.reader_two, revision)


def test_printing_is_refused_in_words_where_a_caveat_stops_it(client: Client, world: cast.Council) -> None:
    html = page(client, world.reader_two, put_out(world, caveats=["印刷禁止"]))
    assert '<body  data-print="forbidden">' in html
    assert "この資料は印刷できません" in html


def test_without_the_caveat_paper_is_allowed(client: Client, world: cast.Council) -> None:
    html = page(client, world.reader_two, put_out(world))
    assert "data-print" not in html
    assert "この資料は印刷できません" not in html


def test_the_change_summary_reaches_only_those_who_see_everything(client: Client, world: cast.Council) -> None:
    what = {"tier": 2, "floor": 1, "parts": ["甲", ("乙", 2)], "organisations": [world.company]}
    first = shelf.published(world.publisher, world.approver, **what)
    second = shelf.revised(first, world.publisher, world.approver, change_summary="丙を訂正した", **what)
    assert "丙を訂正した" in page(client, world.reader_two, second)
    assert "丙を訂正した" not in page(client, world.reader_one, second)


def test_three_headings_need_no_contents_list_and_four_do(client: Client, world: cast.Council) -> None:
    three, four = (put_out(world, parts=["\n\n".join(f"## 章{n}\n\n文" for n in range(count))]) for count in (3, 4))
    assert "もくじ</h2>" not in page(client, world.reader_one, three)
    html = page(client, world.reader_one, four)
    links = re.findall(r'<li data-level="2"><a href="#(p1-\d)"', html)
    assert links == ["p1-1", "p1-2", "p1-3", "p1-4"]
    assert all(f'id="{link}"' in html for link in links)


def test_the_words_and_frame_of_tier_three_stand_on_the_page_with_its_designation(
    client: Client, world: cast.Council
) -> None:
    html = page(client, world.reader_three, critical(world))
    assert html.count('<p class="critical-words">重要経済安保情報</p>') == 2
    assert world.item.register_number in html
    assert "取扱者名簿に載っている人だけ" in html


def test_below_tier_three_nothing_tells_of_the_designation(client: Client, world: cast.Council) -> None:
    html = page(client, world.reader_two, critical(world))
    assert world.item.register_number not in html
    assert "critical-words" not in html
    assert "重要経済安保情報" not in html.replace("重要経済安保情報まで", "")


def critical(world: cast.Council) -> Revision:
    return shelf.published(
        world.publisher,
        [world.approver, world.second_approver],
        tier=3,
        floor=2,
        designation=world.item,
        parts=[("甲", 2), ("乙", 3)],
        organisations=[world.company],
    )


def test_script_in_a_document_stays_text(client: Client, world: cast.Council) -> None:
    html = page(client, world.reader_one, put_out(world, title="<b>題</b>", parts=["<script>alert(1)</script>"]))
    assert "<script>alert" not in html
    assert "&lt;b&gt;題" in html


def test_english_pages_say_that_the_words_are_japanese_only(client: Client, world: cast.Council) -> None:
    client.cookies["language"] = "en"
    html = page(client, world.reader_one, put_out(world))
    assert '<html lang="en">' in html
    assert '<h1 lang="ja">' in html
    assert "The title and text of this bulletin are in Japanese only." in html


def test_the_number_of_queries_does_not_grow_with_the_parts(client: Client, world: cast.Council) -> None:
    counts = []
    for parts in (["甲"], [*"甲乙丙丁戊己庚辛壬癸", shelf.attachment()]):
        revision = put_out(world, parts=parts)
        page(client, world.reader_one, revision)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("bulletins:detail", args=[revision.bulletin_id]))
        counts.append(len(queries))
    assert counts == [QUERIES, QUERIES]
