"""The rendition for the caller, its files, its entity tag, and the acknowledgement."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bulletins.actions.close import recall
from bulletins.drafting import PartDraft
from bulletins.models import Receipt
from bulletins.sealed import anchor
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import calls, shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return cast.council()


def put_out(world, **what):
    given = {"tier": 2, "floor": 1, "organisations": [world.company], **what}
    return shelf.published(world.publisher, world.approver, **given).bulletin_id


def events():
    return list(AuditEvent.objects.order_by("id").values_list("action", "outcome"))


def texts(response):
    return [part["text"] for part in response.json()["parts"]]


def test_detail_is_the_rendition_for_the_caller(world):
    bulletin = put_out(world, title="港湾の警戒", caveats=["転送禁止"], parts=["一", ("二", 2), "三"])
    body = calls.get(world.reader_two, f"{bulletin}/").json()
    plain = {"subcommittees": [], "caveats": []}
    assert body["title"] == "港湾の警戒"
    assert body["label"] == {"tier": 2, "subcommittees": [], "caveats": ["転送禁止"]}
    assert body["parts"] == [
        {"n": 1, "kind": "text", "label": {"tier": 1, **plain}, "text": "一", "attachment": None},
        {"n": 2, "kind": "text", "label": {"tier": 2, **plain}, "text": "二", "attachment": None},
        {"n": 3, "kind": "text", "label": {"tier": 1, **plain}, "text": "三", "attachment": None},
    ]
    assert (body["state"], body["own"]["state"], body["desk"]) == ("published", "opened", None)


def test_parts_above_the_reader_leave_no_gap(world):
    bulletin = put_out(world, parts=["一", ("二", 2), "三"])
    body = calls.get(world.reader_one, f"{bulletin}/").json()
    assert [(part["n"], part["text"]) for part in body["parts"]] == [(1, "一"), (2, "三")]
    assert body["label"]["tier"] == 1


def test_a_text_that_may_not_be_copied_does_not_leave_the_screen_and_says_where_it_is_read(world):
    bulletin = put_out(
        world, parts=["一", PartDraft("二", caveats=("複製禁止",)), PartDraft("三", caveats=("印刷禁止",))]
    )
    one, two, three = calls.get(world.reader_two, f"{bulletin}/").json()["parts"]
    assert (one["text"], two["text"], three["text"]) == ("一", "", "三")
    assert (two["withheld"], two["label"]["caveats"]) == ("caveat", ["複製禁止"])
    assert two["read_at"] == f"http://testserver/bulletins/{bulletin}/#{anchor(2)}"
    assert "withheld" not in one | three


@pytest.mark.parametrize("words", ["複製禁止", "複製要許可", "配付禁止", "読後廃棄"])
def test_a_caveat_of_the_whole_withholds_every_text_from_programs_and_none_from_the_screen(client, world, words):
    bulletin = put_out(world, title="題", parts=["一だけ", ("二だけ", 2)], caveats=[words])
    body = calls.get(world.reader_two, f"{bulletin}/").json()
    assert [(part["text"], part["withheld"]) for part in body["parts"]] == [("", "caveat")] * 2
    page = cast.sign_in(client, world.reader_two).get(reverse("bulletins:detail", args=[bulletin]))
    assert "一だけ" in page.content.decode()


def test_title_is_the_one_at_the_readers_tier(world):
    bulletin = put_out(world, title="会社名の入った題名", floor_title="伏せた題名", parts=["一"])
    assert calls.get(world.reader_one, f"{bulletin}/").json()["title"] == "伏せた題名"
    assert calls.get(world.reader_two, f"{bulletin}/").json()["title"] == "会社名の入った題名"


def test_markup_comes_out_as_the_text_it_is(world):
    text = '<script>alert("1")</script> **太字** <img src=x onerror=alert(1)> [x](javascript:alert(1))'
    response = calls.get(world.reader_one, f"{put_out(world, parts=[text])}/")
    assert texts(response) == [text]
    assert response.headers["Content-Type"] == "application/json"


def test_opening_is_an_event_also_when_nothing_is_sent_again(world):
    bulletin = put_out(world)
    before = len(events())
    tag = calls.get(world.reader_one, f"{bulletin}/").headers["ETag"]
    again = calls.get(world.reader_one, f"{bulletin}/", **{"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert events()[before:] == [("bulletin.read", "allow")] * 2


def test_tag_is_strong_and_each_persons_own_for_the_same_bytes(world):
    bulletin = put_out(world, tier=1, organisations=[world.company, world.thinktank])
    both = world.reader_one, world.analyst
    for who in both:
        calls.get(who, f"{bulletin}/")
    Receipt.objects.update(opened_at=timezone.now())
    mine, theirs = (calls.get(who, f"{bulletin}/") for who in both)
    assert mine.content == theirs.content
    assert mine.headers["ETag"].startswith('"')
    assert mine.headers["ETag"] != theirs.headers["ETag"]


def test_tag_changes_with_what_is_sent(world):
    bulletin = put_out(world)
    tag = calls.get(world.reader_one, f"{bulletin}/").headers["ETag"]
    calls.post(world.reader_one, f"{bulletin}/acknowledge/")
    assert calls.get(world.reader_one, f"{bulletin}/", **{"If-None-Match": tag}).status_code == 200


def test_nothing_is_to_be_stored(world):
    assert calls.get(world.reader_one, f"{put_out(world)}/").headers["Cache-Control"] == "no-store"


# Allowed and denied differ by one fact: (person, what the bulletin is, whether they get it).
MATRIX = {
    "released to the organisation": ("reader_one", {}, 200),
    "of another organisation": ("other_reader", {}, 404),
    "the floor is reached": ("reader_two", {"floor": 2}, 200),
    "the floor is above": ("reader_one", {"floor": 2}, 404),
    "the subcommittee is theirs": ("reader_two", {"subcommittees": ["materials"]}, 200),
    "the subcommittee is not theirs": ("reader_two", {"subcommittees": ["infrastructure"]}, 404),
    "the auditor": ("auditor", {"organisations": ["audit"]}, 404),
}


@pytest.mark.parametrize(("person", "what", "status"), MATRIX.values(), ids=MATRIX.keys())
def test_one_fact_decides(world, person, what, status):
    given = {
        key: [getattr(world, name) for name in value] if isinstance(value, list) else value
        for key, value in what.items()
    }
    bulletin = put_out(world, **given)
    assert calls.get(getattr(world, person), f"{bulletin}/").status_code == status


@pytest.mark.parametrize(("person", "status"), [("reader_three", 200), ("reader_two", 404)])
def test_tier_three_takes_everything_it_rests_on(world, person, status):
    revision = shelf.published(
        world.publisher,
        [world.approver, world.second_approver],
        tier=3,
        designation=world.item,
        organisations=[world.company],
    )
    assert calls.get(getattr(world, person), f"{revision.bulletin_id}/").status_code == status


def test_recall_ends_reading_on_the_next_request(world):
    bulletin = put_out(world)
    assert calls.get(world.reader_one, f"{bulletin}/").status_code == 200
    recall(bulletin, acting_user=world.publisher)
    assert calls.get(world.reader_one, f"{bulletin}/").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "{}/"), ("get", "{}/parts/1/file/"), ("post", "{}/acknowledge/"), ("get", "{}/revisions/")],
)
@pytest.mark.parametrize("person", ["reader_one", "other_reader", "auditor", "administrator"])
def test_forbidden_is_missing_to_the_byte_and_to_the_query(world, person, method, path):
    bulletin = put_out(world, floor=2, parts=["一", shelf.attachment()], people=[world.reader_two], organisations=[])
    assert calls.refused_alike(getattr(world, person), method, path, bulletin).status_code == 404


def test_forbidden_is_missing_for_the_desk_of_another_agency(world):
    foreign = cast.person(world.other_agency, "publisher", "approver", tier=2, subcommittees=[world.materials])
    bulletin = put_out(world)
    for path in ("{}/", "{}/parts/1/file/", "{}/revisions/"):
        calls.refused_alike(foreign, "get", path, bulletin)


def test_refusals_are_in_the_log_with_their_reason(world):
    bulletin = put_out(world, floor=2)
    calls.get(world.reader_one, f"{bulletin}/")
    last = AuditEvent.objects.order_by("id").last()
    assert (last.action, last.outcome, last.reason) == ("bulletin.read", "deny", "tier")


def test_attachment_is_a_download_under_the_number_of_the_rendition(world):
    bulletin = put_out(world, parts=["一", ("隠れる", 2), shelf.attachment("部品 一覧.csv", b"a,b\n")])
    part = calls.get(world.reader_one, f"{bulletin}/").json()["parts"][1]
    assert part["attachment"] == {
        "name": "部品 一覧.csv",
        "size": 4,
        "url": f"http://testserver/api/v1/bulletins/{bulletin}/parts/2/file/",
    }
    file = Client().get(part["attachment"]["url"], headers=cast.bearer(world.reader_one))
    assert file.content == b"a,b\n"
    assert file.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert file.headers["X-Content-Type-Options"] == "nosniff"


def test_taking_a_file_is_an_event(world):
    bulletin = put_out(world, parts=[shelf.attachment()])
    calls.get(world.reader_one, f"{bulletin}/parts/1/file/")
    assert events()[-1] == ("bulletin.download", "allow")


def test_caveat_that_forbids_taking_leaves_no_address(world):
    bulletin = put_out(world, parts=[shelf.attachment(caveats=["複製禁止"])])
    assert calls.get(world.reader_one, f"{bulletin}/").json()["parts"][0]["attachment"]["url"] is None
    assert calls.get(world.reader_one, f"{bulletin}/parts/1/file/").status_code == 404


@pytest.mark.parametrize("number", [0, 1, 3, 99999999999999999999])
def test_numbers_without_a_file_are_missing(world, number):
    bulletin = put_out(world, parts=["一", shelf.attachment()])
    assert calls.get(world.reader_one, f"{bulletin}/parts/{number}/file/").status_code == 404


def test_acknowledging_twice_is_once(world):
    bulletin = put_out(world)
    calls.get(world.reader_one, f"{bulletin}/")
    first, second = (calls.post(world.reader_one, f"{bulletin}/acknowledge/") for _ in range(2))
    assert (first.status_code, set(first.json())) == (200, {"opened_at", "acknowledged_at"})
    assert first.content == second.content
    assert Receipt.objects.count() == 1


def test_acknowledging_without_opening_leaves_unopened(world):
    bulletin = put_out(world)
    assert calls.post(world.reader_one, f"{bulletin}/acknowledge/").json()["opened_at"] is None


def test_acknowledging_a_revision_that_was_replaced_is_a_conflict(world):
    bulletin = put_out(world)
    assert calls.post(world.reader_one, f"{bulletin}/acknowledge/", {"revision": 2}).status_code == 409
    assert calls.post(world.reader_one, f"{bulletin}/acknowledge/", {"revision": 1}).status_code == 200


def test_session_acknowledges_only_with_its_csrf_token(world):
    bulletin = put_out(world)
    client = cast.sign_in(Client(enforce_csrf_checks=True), world.reader_one)
    assert client.post(f"{calls.API}{bulletin}/acknowledge/").status_code == 403
    assert not Receipt.objects.exists()


def test_approver_reads_the_draft_whole_with_its_state(world):
    revision = shelf.handed_in(
        world.publisher, title="未公開", tier=2, parts=["一", ("二", 2)], organisations=[world.company]
    )
    body = calls.get(world.approver, f"{revision.bulletin_id}/").json()
    assert (body["state"], body["title"], body["own"]) == ("in_review", "未公開", None)
    assert [part["text"] for part in body["parts"]] == ["一", "二"]
    assert body["desk"]["approvals"] == {"held": 0, "needed": 1}
    assert body["desk"]["audience"] == {"people": 3, "organisations": 1}
    assert events()[-1] == ("bulletin.inspect", "allow")


def test_reader_gets_no_draft(world):
    revision = shelf.handed_in(world.publisher, organisations=[world.company])
    assert calls.get(world.reader_one, f"{revision.bulletin_id}/").status_code == 404


def test_approver_takes_the_file_of_a_draft(world):
    parts = ["一", shelf.attachment(data=b"x")]
    revision = shelf.handed_in(
        world.publisher, tier=2, floor=1, floor_title="伏せた題名", parts=parts, organisations=[world.company]
    )
    body = calls.get(world.approver, f"{revision.bulletin_id}/").json()
    file = Client().get(body["parts"][1]["attachment"]["url"], headers=cast.bearer(world.approver))
    assert (file.status_code, file.content) == (200, b"x")


def test_desk_still_knows_of_what_it_recalled(world):
    bulletin = put_out(world, title="回収する資料")
    recall(bulletin, acting_user=world.publisher)
    body = calls.get(world.publisher, f"{bulletin}/").json()
    assert (body["state"], body["parts"]) == ("recalled", [])
    assert body["title"] == body["reference"]


def test_addresses_are_those_of_the_interface(world):
    bulletin = uuid4()
    assert reverse("api:bulletin", args=[bulletin]) == f"/api/v1/bulletins/{bulletin}/"
    assert reverse("api:file", args=[bulletin, 2]) == f"/api/v1/bulletins/{bulletin}/parts/2/file/"
