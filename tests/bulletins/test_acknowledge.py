"""「確認しました」: a fact of its own, said once, about the revision that was on screen."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bulletins.models import Receipt, Revision
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def put_out(world: cast.Council, **what: object) -> Revision:
    what.setdefault("deadline", timezone.now() + timedelta(days=3))
    return shelf.published(world.publisher, world.approver, organisations=[world.company], **what)


def page_of(revision: Revision) -> str:
    return reverse("bulletins:detail", args=[revision.bulletin_id])


def say(client: Client, who: object, revision: Revision, number: int = 1) -> object:
    address = reverse("bulletins:acknowledge", args=[revision.bulletin_id])
    return cast.sign_in(client, who).post(address, {"revision": number})


def test_opening_is_no_acknowledgement(client: Client, world: cast.Council) -> None:
    revision = put_out(world)
    html = cast.sign_in(client, world.reader_one).get(page_of(revision)).content.decode()
    assert Receipt.objects.get().acknowledged_at is None
    assert "開いただけでは確認になりません" in html


def test_saying_so_keeps_time_and_wording_and_leads_back_to_them(client: Client, world: cast.Council) -> None:
    revision = put_out(world)
    response = say(client, world.reader_one, revision)
    assert response["Location"] == page_of(revision) + "#ack"
    receipt = Receipt.objects.get()
    assert receipt.acknowledged_at is not None
    assert receipt.statement == "第1版"
    assert '<form class="ack-form"' not in client.get(page_of(revision)).content.decode()


def test_saying_it_twice_changes_nothing(client: Client, world: cast.Council) -> None:
    revision = put_out(world)
    say(client, world.reader_one, revision)
    before = Receipt.objects.get().acknowledged_at
    assert say(client, world.reader_one, revision).status_code == 302
    assert Receipt.objects.get().acknowledged_at == before


def test_a_revision_that_came_meanwhile_is_not_acknowledged_unread(client: Client, world: cast.Council) -> None:
    first = put_out(world)
    what = {"organisations": [world.company], "change_summary": "直した"}
    shelf.revised(first, world.publisher, world.approver, **what)
    response = say(client, world.reader_one, first, number=1)
    assert not Receipt.objects.filter(acknowledged_at__isnull=False).exists()
    assert "開いたあとに新しい版が公開されました" in client.get(response["Location"]).content.decode()


def test_a_new_revision_asks_anew(client: Client, world: cast.Council) -> None:
    first = put_out(world)
    say(client, world.reader_one, first)
    what = {"organisations": [world.company], "change_summary": "直した"}
    shelf.revised(first, world.publisher, world.approver, **what)
    assert '<form class="ack-form"' in client.get(page_of(first)).content.decode()


def test_missing_and_forbidden_are_the_same_bytes_and_queries(client: Client, world: cast.Council) -> None:
    answers = []
    for bulletin_id in (put_out(world, tier=2).bulletin_id, uuid4()):
        cast.sign_in(client, world.reader_one)
        with CaptureQueriesContext(connection) as queries:
            response = client.post(reverse("bulletins:acknowledge", args=[bulletin_id]))
        answers.append((response.status_code, response.content, len(queries)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert not Receipt.objects.exists()


def test_only_a_post_acknowledges(client: Client, world: cast.Council) -> None:
    address = reverse("bulletins:acknowledge", args=[put_out(world).bulletin_id])
    assert cast.sign_in(client, world.reader_one).get(address).status_code == 405


def test_the_acknowledgement_is_an_event(client: Client, world: cast.Council) -> None:
    revision = put_out(world)
    say(client, world.reader_one, revision)
    assert AuditEvent.objects.get(action="bulletin.acknowledge").object == str(revision.bulletin_id)
