"""What an attacker tried, inside and outside: each door that was found open stays shut."""

from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.people import resume_person, suspend_person
from accounts.actions.proposals import confirm
from accounts.sign_in import AccountAdapter
from bulletins.actions import read
from bulletins.actions.close import recall
from bulletins.actions.draft import save_draft, start_revision
from bulletins.actions.publish import publish
from bulletins.actions.review import approve, send_back, submit
from bulletins.drafting import Invalid, PartDraft
from bulletins.models import Part, PartWrap, Receipt, Revision
from council.access.facts import Role
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts import given_proposals
from tests.bulletins import calls, shelf

pytestmark = pytest.mark.django_db
SAID = "差し戻しの言葉カナリア"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def published(world: cast.Council, **what: object) -> Revision:
    return shelf.published(world.publisher, world.approver, **{"organisations": [world.company], **what})


def texts(who: object, revision: Revision) -> list[str]:
    return [part["text"] for part in calls.get(who, f"{revision.bulletin_id}/").json()["parts"]]


def desk_page(who: object, revision: Revision) -> str:
    response = cast.sign_in(Client(), who).get(f"/desk/{revision.bulletin_id}/")
    assert response.status_code == 200
    return response.content.decode()


def test_a_part_ends_with_its_own_last_day(world: cast.Council) -> None:
    today = timezone.localdate()
    until = f"{today.year}年{today.month}月{today.day}日まで"
    revision = published(world, parts=["いつまでも", PartDraft("今日まで", caveats=(until,))])
    assert texts(world.reader_one, revision) == ["いつまでも", "今日まで"]
    gone = today - timedelta(days=1)
    Part.unrestricted.filter(revision=revision, position=2).update(
        caveats=[f"{gone.year}年{gone.month}月{gone.day}日まで"]
    )
    assert texts(world.reader_one, revision) == ["いつまでも"]


@pytest.mark.parametrize("words", ["2020年1月1日まで", "9999年12月31日まで"])
def test_a_last_day_that_is_over_or_beyond_all_calendars_is_a_fault(world: cast.Council, words: str) -> None:
    for draft in (shelf.draft(caveats=[words]), shelf.draft(parts=[PartDraft("本文", caveats=(words,))])):
        with pytest.raises(Invalid) as caught:
            save_draft(shelf.drafted(world.publisher).bulletin_id, draft, acting_user=world.publisher)
        assert next(iter(caught.value.errors)).endswith("caveats")


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_a_deadline_that_no_page_could_show_is_a_fault(world: cast.Council, moment: str) -> None:
    answer = calls.post(world.publisher, body=calls.draft(deadline=moment))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/deadline"


def test_what_was_said_of_an_earlier_revision_stays_within_its_label(world: cast.Council) -> None:
    outside = cast.person(world.agency, Role.PUBLISHER, tier=2)
    first = shelf.handed_in(world.publisher, subcommittees=[world.materials], organisations=[world.company])
    send_back(first.bulletin_id, SAID, acting_user=world.approver)
    submit(first.bulletin_id, acting_user=world.publisher)
    approve(first.bulletin_id, acting_user=world.approver)
    publish(first.bulletin_id, acting_user=world.publisher)
    wider = shelf.draft(organisations=[world.company], change_summary="分科会を外した")
    second = start_revision(first.bulletin_id, wider, acting_user=world.publisher)
    assert SAID in desk_page(world.approver, second)
    assert SAID not in desk_page(outside, second)


def test_what_was_said_of_a_draft_stays_within_the_label_it_had_then(world: cast.Council) -> None:
    outside = cast.person(world.agency, Role.PUBLISHER, tier=2)
    draft = shelf.handed_in(world.publisher, subcommittees=[world.materials], organisations=[world.company])
    send_back(draft.bulletin_id, SAID, acting_user=world.approver)
    save_draft(draft.bulletin_id, shelf.draft(organisations=[world.company]), acting_user=world.publisher)
    assert SAID in desk_page(world.approver, draft)
    assert SAID not in desk_page(outside, draft)


