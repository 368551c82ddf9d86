"""An attacker in the reading room and at the desk: what they ask of search, views and comparisons tells them nothing more."""

import io
import zipfile
from uuid import uuid4

import pikepdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from accounts.subject import subject_of
from bulletins import attached
from bulletins.actions.close import dispose, recall
from bulletins.actions.discard import discard
from bulletins.actions.draft import save_draft, start_revision
from bulletins.drafting import PartDraft
from bulletins.leak_sight import cautions_of
from bulletins.metadata import Uncleanable, clean
from bulletins.models import Part, PartWrap, Revision, SavedSearch, Scratch
from bulletins.related import found_for
from bulletins.sealed import destroy_wraps, open_parts
from bulletins.what_if import what_if
from council.access.tiers import Tier
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.desk_hand import at, form

pytestmark = pytest.mark.django_db
SECRET = "装置の型番はXQ-7。"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def whole(revision: Revision) -> Revision:
    return Revision.unrestricted.select_related("bulletin", "designation").get(pk=revision.pk)


def of_tier_three(world: cast.Council) -> Revision:
    what = {"tier": 3, "designation": world.item, "organisations": [world.agency], "parts": [("三", 3)]}
    return whole(shelf.drafted(world.publisher, **what))


def test_no_change_that_is_weighed_names_who_is_cleared_for_an_item(world):
    weighed = what_if(subject_of(world.publisher), of_tier_three(world))
    gained = [swap for swaps in (weighed.scope, weighed.more) for swap in swaps if swap.gained]
    assert any(world.reader_three in swap.gained for swap in gained)
    assert not any(swap.named for swap in gained)


def why(client: Client, revision: Revision, who: object) -> str:
    page = client.get(reverse("desk:view-as", args=[revision.bulletin_id, who.pk])).content.decode()
    return page.partition("この人には存在しません")[2].partition("</section>")[0].replace(who.name, "")


def test_looking_as_anybody_tells_the_desk_of_nobody_whether_they_are_cleared(client, world):
    desk, draft = cast.sign_in(client, world.publisher), of_tier_three(world)
    assert why(desk, draft, world.reader_two) == why(desk, draft, world.reader_three) != ""
    cleared_elsewhere = cast.clear(cast.person(world.agency, tier=2), cast.designation(world.agency))
    never = cast.person(world.agency, tier=1)
    assert why(desk, draft, cleared_elsewhere) == why(desk, draft, never) != ""


@pytest.mark.parametrize("end", [recall, dispose])
def test_what_was_typed_over_a_bulletin_goes_when_its_keys_go(client, world, end):
    first = shelf.published(world.publisher, world.approver, organisations=[world.company], parts=[SECRET])
    desk = cast.sign_in(client, world.publisher)
    assert desk.post(at("scratch-of", first), form({"text": SECRET})).status_code == 200
    recall(first.bulletin_id, "誤り", acting_user=world.publisher)
    if end is dispose:
        dispose(first.bulletin_id, "期限", acting_user=world.publisher)
    assert not Scratch.objects.exists()


def two(world: cast.Council, before: dict, after: dict) -> Revision:
    what = {"organisations": [world.company], "tier": 2, "floor": 1, "floor_title": "公開の題名"}
    first = shelf.published(world.publisher, world.approver, **{**what, **before})
    return shelf.revised(first, world.publisher, world.approver, **{**what, "change_summary": "直した。", **after})


def changes(client: Client, who: object, revision: Revision) -> str:
    return cast.sign_in(client, who).get(reverse("bulletins:changes", args=[revision.bulletin_id])).content.decode()


def test_a_title_that_was_raised_is_not_told_once_more_as_gone(client, world):
    revision = two(
        world,
        {"title": "内側", "floor_title": SECRET, "parts": ["一", ("二", 2)]},
        {"title": SECRET, "parts": ["一です", ("二", 2)]},
    )
    html = changes(client, world.reader_one, revision)
    assert "公開の題名" in html
    assert "XQ-7" not in html


