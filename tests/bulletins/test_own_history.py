"""One's own history: what one did, by reference, newest first; nothing of others, and nothing that was refused."""

import pytest
from django.test import Client
from django.urls import reverse

from bulletins import own_history
from bulletins.actions.close import recall
from bulletins.models import Revision
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def put_out(world: cast.Council, **what: object) -> Revision:
    return shelf.published(world.publisher, world.approver, organisations=[world.company], **what)


def opened(client: Client, who: object, revision: Revision) -> None:
    cast.sign_in(client, who).get(reverse("bulletins:detail", args=[revision.bulletin_id]))


def page(client: Client, who: object, **query: object) -> str:
    return cast.sign_in(client, who).get(reverse("own-history"), query).content.decode()


def test_what_one_opened_stands_there_by_its_reference_alone(client: Client, world: cast.Council) -> None:
    revision = put_out(world, tier=2, title="内々の題名", parts=[("文", 2)])
    opened(client, world.reader_two, revision)
    html = page(client, world.reader_two)
    assert reverse("bulletins:detail", args=[revision.bulletin_id]) in html
    assert revision.bulletin.reference in html
    assert "内々の題名" not in html


def test_nothing_of_others_and_nothing_refused_stands_there(client: Client, world: cast.Council) -> None:
    mine, hidden = put_out(world), put_out(world, tier=2, parts=[("文", 2)])
    opened(client, world.reader_two, mine)
    opened(client, world.reader_one, hidden)
    html = page(client, world.reader_one)
    assert mine.bulletin.reference not in html
    assert hidden.bulletin.reference not in html


def test_what_is_no_longer_there_keeps_its_reference_and_loses_its_link(client: Client, world: cast.Council) -> None:
    revision = put_out(world)
    opened(client, world.reader_one, revision)
    recall(revision.bulletin_id, acting_user=world.publisher)
    html = page(client, world.reader_one)
    assert revision.bulletin.reference in html
    assert reverse("bulletins:detail", args=[revision.bulletin_id]) not in html


def test_older_pages_follow_without_a_gap(client: Client, world: cast.Council, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_history, "PAGE", 2)
    shelves = [put_out(world) for _ in range(3)]
    for revision in shelves:
        opened(client, world.reader_one, revision)
    first = cast.sign_in(client, world.reader_one).get(reverse("own-history"))
    second = client.get(reverse("own-history") + first.context["older_url"])
    found = [deed.reference for shown in (first, second) for deed in shown.context["history"].deeds]
    assert found == [revision.bulletin.reference for revision in reversed(shelves)]
    assert second.context["newer_url"]
    assert not second.context["older_url"]


def test_looking_is_recorded(client: Client, world: cast.Council) -> None:
    page(client, world.reader_one)
    assert AuditEvent.objects.filter(action="history.list").count() == 1


def test_a_mark_that_cant_be_read_shows_the_newest(client: Client, world: cast.Council) -> None:
    opened(client, world.reader_one, put_out(world))
    assert "資料を開く" in page(client, world.reader_one, before="x")
