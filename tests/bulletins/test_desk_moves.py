"""The way of a revision over the desk, over HTTP and without a script: handed in, opened, approved, published, recalled."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from bulletins.approval import digest
from bulletins.models import Approval, Bulletin
from council.access.facts import State
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.desk_hand import at, form, open_all, seen_on, the_revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def desk(client, world) -> Client:
    return cast.sign_in(client, world.publisher)


def test_the_whole_way_from_draft_to_recall(client, world):
    desk, room = cast.sign_in(client, world.publisher), cast.sign_in(Client(), world.approver)
    desk.post(reverse("desk:new"), form({"text": "一"}, organisations=[str(world.company.pk)]))
    revision = the_revision()
    desk.post(at("submit", revision))
    page = open_all(room, revision)
    assert "承認しました" in room.post(at("approve", revision), {"seen": seen_on(page)}, follow=True).content.decode()
    people = re.search(r'name="expected_people" value="(\d+)"', desk.get(at("work", revision)).content.decode())[1]
    assert (
        "公開しました" in desk.post(at("publish", revision), {"expected_people": people}, follow=True).content.decode()
    )
    recalled = desk.post(at("recall", revision), {"why": "数字の誤り", "meant": "yes"}, follow=True)
    assert "数字の誤り" in recalled.content.decode()
    assert the_revision().state == State.RECALLED


def test_the_button_names_the_organisations_and_people_who_will_read(desk, world):
    what = {"tier": 2, "organisations": [world.company, world.thinktank]}
    revision = shelf.handed_in(world.publisher, **what)
    cast.sign_in(room := Client(), world.approver)
    room.post(at("approve", revision), {"seen": seen_on(open_all(room, revision))})
    assert "2組織 4名に公開する" in desk.get(at("work", revision)).content.decode()


@pytest.mark.parametrize("said", ["", "5", "-1", "四"])
def test_another_number_than_the_real_one_publishes_nothing(desk, world, said):
    revision = shelf.handed_in(world.publisher, tier=2, organisations=[world.company])
    cast.sign_in(room := Client(), world.approver)
    room.post(at("approve", revision), {"seen": seen_on(open_all(room, revision))})
    page = desk.post(at("publish", revision), {"expected_people": said}, follow=True).content.decode()
    assert "見る人の数が変わりました" in page
    assert the_revision().state == State.APPROVED


def test_the_author_is_told_why_they_can_not_approve(desk, world):
    world.publisher.role_assignments.create(role="approver")
    revision = shelf.handed_in(world.publisher, people=[world.reader_one])
    assert "作成者は自分の資料を承認できません" in desk.get(at("work", revision)).content.decode()
    page = desk.post(at("approve", revision), {"seen": "x"}, follow=True).content.decode()
    assert "作成者は自分の資料を承認できません" in page
    assert not Approval.objects.exists()


def test_an_approver_opens_every_rendition_before_the_button_is_there(client, world):
    room = cast.sign_in(client, world.approver)
    revision = shelf.handed_in(
        world.publisher,
        tier=2,
        floor=1,
        floor_title="公開の題名",
        parts=["一", ("二", 2)],
        organisations=[world.company],
    )
    page = room.get(at("work", revision)).content.decode()
    assert ("作られる表示は2種類" in page, 'name="seen"' in page) == (True, False)
    room.post(at("approve", revision), {"seen": digest(revision)})
    assert not Approval.objects.exists()
    seen = seen_on(open_all(room, revision))
    room.post(at("approve", revision), {"seen": seen})
    assert Approval.objects.count() == 1


def test_a_rendition_is_shown_exactly_as_its_readers_get_it(client, world):
    room = cast.sign_in(client, world.approver)
    revision = shelf.handed_in(
        world.publisher, tier=2, floor=1, floor_title="公開の題名", title="内部の題名",
        parts=["公開の部分", ("内部の部分", 2)], people=[world.reader_one, world.reader_two],
    )  # fmt: skip
    page = room.get(at("work", revision), {"as": "2"}).content.decode()
    assert ("公開の題名" in page, "公開の部分" in page) == (True, True)
    assert ("内部の題名" in page, "内部の部分" in page) == (False, False)
    assert room.get(at("work", revision), {"as": "3"}).status_code == 404


def test_what_was_opened_counts_no_more_once_something_changes(client, world):
    room = cast.sign_in(client, world.approver)
    revision = shelf.handed_in(world.publisher, people=[world.reader_one])
    open_all(room, revision)
    room.post(at("return", revision), {"comment": "出典を。"})
    desk = cast.sign_in(Client(), world.publisher)
    desk.post(at("edit", revision), form({"text": "別の文"}, people=world.reader_one.email))
    desk.post(at("submit", revision))
    assert 'name="seen"' not in room.get(at("work", revision)).content.decode()


def test_the_author_reads_why_it_came_back(desk, world):
    revision = shelf.handed_in(world.publisher, people=[world.reader_one])
    room = cast.sign_in(Client(), world.approver)
    room.post(at("return", revision), {"comment": "出典を書いてください。"})
    assert "出典を書いてください。" in desk.get(at("work", revision)).content.decode()


def test_an_empty_audience_is_said_and_not_handed_in(desk, world):
    draft = shelf.drafted(world.publisher)
    assert "公開先がひとつもありません" in desk.post(at("submit", draft), follow=True).content.decode()
    assert the_revision().state == State.DRAFT


def test_recall_asks_for_a_reason_and_whether_it_is_meant(desk, world):
    revision = shelf.published(world.publisher, world.approver, people=[world.reader_one])
    assert desk.get(at("recall", revision)).status_code == 200
    for sent in ({"why": "誤り"}, {"meant": "yes"}, {"why": "  ", "meant": "yes"}):
        assert desk.post(at("recall", revision), sent).status_code == 422
    assert Bulletin.unrestricted.get().served_id == revision.pk


def test_the_served_revision_can_be_recalled_while_the_next_is_a_draft(desk, world):
    first = shelf.published(world.publisher, world.approver, people=[world.reader_one])
    desk.post(at("revise", first), form({"text": "一"}, change_summary="直した。"))
    assert "公開中の第1版を回収する" in desk.get(at("work", first)).content.decode()
    desk.post(at("recall", first), {"why": "誤り", "meant": "yes"})
    assert Bulletin.unrestricted.get().served_id is None
