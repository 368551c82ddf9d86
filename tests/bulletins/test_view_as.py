"""The desk looks at a revision as a member would: exactly what they get, and nothing comes of it for them."""

import pytest
from django.test import Client
from django.urls import reverse

from bulletins.actions.draft import start_revision
from bulletins.models import Delivery, Receipt, Revision
from council.access.facts import State
from council.audit.details import details_of
from council.audit.events import Event
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db
PARTS = ["だれにも見える文", ("会員だけの文", 2), shelf.attachment("一覧.csv", caveats=["複製禁止"])]


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def draft(world) -> Revision:
    what = {"tier": 2, "floor": 1, "floor_title": "公開の題名", "title": "内側の題名"}
    return shelf.drafted(world.publisher, parts=PARTS, organisations=[world.company], **what)


@pytest.fixture
def desk(client, world) -> Client:
    return cast.sign_in(client, world.publisher)


def seen(client: Client, revision: Revision, who: object, of: str = "") -> str:
    response = client.get(reverse("desk:view-as", args=[revision.bulletin_id, who.pk]), {"of": of} if of else {})
    assert response.status_code == 200
    return response.content.decode().partition('class="view-as"')[2].partition("</section>")[0]


def test_each_member_is_shown_as_what_they_get_and_files_they_may_not_take_are_said(desk, world, draft):
    low, high = seen(desk, draft, world.reader_one), seen(desk, draft, world.reader_two)
    assert "公開の題名" in low
    assert not any(words in low for words in ("内側の題名", "会員だけの文"))
    assert all(words in high for words in ("内側の題名", "会員だけの文", "だれにも見える文"))
    assert "取扱制限により、この人は受け取れません" in low


@pytest.mark.parametrize("reader", ["reader_one", "reader_two"])
def test_the_words_are_those_that_the_member_then_reads(desk, world, reader):
    what = {"tier": 2, "floor": 1, "floor_title": "公開の題名", "organisations": [world.company]}
    revision = shelf.published(world.publisher, world.approver, parts=PARTS[:2], **what)
    who = getattr(world, reader)
    read = cast.sign_in(Client(), who).get(reverse("bulletins:detail", args=[revision.bulletin_id])).content.decode()
    parts = seen(desk, revision, who).partition('class="doc"')[2].partition("確認のときの言葉")[0]
    for words in ("だれにも見える文", "会員だけの文"):
        assert (words in parts) is (words in read)


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("other_reader", "公開先に、この人も、この人の組織も分科会も入っていません。"),
        ("auditor", "公開先に、この人も、この人の組織も分科会も入っていません。"),
    ],
)
def test_for_those_who_would_not_get_it_the_page_says_so_and_which_rule_decides(desk, world, draft, who, why):
    shown = seen(desk, draft, getattr(world, who))
    assert "この人には存在しません" in shown
    assert why in shown
    assert "だれにも見える文" not in shown


def test_nothing_comes_of_it_but_one_event_that_names_the_member(desk, world, draft):
    seen(desk, draft, world.reader_two)
    event = AuditEvent.objects.get(action=str(Event.VIEWED_AS))
    assert details_of([event])[event.pk]["facts"] == {"person": str(world.reader_two.pk), "visible": True}
    assert not Receipt.objects.exists()
    assert not Delivery.objects.exists()
    assert Revision.unrestricted.get(pk=draft.pk).state == State.DRAFT


def test_the_published_revision_can_be_looked_at_beside_the_one_on_its_way(desk, world):
    first = shelf.published(world.publisher, world.approver, parts=["公開中の文"], people=[world.reader_one])
    begun = shelf.draft(parts=["作業中の文"], people=[world.reader_one], change_summary="直した。")
    start_revision(first.bulletin_id, begun, acting_user=world.publisher)
    assert "作業中の文" in seen(desk, first, world.reader_one)
    served = seen(desk, first, world.reader_one, of="served")
    assert ("公開中の文" in served, "作業中の文" in served) == (True, False)


def test_whoever_has_no_desk_for_it_gets_the_page_of_a_thing_that_is_not_there(world, draft):
    member = cast.sign_in(Client(), world.reader_two)
    for name, args in (("view-as", [world.reader_two.pk]), ("view-as-whom", []), ("what-if", [])):
        assert member.get(reverse(f"desk:{name}", args=[draft.bulletin_id, *args])).status_code == 404
    assert not AuditEvent.objects.filter(action=str(Event.VIEWED_AS)).exists()
    assert AuditEvent.objects.filter(action="bulletin.inspect", outcome="deny").count() == 3


def test_anybody_is_found_by_a_piece_of_their_name_or_organisation(desk, world, draft):
    page = desk.get(reverse("desk:view-as-whom", args=[draft.bulletin_id]), {"name": "夕凪 秋山"}).content.decode()
    assert reverse("desk:view-as", args=[draft.bulletin_id, world.other_reader.pk]) in page
    assert reverse("desk:view-as", args=[draft.bulletin_id, world.other_administrator.pk]) not in page
