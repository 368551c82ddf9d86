"""What somebody typed beside a bulletin is still there when it can't be taken: comments, reasons, notes."""

import pytest
from django.test import Client

from bulletins.models import Revision
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.desk_hand import at

pytestmark = pytest.mark.django_db
MARKED = "別添のとおり。\n機密性3情報\n続きはまた。"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def published(world: cast.Council) -> Revision:
    return shelf.published(world.publisher, world.approver, organisations=[world.company])


def test_a_comment_that_is_refused_stands_in_its_field(client: Client, world: cast.Council) -> None:
    revision = shelf.handed_in(world.publisher, organisations=[world.company])
    page = cast.sign_in(client, world.approver).post(at("return", revision), {"comment": MARKED})
    assert page.status_code == 422
    assert f">{MARKED}</textarea>" in page.text


@pytest.mark.parametrize("name", ["recall", "supersede"])
def test_a_reason_that_is_refused_stands_in_its_field(
    client: Client, world: cast.Council, published: Revision, name: str
) -> None:
    page = cast.sign_in(client, world.publisher).post(at(name, published), {"why": MARKED, "meant": "yes"})
    assert page.status_code == 422
    assert f">{MARKED}</textarea>" in page.text


def test_a_comment_of_many_lines_keeps_its_end(client: Client, world: cast.Council) -> None:
    revision = shelf.handed_in(world.publisher, organisations=[world.company])
    comment = "行\r\n" * 499 + "終り"
    cast.sign_in(client, world.approver).post(at("return", revision), {"comment": comment})
    event = AuditEvent.objects.filter(action="bulletin.return").get()
    assert details_of([event])[event.pk]["facts"]["comment"].endswith("終り")


def test_a_note_that_comes_after_a_newer_revision_stands_below_it(
    client: Client, world: cast.Council, published: Revision
) -> None:
    what = {"organisations": [world.company], "change_summary": "直した"}
    shelf.revised(published, world.publisher, world.approver, **what)
    sent = {"revision": "1", "value": "applicable", "note": "三号機が当たります。"}
    address = f"/bulletins/{published.bulletin_id}/acknowledge/"
    page = cast.sign_in(client, world.reader_one).post(address, sent)
    assert "三号機が当たります。" in page.text
    assert "新しい版が公開されました" in page.text
