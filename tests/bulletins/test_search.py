"""Searching: what one may see is found wherever the words stand, and nothing else leaves a trace."""

import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.subject import subject_of
from bulletins import search
from bulletins.actions.close import recall
from bulletins.attached import missed, read_files
from bulletins.drafting import PartDraft
from bulletins.indexing import outdated
from bulletins.models import AttachmentText, PartWrap, Revision, SearchEntry
from bulletins.tokens import pieces_of
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.test_list_page import listed, without_tokens

pytestmark = pytest.mark.django_db

NOWHERE = "見当たらぬ語"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def put_out(world: cast.Council, **what: object) -> Revision:
    return shelf.published(world.publisher, world.approver, **{"organisations": [world.company], **what})


def ask(client: Client, who: User, q: str, **more: object) -> HttpResponse:
    return cast.sign_in(client, who).get(reverse("bulletins:list"), {"q": q, **more})


def page(client: Client, who: User, q: str) -> tuple[str, int]:
    """The page of a search without the words themselves, and how many questions it cost."""
    ask(client, who, NOWHERE)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(reverse("bulletins:list"), {"q": q})
    written = without_tokens(response.content.decode()).replace(q, "?")
    return re.sub(r"q=[^&\"]+", "q=?", written), len(queries)


@pytest.mark.parametrize(
    "q", ["へんでん", "ﾍﾝﾃﾞﾝ", "変電", "変", "cve-2026-", "ＣＶＥ‐2026-0012", "192.0.2.", "設備 192.0", "架空 変電"]
)
def test_words_are_found_in_the_text_however_they_are_typed(client: Client, world: cast.Council, q: str) -> None:
    put_out(world, parts=["変電（ヘンデン）の**設**備を CVE-2026-0012 が襲う。", "送信元は 192.0.2.17 です。"])
    put_out(world, title="別の話", parts=["送電と電気について"])
    assert listed(ask(client, world.reader_one, q)) == ["架空の題名"]


@pytest.mark.parametrize("q", ["変電ab", "電変", "のの", "変電 送電"])
def test_pairs_of_letters_alone_are_no_hit(client: Client, world: cast.Council, q: str) -> None:
    put_out(world, parts=["変電 電a ab 変 の"])
    assert listed(ask(client, world.reader_one, q)) == []


def test_each_word_may_stand_in_another_part(client: Client, world: cast.Council) -> None:
    put_out(world, tier=2, floor=1, parts=["港湾", ("半導体", 2)])
    assert len(listed(ask(client, world.reader_two, "半導体 港湾"))) == 1
    assert listed(ask(client, world.reader_one, "半導体 港湾")) == []


def test_places_are_marked_as_they_were_written(client: Client, world: cast.Council) -> None:
    put_out(world, title="ﾍﾝﾃﾞﾝの話", parts=["前置き。" * 20 + "設備は<b>ヘンデン</b>と呼ぶ。"])
    html = ask(client, world.reader_one, "へんでん").content.decode()
    assert "<mark>ﾍﾝﾃﾞﾝ</mark>の話" in html
    assert "…" in html
    assert "<mark>ヘンデン</mark>と呼ぶ" in html.replace("&lt;b&gt;", "").replace("&lt;/b&gt;", "")


def above(world: cast.Council) -> None:
    put_out(world, tier=2, floor=1, parts=["文", ("秘密の語", 2)])


def of_others(world: cast.Council) -> None:
    other = PartDraft("秘密の語", 1, subcommittees=(str(world.infrastructure.pk),))
    put_out(world, parts=["文", other])


def unpublished(world: cast.Council) -> None:
    first = put_out(world, parts=["文"])
    what = {"parts": ["秘密の語"], "organisations": [world.company], "change_summary": "直した"}
    shelf.start_revision(first.bulletin_id, shelf.draft(**what), acting_user=world.publisher)


def superseded(world: cast.Council) -> None:
    first = put_out(world, parts=["秘密の語"])
    what = {"parts": ["文"], "organisations": [world.company], "change_summary": "直した"}
    shelf.revised(first, world.publisher, world.approver, **what)


def recalled(world: cast.Council) -> None:
    recall(put_out(world, parts=["秘密の語"]).bulletin_id, acting_user=world.publisher)


def released_to_others(world: cast.Council) -> None:
    put_out(world, parts=["秘密の語"], organisations=[world.thinktank])


@pytest.mark.parametrize("hide", [above, of_others, unpublished, superseded, recalled, released_to_others])
def test_a_word_out_of_reach_is_a_word_that_stands_nowhere(client: Client, world: cast.Council, hide: object) -> None:
    hide(world)
    assert page(client, world.reader_one, "秘密の語") == page(client, world.reader_one, NOWHERE)


