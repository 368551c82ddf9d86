"""Taking an attachment: only one's own, always as a download, always on record."""

from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

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


def take(client: Client, who: object, revision: Revision, number: int) -> HttpResponse:
    return cast.sign_in(client, who).get(reverse("bulletins:file", args=[revision.bulletin_id, number]))


def test_the_bytes_come_as_they_went_in(client: Client, world: cast.Council) -> None:
    revision = put_out(world, parts=["文", shelf.attachment(data=b"\x00\x01<html>")])
    assert take(client, world.reader_one, revision, 2).content == b"\x00\x01<html>"


@pytest.mark.parametrize(("name", "kind"), [("表.csv", "text/csv"), ("頁.html", "application/octet-stream")])
def test_no_browser_runs_or_shows_a_file(client: Client, world: cast.Council, name: str, kind: str) -> None:
    response = take(client, world.reader_one, put_out(world, parts=[shelf.attachment(name)]), 1)
    assert response["Content-Type"] == kind
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")


def test_numbers_count_the_readers_own_parts(client: Client, world: cast.Council) -> None:
    parts = ["文", shelf.attachment("上.csv", b"two", tier=2), shelf.attachment("下.csv", b"one")]
    revision = put_out(world, tier=2, floor=1, parts=parts)
    assert take(client, world.reader_one, revision, 2).content == b"one"
    assert take(client, world.reader_one, revision, 3).status_code == 404
    assert take(client, world.reader_two, revision, 2).content == b"two"
    assert take(client, world.reader_two, revision, 3).content == b"one"


@pytest.mark.parametrize("number", [0, 1, 3, 999])
def test_a_number_without_a_file_is_missing(client: Client, world: cast.Council, number: int) -> None:
    revision = put_out(world, parts=["文", shelf.attachment()])
    assert take(client, world.reader_one, revision, number).status_code == 404


@pytest.mark.parametrize("where", ["bulletin", "part"])
def test_a_caveat_keeps_the_file_here_and_the_page_says_so(client: Client, world: cast.Council, where: str) -> None:
    caveats = ["複製禁止"]
    revision = put_out(
        world,
        caveats=caveats if where == "bulletin" else [],
        parts=[shelf.attachment(caveats=caveats if where == "part" else [])],
    )
    assert take(client, world.reader_one, revision, 1).status_code == 404
    html = client.get(reverse("bulletins:detail", args=[revision.bulletin_id])).content.decode()
    assert "取扱制限により、受け取れません" in html
    assert "/file/" not in html


def test_the_link_on_the_page_leads_to_the_file(client: Client, world: cast.Council) -> None:
    revision = put_out(world, parts=["文", shelf.attachment()])
    cast.sign_in(client, world.reader_one)
    html = client.get(reverse("bulletins:detail", args=[revision.bulletin_id])).content.decode()
    assert f'href="{reverse("bulletins:file", args=[revision.bulletin_id, 2])}"' in html


def test_taking_is_recorded(client: Client, world: cast.Council) -> None:
    revision = put_out(world, parts=[shelf.attachment()])
    take(client, world.reader_one, revision, 1)
    event = AuditEvent.objects.get(action="bulletin.download")
    assert (event.object, event.outcome) == (str(revision.bulletin_id), "allow")


def test_missing_and_forbidden_are_the_same_bytes_and_queries(client: Client, world: cast.Council) -> None:
    answers = []
    for bulletin_id in (put_out(world, tier=2, parts=[shelf.attachment()]).bulletin_id, uuid4()):
        cast.sign_in(client, world.reader_one)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("bulletins:file", args=[bulletin_id, 1]))
        answers.append((response.status_code, response.content, len(queries)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
