"""The pages of the register: for officers of the agency alone; the last day is shown before it is kept; what was told is confirmed."""

import re
import uuid
from datetime import timedelta

import pytest

from accounts.actions import designations as verbs
from accounts.models import Designation, DesignationNotice, Proposal, RegisterEntry
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts.designations import DAY, TODAY, extended, officer, on

NEW = {
    "register_number": "経安2026-11号", "summary": "港湾の設備に関する評価", "not_secret": "on", "category": "vulnerability",
    "measure": "mark", "designated_on": str(TODAY), "expires_on": "", "reading_place": "第2閲覧室", "contact": "内線 12",
}  # fmt: skip


@pytest.fixture
def desk(world, client):
    return cast.sign_in(client, world.officer)


def said(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


PAGES = ("/register/", "/register/?show=ending", "/register/new/", "/register/figures/", "/register/figures.csv")


@pytest.mark.parametrize("who", ["publisher", "administrator", "operator", "auditor", "reader_three", "analyst"])
def test_for_everybody_else_there_is_no_register(world, client, who):
    cast.sign_in(client, getattr(world, who))
    nowhere = client.get("/nowhere/").content
    for page in (*PAGES, f"/register/{world.item.pk}/", f"/register/{uuid.uuid4()}/"):
        answer = client.get(page)
        assert (answer.status_code, answer.content) == (404, nowhere)


def test_another_agency_s_item_is_as_missing_as_none(world, client):
    cast.sign_in(client, world.other_officer)
    asked = [client.get(f"/register/{each}/") for each in (world.item.pk, uuid.uuid4())]
    done = [client.post(f"/register/{each}/", {"do": "review"}) for each in (world.item.pk, uuid.uuid4())]
    assert [each.status_code for each in (*asked, *done)] == [404] * 4
    assert asked[0].content == asked[1].content
    assert "経安2026-07号" not in client.get("/register/").text


def test_a_weak_session_sees_no_register(world, client):
    answer = cast.sign_in(client, world.officer, 1).get("/register/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/confirm/?next=%2Fregister%2F")


def test_the_list_shows_period_review_and_lines(world, desk):
    shown = said(desk.get("/register/"))
    assert "経安2026-07号 素材の調達に関する分析 有効" in shown
    assert "1件" in shown


@pytest.mark.parametrize(
    ("show", "days", "facts"),
    [
        ("ending", 0, {"expires_on": TODAY + timedelta(days=90)}),
        ("review", 0, {"designated_on": TODAY - timedelta(days=400)}),
        ("lifted", 0, {"cancelled_on": TODAY}),
        ("expired", 0, {"expires_on": TODAY - DAY}),
    ],
)
def test_a_filter_shows_what_it_says(world, desk, show, days, facts):
    assert "経安2026-07号" not in desk.get(f"/register/?show={show}").text
    Designation.objects.filter(pk=world.item.pk).update(**facts)
    assert "経安2026-07号" in desk.get(f"/register/?show={show}").text


def test_overdue_reviews_are_pointed_at(world, desk):
    Designation.objects.filter(pk=world.item.pk).update(designated_on=TODAY - timedelta(days=400))
    assert "見直しの期限を過ぎた指定が1件" in desk.get("/register/").text
    desk.post(f"/register/{world.item.pk}/", {"do": "review"})
    assert "見直しの期限を過ぎた指定" not in desk.get("/register/").text


def test_the_last_day_is_computed_and_shown_before_anything_is_written(world, desk):
    shown = desk.post("/register/new/", {**NEW, "designated_on": "2026-04-01", "do": "check"})
    assert "2031年3月31日" in shown.text
    assert "1日目と数えた" in shown.text
    assert Designation.objects.count() == 1
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.text))
    answer = desk.post("/register/new/", {**hidden, "do": "record"})
    made = Designation.objects.get(register_number="経安2026-11号")
    assert answer["Location"] == f"/register/{made.pk}/"
    assert (str(made.expires_on), made.reading_place, made.category) == ("2031-03-31", "第2閲覧室", "vulnerability")


def test_going_back_keeps_what_was_typed(world, desk):
    shown = desk.post("/register/new/", {**NEW, "do": "back"})
    assert 'value="港湾の設備に関する評価"' in shown.text
    assert 'value="check"' in shown.text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"not_secret": ""}, "必須"), ({"summary": "極秘の計画"}, "機密性3情報"), ({"summary": ""}, "必須"),
        ({"designated_on": str(TODAY + DAY)}, "まだ来ていません"), ({"designated_on": "9999-01-01"}, "まだ来ていません"),
        ({"designated_on": "2026-04-01", "expires_on": "2031-04-01"}, "5年まで"),
        ({"designated_on": "2026-04-01", "expires_on": "2026-03-31"}, "始まりの日より前"), ({"category": "other"}, ""),
        ({"register_number": "経安2026-07号", "do": "record"}, ""),
    ],
)  # fmt: skip
def test_what_can_not_be_is_said_at_its_field(world, desk, wrong, sentence):
    answer = desk.post("/register/new/", {"do": "check", **NEW, **wrong})
    assert 'aria-invalid="true"' in answer.text or 'role="alert"' in answer.text
    assert sentence in answer.text
    assert Designation.objects.count() == 1


