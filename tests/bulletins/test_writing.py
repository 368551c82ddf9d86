"""Writing at the same time as others, throwing drafts away, copying from older bulletins, and files that go in at once."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bulletins.drafting import PartDraft
from bulletins.models import Bulletin, Part, PartWrap, Release, Revision, Scratch
from bulletins.scratches import version_of
from bulletins.sealed import open_file
from council.access.policy import Action
from council.audit.details import details_of
from council.audit.events import Event
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.desk_hand import at, form, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def desk(client, world) -> Client:
    return cast.sign_in(client, world.publisher)


@pytest.fixture
def colleague(world) -> Client:
    name = "書き手 良子"
    return cast.sign_in(
        Client(), cast.person(world.agency, "publisher", name=name, tier=2, subcommittees=[world.materials])
    )


def base_of(revision: Revision) -> str:
    return version_of(Revision.unrestricted.get(pk=revision.pk).saved_at)


def facts_of(action: str) -> dict:
    """What the newest event of this kind says."""
    event = AuditEvent.objects.filter(action=action, outcome="allow").order_by("-pk").first()
    return details_of([event])[event.pk]["facts"]


# --- two who write at once ----------------------------------------------------------------------------------------------
def test_a_save_that_somebody_else_made_meanwhile_is_said_and_nothing_is_lost(desk, colleague, world):
    draft = shelf.drafted(world.publisher)
    opened = base_of(draft)
    assert colleague.post(at("edit", draft), form({"text": "同僚の文"}, base=opened)).status_code == 302
    answer = desk.post(at("edit", draft), form({"text": "自分の文"}, base=opened))
    page = answer.content.decode()
    assert (answer.status_code, "書き手 良子さん" in page, "自分の文" in page) == (409, True, True)
    assert at("work", draft) in page
    assert words_of(draft) == ["架空の題名", "同僚の文"]


def test_saving_over_another_save_takes_a_second_word_and_the_log_says_so(desk, colleague, world):
    draft = shelf.drafted(world.publisher)
    sent = form({"text": "自分の文"}, base=base_of(draft))
    colleague.post(at("edit", draft), form({"text": "同僚の文"}, base=sent["base"]))
    theirs = base_of(draft)
    assert f'name="over" value="{theirs}"' in desk.post(at("edit", draft), sent).content.decode()
    assert desk.post(at("edit", draft), {**sent, "over": theirs}).status_code == 302
    assert words_of(draft)[1:] == ["自分の文"]
    assert facts_of(Action.EDIT) == {"replaced": theirs, "begun_from": sent["base"]}


def test_whoever_wants_to_replace_one_save_does_not_replace_the_next(desk, colleague, world):
    draft = shelf.drafted(world.publisher)
    sent = form({"text": "自分の文"}, base=base_of(draft))
    colleague.post(at("edit", draft), form({"text": "一つめ"}, base=sent["base"]))
    theirs = base_of(draft)
    colleague.post(at("edit", draft), form({"text": "二つめ"}, base=theirs))
    assert desk.post(at("edit", draft), {**sent, "over": theirs}).status_code == 409


def test_who_meets_a_draft_that_was_handed_in_meanwhile_keeps_what_they_wrote(desk, colleague, world):
    draft = shelf.drafted(world.publisher, people=[world.reader_one])
    opened = base_of(draft)
    colleague.post(at("submit", draft))
    answer = desk.post(at("edit", draft), form({"text": "自分の文"}, base=opened))
    assert (answer.status_code, "自分の文" in answer.content.decode()) == (409, True)


def test_a_form_that_began_before_a_newer_revision_does_not_begin_one(desk, world):
    first = shelf.published(world.publisher, world.approver, people=[world.reader_one])
    opened = base_of(first)
    shelf.revised(first, world.publisher, world.approver, people=[world.reader_one], change_summary="直した。")
    answer = desk.post(at("revise", first), form({"text": "自分の文"}, change_summary="直した。", base=opened))
    assert (answer.status_code, Revision.unrestricted.count()) == (409, 2)


# --- throwing a draft away ----------------------------------------------------------------------------------------------
def test_a_draft_that_went_nowhere_is_gone_with_everything_and_stays_in_the_log(
    desk, world, django_capture_on_commit_callbacks
):
    draft = shelf.drafted(world.publisher, parts=["一", shelf.attachment()], people=[world.reader_one])
    stored = Part.unrestricted.exclude(stored_file="").get().stored_file
    desk.post(at("scratch-of", draft), form({"text": "一"}))
    assert "消しますか" in desk.get(at("discard", draft)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.post(at("discard", draft))["Location"] == reverse("desk:list")
    rows = (
        Bulletin.unrestricted,
        Revision.unrestricted,
        Part.unrestricted,
        PartWrap.objects,
        Release.objects,
        Scratch.objects,
    )
    assert not any(row.exists() for row in rows)
    assert not default_storage.exists(stored)
    assert facts_of(Event.BULLETIN_DISCARDED)["reference"] == draft.bulletin.reference
    assert desk.get(at("work", draft)).status_code == 404


def test_of_a_later_revision_only_that_one_goes(desk, world):
    first = shelf.published(world.publisher, world.approver, people=[world.reader_one])
    desk.post(at("revise", first), form({"text": "一"}, change_summary="直した。"))
    assert desk.post(at("discard", first))["Location"] == at("work", first)
    assert [row.number for row in Revision.unrestricted.all()] == [1]
    assert Bulletin.unrestricted.get().served_id == first.pk


@pytest.mark.parametrize("made", ["handed in", "returned", "published"])
def test_what_others_have_seen_is_not_thrown_away(desk, world, made):
    people = {"people": [world.reader_one]}
    if made == "published":
        revision = shelf.published(world.publisher, world.approver, **people)
    else:
        revision = shelf.handed_in(world.publisher, **people)
    if made == "returned":
        cast.sign_in(Client(), world.approver).post(at("return", revision), {"comment": "出典を。"})
    assert [desk.get(at("discard", revision)).status_code, desk.post(at("discard", revision)).status_code] == [409, 409]
    assert Revision.unrestricted.filter(pk=revision.pk).exists()


def test_nobody_throws_a_colleagues_draft_away_and_trying_is_recorded(colleague, world):
    draft = shelf.drafted(world.publisher)
    assert colleague.post(at("discard", draft)).status_code == 409
    assert Revision.unrestricted.count() == 1
    assert AuditEvent.objects.filter(action=Action.EDIT, outcome="deny", reason="author").count() == 1


# --- copying ------------------------------------------------------------------------------------------------------------
def the_source(world: cast.Council) -> Revision:
    return shelf.published(
        world.publisher, world.approver, tier=2, title="去年の題名", caveats=["転送禁止"], subcommittees=[world.materials],
        parts=["一", ("二", 2), shelf.attachment("一覧.csv", tier=2, caveats=["印刷禁止"])],
        organisations=[world.company], deadline=timezone.now() + timedelta(days=1),
    )  # fmt: skip


def test_a_copy_begins_with_the_words_and_labels_and_with_nobody_to_see_it(desk, world):
    source = the_source(world)
    page = desk.get(reverse("desk:new"), {"from": source.bulletin_id}).content.decode()
    assert all(
        words in page
        for words in ("去年の題名", "二</textarea>", "一覧.csv", f"{source.bulletin.reference} 第1版から写して")
    )
    for chosen in ('value="転送禁止"', 'value="印刷禁止"', f'value="{world.materials.pk}"'):
        assert any("checked" in tag for tag in page.split("<input") if chosen in tag.split(">")[0])
    assert not any("checked" in tag.split(">")[0] for tag in page.split("<input") if 'name="organisations"' in tag)


def copy_of(source: Revision, desk: Client, **changes: object) -> Revision:
    """Saves a copy with one paragraph and the attachment."""
    keep = Part.unrestricted.exclude(stored_file="").get(revision=source).pk
    parts = [{"text": "二", "tier": "2"}, {"kind": "attachment", "keep": str(keep), "tier": "2"}]
    labels = {"tier": "2", "caveats": ["転送禁止"], "subcommittees": source.subcommittees, **changes}
    answer = desk.post(reverse("desk:new"), form(*parts, copied=str(source.bulletin_id), **labels))
    assert answer.status_code == 302
    return Revision.unrestricted.select_related("bulletin").order_by("-created_at").first()


def test_a_saved_copy_has_its_own_files_and_the_log_knows_what_it_was_made_of(desk, world):
    source = the_source(world)
    made = copy_of(source, desk)
    ours, theirs = Part.unrestricted.exclude(stored_file="").select_related("revision").order_by("pk")
    assert ours.stored_file != theirs.stored_file
    assert open_file(ours) == open_file(theirs)
    assert facts_of(Action.DRAFT)["copied_from"] == str(source.bulletin_id)
    assert not Release.objects.filter(revision=made).exists()
    assert f"{source.bulletin.reference} 第1版から写しました" in desk.get(at("work", made)).content.decode()


@pytest.mark.parametrize("lower", [{"caveats": []}, {"subcommittees": []}])
def test_a_copy_that_bears_less_than_its_source_says_so_to_whoever_approves(desk, world, lower):
    made, lowered = copy_of(the_source(world), desk), "写した元より低いか"
    assert lowered not in desk.get(at("work", made)).content.decode()
    keep = Part.unrestricted.exclude(stored_file="").get(revision=made).pk
    parts = [{"text": "二", "tier": "2"}, {"kind": "attachment", "keep": str(keep), "tier": "2"}]
    labels = {"tier": "2", "caveats": ["転送禁止"], "subcommittees": made.subcommittees, **lower}
    assert desk.post(at("edit", made), form(*parts, people=world.reader_two.email, **labels)).status_code == 302
    desk.post(at("submit", made))
    assert lowered in cast.sign_in(Client(), world.approver).get(at("work", made)).content.decode()


def test_a_day_that_is_over_is_left_out_of_a_copy_and_that_is_said(desk, world):
    today = timezone.localdate()
    source = shelf.published(
        world.publisher, world.approver, caveats=[f"{today.year}年{today.month}月{today.day}日まで"], people=[world.reader_one],
        deadline=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    Revision.unrestricted.filter(pk=source.pk).update(
        caveats=["2020年1月1日まで"], deadline=timezone.now() - timedelta(days=9)
    )
    page = desk.get(reverse("desk:new"), {"from": source.bulletin_id}).content.decode()
    assert ("もう過ぎたものは外しました" in page, "2020" in page) == (True, False)


def test_what_somebody_may_not_inspect_is_not_there_to_copy(client, world):
    source = the_source(world)
    desk = cast.sign_in(client, cast.person(world.other_agency, "publisher", tier=2))
    assert desk.get(reverse("desk:new"), {"from": source.bulletin_id}).status_code == 404
    sent = form({"text": "一"}, copied=str(source.bulletin_id))
    answer = desk.post(reverse("desk:new"), sent)
    assert (answer.status_code, source.bulletin.reference in answer.content.decode()) == (409, False)


@pytest.mark.parametrize("what", [{"caveats": ["再利用禁止"]}, {"parts": [PartDraft("一", caveats=("再利用要許可",))]}])
def test_what_may_not_be_reused_is_not_copied_whoever_asks(desk, world, what):
    source = shelf.published(world.publisher, world.approver, people=[world.reader_one], **what)
    assert desk.get(reverse("desk:new"), {"from": source.bulletin_id}).url == at("work", source)
    assert "あるため、写せません" in desk.get(at("work", source)).content.decode()
    answer = desk.post(reverse("desk:new"), form({"text": "一"}, copied=str(source.bulletin_id)))
    assert (answer.status_code, "あるため、写せません" in answer.content.decode()) == (409, True)


# --- files that go in at once -------------------------------------------------------------------------------------------
def attach(desk: Client, draft: Revision, upload: SimpleUploadedFile, **fields: object):
    return desk.post(at("attach", draft), {"file": upload, "tier": "1", "base": base_of(draft), **fields})


def test_a_dropped_file_is_in_the_draft_at_once_and_the_form_can_keep_it(desk, world):
    draft = shelf.drafted(world.publisher, parts=["一"])
    told = attach(desk, draft, SimpleUploadedFile("一覧.csv", b"a,b")).json()
    assert (told["name"], told["base"]) == ("一覧.csv", base_of(draft))
    sent = form({"text": "一"}, {"kind": "attachment", "keep": told["part"]}, base=told["base"])
    assert desk.post(at("edit", draft), sent).status_code == 302
    part = Part.unrestricted.exclude(stored_file="").select_related("revision").get()
    assert (str(part.pk), open_file(part)) == (told["part"], b"a,b")


@pytest.mark.parametrize(
    ("upload", "fields"),
    [
        (("空.csv", b""), {}),
        (("大きい.bin", b"x" * (20 * 1024 * 1024 + 1)), {}),
        (("印.txt", "【機密性3情報】".encode()), {}),
        (("一覧.csv", b"a,b"), {"tier": "2"}),
    ],
)
def test_a_file_that_can_not_be_taken_says_why_and_changes_nothing(desk, world, upload, fields):
    draft = shelf.drafted(world.publisher, parts=["一"])
    before = base_of(draft)
    answer = attach(desk, draft, SimpleUploadedFile(*upload), **fields)
    assert (answer.status_code, bool(answer.json()["words"]), base_of(draft)) == (422, True, before)
    assert Part.unrestricted.filter(kind="attachment").count() == 0


def test_a_file_does_not_go_into_a_draft_that_was_saved_meanwhile(desk, world):
    draft = shelf.drafted(world.publisher)
    answer = attach(desk, draft, SimpleUploadedFile("一覧.csv", b"a,b"), base="2020-01-01T00:00:00+00:00")
    assert (answer.status_code, bool(answer.json()["words"])) == (409, True)


# --- the session ends ---------------------------------------------------------------------------------------------------
def test_the_editor_knows_how_long_the_session_goes_on(desk):
    page = desk.get(reverse("desk:new")).content.decode()
    left = int(page.split('data-seconds-1="')[1].split('"')[0])
    assert 7 * 3600 < left <= 8 * 3600
