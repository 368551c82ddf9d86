"""The pages of the publishing desk, over HTTP and without a script."""

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bulletins.models import Bulletin, Nomination, Release, Revision
from council.access.policy import Action
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.desk_hand import at, form, the_revision, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def desk(client, world) -> Client:
    return cast.sign_in(client, world.publisher)


def test_a_form_becomes_a_draft_with_its_parts_and_audience(desk, world):
    sent = form(
        {"text": "一"}, {"text": "二", "tier": "2", "caveats": ["印刷禁止"]},
        tier="2", floor="1", floor_title="公開の題名", caveats=["転送禁止"], until="2099-03-31",
        deadline="2099-03-01T17:00", organisations=[str(world.company.pk)],
        people="KATO@x.example\n" + world.analyst.email,
    )  # fmt: skip
    cast.person(world.company, email="kato@x.example")
    assert desk.post(reverse("desk:new"), sent).status_code == 302
    revision = the_revision()
    assert words_of(revision) == ["公開の題名", "架空の題名", "一", "二"]
    assert (revision.tier, revision.floor, revision.caveats) == (2, 1, ["転送禁止", "2099年3月31日まで"])
    assert (revision.deadline.isoformat(), Release.objects.count()) == ("2099-03-01T08:00:00+00:00", 3)


