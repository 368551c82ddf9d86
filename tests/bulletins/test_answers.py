"""What an organisation answers: added and never changed, sealed, shown to its own readers and to no other organisation's."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.subject import subject_of
from bulletins.access import NotVisible, get_bulletin_for
from bulletins.actions.answer import LONGEST_NOTE, answer
from bulletins.actions.verb import Conflict
from bulletins.answering import destroy_notes, notes_of, own_of
from bulletins.drafting import Invalid
from bulletins.models import Answer, AnswerWrap, Delivery, Receipt, Revision
from council.audit.models import AuditEvent
from council.sealing.errors import OpeningRefused
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db

SECRET = "秘密の工場の話"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def put_out(world: cast.Council, **what: object) -> Revision:
    what.setdefault("organisations", [world.company, world.other_company])
    return shelf.published(world.publisher, world.approver, **what)


def says(who: User, about: Revision, value: str = "handled", **more: object) -> Answer:
    return answer(subject_of(who), about.bulletin_id, value, **more)


def own(who: User, revision: Revision) -> list:
    subject = subject_of(who)
    return own_of(subject, *get_bulletin_for(subject, revision.bulletin_id)).answers


def in_days(days: int) -> object:
    return timezone.localdate() + timedelta(days=days)


def test_answers_are_added_and_the_last_of_any_reader_is_the_organisations(world):
    revision = put_out(world)
    says(world.reader_one, revision, "checking", until=in_days(3))
    says(world.reader_two, revision, "not_applicable")
    assert [each.value for each in own(world.administrator, revision)] == ["checking", "not_applicable"]
    assert own(world.administrator, revision)[-1].by == world.reader_two.name


def test_answering_acknowledges_nothing(world):
    says(world.reader_one, put_out(world))
    assert not Receipt.objects.filter(acknowledged_at__isnull=False).exists()


def test_the_answer_is_an_event_that_does_not_repeat_the_note(world):
    revision = put_out(world, tier=2, floor=1, parts=["甲", ("乙", 2)])
    says(world.reader_two, revision, note=SECRET)
    event = AuditEvent.objects.get(action="bulletin.answer")
    assert (event.object, event.revision, event.tier) == (str(revision.bulletin_id), 1, 2)
    assert SECRET.encode() not in bytes(event.leaf)


def test_who_may_not_see_the_bulletin_answers_nothing(world):
    revision = put_out(world, tier=2)
    with pytest.raises(NotVisible):
        says(world.reader_one, revision)
    assert AuditEvent.objects.get(action="bulletin.answer").outcome == "deny"
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("value", "days", "fault"),
    [
        ("checking", None, "until"),
        ("checking", -1, "until"),
        ("applicable", -1, "until"),
        ("checking", 400_000, "until"),
        ("handled", 1, "until"),
        ("not_applicable", 1, "until"),
        ("perhaps", None, "value"),
        ("", None, "value"),
    ],
)
def test_a_day_stands_where_it_belongs_and_never_in_the_past(world, value, days, fault):
    with pytest.raises(Invalid) as refused:
        says(world.reader_one, put_out(world), value, until=None if days is None else in_days(days))
    assert list(refused.value.errors) == [fault]
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("value", "days"), [("checking", 0), ("applicable", 0), ("applicable", None), ("applicable", 9), ("handled", None)]
)
def test_days_that_hold_are_kept(world, value, days):
    until = None if days is None else in_days(days)
    assert says(world.reader_one, put_out(world), value, until=until).until == until


@pytest.mark.parametrize("note", ["あ" * (LONGEST_NOTE + 1), "【機密性3情報】\n本文", "\ud800"])
def test_notes_that_are_too_long_or_marked_or_no_text_are_refused(world, note):
    with pytest.raises(Invalid) as refused:
        says(world.reader_one, put_out(world), note=note)
    assert list(refused.value.errors) == ["note"]
    assert not Answer.objects.exists()


def test_a_note_of_a_thousand_characters_is_kept_whole(world):
    revision, note = put_out(world), "あ" * LONGEST_NOTE
    says(world.reader_one, revision, note=f"  {note}\r\n")
    assert own(world.reader_one, revision)[0].note == note


def test_the_note_lies_sealed_and_opens_only_in_its_place(world):
    revision = put_out(world)
    one, two = says(world.reader_one, revision, note=SECRET), says(world.reader_one, revision, note="別の話")
    stored = Answer.objects.get(pk=one.pk)
    assert SECRET.encode() not in bytes(stored.ciphertext)
    assert notes_of([stored], revision) == {one.pk: SECRET}
    Answer.objects.filter(pk=two.pk).update(ciphertext=stored.ciphertext)
    AnswerWrap.objects.filter(answer=two).update(wrap=AnswerWrap.objects.get(answer=one).wrap)
    with pytest.raises(OpeningRefused):
        notes_of(Answer.objects.filter(pk=two.pk), revision)


def test_without_its_wrap_a_note_is_left_out_and_the_answer_stays(world):
    revision = put_out(world)
    says(world.reader_one, revision, "not_applicable", note=SECRET)
    assert destroy_notes(revision) == 1
    assert [(each.value, each.note) for each in own(world.reader_one, revision)] == [("not_applicable", "")]


def test_a_colleague_below_the_banner_is_not_told_what_may_speak_of_all_of_it(world):
    revision = put_out(world, tier=2, floor=1, parts=["甲", ("乙", 2)])
    says(world.reader_two, revision, "not_applicable", note=SECRET)
    says(world.reader_one, revision, note="自分で書いたこと")
    assert [each.note for each in own(world.reader_one, revision)] == ["", "自分で書いたこと"]
    assert [each.note for each in own(world.administrator, revision)] == [SECRET, "自分で書いたこと"]


def test_a_revision_that_came_meanwhile_is_not_answered_unread(world):
    first = put_out(world)
    shelf.revised(first, world.publisher, world.approver, organisations=[world.company], change_summary="直した")
    with pytest.raises(Conflict, match="新しい版"):
        says(world.reader_one, first, revision=1)
    assert says(world.reader_one, first, revision=2).revision == 2


@pytest.mark.parametrize(
    "place", ["/", "/bulletins/", "/bulletins/{}/", "/api/v1/bulletins/", "/api/v1/bulletins/{}/", "/notices/"]
)
def test_what_another_organisation_answers_changes_no_byte_that_a_reader_gets(client: Client, world, place):
    revision = put_out(world)
    address = place.format(revision.bulletin_id)
    cast.sign_in(client, world.other_reader).get(address)
    before = without_token(client.get(address))
    for value in Answer.Value.values:
        until = in_days(5) if value in ("checking", "applicable") else None
        says(world.reader_two, revision, value, note=SECRET, until=until)
        assert without_token(client.get(address)) == before


def without_token(response: object) -> str:
    """Forms carry a token that is drawn anew for each page."""
    return "".join(line for line in response.content.decode().splitlines() if "csrfmiddlewaretoken" not in line)


# --- the page ---


def page_of(revision: Revision) -> str:
    return reverse("bulletins:detail", args=[revision.bulletin_id])


def press(client: Client, who: User, revision: Revision, button: str = "answer", **fields: str) -> object:
    address = reverse(f"bulletins:{button}", args=[revision.bulletin_id])
    return cast.sign_in(client, who).post(address, {"revision": "1", **fields})


def test_the_page_takes_an_answer_and_shows_it_to_the_organisation(client: Client, world):
    revision = put_out(world)
    response = press(client, world.reader_one, revision, value="checking", until=str(in_days(4)), note="照会中です。")
    assert response["Location"] == page_of(revision) + "#ack"
    page = cast.sign_in(client, world.administrator).get(page_of(revision)).content.decode()
    assert "照会中です。" in page
    assert world.reader_one.name in page


def test_both_buttons_stand_in_one_form_and_enter_presses_that_of_the_answer(client: Client, world):
    page = cast.sign_in(client, world.reader_one).get(page_of(put_out(world))).content.decode()
    form = page[page.index('<form class="ack-form"') :]
    form = form[: form.index("</form>")]
    assert form.index('<button class="visually-hidden"') < form.index("formaction=") < form.index('name="value"')


def test_the_acknowledging_button_takes_an_answer_that_was_begun(client: Client, world):
    revision = put_out(world)
    press(client, world.reader_one, revision, "acknowledge", value="handled", note="直しました。")
    assert Receipt.objects.get().acknowledged_at is not None
    assert own(world.reader_one, revision)[0].note == "直しました。"


def test_the_acknowledging_button_alone_answers_nothing(client: Client, world):
    revision = put_out(world)
    assert press(client, world.reader_one, revision, "acknowledge").status_code == 302
    assert not Answer.objects.exists()


@pytest.mark.parametrize("button", ["acknowledge", "answer"])
def test_what_was_typed_is_kept_when_the_answer_does_not_hold(client: Client, world, button):
    revision = put_out(world)
    response = press(client, world.reader_one, revision, button, value="checking", note="消えない言葉")
    page = response.content.decode()
    assert response.status_code == 422
    assert "消えない言葉" in page
    assert "いつまでに答えるか" in page
    assert not Answer.objects.exists()


def test_what_was_typed_is_kept_when_another_revision_has_come(client: Client, world):
    revision = put_out(world)
    shelf.revised(revision, world.publisher, world.approver, organisations=[world.company], change_summary="直した")
    response = press(client, world.reader_one, revision, value="handled", note="消えない言葉")
    assert response.status_code == 422
    assert "消えない言葉" in response.content.decode()
    assert not Answer.objects.exists()


def test_a_day_left_over_from_another_choice_is_not_meant(client: Client, world):
    press(client, world.reader_one, put_out(world), value="handled", until=str(in_days(-9)))
    assert Answer.objects.get().until is None


def test_missing_and_forbidden_are_the_same_bytes_and_queries(client: Client, world):
    answers = []
    for bulletin_id in (put_out(world, tier=2).bulletin_id, uuid4()):
        for sent in ({"value": "handled"}, {}):
            cast.sign_in(client, world.reader_one)
            with CaptureQueriesContext(connection) as queries:
                response = client.post(reverse("bulletins:answer", args=[bulletin_id]), sent)
            answers.append((response.status_code, response.content, len(queries)))
    assert answers[:2] == answers[2:]
    assert {each[0] for each in answers} == {404}


def test_the_page_counts_to_the_organisations_own_deadline(client: Client, world):
    revision = put_out(world, deadline=timezone.now() + timedelta(days=3))
    Delivery.objects.filter(revision=revision, organisation=world.company).update(
        deadline=timezone.now() + timedelta(days=40)
    )
    page = cast.sign_in(client, world.reader_one).get(page_of(revision)).content.decode()
    later, sooner = (timezone.localdate() + timedelta(days=days) for days in (40, 3))
    assert f"{later.month}月{later.day}日" in page
    assert f"{sooner.month}月{sooner.day}日" not in page


def test_the_desk_of_the_reader_counts_to_it_too(client: Client, world):
    later, sooner = (timezone.now() + timedelta(days=days) for days in (40, 3))
    put_out(world, title="後になるもの", deadline=sooner)
    Delivery.objects.filter(organisation=world.company).update(deadline=later)
    put_out(world, title="先になるもの", deadline=sooner + timedelta(days=1))
    page = cast.sign_in(client, world.reader_one).get(reverse("home")).content.decode()
    assert page.index("先になるもの") < page.index("後になるもの")
