"""Opening a bulletin (decrypt, render, event committed) beside an empty page of the same process, same middleware, same person."""

import cProfile
import pstats

import pytest
from django.db import connection, transaction
from django.test import Client
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
SHOWN = 25


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


def _answered(client: Client, url: str) -> None:
    assert client.get(url).status_code == 200


def _event(person: str, organisation: str, about: str) -> None:
    with transaction.atomic():
        record(Action.READ, actor=person, organisation=organisation, object=about, tier=2, detail={"parts": [1, 2, 3]})


def _queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        _answered(client, url)
    return len(caught)


def _profile(client: Client, url: str) -> None:
    profile = cProfile.Profile()
    profile.runcall(lambda: [_answered(client, url) for _ in range(50)])
    pstats.Stats(profile).sort_stats("cumulative").print_stats(SHOWN)


def test_opening_a_bulletin_beside_an_empty_page(client):
    world = cast.council()
    bulletin, reader = _bulletin(world), world.reader_two
    cast.sign_in(client, reader)
    page, subject = f"/bulletins/{bulletin}/", subject_of(reader)
    costs = measure(
        [
            Case("empty page", lambda: _answered(client, "/empty/")),
            Case("bulletin page", lambda: _answered(client, page), repeats=15),
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
    _profile(client, page)