def test_a_file_that_was_raised_is_not_told_once_more_as_gone(client, world):
    file, raised = shelf.attachment("XQ-7.csv"), shelf.attachment("XQ-7.csv", tier=2)
    revision = two(world, {"parts": ["一", file, ("二", 2)]}, {"parts": ["一です", raised, ("二", 2)]})
    assert "XQ-7" not in changes(client, world.reader_one, revision)


def test_a_text_that_went_into_a_longer_one_above_a_reader_is_not_told_as_gone(client, world):
    longer = "前置きの話が続く。" * 60 + SECRET
    revision = two(world, {"parts": ["一", SECRET, ("二", 2)]}, {"parts": ["一です", (longer, 2)]})
    assert "XQ-7" not in changes(client, world.reader_one, revision)


def test_reading_a_file_for_the_lint_leaves_no_key_behind_when_keys_go_meanwhile(world, monkeypatch):
    draft = shelf.drafted(world.publisher, parts=["一", shelf.attachment("一覧.csv")], organisations=[world.company])
    text_of = attached.file_text.text_of

    def slow(name: str, data: bytes) -> str:
        destroy_wraps(draft)
        return text_of(name, data)

    monkeypatch.setattr(attached.file_text, "text_of", slow)
    parts = list(Part.unrestricted.filter(revision=draft).select_related("revision"))
    attached.read_beforehand(parts, open_parts(parts))
    assert not PartWrap.objects.filter(part__revision=draft).exists()


def cost(call) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def test_a_reference_that_is_hidden_costs_an_author_as_much_as_one_that_nothing_has(world):
    hidden = shelf.published(world.publisher, world.approver, organisations=[world.agency]).bulletin.reference
    author = subject_of(cast.person(world.other_agency, "publisher", tier=2))
    assert found_for(author, [hidden]) == []
    assert cost(lambda: found_for(author, [hidden])) == cost(lambda: found_for(author, ["SC-ZZZZ"]))


def test_the_lint_asks_as_much_about_a_hidden_reference_as_about_one_that_nothing_has(world):
    hidden = shelf.published(world.publisher, world.approver, organisations=[world.agency]).bulletin.reference
    author = cast.person(world.other_agency, "publisher", tier=2)
    drafts = [whole(shelf.drafted(author, parts=[f"{each}を見よ"])) for each in (hidden, "SC-ZZZZ")]
    costs = {cost(lambda draft=draft: cautions_of(subject_of(author), draft)) for draft in drafts}
    assert len(costs) == 1


@pytest.mark.parametrize("number", [1, 2])
def test_discarding_a_draft_leaves_a_colleague_what_they_typed(client, world, number):
    colleague = cast.person(world.agency, "publisher", tier=2, subcommittees=[world.materials])
    if number == 1:
        draft = shelf.drafted(world.publisher, parts=["一"])
    else:
        first = shelf.published(world.publisher, world.approver, people=[world.reader_one])
        begun = shelf.draft(parts=["二"], people=[world.reader_one], change_summary="直した。")
        draft = start_revision(first.bulletin_id, begun, acting_user=world.publisher)
    for who in (world.publisher, colleague):
        kept = cast.sign_in(client, who).post(at("scratch-of", draft), form({"text": "まだ外に出ない文"}))
        assert kept.status_code == 200
    discard(draft.bulletin_id, acting_user=world.publisher)
    assert [row.person_id for row in Scratch.objects.all()] == [colleague.pk]
    assert client.get(reverse("desk:list")).status_code == 200


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-09:00"])
def test_a_moment_out_of_all_calendars_is_none(client, world, moment):
    desk = cast.sign_in(client, world.publisher)
    address = reverse("desk:scratch", args=[uuid4()])
    assert desk.post(address, form({"text": "一"}, base=moment)).status_code == 200
    assert desk.get(reverse("desk:list")).status_code == 200


@pytest.mark.parametrize("caveat", ["複製禁止", "印刷禁止"])
def test_what_may_not_be_copied_stands_in_no_list_of_hits(client, world, caveat):
    parts = ["一", PartDraft(SECRET, 1, caveats=(caveat,))]
    shelf.published(world.publisher, world.approver, organisations=[world.company], parts=parts)
    html = cast.sign_in(client, world.reader_one).get(reverse("bulletins:list"), {"q": "装置"}).content.decode()
    assert "架空の題名" in html
    assert "record-excerpt" not in html


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>" + "架空" * 500)
    return made.getvalue()