def test_an_item_s_page_tells_how_many_know(world, desk):
    desk.post(f"/register/{world.item.pk}/", {"do": "lift", "sure": "on"})
    row = DesignationNotice.objects.get(person=world.reader_three)
    verbs.confirm_told(row.pk, acting_user=world.reader_three)
    shown = said(desk.get(f"/register/{world.item.pk}/"))
    assert "4人中1人が確認" in shown
    assert "指定解除（" in shown
    assert "高橋 直子" in shown
    assert "水城 環" not in shown


def test_lifting_asks_for_the_box(world, desk):
    answer = desk.post(f"/register/{world.item.pk}/", {"do": "lift"})
    assert 'aria-invalid="true"' in answer.text
    assert not RegisterEntry.objects.filter(what="cancelled").exists()


def test_an_extension_is_proposed_here_and_confirmed_by_another(world, desk):
    until = world.item.expires_on + timedelta(days=30)
    answer = desk.post(f"/register/{world.item.pk}/", {"do": "extend", "until": str(until)}, follow=True)
    assert "延長を提案しました" in answer.text
    assert "岡崎 智さんが" in said(answer)
    proposal = Proposal.objects.get()
    cast.sign_in(desk, officer(world.agency))
    assert "経安2026-07号" in desk.get("/proposals/").text
    desk.post("/proposals/", {"do": "confirm", "proposal": str(proposal.pk)})
    world.item.refresh_from_db()
    assert world.item.expires_on == until


def test_an_impossible_extension_keeps_its_day_and_says_why(world, desk):
    answer = desk.post(f"/register/{world.item.pk}/", {"do": "extend", "until": "2999-01-01"})
    assert "一度に延ばせるのは5年まで" in answer.text
    assert 'value="2999-01-01"' in answer.text


def test_where_it_is_read_can_change(world, desk):
    desk.post(
        f"/register/{world.item.pk}/", {"do": "change", "measure": "notice", "reading_place": "別館", "contact": ""}
    )
    world.item.refresh_from_db()
    assert (world.item.measure, world.item.reading_place) == ("notice", "別館")


def test_reminding_and_other_ways_stand_on_the_page(world, desk):
    line = verbs.cancel_designation(world.item, acting_user=world.officer)
    page = f"/register/{world.item.pk}/"
    assert "1日1回まで" in desk.get(page).text
    with on(TODAY + 2 * DAY):
        cast.sign_in(desk, world.officer)
        assert "4人に再通知します" in desk.post(page, {"do": "remind", "line": str(line.pk)}, follow=True).text
    row = DesignationNotice.objects.get(person=world.approver)
    assert row.reminded_at
    desk.post(page, {"do": "reached", "notice": str(row.pk)})
    row.refresh_from_db()
    assert row.reached_by == "岡崎 智"


@pytest.mark.parametrize(
    "asked", [{"do": "remind", "line": "x"}, {"do": "reached", "notice": str(uuid.uuid4())}, {"do": "?"}]
)
def test_what_belongs_to_no_item_is_missing(world, desk, asked):
    assert desk.post(f"/register/{world.item.pk}/", asked).status_code == 404


def test_what_is_over_offers_nothing_to_do(world, desk):
    verbs.cancel_designation(world.item, acting_user=world.officer)
    shown = desk.get(f"/register/{world.item.pk}/").text
    assert 'value="lift"' not in shown
    assert 'value="extend"' not in shown
    answer = desk.post(f"/register/{world.item.pk}/", {"do": "review"}, follow=True)
    assert "新しい指定として記録" in answer.text


def test_everybody_reads_their_own_notices_and_confirms_them(world, client):
    extended(world, world.item, world.item.expires_on + DAY)
    cast.sign_in(client, world.reader_three)
    shown = client.get("/designations/notices/")
    assert "延びました" in shown.text
    row = DesignationNotice.objects.get(person=world.reader_three)
    client.post("/designations/notices/", {"notice": str(row.pk)})
    assert "確認済み" in client.get("/designations/notices/").text
    assert AuditEvent.objects.filter(action="designation.confirm").count() == 1


@pytest.mark.parametrize("asked", ["", "x", "other"])
def test_what_was_told_to_somebody_else_is_missing(world, client, asked):
    verbs.cancel_designation(world.item, acting_user=world.officer)
    other = DesignationNotice.objects.get(person=world.publisher)
    cast.sign_in(client, world.reader_two)
    assert "経安2026-07号" not in client.get("/designations/notices/").text
    notice = str(other.pk) if asked == "other" else asked
    assert client.post("/designations/notices/", {"notice": notice}).status_code == 404
    assert AuditEvent.objects.filter(action="designation.confirm", outcome="deny").count() == 1