def test_a_fault_comes_back_at_its_field_with_every_word_and_label_kept(desk, world):
    sent = form(
        {"text": "消えない文章", "tier": "2"}, {"text": ""}, title="残る題名", tier="1", caveats=["転送禁止"],
        organisations=[str(world.company.pk)], people="だれか@x.example", deadline="2099-03-01T17:00",
    )  # fmt: skip
    answer = desk.post(reverse("desk:new"), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not Bulletin.unrestricted.exists()
    for kept in (
        "消えない文章",
        "残る題名",
        "だれか@x.example",
        "2099-03-01T17:00",
        "部分の格付が資料の格付を超えています。",
    ):
        assert kept in page
    assert re.search(rf'value="{world.company.pk}"[^>]*checked', page)
    assert re.search(r'value="転送禁止"[^>]*checked', page)
    assert re.search(r'id="id_part-1-tier"[^>]*>.*?<option value="2" selected', page, re.S)


def test_a_chosen_file_is_said_to_be_lost_when_the_form_comes_back(desk):
    upload = SimpleUploadedFile("一覧.csv", b"a,b")
    sent = form({"kind": "attachment", "file": upload}, title="")
    assert "選んだファイルは保てません" in desk.post(reverse("desk:new"), sent).content.decode()


@pytest.mark.parametrize(
    ("button", "order"),
    [
        ("up-2", "二一"),
        ("down-1", "二一"),
        ("remove-1", "二"),
        ("add-table", "一二"),
        ("up-1", "一二"),
        ("down-9", "一二"),
    ],
)
def test_parts_are_moved_and_removed_without_a_script_and_nothing_is_saved(desk, button, order):
    page = desk.post(
        reverse("desk:new"), form({"text": "一"}, {"text": "二"}, title="", **{button: "1"})
    ).content.decode()
    assert "".join(re.findall(r"<textarea[^>]*part-\d+-text[^>]*>\s*(.*?)</textarea>", page)) == order
    # The passkey's own words wait there, hidden.
    assert "error-text" not in re.sub(r"<p class=.error-text. data-passkey-says=.*?</p>", "", page)
    assert not Bulletin.unrestricted.exists()


def test_a_new_part_is_of_the_kind_asked_for_and_keeps_the_label_before_it(desk):
    sent = form({"text": "一", "tier": "2"}, tier="2", **{"add-indicators": "1"})
    page = desk.post(reverse("desk:new"), sent).content.decode()
    assert re.search(r'name="part-2-kind" value="indicators"', page)
    assert re.search(r'id="id_part-2-tier"[^>]*>.*?<option value="2" selected', page, re.S)


def test_a_lower_floor_asks_for_a_title_of_its_own(desk):
    answer = desk.post(reverse("desk:new"), form({"text": "一"}, tier="2", floor="1"))
    assert (answer.status_code, Bulletin.unrestricted.exists()) == (422, False)


def test_saved_words_come_back_into_the_form_and_attachments_stay(desk, world):
    draft = shelf.drafted(
        world.publisher, parts=["一\n\n- 二", shelf.attachment("一覧.csv")], people=[world.reader_one]
    )
    page = desk.get(at("edit", draft)).content.decode()
    assert all(word in page for word in ("一\n\n- 二", "一覧.csv", world.reader_one.email))
    keep = re.search(r'name="part-2-keep" value="([0-9a-f-]{36})"', page)[1]
    sent = form({"kind": "attachment", "keep": keep}, {"text": "一"})
    assert desk.post(at("edit", draft), sent).status_code == 302
    assert words_of(draft) == ["架空の題名", "一覧.csv", "一"]


def test_a_revision_begins_with_the_words_of_the_published_one(desk, world):
    first = shelf.published(
        world.publisher, world.approver, parts=["一", shelf.attachment("一覧.csv")], people=[world.reader_one]
    )
    page = desk.get(at("revise", first)).content.decode()
    keep = re.search(r'name="part-2-keep" value="([0-9a-f-]{36})"', page)[1]
    sent = form({"text": "一、改"}, {"kind": "attachment", "keep": keep}, change_summary="直した。")
    assert desk.post(at("revise", first), {**sent, "change_summary": ""}).status_code == 422
    assert desk.post(at("revise", first), sent).status_code == 302
    assert words_of(Revision.unrestricted.get(number=2)) == ["架空の題名", "直した。", "一、改", "一覧.csv"]


def test_while_a_revision_is_being_written_another_is_refused_with_a_sentence(desk, world):
    first = shelf.published(world.publisher, world.approver, people=[world.reader_one])
    desk.post(at("revise", first), form({"text": "一"}, change_summary="直した。"))
    answer = desk.get(at("revise", first), follow=True)
    assert "改訂できるのは公開中の資料だけです" in answer.content.decode()


def test_the_desk_lists_work_by_stage_with_titles(desk, world):
    shelf.drafted(world.publisher, title="書きかけ", tier=2)
    shelf.published(world.publisher, world.approver, title="出たもの", people=[world.reader_one])
    recalled = shelf.published(world.publisher, world.approver, title="取り消し", people=[world.reader_one])
    desk.post(at("recall", recalled), {"why": "誤り", "meant": "yes"})
    page = desk.get(reverse("desk:list")).content.decode()
    assert ("書きかけ" in page, "出たもの" in page, "取り消し" in page) == (True, True, False)
    assert page.count('data-kind="solid"') == 1


def test_a_named_approver_of_another_agency_sees_the_work_and_nothing_else(client, world):
    outside = cast.person(world.other_agency, "approver", tier=2)
    named = shelf.handed_in(world.publisher, people=[world.reader_one], nominated=[outside])
    other = shelf.handed_in(world.publisher, title="よその題名", people=[world.reader_one])
    room = cast.sign_in(client, outside)
    assert "よその題名" not in room.get(reverse("desk:list")).content.decode()
    assert (room.get(at("work", named)).status_code, room.get(at("work", other)).status_code) == (200, 404)
    assert Nomination.objects.get().person == outside


def test_nobody_is_offered_a_subcommittee_that_is_not_theirs(desk):
    foreign = cast.subcommittee("名を伏せた分科会")
    assert foreign.name not in desk.get(reverse("desk:new")).content.decode()


def test_a_file_of_the_draft_comes_as_a_download_and_is_recorded(desk, world):
    draft = shelf.drafted(world.publisher, parts=["一", shelf.attachment("一覧.csv", b"a,b")])
    answer = desk.get(at("file", draft, 2))
    assert (answer.content, answer["Content-Type"]) == (b"a,b", "application/octet-stream")
    assert "attachment" in answer["Content-Disposition"]
    assert AuditEvent.objects.filter(action=Action.INSPECT, object=str(draft.bulletin_id), outcome="allow").count() == 1
    assert desk.get(at("file", draft, 1)).status_code == 404


def test_every_look_at_a_draft_is_an_event(desk, world):
    draft = shelf.drafted(world.publisher)
    for name in ("work", "edit"):
        desk.get(at(name, draft))
    assert AuditEvent.objects.filter(action=Action.INSPECT, object=str(draft.bulletin_id)).count() == 2


GETS = ["work", "edit", "revise", "recall", "file", "discard"]
POSTS = ["edit", "revise", "submit", "approve", "return", "publish", "recall", "scratch-of", "attach", "discard"]


@pytest.mark.parametrize(("method", "name"), [*(("get", name) for name in GETS), *(("post", name) for name in POSTS)])
@pytest.mark.parametrize("who", ["reader_two", "auditor", "operator"])
def test_a_draft_that_may_not_be_seen_and_an_id_never_used_are_one(client, world, who, method, name):
    draft = shelf.drafted(world.publisher, tier=2, people=[world.reader_two])
    cast.sign_in(client, getattr(world, who))
    answers, counts = [], []
    for bulletin in (draft.bulletin_id, uuid4()):
        address = reverse(f"desk:{name}", args=[bulletin, *([1] if name == "file" else [])])
        with CaptureQueriesContext(connection) as queries:
            answers.append(getattr(client, method)(address, form({"text": "一"}) if method == "post" else {}))
        counts.append(len(queries))
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert counts[0] == counts[1]


@pytest.mark.parametrize("who", ["reader_two", "auditor", "operator"])
def test_people_without_a_desk_find_no_desk(client, world, who):
    cast.sign_in(client, getattr(world, who))
    assert [client.get(reverse(f"desk:{name}")).status_code for name in ("list", "new")] == [404, 404]