@pytest.mark.parametrize(("at", "by"), [(60, b"\xff" * 8), (-6, b"\xff\xff\xff\x7f")])
def test_an_office_file_that_lies_about_itself_is_a_broken_one(at, by):
    whole_file = archive()
    at %= len(whole_file)
    with pytest.raises(Uncleanable, match="broken_office"):
        clean("案.docx", whole_file[:at] + by + whole_file[at + len(by) :])


def test_comparing_where_there_is_nothing_to_compare_leaves_a_trace(client, world):
    draft = shelf.drafted(world.publisher, parts=["一"])
    desk = cast.sign_in(client, world.publisher)
    assert desk.get(reverse("desk:changes", args=[draft.bulletin_id])).status_code == 404
    assert AuditEvent.objects.filter(action="bulletin.inspect", outcome="deny").count() == 1


@pytest.mark.parametrize("figure", [False, True])
def test_an_attached_picture_is_only_taken_away_as_a_file(client, world, figure):
    part = shelf.figure() if figure else shelf.attachment("点.png", shelf.PIXEL)
    revision = shelf.published(world.publisher, world.approver, organisations=[world.company], parts=[part])
    answer = cast.sign_in(client, world.reader_one).get(reverse("bulletins:figure", args=[revision.bulletin_id, 1]))
    assert (answer.status_code == 200) is figure


def test_a_weak_session_shows_no_search_that_was_kept_in_a_strong_one(client, world):
    fields = {"name": "XQ-7の続報", "q": "XQ-7"}
    strong = cast.sign_in(client, world.reader_two)
    assert strong.post(reverse("bulletins:searches"), fields).status_code == 302
    kept = SavedSearch.objects.get()
    weak = cast.sign_in(Client(), world.reader_two, Tier.ONE)
    assert "XQ-7" not in weak.get(reverse("bulletins:searches")).content.decode()
    for name in ("search-alerts", "search-remove"):
        assert weak.post(reverse(f"bulletins:{name}", args=[kept.pk]), {"alerts": "on"}).status_code == 404
    assert "XQ-7" in strong.get(reverse("bulletins:searches")).content.decode()


def test_a_colleague_who_saves_a_draft_keeps_what_they_may_not_see_that_it_is_related_to(world):
    hidden = shelf.published(world.publisher, world.approver, tier=2, organisations=[world.agency])
    first = shelf.drafted(world.publisher, related=[hidden], organisations=[world.company])
    junior = cast.person(world.agency, "publisher", tier=1)
    saved = save_draft(first.bulletin_id, shelf.draft(organisations=[world.company]), acting_user=junior)
    assert saved.related == [str(hidden.bulletin_id)]
    seen = save_draft(first.bulletin_id, shelf.draft(organisations=[world.company]), acting_user=world.publisher)
    assert seen.related is None


def test_a_picture_of_more_points_than_there_is_room_for_is_never_unpacked():
    made = io.BytesIO()
    Image.new("1", (10_000, 7_000)).save(made, "PNG")
    with pytest.raises(Uncleanable, match="too_large"):
        clean("図.png", made.getvalue())


def script() -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


@pytest.mark.parametrize("deep", [0, 1, 2])
def test_no_script_stays_in_a_pdf_wherever_it_hangs(deep):
    pdf, action = pikepdf.new(), script()
    for _level in range(deep):
        action = pikepdf.Dictionary(
            S=pikepdf.Name.URI, URI=pikepdf.String("https://a.example"), Next=pikepdf.Array([action])
        )
    link = pikepdf.Dictionary(Subtype=pikepdf.Name.Link, Rect=pikepdf.Array([0, 0, 9, 9]), A=action)
    pdf.add_blank_page().obj.Annots = pikepdf.Array([link])
    made, cleaned = io.BytesIO(), io.BytesIO()
    pdf.save(made)
    with pikepdf.open(io.BytesIO(clean("案.pdf", made.getvalue()).data)) as opened:
        opened.save(cleaned, object_stream_mode=pikepdf.ObjectStreamMode.disable, qdf=True)
    assert b"app.alert" not in cleaned.getvalue()
