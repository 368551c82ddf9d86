"""What the desk does from the board: reminding, later deadlines, the recall, reading notes; and the sealing as it goes on."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Contact, Notice
from bulletins import releasing
from bulletins.actions.close import recall
from bulletins.models import Delivery, Package
from bulletins.releasing import release_some
from council.audit.events import Event
from council.audit.models import AuditEvent
from council.templatetags.portal import jst_near
from tests import cast
from tests.bulletins import board_cast, parcels
from tests.bulletins.board_cast import at

pytestmark = pytest.mark.django_db
NOTE = "3台が該当します。回線を切り離しました。"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def desk(world, client: Client) -> Client:
    return cast.sign_in(client, world.publisher)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def after(client: Client, revision, then: str, sent: dict | None = None) -> str:
    """The page that a form leads back to."""
    answer = client.post(at(revision, then), sent or {}, follow=True)
    assert answer.redirect_chain
    return answer.content.decode()


def reached(revision, *people):
    organisations = [person.organisation for person in people]
    Notice.objects.filter(about=revision.bulletin_id, organisation__in=organisations).update(
        state="sent", sent_at=timezone.now()
    )


# --- reminding ----------------------------------------------------------------------------------------------------------


def test_the_button_reaches_as_many_as_it_says_and_then_says_why_not(world, desk):
    people = board_cast.readers(4)
    revision = board_cast.out(world, organisations=board_cast.of(people))
    reached(revision, *people[:3])
    board_cast.receipt(revision, people[0], acknowledged=True)
    page = text(desk, at(revision))
    assert "確認がまだの2組織に再通知" in page
    assert "届いていない1組織を除きます。" in page
    page = after(desk, revision, "remind/")
    assert "2組織に再通知しました。" in page
    again = jst_near(timezone.now() + timedelta(days=1))[: len("11月22日（日）")]
    assert f"再通知は1日1回までです。次は{again}" in page
    assert re.search(
        r'aria-disabled="true" aria-describedby="why-remind">.*?確認がまだの2組織に再通知</button>', page, re.DOTALL
    )
    assert "再通知は1日に1回までです。" in after(desk, revision, "remind/")


def test_nobody_is_reminded_of_what_has_not_reached_them(world, desk):
    revision = board_cast.out(world)
    assert "まだどの組織にも届いていないので、再通知できません。" in text(desk, at(revision))
    assert "再通知する組織はありません。" in after(desk, revision, "remind/")


@pytest.mark.parametrize("spoil", ["acknowledged", "unasked", "recalled"])
def test_there_is_no_button_where_nothing_is_asked_for(world, desk, spoil):
    revision = board_cast.out(world, **({"deadline": None} if spoil == "unasked" else {}))
    reached(revision, world.reader_two)
    if spoil == "acknowledged":
        board_cast.receipt(revision, world.reader_two, acknowledged=True)
    if spoil == "recalled":
        recall(revision.bulletin_id, acting_user=world.publisher)
    assert "確認がまだの" not in text(desk, at(revision)).replace("確認がまだの1件", "")


def test_a_deed_leads_back_to_the_table_as_it_was_and_nowhere_else(world, desk):
    revision = board_cast.out(world)
    for back, address in (("?state=overdue&sort=-told", "?state=overdue&sort=-told"), ("//evil.example/?state=x", "?")):
        assert desk.post(at(revision, "remind/"), {"back": back})["Location"] == at(revision) + address


def test_a_later_deadline_is_given_to_one_organisation(world, desk):
    people = board_cast.readers(2)
    revision = board_cast.out(world, organisations=board_cast.of(people), deadline=timezone.now() + timedelta(days=3))
    until = timezone.localtime(timezone.now() + timedelta(days=9)).replace(hour=17, minute=0, second=0, microsecond=0)
    sent = {"organisation": str(people[0].organisation.pk), "until": f"{until:%Y-%m-%dT%H:%M}"}
    assert "期限を延ばしました。" in after(desk, revision, "extend/", sent)
    assert Delivery.objects.get(organisation=people[0].organisation).deadline == until
    assert Delivery.objects.get(organisation=people[1].organisation).deadline == revision.deadline


@pytest.mark.parametrize("until", ["", "きのう", "2020-01-01T17:00"])
def test_a_deadline_that_is_none_is_refused_with_a_sentence(world, desk, until):
    revision = board_cast.out(world)
    page = after(desk, revision, "extend/", {"organisation": str(world.company.pk), "until": until})
    assert 'class="notice" data-kind="error"' in page
    assert not AuditEvent.objects.filter(action=Event.DEADLINE_EXTENDED).exists()


# --- answers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "read"), [("publisher", True), ("approver", False)])
def test_the_note_of_an_answer_is_for_those_who_write(world, client, who, read):
    revision = board_cast.out(world)
    board_cast.answer(revision, world.reader_two, "applicable", note=NOTE)
    page = text(cast.sign_in(client, getattr(world, who)), at(revision))
    assert (NOTE in page) is read
    assert "該当あり" in page


def test_a_note_is_shown_as_text(world, desk):
    revision = board_cast.out(world)
    board_cast.answer(revision, world.reader_two, "applicable", note="<b>3台</b>")
    assert "&lt;b&gt;3台&lt;/b&gt;" in text(desk, at(revision))


# --- the recall ---------------------------------------------------------------------------------------------------------


def recalled(world):
    """To three organisations: one is late, one has time, one has answered."""
    people = board_cast.readers(3)
    revision = board_cast.out(world, organisations=board_cast.of(people))
    reached(revision, *people)
    recall(revision.bulletin_id, acting_user=world.publisher)
    rows = {row.organisation_id: row for row in Delivery.objects.filter(revision=revision)}
    late, _waiting, answered = (rows[person.organisation_id].pk for person in people)
    Delivery.objects.filter(pk=late).update(return_deadline=timezone.now() - timedelta(hours=1))
    Delivery.objects.filter(pk=answered).update(
        returned_at=timezone.now(), return_kind="destroyed", copies_paper=2, returned_by=people[2]
    )
    return revision, people, late


def test_a_recall_says_its_sum_its_steps_and_who_is_missing(world, desk):
    revision, people, _late = recalled(world)
    Contact.objects.create(
        kind="mailbox",
        organisation=people[0].organisation,
        address="madoguchi@kaisha.example",
        telephone="00-0000-0101",
    )
    page = text(desk, at(revision))
    assert "<b>3</b>件中<b>1</b>件確認" in page
    assert re.search(r'data-tone="overdue">.*?1件超過</strong>', page)
    for words in (
        "閲覧を止めました",
        "件の鍵を破棄しました",
        "写しを消したことの確認",
        "確認がまだの2件",
        "00-0000-0101",
        "確認した1件",
    ):
        assert words in page


def test_the_title_of_what_was_recalled_stands_nowhere_on_the_board(world, desk):
    revision, _people, _late = recalled(world)
    pages = ["/board/", "/board/progress/", *(at(revision, then) for then in ("", "progress/", "export.csv"))]
    reference = revision.bulletin.reference
    said = [desk.get(page).content.decode() for page in pages]
    assert not [page for page, words in zip(pages, said, strict=True) if "板に出る題名" in words]
    assert f"{reference}（回収のため題名を表示しません）" in said[0]


def test_those_who_are_missing_are_reminded_once_a_day(world, desk):
    revision, _people, _late = recalled(world)
    assert "2組織にいま再通知" in text(desk, at(revision))
    page = after(desk, revision, "returns/remind/")
    assert "2組織に再通知しました。" in page
    assert re.search(r'aria-disabled="true" aria-describedby="why-remind-back">', page)
    assert "いま再通知できる組織はありません。" in after(desk, revision, "returns/remind/")


def test_a_call_is_kept_with_who_made_it(world, desk):
    revision, _people, late = recalled(world)
    page = after(desk, revision, "returns/call/", {"delivery": str(late)})
    assert "電話した記録を残しました。" in page
    assert Delivery.objects.get(pk=late).called_by == world.publisher
    assert world.publisher.name in page[page.index('id="missing"') :].partition("</table>")[0]


@pytest.mark.parametrize("delivery", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_a_call_about_nothing_is_not_found(world, desk, delivery):
    revision, _people, _late = recalled(world)
    assert desk.post(at(revision, "returns/call/"), {"delivery": delivery}).status_code == 404


# --- the sealing as it goes on ------------------------------------------------------------------------------------------


def bar(page: str) -> tuple[int, int] | None:
    found = re.search(r'<progress id="seal-[\w-]+" max="(\d+)" value="(\d+)">', page)
    return (int(found[1]), int(found[2])) if found else None


def test_the_bar_moves_while_a_worker_seals(world, desk, monkeypatch):
    monkeypatch.setattr(releasing, "BATCH", 1)
    revision = board_cast.out(world, organisations=board_cast.of(board_cast.readers(3)))
    for page in ("/board/progress/", at(revision, "progress/")):
        assert bar(text(desk, page)) == (3, 0)
    release_some(revision.pk)
    for page in ("/board/progress/", at(revision, "progress/")):
        said = text(desk, page)
        assert bar(said) == (3, 1)
        assert "鍵がないため包みを作れないのは1組織です。" in said
        assert "data-done" not in said


def test_the_page_keeps_itself_up_to_date_only_while_something_is_sealed(world, desk):
    revision = board_cast.out(world)
    for page in ("/board/", at(revision)):
        assert "data-live=" in text(desk, page)
    releasing.distribute(revision.pk)
    for page in ("/board/", at(revision)):
        said = text(desk, page)
        assert "data-live=" not in said
        assert "新しくする" in said
    for page in ("/board/progress/", at(revision, "progress/")):
        assert "data-done" in text(desk, page)


def test_what_is_put_into_the_page_has_a_place_there(world, desk):
    revision = board_cast.out(world)
    for page, fragment in (("/board/", "/board/progress/"), (at(revision), at(revision, "progress/"))):
        whole, pieces = text(desk, page), text(desk, fragment)
        ids = re.findall(r'^<\w+ [^>]*id="([\w-]+)"', pieces, re.MULTILINE)
        assert len(ids) == 3
        assert all(f'id="{name}"' in whole for name in ids)


def test_a_released_package_shows_when_it_was_sealed_and_fetched(world, desk):
    parcels.key(world.company, world.reader_two)
    revision = board_cast.out(world)
    releasing.distribute(revision.pk)
    sealed = timezone.now() - timedelta(days=400)
    Package.objects.update(released_at=sealed, fetched_at=sealed + timedelta(minutes=5))
    assert f"{timezone.localtime(sealed).year}/" in text(desk, at(revision))
