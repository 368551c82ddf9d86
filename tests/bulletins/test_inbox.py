"""The page of one's own notices: what is asked, until when, and only what exists for the person."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions import people as people_verbs
from accounts.models import Notice, User
from accounts.notices import queue
from accounts.subject import subject_of
from bulletins import notifying
from bulletins.actions.acknowledge import acknowledge
from bulletins.actions.close import recall
from bulletins.models import Bulletin, Revision
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import letterbox, shelf

pytestmark = pytest.mark.django_db
Kind = Notice.Kind


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def inbox(who: User) -> str:
    """What stands between <main> and </main>."""
    response = cast.sign_in(Client(), who).get("/notices/")
    assert response.status_code == 200
    html = response.content.decode()
    return html[html.index("<main") : html.index("</main>")]


def references(html: str) -> list[str]:
    return re.findall(r'class="record-ref">([^<]+)<', html)


def test_a_notice_says_what_is_asked_until_when_and_leads_there(world):
    revision = letterbox.put_out(world, deadline=letterbox.in_days(9))
    html = inbox(world.reader_two)
    assert f"{revision.bulletin.reference} 第1版が公開されました。期限までに開いて" in html
    assert f'href="/bulletins/{revision.bulletin_id}/"' in html
    assert "期限 " in html
    assert "営業日" in html


def test_the_newest_stands_first(world):
    names = [f"{letterbox.put_out(world).bulletin.reference} 第1版" for _ in range(3)]
    assert references(inbox(world.reader_two)) == names[::-1]


def test_no_title_stands_in_the_inbox(world):
    letterbox.put_out(world, title="蒼鷺計画の全容", tier=2)
    assert "蒼鷺" not in inbox(world.reader_two)


def test_what_is_new_says_so_until_it_was_shown(world):
    letterbox.put_out(world)
    first, second = inbox(world.reader_two), inbox(world.reader_two)
    assert "新着" in first
    assert "新着" not in second
    letterbox.put_out(world)
    assert inbox(world.reader_two).count("新着") == 1
    assert letterbox.notice(world.reader_one, about=Bulletin.unrestricted.first().pk).seen_at is None


def test_what_may_not_be_read_any_more_has_no_line(world):
    gone, stays = letterbox.put_out(world, tier=2), letterbox.put_out(world)
    people_verbs.set_tier(world.reader_two, 1, acting_user=world.operator)
    assert references(inbox(world.reader_two)) == [f"{stays.bulletin.reference} 第1版"]
    assert not letterbox.notice(world.reader_two, about=gone.bulletin_id).seen_at


def test_an_older_revision_has_no_line(world):
    first = letterbox.put_out(world)
    what = {"change_summary": "直した", "organisations": [world.company]}
    letterbox.notify(shelf.revised(first, world.publisher, world.approver, **what))
    assert references(inbox(world.reader_two)) == [f"{first.bulletin.reference} 第2版"]


def test_a_recall_keeps_its_line_and_leads_to_the_return(world):
    revision = letterbox.put_out(world)
    recall(revision.bulletin_id, acting_user=world.publisher)
    notifying.closed(revision, Kind.RECALLED, {world.company.pk: [world.reader_two]}, deadline=letterbox.in_days(2))
    html = inbox(world.reader_two)
    assert references(html) == [f"{revision.bulletin.reference} 第1版"]
    assert "回収されました" in html
    assert f'href="/returns/{revision.bulletin_id}/"' in html


def late(world: cast.Council, *people: User, **what: object) -> Revision:
    revision = letterbox.put_out(world, deadline=letterbox.in_days(-1), **what)
    notifying.escalation(letterbox.delivery(revision, world.company), 1, people)
    return revision


def test_lateness_names_the_bulletin_only_to_who_may_read_it(world):
    revision = late(world, world.operator, world.reader_two, tier=2)
    Notice.objects.exclude(kind=Kind.ESCALATION).delete()
    blind, cleared = inbox(world.operator), inbox(world.reader_two)
    assert f"{world.company.name}に、期限を過ぎた務めがあります。" in blind
    for word in (revision.bulletin.reference, str(revision.bulletin_id)):
        assert word not in blind
        assert word in cleared
    assert 'class="due"' not in cleared


def test_what_was_acknowledged_is_done_and_not_late(world):
    # Long enough ago for a business day to lie between, whatever holidays there are.
    revision = letterbox.put_out(world, deadline=letterbox.in_days(-14))
    assert "超過" in inbox(world.reader_two)
    acknowledge(subject_of(world.reader_two), revision.bulletin_id)
    html = inbox(world.reader_two)
    assert "超過" not in html
    assert "済み" in html


def test_an_acknowledgement_is_no_answer(world):
    revision = letterbox.put_out(world, deadline=letterbox.in_days(3))
    acknowledge(subject_of(world.reader_two), revision.bulletin_id)
    owed = letterbox.delivery(revision, world.company)
    notifying.reminder(owed, [world.reader_two], round=f"{notifying.ANSWER}-2026-11-17")
    html = inbox(world.reader_two)
    assert "もう一度回答してください" in html
    assert html.count("済み") == 1


def test_what_was_handed_back_is_done(world):
    revision = letterbox.put_out(world)
    recall(revision.bulletin_id, acting_user=world.publisher)
    notifying.closed(revision, Kind.RECALLED, {world.company.pk: [world.reader_two]}, deadline=letterbox.in_days(2))
    assert "済み" not in inbox(world.reader_two)
    letterbox.delivery(revision, world.company, returned_at=timezone.now())
    assert "済み" in inbox(world.reader_two)


@pytest.mark.parametrize(("who", "leads"), [("administrator", True), ("reader_two", False)])
def test_a_notice_about_a_key_leads_to_the_keys_for_whoever_may_see_them(world, who, leads):
    now, person = timezone.now(), getattr(world, who)
    facts = {"organisation": world.company, "about": world.item.pk, "created_at": now, "not_before": now}
    queue([Notice(key=f"key:1:revoked:{who}", kind=Kind.KEY, person=person, **facts)])
    page = inbox(person)
    assert f"{world.company.name}の受け取り用の鍵が失効しました" in page
    assert ('record-title"><a href="/keys/"' in page) is leads


def test_a_digest_and_the_notices_of_others_have_no_line(world):
    now = timezone.now()
    Notice.objects.create(key="d", kind=Kind.DIGEST, person=world.reader_two, created_at=now, not_before=now)
    letterbox.put_out(world, organisations=[world.other_company])
    assert "いまはありません" in inbox(world.reader_two)


def test_an_auditor_has_an_empty_inbox(world):
    letterbox.put_out(world, organisations=[world.audit, world.company])
    assert "いまはありません" in inbox(world.auditor)


def test_at_most_a_hundred_are_shown(world):
    revision = letterbox.put_out(world)
    (row,) = Notice.objects.filter(person=world.reader_two)
    for number in range(104):
        row.pk, row.key, row.created_at = None, f"again{number}", row.created_at + timedelta(seconds=1)
        row._state.adding = True
        row.id = Notice._meta.get_field("id").get_default()
        row.save(force_insert=True)
    assert references(inbox(world.reader_two)) == [f"{revision.bulletin.reference} 第1版"] * 100


def test_the_inbox_costs_as_many_queries_however_much_is_in_it(world):
    clients = {who: cast.sign_in(Client(), getattr(world, who)) for who in ("reader_one", "reader_two")}
    costs = []
    for many in (0, 1, 5):
        for _each in range(many):
            letterbox.put_out(world, tier=2)
        for client in clients.values():
            client.get("/notices/")
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/notices/").status_code == 200
            costs.append(len(queries))
    assert len(set(costs)) == 1


def test_new_lines_cost_no_query_more_than_old_ones(world):
    client, costs = cast.sign_in(Client(), world.reader_two), []
    client.get("/notices/")
    letterbox.put_out(world)
    for _new_then_old in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/notices/")
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_looking_is_an_event(world):
    letterbox.put_out(world, tier=2)
    inbox(world.reader_two)
    event = AuditEvent.objects.get(action="notice.list")
    assert (event.org, event.tier, event.object) == (str(world.company.pk), 2, "")


def test_the_menu_of_the_person_leads_to_the_inbox(world):
    html = cast.sign_in(Client(), world.reader_two).get("/help/").content.decode()
    assert 'href="/notices/"' in html