def test_a_hit_costs_the_same_whatever_stands_above_it(client: Client, world: cast.Council) -> None:
    put_out(world, parts=["港湾"])
    before = page(client, world.reader_one, "港湾")[1]
    put_out(world, tier=2, floor=1, floor_title="港湾の題", title="港湾", parts=["文", ("港湾", 2)])
    assert page(client, world.reader_one, "港湾")[1] == before


def test_the_index_holds_no_letters_and_no_token_twice_in_two_compartments(world: cast.Council) -> None:
    put_out(world, tier=2, floor=1, floor_title="同じ題", title="同じ題", parts=["変電", ("変電", 2)])
    one, two = SearchEntry.objects.order_by("compartment__tier").values_list("tokens", flat=True)
    assert re.fullmatch(r"[0-9a-f]{10}( [0-9a-f]{10})*", one)
    assert one.split() == sorted(set(one.split()))
    assert len(two.split()) == len(pieces_of("同じ題") | pieces_of("変電"))
    assert not set(one.split()) & set(two.split())


@pytest.mark.parametrize("most", [2000, 3])
def test_pages_of_hits_follow_each_other_without_gap_or_repeat(
    client: Client, world: cast.Council, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Also where the words are so common that the list is walked."""
    monkeypatch.setattr(search, "MOST_CANDIDATES", most)
    monkeypatch.setattr(search, "_WALK", 4)
    for number in range(9):
        put_out(world, title=f"港湾{number}", parts=["文" if number % 2 else "鉄道"])
    subject = subject_of(world.reader_one)
    found, position = [], None
    while position or not found:
        rows, position = search.page_for(subject, search.Wish(q="港湾 鉄道"), position, size=2)
        found += [row.title for row in rows]
    assert found == ["港湾8", "港湾6", "港湾4", "港湾2", "港湾0"]


def test_filters_narrow_what_is_found(client: Client, world: cast.Council) -> None:
    put_out(world, title="甲", kind="alert", parts=["港湾"])
    put_out(world, title="乙", tier=2, parts=["港湾"])
    assert listed(ask(client, world.reader_two, "港湾", kind="alert")) == ["甲"]
    assert listed(ask(client, world.reader_two, "港湾", tier="2")) == ["乙"]
    assert listed(ask(client, world.reader_two, "港湾", state="acknowledged")) == []


def test_a_reference_is_found_by_a_piece_of_it(client: Client, world: cast.Council) -> None:
    revision = put_out(world)
    put_out(world, title="別")
    assert listed(ask(client, world.reader_one, revision.bulletin.reference.lower()[:6])) == ["架空の題名"]


def test_words_inside_a_file_are_found_under_its_name(client: Client, world: cast.Council) -> None:
    revision = put_out(world, parts=["文", shelf.attachment("一覧.csv", "品目,ﾎﾟﾘｼﾘｺﾝ\n".encode())])
    assert listed(ask(client, world.reader_one, "一覧.csv")) == ["架空の題名"]
    read_files(revision.pk)
    html = ask(client, world.reader_one, "ポリシリコン").content.decode()
    assert "一覧.csv</span>" in html
    assert "<mark>ﾎﾟﾘｼﾘｺﾝ</mark>" in html


def test_words_inside_a_file_above_the_reader_stand_nowhere(client: Client, world: cast.Council) -> None:
    file = shelf.attachment("一覧.csv", "秘密の語".encode(), tier=2)
    read_files(put_out(world, tier=2, floor=1, parts=["文", file]).pk)
    assert page(client, world.reader_one, "秘密の語") == page(client, world.reader_one, NOWHERE)
    assert len(listed(ask(client, world.reader_two, "秘密の語"))) == 1


def test_a_recall_takes_the_words_of_files_with_it(world: cast.Council) -> None:
    revision = put_out(world, parts=[shelf.attachment()])
    AttachmentText.objects.all().delete()
    PartWrap.objects.filter(purpose="text").delete()
    assert missed() == [revision.pk]
    assert (read_files(revision.pk), read_files(revision.pk)) == (1, 0)
    recall(revision.bulletin_id, acting_user=world.publisher)
    assert (missed(), read_files(revision.pk)) == ([], 0)
    assert not PartWrap.objects.filter(purpose="text").exists()
    assert not SearchEntry.objects.exists()


def test_the_command_indexes_what_is_not_in_the_index(client: Client, world: cast.Council) -> None:
    put_out(world, parts=["港湾", shelf.attachment("一覧.csv", "樹脂".encode())])
    SearchEntry.objects.all().delete()
    assert listed(ask(client, world.reader_one, "港湾")) == []
    call_command("index_bulletins", verbosity=0)
    assert len(listed(ask(client, world.reader_one, "港湾 樹脂"))) == 1
    assert outdated() == []
