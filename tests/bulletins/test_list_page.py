"""The list: what one may see, filters in the address, no totals, three ways on."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bulletins.models import Revision
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db

# Session, person, what is known of them, the frame; then audiences, page, receipts, parts, titles, wraps, event and its place in the queue.
QUERIES = 18


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def put_out(world: cast.Council, **what: object) -> Revision:
    what.setdefault("organisations", [world.company])
    return shelf.published(world.publisher, world.approver, **what)


def ask(client: Client, who: object, **query: object) -> HttpResponse:
    response = cast.sign_in(client, who).get(reverse("bulletins:list"), query)
    assert response.status_code == 200
    return response


def listed(response: HttpResponse) -> list[str]:
    titles = re.findall(r'class="record-title"><a href="[^"]*" lang="ja">(.*?)</a>', response.content.decode())
    return [re.sub("</?mark>", "", title) for title in titles]


def test_the_list_holds_what_one_may_see_newest_first(client: Client, world: cast.Council) -> None:
    for title, tier in (("甲", 1), ("乙", 2), ("丙", 1)):
        put_out(world, title=title, tier=tier)
    assert listed(ask(client, world.reader_one)) == ["丙", "甲"]
    assert listed(ask(client, world.reader_two)) == ["丙", "乙", "甲"]


def test_the_screen_bears_the_highest_tier_on_it(client: Client, world: cast.Council) -> None:
    put_out(world, tier=1)
    assert ask(client, world.reader_two).context["screen_tier"] == 1
    put_out(world, tier=2)
    assert ask(client, world.reader_two).context["screen_tier"] == 2


@pytest.mark.parametrize(
    ("query", "expected"),
    [({"kind": "flash"}, ["速い"]), ({"tier": "2"}, ["濃い"]), ({"q": "濃"}, ["濃い"]), ({"kind": "alert"}, [])],
)
def test_each_filter_narrows_the_list(
    client: Client, world: cast.Council, query: dict[str, str], expected: list[str]
) -> None:
    put_out(world, title="速い", kind="flash")
    put_out(world, title="濃い", tier=2)
    assert listed(ask(client, world.reader_two, **query)) == expected


def test_the_filter_of_subcommittees_offers_ones_own_only(client: Client, world: cast.Council) -> None:
    put_out(world, title="素材", subcommittees=[world.materials])
    put_out(world, title="みんな")
    response = ask(client, world.reader_two, subcommittee=str(world.materials.pk))
    assert listed(response) == ["素材"]
    assert str(world.infrastructure.pk) not in response.content.decode()


def test_a_subcommittee_of_others_and_one_that_never_was_are_told_the_same(client: Client, world: cast.Council) -> None:
    other, never = str(world.infrastructure.pk), "00000000-0000-4000-8000-000000000000"
    pages = [
        ask(client, world.reader_two, subcommittee=value).content.decode().replace(value, "?")
        for value in (other, never)
    ]
    assert "選べない値です" in pages[0]
    assert without_tokens(pages[0]) == without_tokens(pages[1])


def without_tokens(html: str) -> str:
    return re.sub(r"\d{1,2}:\d\d", "TIME", re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "TOKEN", html))


def test_the_filter_of_tiers_ends_at_ones_own_ceiling(client: Client, world: cast.Council) -> None:
    assert 'name="tier"' not in ask(client, world.reader_one).content.decode()
    assert 'name="tier" value="3"' not in ask(client, world.reader_two).content.decode()


def test_own_state_tells_unread_unacknowledged_and_acknowledged_apart(client: Client, world: cast.Council) -> None:
    deadline = timezone.now() + timedelta(days=5)
    done, opened, new = (put_out(world, title=title, deadline=deadline) for title in ("済み", "開いた", "新しい"))
    cast.sign_in(client, world.reader_one).post(reverse("bulletins:acknowledge", args=[done.bulletin_id]))
    client.get(reverse("bulletins:detail", args=[opened.bulletin_id]))
    assert listed(ask(client, world.reader_one, state="acknowledged")) == ["済み"]
    assert listed(ask(client, world.reader_one, state="unacknowledged")) == ["新しい", "開いた"]
    assert listed(ask(client, world.reader_one, state="unread")) == [new_title := "新しい"]
    assert new_title in ask(client, world.reader_one, q=new.bulletin.reference).content.decode()


@pytest.mark.parametrize("words", ["ﾍﾝﾃﾞﾝ", "へんでん", "ヘンデン", "cve-2026", "１２", "備"])
def test_a_search_folds_width_case_and_kana(client: Client, world: cast.Council, words: str) -> None:
    put_out(world, title="ヘンデン設備と CVE-2026-0012 について")
    assert len(listed(ask(client, world.reader_one, q=words))) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "secret"},
        {"tier": "9"},
        {"state": "gone"},
        {"q": "長" * 201},
        {"cursor": "???"},
        {"cursor": "WzFd"},
        {"cursor": "W1siMDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCIsIngiXV0"},
        {"q": "\0"},
    ],
)
def test_values_that_do_not_hold_are_said_in_the_form(
    client: Client, world: cast.Council, query: dict[str, str]
) -> None:
    put_out(world, title="ここにある")
    response = ask(client, world.reader_one, **query)
    assert 'role="alert"' in response.content.decode()
    assert listed(response) == ["ここにある"]


def test_next_and_previous_walk_without_losing_or_repeating_anything(client: Client, world: cast.Council) -> None:
    titles = [f"題{n:02}" for n in range(23)]
    for title in titles:
        put_out(world, title=title, parts=["文"])
    first = ask(client, world.reader_one)
    onward = re.search(r'href="(\?cursor=[^"]+)" rel="next"', first.content.decode())[1]
    second = client.get(reverse("bulletins:list") + unescape(onward))
    assert listed(first) + listed(second) == titles[::-1]
    assert 'href="?" rel="prev"' in second.content.decode()
    assert 'rel="next"' not in second.content.decode()


def test_the_number_of_queries_is_that_of_the_page_and_not_of_its_rows(client: Client, world: cast.Council) -> None:
    counts = []
    for more in (1, 6):
        for _each in range(more):
            put_out(world, parts=["文", ("濃い", 2)], tier=2, floor=1)
        ask(client, world.reader_one)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("bulletins:list"))
        counts.append(len(queries))
    assert counts == [QUERIES, QUERIES]


def test_what_one_may_not_see_costs_no_query(client: Client, world: cast.Council) -> None:
    counts = []
    for tier in (1, 2):
        put_out(world, tier=tier)
        ask(client, world.reader_one)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("bulletins:list"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_nothing_found_shows_three_ways_on(client: Client, world: cast.Council) -> None:
    html = ask(client, world.reader_one, q="見当たらない語", kind="flash").content.decode()
    assert html[html.index('class="ways"') :].count("<li>") >= 3
    assert 'href="?kind=flash"' in html


def test_an_empty_shelf_says_what_will_appear(client: Client, world: cast.Council) -> None:
    assert "新しい順にここに並びます" in ask(client, world.reader_one).content.decode()


def test_a_list_is_one_event_and_a_search_another_with_its_words(client: Client, world: cast.Council) -> None:
    ask(client, world.reader_two)
    ask(client, world.reader_two, q="変電")
    assert AuditEvent.objects.filter(action="bulletin.list").count() == 1
    search = AuditEvent.objects.get(action="bulletin.search")
    assert details_of([search])[search.pk]["facts"] == {"q": "変電"}


def test_auditors_find_an_empty_list(client: Client, world: cast.Council) -> None:
    put_out(world, organisations=[world.audit])
    assert listed(ask(client, world.auditor)) == []
