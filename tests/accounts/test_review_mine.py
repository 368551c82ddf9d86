"""The page on which administrators answer for their own people: whom it names, what is saved, what is left alone."""

import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import review_clock
from accounts.models import ReviewCampaign, ReviewItem, User
from tests import cast
from tests.accounts import reviews
from tests.accounts.reviews import END, KEEP, begun, item, overdue, page


def mine(*answers: tuple[ReviewItem, str]) -> dict[str, str]:
    return {f"item-{row.pk}": answer for row, answer in answers}


def test_an_administrator_sees_their_own_people_and_no_other_name(world: cast.Council, client: Client) -> None:
    begun(world)
    shown = page(client, world.administrator, "/reviews/mine/")
    for name in ("平野 隼", "加藤 美咲", "水城 環", "役割：閲覧者", "分科会：電子部品・素材分科会", "機密性2情報"):
        assert name in shown
    for name in ("菅原 亮", "秋山 恵", "夕凪ケーブル", "真鍋 玲", "官民協議会 事務局"):
        assert name not in shown


def test_another_organisation_is_none_of_an_administrators_business(world: cast.Council, client: Client) -> None:
    begun(world)
    cast.sign_in(client, world.administrator)
    answers = [client.get(f"/reviews/mine/?organisation={each}") for each in (world.other_company.pk, uuid.uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize("who", ["reader_two", "auditor", "publisher", "officer"])
def test_only_administrators_and_operators_are_asked(world: cast.Council, client: Client, who: str) -> None:
    begun(world)
    assert cast.sign_in(client, getattr(world, who)).get("/reviews/mine/").status_code == 404


def test_chosen_answers_are_saved_and_the_rest_stays_open(world: cast.Council, client: Client) -> None:
    campaign = begun(world)
    one, two = item(campaign, world.reader_one), item(campaign, world.reader_two, "tier", 2)
    answer = cast.sign_in(client, world.administrator).post("/reviews/mine/", mine((one, KEEP), (two, END)))
    assert answer.status_code == 302
    assert "2人分の回答を保存しました。" in client.get("/reviews/mine/").text
    one.refresh_from_db()
    assert one.answer == KEEP
    assert User.objects.get(pk=world.reader_two.pk).tier == 1
    assert ReviewItem.objects.exclude(answer="").count() == 2
    shown = page(client, world.administrator, "/reviews/mine/")
    assert f'name="item-{one.pk}" value="keep" checked' in shown


def test_one_button_keeps_a_person_and_saves_what_else_was_chosen(world: cast.Council, client: Client) -> None:
    campaign = begun(world)
    other = item(campaign, world.reader_one, "role", "member")
    sent = {**mine((other, KEEP)), "keep": str(world.reader_two.pk)}
    cast.sign_in(client, world.administrator).post("/reviews/mine/", sent)
    rows = ReviewItem.objects.exclude(answer="").values_list("person", flat=True)
    assert sorted(map(str, rows)) == sorted([str(world.reader_two.pk)] * 4 + [str(world.reader_one.pk)])


def test_what_somebody_else_has_answered_since_is_not_undone_by_an_old_page(
    world: cast.Council, client: Client
) -> None:
    campaign = begun(world)
    row = item(campaign, world.reader_three)
    reviews.answered(campaign, world.reader_three, KEEP, by=world.operator)
    # Somebody else says end meanwhile, which an administrator may not carry out; the old page still says keep.
    reviews.answered(campaign, world.reader_three, END, "tier", by=world.administrator)
    tier = item(campaign, world.reader_three, "tier", 2)
    old = {f"item-{each.pk}": KEEP for each in (row, tier)} | {f"was-{each.pk}": KEEP for each in (row, tier)}
    cast.sign_in(client, world.administrator).post("/reviews/mine/", old)
    tier.refresh_from_db()
    assert tier.answer == END


def test_ones_own_row_has_nothing_to_press(world: cast.Council, client: Client) -> None:
    campaign = begun(world)
    own = item(campaign, world.administrator)
    shown = page(client, world.administrator, "/reviews/mine/")
    assert "自分の分は、自分では答えられません" in shown
    assert f"item-{own.pk}" not in shown
    client.post("/reviews/mine/", {**mine((own, KEEP)), "keep": str(world.administrator.pk)})
    assert not ReviewItem.objects.exclude(answer="").exists()


def test_items_of_other_organisations_are_ignored(world: cast.Council, client: Client) -> None:
    campaign = begun(world)
    theirs, ours = item(campaign, world.other_reader), item(campaign, world.reader_one)
    sent = {**mine((theirs, END), (ours, KEEP)), "keep": str(world.other_reader.pk), "item-x": "keep"}
    assert cast.sign_in(client, world.administrator).post("/reviews/mine/", sent).status_code == 302
    assert list(ReviewItem.objects.exclude(answer="")) == [ours]


def test_a_word_that_is_no_answer_gets_a_message(world: cast.Council, client: Client) -> None:
    campaign = begun(world)
    sent = mine((item(campaign, world.reader_one), "maybe"))
    cast.sign_in(client, world.administrator).post("/reviews/mine/", sent)
    assert "「引き続き必要」か「終える」を選んでください。" in client.get("/reviews/mine/").text


def test_an_answer_after_the_deadline_gets_a_message(world: cast.Council, client: Client) -> None:
    campaign = overdue(begun(world))
    sent = mine((item(campaign, world.reader_one), KEEP))
    cast.sign_in(client, world.administrator).post("/reviews/mine/", sent)
    assert "期限を過ぎたので" in client.get("/reviews/mine/").text
    assert not ReviewItem.objects.exclude(answer="").exists()


def test_afterwards_an_administrator_sees_what_became_of_their_people(world: cast.Council, client: Client) -> None:
    campaign = begun(world)
    reviews.answered(campaign, world.reader_one, KEEP, by=world.administrator)
    reviews.answered(campaign, world.reader_two, KEEP, by=world.operator)
    overdue(campaign)
    review_clock.tend()
    shown = page(client, world.administrator, "/reviews/mine/")
    for words in ("引き続き必要", "答えがなく、終わりました", "終えていません（人が決めます）"):
        assert words in shown
    # Who of another organisation answered is the office, without a name.
    assert "真鍋" not in shown
    assert "<input" not in shown.replace('<input type="hidden" name="csrfmiddlewaretoken"', "")


def test_the_page_asks_the_same_however_many_people_there_are(world: cast.Council, client: Client) -> None:
    cast.sign_in(client, world.administrator)
    asked = []
    for more in (0, 10):
        for _ in range(more):
            cast.person(world.company, tier=2, subcommittees=[world.materials])
        ReviewCampaign.objects.update(closed_at=timezone.now())
        begun(world)
        with CaptureQueriesContext(connection) as queries:
            client.get("/reviews/mine/")
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_many_people_are_shown_page_by_page(world: cast.Council, client: Client) -> None:
    for number in range(25):
        cast.person(world.company, name=f"架空 多数{number:02}")
    begun(world)
    first, second = (page(client, world.administrator, f"/reviews/mine/?page={number}") for number in (1, 2))
    names = re.findall("架空 多数\\d\\d(?=</h2>)", first), re.findall("架空 多数\\d\\d(?=</h2>)", second)
    assert len(names[0]) + len(names[1]) == 25
    assert not set(names[0]) & set(names[1])
    assert 'href="?page=2"' in first


def test_only_people_without_an_answer_can_be_shown(world: cast.Council, client: Client) -> None:
    campaign = begun(world)
    reviews.answered(campaign, world.reader_one, KEEP, by=world.administrator)
    shown = page(client, world.administrator, "/reviews/mine/?missing")
    assert "平野 隼" not in shown
    assert "加藤 美咲" in shown


def test_before_the_first_review_the_page_says_what_will_be_here(world: cast.Council, client: Client) -> None:
    assert "見直しはまだありません" in page(client, world.administrator, "/reviews/mine/")
    assert client.post("/reviews/mine/", {}).status_code == 404
