"""Saved queries: each person's own, under a name, with an event for saving and for removing."""

import pytest
from django.utils import timezone

from council.audit.details import details_of
from council.audit.models import AuditEvent, SavedQuery
from council.audit.saved import MOST
from tests import cast

pytestmark = pytest.mark.django_db

EVENTS, SAVE = "/audit/events/", "/audit/queries/"
OCTOBER = "since=2026-10-01&until=2026-10-31&object=SC-7KQ4&action=received"


@pytest.fixture
def world():
    return cast.council()


def save(client, person, name="10月の受け取り", query=OCTOBER):
    return cast.sign_in(client, person).post(SAVE, {"name": name, "query": query})


def test_saving_goes_back_to_what_the_query_finds_and_shows_it_above_the_filter(client, world):
    answer = save(client, world.auditor)
    assert answer["Location"] == f"{EVENTS}?{OCTOBER}"
    page = client.get(answer["Location"])
    assert [kept.name for kept in page.context["queries"]] == ["10月の受け取り"]
    assert 'aria-current="true">10月の受け取り' in page.content.decode()


def test_saving_is_an_event_with_the_query_in_its_detail(client, world):
    save(client, world.auditor)
    event = AuditEvent.objects.get(action="audit.save_query")
    assert event.object == str(SavedQuery.objects.get().pk)
    assert details_of([event])[event.pk]["facts"] == {"name": "10月の受け取り", "query": OCTOBER}


def test_only_what_the_filter_understands_is_kept(client, world):
    save(client, world.auditor, query="outcome=deny&before=x&title=秘密")
    assert SavedQuery.objects.get().query == "outcome=deny"


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        ("", OCTOBER, "この項目は必須です"),
        ("x" * 81, OCTOBER, "80"),
        ("何もない", "before=x", "条件がありません"),
        ("読めない", "since=きのう", "この条件は読めないので"),
        ("長い", f"actor={'加' * 120}&object={'藤' * 120}", "条件が長すぎます"),
    ],
)
def test_what_can_not_be_saved_is_said_and_nothing_typed_is_lost(client, world, name, query, words):
    text = save(client, world.auditor, name, query).content.decode()
    assert words in text
    assert f'value="{name}"' in text or not name
    assert not SavedQuery.objects.exists()


def test_a_name_can_be_taken_once_by_each_person(client, world):
    save(client, world.auditor)
    assert "同じ名前の条件があります" in save(client, world.auditor, query="outcome=deny").content.decode()
    assert save(client, world.administrator).status_code == 302
    assert SavedQuery.objects.count() == 2


def test_after_fifty_there_is_room_again_only_when_one_is_removed(client, world):
    made = [
        SavedQuery(person=world.auditor.pk, name=str(number), query="outcome=deny", created_at=timezone.now())
        for number in range(MOST)
    ]
    SavedQuery.objects.bulk_create(made)
    assert "50個まで" in save(client, world.auditor).content.decode()
    client.post(f"{SAVE}{made[0].pk}/remove/")
    assert save(client, world.auditor).status_code == 302


def test_removing_is_an_event_and_leaves_nothing_of_the_query(client, world):
    save(client, world.auditor)
    kept = SavedQuery.objects.get()
    assert client.post(f"{SAVE}{kept.pk}/remove/")["Location"] == EVENTS
    assert not SavedQuery.objects.exists()
    assert AuditEvent.objects.get(action="audit.remove_query").object == str(kept.pk)


def test_somebody_elses_query_is_neither_shown_nor_removed(client, world):
    save(client, world.auditor)
    kept = SavedQuery.objects.get()
    cast.sign_in(client, world.administrator)
    assert client.post(f"{SAVE}{kept.pk}/remove/").status_code == 404
    assert list(client.get(EVENTS).context["queries"]) == []
    assert SavedQuery.objects.exists()


def test_who_may_not_read_events_saves_none(client, world):
    assert save(client, world.reader_two).status_code == 404
    assert not SavedQuery.objects.exists()


def test_a_query_is_saved_by_post_alone(client, world):
    assert cast.sign_in(client, world.auditor).get(SAVE).status_code == 405
