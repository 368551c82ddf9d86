"""Opening a bulletin (decrypt, render, event committed) beside an empty page of the same process, same middleware, same person."""

import cProfile
import pstats

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.subject import subject_of
from bulletins.actions.read import open_bulletin
from council.access.policy import Action
from council.audit.record import record
from tests import cast
from tests.benchmarks.report import Line, amounts, ratio, tell
from tests.benchmarks.stopwatch import Case, measure
from tests.bulletins import shelf

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.benchmarks.pages"),
]
PARAGRAPH = (
    "港の監視装置について、**更新の記録**に合わない書き換えが見つかりました。点検の手順を確認してください。\n\n" * 4
)
SHOWN = 60


def _bulletin(world: cast.Council) -> str:
    parts = [*[PARAGRAPH] * 4, *[(PARAGRAPH, 2)] * 3, "| 品目 | 数 |\n|---|---|\n| 樹脂 | 3 |\n| 粉末 | 5 |\n"]
    revision = shelf.published(
        world.publisher,
        world.approver,
        tier=2,
        parts=parts,
        subcommittees=[world.materials],
        organisations=[world.company],
    )
    return str(revision.bulletin_id)


class Server:
    """The WSGI application as a server calls it, for one signed-in person: the test client would copy every context."""

    def __init__(self, client: Client) -> None:
        self.application, name = WSGIHandler(), settings.SESSION_COOKIE_NAME
        self.cookie = f"{name}={client.cookies[name].value}"

    def answer(self, path: str) -> None:
        """Asks for the page and reads all of it."""
        environ = RequestFactory().get(path, HTTP_COOKIE=self.cookie, SERVER_NAME="127.0.0.1").environ
        statuses = []
        response = self.application(environ, lambda status, headers: statuses.append(status))
        assert b"".join(response) is not None
        response.close()
        assert statuses[0].startswith("200"), statuses


def _event(person: str, organisation: str, about: str) -> None:
    with transaction.atomic():
        record(Action.READ, actor=person, organisation=organisation, object=about, tier=2, detail={"parts": [1, 2, 3]})


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


def _profile(server: Server, path: str) -> None:
    profile = cProfile.Profile()
    profile.runcall(lambda: [server.answer(path) for _ in range(50)])
    pstats.Stats(profile).sort_stats("cumulative").print_stats(
        r"/(accounts|bulletins|council)/|template/(base|loader)|sqlite3/base|execute_sql", SHOWN
    )


def test_opening_a_bulletin_beside_an_empty_page(client):
    world = cast.council()
    bulletin, reader = _bulletin(world), world.reader_two
    cast.sign_in(client, reader)
    page, subject, server = f"/bulletins/{bulletin}/", subject_of(reader), Server(client)
    costs = measure(
        [
            Case("empty page", lambda: server.answer("/empty/")),
            Case("bulletin page", lambda: server.answer(page), repeats=15),
            Case("open_bulletin()", lambda: open_bulletin(subject, bulletin), repeats=15),
            Case("subject_of()", lambda: subject_of(reader)),
            Case("one event, committed", lambda: _event(subject.person, subject.organisation, bulletin)),
        ]
    )
    whole = costs["bulletin page"]
    lines = [
        ratio("bulletin page / empty page", whole, costs["empty page"], at_most=3),
        *(ratio(f"{part} / bulletin page", costs[part], whole) for part in list(costs)[2:]),
        Line("queries of the bulletin page", _queries(client, page)),
        Line("queries of the empty page", _queries(client, "/empty/")),
    ]
    tell(f"Opening a bulletin of nine parts, {connection.vendor}", [*lines, *amounts(costs)])
    _profile(server, page)
