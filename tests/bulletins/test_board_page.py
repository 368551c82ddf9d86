"""The pages of the board, as the desk and as others meet them."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notice
from bulletins.models import Delivery
from council.access.policy import Action
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import board_cast
from tests.bulletins.board_cast import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def desk(world, client: Client) -> Client:
    return cast.sign_in(client, world.publisher)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


PAGES = ["", "progress/", "export.csv"]
DEEDS = ["remind/", "extend/", "returns/remind/", "returns/call/"]
STRANGERS = ["reader_two", "other_reader", "administrator", "auditor", "operator", "abroad"]


def who_is(world, who):
    if who == "abroad":
        return cast.person(world.other_agency, "publisher", "approver", tier=2)
    return getattr(world, who)


@pytest.mark.parametrize("then", PAGES)
@pytest.mark.parametrize("who", ["publisher", "approver"])
def test_the_desk_of_the_originator_has_every_page_of_the_board(world, client, who, then):
    revision = board_cast.out(world)
    assert cast.sign_in(client, getattr(world, who)).get(at(revision, then)).status_code == 200


@pytest.mark.parametrize(("method", "then"), [*(("get", page) for page in PAGES), *(("post", deed) for deed in DEEDS)])
@pytest.mark.parametrize("who", STRANGERS)
def test_for_others_a_board_and_an_id_never_used_are_one(world, client, who, method, then):
    revision = board_cast.out(world, organisations=[world.company, world.other_company], parts=["本文です。"], tier=1)
    cast.sign_in(client, who_is(world, who))
    answers, costs = [], []
    for bulletin in (revision.bulletin_id, uuid4()):
        with CaptureQueriesContext(connection) as queries:
            answers.append(getattr(client, method)(at(bulletin, then)))
        costs.append(len(queries))
    assert [answer.status_code for answer in answers] == [404, 404]
    assert (answers[0].content, costs[0]) == (answers[1].content, costs[1])


@pytest.mark.parametrize("who", ["reader_two", "administrator", "auditor", "operator"])
def test_people_without_a_desk_find_no_list_and_no_entry_in_the_menu(world, client, who):
    cast.sign_in(client, getattr(world, who))
    assert [client.get(page).status_code for page in ("/board/", "/board/progress/")] == [404, 404]
    assert "配付状況" not in text(client, "/me/")


def test_another_agency_sees_an_empty_list_and_no_title(world, client):
    board_cast.out(world)
    page = text(cast.sign_in(client, who_is(world, "abroad")), "/board/")
    assert "いま進んでいるものはありません。" in page
    assert "板に出る題名" not in page


def test_opening_the_board_is_an_event_and_asking_how_far_it_is_another(world, desk):
    revision = board_cast.out(world)
    for page in ("/board/", at(revision), "/board/progress/", at(revision, "progress/")):
        desk.get(page)
    seen = AuditEvent.objects.filter(action=Action.TRACK, outcome="allow")
    assert list(seen.order_by("id").values_list("object", flat=True)) == ["", str(revision.bulletin_id)] * 2


# --- what it says -------------------------------------------------------------------------------------------------------


def every_state(world):
    """An organisation in each state, by its label; the state called 期限超過 has let its deadline pass."""
    labels = ["未配達", "配達", "開封", "受領確認", "該当なし", "該当あり", "対応済み", "期限超過"]
    people = dict(zip(labels, board_cast.readers(len(labels)), strict=True))
    revision = board_cast.out(world, organisations=board_cast.of(people.values()))
    told = [person.organisation for label, person in people.items() if label != "未配達"]
    Notice.objects.filter(organisation__in=told).update(state="sent", sent_at=timezone.now())
    for label in ("開封", "期限超過"):
        board_cast.receipt(revision, people[label])
    board_cast.receipt(revision, people["受領確認"], acknowledged=True)
    for label, value in (("該当なし", "not_applicable"), ("該当あり", "applicable"), ("対応済み", "handled")):
        board_cast.answer(revision, people[label], value)
    late = timezone.now() - timedelta(days=1)
    Delivery.objects.filter(organisation=people["期限超過"].organisation).update(deadline=late)
    return revision, people


def rows_in(page: str) -> dict[str, str]:
    """Organisation -> its row in the table of states."""
    body = page[page.index('<table class="matrix') :].partition("</table>")[0]
    rows = re.findall(r"<tr[^>]*>\s*<th scope=\"row\">(.*?)</th>(.*?)</tr>", body, re.DOTALL)
    return dict(rows)


def test_each_state_is_told_by_its_word_and_by_a_shape_of_its_own(world, desk):
    revision, people = every_state(world)
    rows, shapes = rows_in(text(desk, at(revision))), set()
    for label, person in people.items():
        row = rows[person.organisation.name]
        state = re.search(r'data-status="([a-z-]+)"><svg.*?#i-(s-[a-z-]+)".*?</svg>(.*?)</span>', row, re.DOTALL)
        assert state[3] == label
        assert state[2] == f"s-{state[1]}"
        shapes.add(state[2])
    assert len(shapes) == len(people)


def test_the_bar_says_its_numbers_in_words(world, desk):
    page = text(desk, at(every_state(world)[0]))
    said = re.search(r'<title id="tally-t">(.*?)</title>', page)[1]
    assert said == "8組織の内訳：対応済み 1、該当あり 1、該当なし 1、受領確認 1、開封 1、配達 1、未配達 1、期限超過 1"
    assert page.count("url(#hatch-") == 3


def test_what_is_urgent_comes_first_until_another_order_is_asked_for(world, desk):
    revision, people = every_state(world)
    names = {label: person.organisation.name for label, person in people.items()}
    page = text(desk, at(revision))
    order = list(rows_in(page))
    assert order[:2] == [names["期限超過"], names["未配達"]]
    assert order[-1] == names["該当なし"]
    assert page.count("aria-sort=") == 1
    assert list(rows_in(text(desk, at(revision) + "?sort=organisation"))) == sorted(names.values())
    assert list(rows_in(text(desk, at(revision) + "?sort=-organisation"))) == sorted(names.values(), reverse=True)


def test_what_has_not_happened_comes_last_in_either_order(world, desk):
    revision, people = every_state(world)
    opened = {people[label].organisation.name for label in ("開封", "受領確認", "期限超過")}
    for order in ("opened", "-opened"):
        assert set(list(rows_in(text(desk, at(revision) + f"?sort={order}")))[:3]) == opened


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("overdue", ["期限超過"]), ("waiting", ["期限超過", "未配達", "配達", "開封"]), ("handled", ["対応済み"])],
)
def test_a_state_is_filtered_for_in_the_address(world, desk, asked, shown):
    revision, people = every_state(world)
    page = text(desk, f"{at(revision)}?state={asked}")
    assert list(rows_in(page)) == [people[label].organisation.name for label in shown]
    assert re.search(rf'href="\?state={asked}#orgs" aria-current="true"', page)


@pytest.mark.parametrize(
    "query", ["?state=<script>", "?sort=nothing", "?page=999999", "?page=x", "?revision=x", "?state="]
)
def test_an_address_that_means_nothing_shows_everything(world, desk, query):
    revision, people = every_state(world)
    page = text(desk, at(revision) + query)
    assert len(rows_in(page)) == len(people)
    assert "<script>" not in page


def test_where_nothing_is_asked_for_nobody_is_said_to_owe_it(world, desk):
    revision = board_cast.out(world, deadline=None)
    assert "確認がまだ" not in text(desk, at(revision))
    assert "確認がまだ 1" in text(desk, at(board_cast.out(world)))


def test_who_read_what_is_tier_two_whatever_was_read(world, desk):
    for page in ("/board/", at(board_cast.out(world, tier=1, parts=["本文です。"]))):
        assert desk.get(page).context["screen_tier"] == 2


def test_a_revision_that_never_went_out_has_no_board(world, desk):
    revision = board_cast.out(world)
    assert [desk.get(f"{at(revision)}?revision={number}").status_code for number in (1, 2, 0)] == [200, 404, 404]


def test_a_long_table_goes_on_over_pages(world, desk, monkeypatch):
    monkeypatch.setattr("bulletins.board_rows.PAGE", 3)
    revision = board_cast.out(world, organisations=board_cast.of(board_cast.readers(4)))
    first, second = (text(desk, f"{at(revision)}?sort=organisation&page={page}") for page in (1, 2))
    assert [len(rows_in(page)) for page in (first, second)] == [3, 1]
    assert not set(rows_in(first)) & set(rows_in(second))
    assert "?sort=organisation&amp;page=2" in first


@pytest.mark.parametrize("page", ["/board/", ""])
def test_many_organisations_cost_no_more_queries(world, desk, page):
    def cost(number: int) -> int:
        revision = board_cast.out(world, organisations=board_cast.of(board_cast.readers(number)))
        with CaptureQueriesContext(connection) as queries:
            text(desk, page or at(revision))
        return len(queries)

    assert cost(3) == cost(60)


def test_those_who_cannot_be_reached_are_a_choice_of_their_own(world, desk):
    revision = board_cast.out(world)
    assert "連絡がつかない" not in text(desk, at(revision))
    world.company.people.update(is_active=False)
    assert "連絡がつかない 1" in text(desk, at(revision))
    shown = text(desk, f"{at(revision)}?state=unreachable")
    assert world.company.name in shown
    assert "見られる人がいません" in shown
