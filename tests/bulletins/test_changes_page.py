"""What changed, on its pages: to readers within what they get and could have got, to the desk as a whole; recorded before it is shown."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bulletins.actions.close import recall
from bulletins.actions.draft import start_revision
from bulletins.drafting import PartDraft
from bulletins.models import PartWrap, Revision
from council.access.policy import Action
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db
SECRET, NEXT_SECRET = "装置の型番はXQ-7。", "装置の型番はXQ-9。"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def two(
    world: cast.Council, before: list, after: list, *, then: dict | None = None, now: dict | None = None
) -> Revision:
    """The second of two revisions with these parts; `then` and `now` say of each what differs from the same audience and label."""
    what = {"organisations": [world.company], "tier": 2, "floor": 1, "floor_title": "公開の題名"}
    first = shelf.published(world.publisher, world.approver, **{**what, **(then or {})}, parts=before)
    now = {**what, **(now or {}), "change_summary": "時刻を直した。"}
    return shelf.revised(first, world.publisher, world.approver, **now, parts=after)


def page(client: Client, who: object, revision: Revision, name: str = "bulletins:changes", query: str = "") -> object:
    return cast.sign_in(client, who).get(reverse(name, args=[revision.bulletin_id]) + query)


def html_of(client: Client, who: object, revision: Revision, **where: str) -> str:
    answer = page(client, who, revision, **where)
    assert answer.status_code == 200
    return answer.content.decode()


BEFORE = ["開始は9時です。", (SECRET, 2), "消える段落の中身。"]
AFTER = ["開始は10時です。", (NEXT_SECRET, 2), "加わった話の全文。"]


def test_what_was_put_in_and_taken_out_is_marked_and_said(client, world):
    html = html_of(client, world.reader_two, two(world, BEFORE, AFTER))
    assert '<del><span class="visually-hidden">削除：</span>9<' in html
    assert '<ins><span class="visually-hidden">追加：</span>10<' in html
    assert "時刻を直した。" in html


def test_parts_above_the_reader_do_not_exist_on_either_side(client, world):
    html = html_of(client, world.reader_one, two(world, BEFORE, AFTER))
    assert "XQ-" not in html
    assert "機密性2" not in html
    assert "時刻を直した。" not in html
    # The title at the floor stayed as it was; of the body three lines are theirs on both sides together.
    assert "変わっていない部分は1つです" in html


def test_whoever_reaches_them_sees_what_became_of_them(client, world):
    html = html_of(client, world.reader_two, two(world, BEFORE, AFTER))
    assert "XQ-7" in html
    assert "XQ-9" in html


def test_what_was_raised_above_a_reader_is_not_told_once_more_as_gone(client, world):
    revision = two(world, ["入口の話。", SECRET], ["入口の話です。", (SECRET, 2)])
    assert "XQ-7" not in html_of(client, world.reader_one, revision)
    html = html_of(client, world.reader_two, revision)
    assert "格付：" in html
    assert "機密性1" in html


def test_side_by_side_is_asked_for_in_the_address(client, world):
    revision = two(world, BEFORE, AFTER)
    assert 'class="diff-side"' not in html_of(client, world.reader_two, revision)
    assert 'class="diff-side"' in html_of(client, world.reader_two, revision, query="?view=side")


def test_another_file_is_told_by_name_and_digest(client, world):
    before, after = [shelf.attachment("一覧.csv", b"a,1\n")], [shelf.attachment("一覧.csv", b"a,2\n")]
    html = html_of(client, world.reader_two, two(world, before, after))
    assert "一覧.csv" in html
    assert html.count('class="digest"') == 2


def never_could(world: cast.Council) -> Revision:
    """Revision 1 stood above the reader; revision 2 does not."""
    return two(world, [("高い話", 2)], ["低い話"], then={"floor": None, "floor_title": ""})


def was_not_for_them(world: cast.Council) -> Revision:
    return two(world, BEFORE, AFTER, then={"organisations": [world.other_company]})


def keys_are_gone(world: cast.Council) -> Revision:
    revision = two(world, BEFORE, AFTER)
    PartWrap.objects.filter(part__revision__number=1).delete()
    return revision


def only_one(world: cast.Council) -> Revision:
    return shelf.published(world.publisher, world.approver, organisations=[world.company])


def hidden(world: cast.Council) -> Revision:
    return two(world, BEFORE, AFTER, now={"organisations": [world.other_company]})


@pytest.mark.parametrize("make", [never_could, was_not_for_them, keys_are_gone, only_one])
def test_without_an_earlier_revision_that_they_could_read_there_is_no_page_and_no_link(client, world, make):
    revision = make(world)
    answer = page(client, world.reader_one, revision)
    nothing = client.get(reverse("bulletins:changes", args=[uuid4()]))
    assert (answer.status_code, answer.content) == (404, nothing.content)
    assert "前の版との違いを見る" not in html_of(client, world.reader_one, revision, name="bulletins:detail")


def test_a_hidden_bulletin_and_an_id_that_never_was_cost_the_same(client, world):
    costs = []
    revision = hidden(world)
    for pk in (revision.bulletin_id, uuid4()):
        cast.sign_in(client, world.reader_one)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(reverse("bulletins:changes", args=[pk]))
        costs.append((answer.status_code, answer.content, len(queries)))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("make", [was_not_for_them, keys_are_gone])
def test_every_reason_for_no_page_costs_the_same(client, world, make):
    costs = []
    for revision in (make(world), only_one(world)):
        cast.sign_in(client, world.reader_one)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("bulletins:changes", args=[revision.bulletin_id]))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_both_revisions_are_recorded_as_read(client, world):
    page(client, world.reader_two, two(world, BEFORE, AFTER))
    events = AuditEvent.objects.filter(action=Action.READ, outcome="allow").order_by("id")
    assert list(events.values_list("revision", "tier")) == [(1, 2), (2, 2)]


def test_who_is_refused_reads_nothing_and_is_recorded(client, world):
    page(client, world.reader_one, only_one(world))
    assert list(AuditEvent.objects.filter(action=Action.READ).values_list("outcome", flat=True)) == ["deny"]


def test_the_caveats_of_either_revision_bind_the_whole_page(client, world):
    part = PartDraft("複写してはならない一文。", 2, caveats=("複製禁止",))
    html = html_of(client, world.reader_two, two(world, [part], ["新しい一文。"]))
    assert 'data-copy="forbidden"' in html
    assert "複製禁止" in html


def test_the_desk_compares_the_newest_draft_with_what_is_served(client, world):
    first = shelf.published(world.publisher, world.approver, organisations=[world.company], parts=["前の本文です。"])
    draft = shelf.draft(organisations=[world.company], parts=["今の本文です。"], tier=2, change_summary="直した。")
    start_revision(first.bulletin_id, draft, acting_user=world.publisher)
    html = html_of(client, world.publisher, first, name="desk:changes")
    assert "第1版から第2版への変更" in html
    assert "見える下限" in html
    assert AuditEvent.objects.filter(action=Action.INSPECT, revision=1).exists()
    assert "前の版との違いを見る" in html_of(client, world.publisher, first, name="desk:work")


def test_the_desk_has_nothing_to_compare_with_what_was_recalled(client, world):
    revision = two(world, BEFORE, AFTER)
    recall(revision.bulletin_id, "誤り", acting_user=world.publisher)
    assert page(client, world.publisher, revision, name="desk:changes").status_code == 404


def test_an_earlier_revision_whose_last_day_is_over_is_not_read_again(client, world):
    revision = two(world, BEFORE, AFTER)
    Revision.unrestricted.filter(number=1).update(expires_at=timezone.now() - timedelta(days=1))
    assert page(client, world.reader_two, revision).status_code == 404


def test_a_reader_is_not_told_the_words_of_what_another_part_took_the_place_of(client, world):
    revision = two(world, [SECRET], ["開始は10時です。"])
    assert "XQ-7" not in html_of(client, world.reader_two, revision)
    assert "XQ-7" in html_of(client, world.publisher, revision, name="desk:changes")