@pytest.mark.parametrize("words", ["極秘", "機密性3情報\n事情は次のとおり"])
def test_comments_and_reasons_above_this_portal_are_refused(world: cast.Council, words: str) -> None:
    waiting, served = shelf.handed_in(world.publisher, people=[world.reader_one]), published(world)
    for call, revision in ((send_back, waiting), (recall, served)):
        with pytest.raises(Invalid):
            call(revision.bulletin_id, words, acting_user=world.approver)
    assert texts(world.reader_one, served) == ["本文です。"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-be", "utf-32"])
def test_a_marked_file_is_refused_in_every_encoding(world: cast.Council, encoding: str) -> None:
    file = shelf.attachment(data="機密性3情報\n一覧".encode(encoding))
    with pytest.raises(Invalid) as caught:
        shelf.drafted(world.publisher, parts=[file])
    assert list(caught.value.errors) == ["parts.1.file"]
    assert shelf.drafted(world.publisher, parts=[shelf.attachment(data="機密性の区分\n一覧".encode(encoding))])


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\u2066", "\u00ad"])
def test_a_title_that_hides_or_reorders_its_letters_is_refused(world: cast.Council, hidden: str) -> None:
    with pytest.raises(Invalid) as caught:
        shelf.drafted(world.publisher, title=f"資料{hidden}exe.csv")
    assert list(caught.value.errors) == ["title"]


def _recalled_before(name: str, revision: Revision, world: cast.Council) -> object:
    """Lets a recall overtake the reader between the decision and the opening."""
    real = getattr(read, name)

    def overtaken(*args: object, **kwargs: object) -> object:
        recall(revision.bulletin_id, acting_user=world.approver)
        return real(*args, **kwargs)

    return patch.object(read, name, overtaken)


def test_a_recall_that_overtakes_a_reader_leaves_the_page_of_an_unknown_id(world: cast.Council) -> None:
    for path, name in (("{}/", "unsealed"), ("{}/parts/1/file/", "open_parts")):
        revision = published(world, parts=[shelf.attachment()])
        with _recalled_before(name, revision, world):
            overtaken = calls.get(world.reader_one, path.format(revision.bulletin_id))
        assert calls.received(overtaken) == calls.received(calls.get(world.reader_one, path.format(uuid4())))


def test_a_recall_that_overtakes_a_list_takes_one_line_out_of_it(world: cast.Council) -> None:
    _stays, goes = published(world, title="残る"), published(world, title="消える")
    PartWrap.objects.filter(part__revision=goes).delete()
    assert [row["title"] for row in calls.get(world.reader_one).json()["results"]] == ["残る"]


def test_an_organisation_in_another_spelling_tells_nothing(world: cast.Council) -> None:
    client = cast.sign_in(Client(), world.administrator)
    for spelling in ("{{{}}}", "urn:uuid:{}", "{}"):
        known, unknown = (
            client.get("/people/", {"organisation": spelling.format(pk)}) for pk in (world.other_company.pk, uuid4())
        )
        assert (known.status_code, known.content) == (404, unknown.content)


def test_numbers_that_nobody_can_read_are_no_crash(world: cast.Council) -> None:
    revision, client = published(world), cast.sign_in(Client(), world.reader_one)
    long = "9" * 5000
    assert client.post(f"/bulletins/{revision.bulletin_id}/acknowledge/", {"revision": long}).status_code == 302
    assert not Receipt.objects.filter(acknowledged_at__isnull=False).exists()
    assert client.post("/pledge/", {"version": long}).status_code == 302
    desk = cast.sign_in(Client(), world.publisher)
    assert desk.post(f"/desk/{revision.bulletin_id}/publish/", {"expected_people": long}).status_code == 302


def test_a_forged_cursor_shows_the_first_page(world: cast.Council) -> None:
    published(world, title="一覧の一件")
    forged = "W1siMjAyNi0wMS0wMVQwMDowMDowMCswMDowMCIsIDVdXQ"  # [["2026-01-01T00:00:00+00:00", 5]]
    page = cast.sign_in(Client(), world.reader_one).get("/bulletins/", {"cursor": forged})
    assert "一覧の一件" in page.content.decode()


def test_an_administrator_of_an_agency_learns_nothing_of_clearances(world: cast.Council) -> None:
    clerk = cast.person(world.agency, tier=2)
    confirm(given_proposals.proposed(world, clerk).pk, acting_user=given_proposals.second_officer(world))
    administrator = cast.person(world.agency, Role.ADMINISTRATOR, tier=2)
    told = Client().get("/api/v1/audit/events/", headers=cast.bearer(administrator)).json()["results"]
    assert AuditEvent.objects.filter(action__in=["clearance.record", "proposal.make"]).count() == 2
    assert not [row for row in told if row["action"].startswith(("clearance", "proposal", "roster"))]


def test_no_token_comes_back_to_life(world: cast.Council) -> None:
    stolen = cast.bearer(world.reader_two)
    suspend_person(world.reader_two, acting_user=world.administrator)
    resume_person(world.reader_two, acting_user=world.administrator)
    assert Client().get("/api/v1/me/", headers=stolen).status_code == 401


def test_a_new_password_ends_the_tokens_that_the_old_one_could_make(world: cast.Council) -> None:
    stolen = cast.bearer(world.reader_two)
    AccountAdapter().set_password(world.reader_two, "hinoki-no-ki-mo-takai")
    assert Client().get("/api/v1/me/", headers=stolen).status_code == 401
