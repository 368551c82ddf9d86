"""GET /api/v1/bulletins/: what the caller may see, newest first, and nothing that tells of the rest."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import calls, shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return cast.council()


def put_out(world, **what):
    given = {"tier": 1, "organisations": [world.company], **what}
    return shelf.published(world.publisher, world.approver, **given)


def moment(value):
    return value.isoformat().replace("+00:00", "Z")


def references(response):
    return [row["reference"] for row in response.json()["results"]]


def test_row_says_what_a_reader_needs(world):
    deadline = timezone.now() + timedelta(days=3)
    revision = put_out(
        world, title="港湾の警戒", subcommittees=[world.materials], caveats=["転送禁止"], deadline=deadline
    )
    [row] = calls.get(world.reader_two).json()["results"]
    assert row == {
        "id": str(revision.bulletin_id),
        "reference": revision.bulletin.reference,
        "kind": "threat",
        "title": "港湾の警戒",
        "originator": {"id": str(world.agency.pk), "name": world.agency.name},
        "revision": 1,
        "published_at": moment(revision.published_at),
        "deadline": moment(deadline),
        "label": {
            "tier": 1,
            "subcommittees": [{"id": str(world.materials.pk), "name": world.materials.name}],
            "caveats": ["転送禁止"],
        },
        "own": {"state": "unread", "opened_at": None, "acknowledged_at": None},
        "url": f"http://testserver/api/v1/bulletins/{revision.bulletin_id}/",
    }


def test_newest_comes_first(world):
    old, new = put_out(world, title="古い"), put_out(world, title="新しい")
    assert references(calls.get(world.reader_one)) == [new.bulletin.reference, old.bulletin.reference]


@pytest.mark.parametrize(
    ("reader", "what", "seen"),
    [
        ("reader_two", {"tier": 2}, True),
        ("reader_one", {"tier": 2}, False),
        ("reader_one", {}, True),
        ("other_reader", {}, False),
        ("reader_three", {"tier": 3}, True),
        ("reader_two", {"tier": 3}, False),
        ("auditor", {}, False),
    ],
)
def test_list_holds_what_may_be_read_and_nothing_else(world, reader, what, seen):
    if what.get("tier") == 3:
        what = {**what, "designation": world.item}
        revision = shelf.published(
            world.publisher, [world.approver, world.second_approver], organisations=[world.company], **what
        )
    else:
        revision = put_out(world, **what)
    expected = [revision.bulletin.reference] if seen else []
    assert references(calls.get(getattr(world, reader))) == expected


def test_there_is_no_total(world):
    put_out(world)
    assert set(calls.get(world.reader_one).json()) == {"results", "next"}


def test_pages_follow_each_other_without_gap_or_repeat(world):
    everything = [put_out(world).bulletin.reference for _ in range(23)][::-1]
    first = calls.get(world.reader_one)
    address = first.json()["next"]
    assert first.headers["Link"] == f'<{address}>; rel="next"'
    second = Client().get(address, headers=cast.bearer(world.reader_one))
    assert references(first) + references(second) == everything
    assert second.json()["next"] is None
    assert "Link" not in second.headers


def test_cursor_keeps_the_filters(world):
    for _ in range(21):
        put_out(world, kind="alert")
    assert "kind=alert" in calls.get(world.reader_one, "?kind=alert").json()["next"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=alert", ["港湾"]),
        ("kind=flash", []),
        ("tier=2", ["港湾"]),
        ("q=ｺｳﾜﾝ", ["コウワン"]),
        ("q=湾", ["港湾"]),
        ("state=unread", ["コウワン", "港湾"]),
        ("state=published", ["コウワン", "港湾"]),
        ("state=draft", []),
        ("kind=&q=", ["コウワン", "港湾"]),
    ],
)
def test_filters_narrow_the_list(world, query, found):
    put_out(world, title="港湾", kind="alert", tier=2)
    put_out(world, title="コウワン", kind="threat")
    assert [row["title"] for row in calls.get(world.reader_two, f"?{query}").json()["results"]] == found


def test_subcommittee_filter_takes_an_id(world):
    revision = put_out(world, subcommittees=[world.materials])
    put_out(world)
    found = calls.get(world.reader_two, f"?subcommittee={world.materials.pk}")
    assert references(found) == [revision.bulletin.reference]


def test_foreign_and_unknown_subcommittees_find_the_same_nothing(world):
    put_out(world, subcommittees=[world.infrastructure])
    foreign = calls.get(world.reader_two, f"?subcommittee={world.infrastructure.pk}")
    unknown = calls.get(world.reader_two, "?subcommittee=6a3b3a6e-5f0e-4c55-9d0e-7b8a50a6b0aa")
    assert calls.received(foreign) == calls.received(unknown)
    assert foreign.json() == {"results": [], "next": None}


@pytest.mark.parametrize(
    "query",
    [
        "sort=title",
        "kind=rumour",
        "tier=4",
        "tier=機密性3",
        "state=lost",
        "subcommittee=semiconductors",
        "kind=alert&kind=threat",
        "q=%00",
        "q=" + "あ" * 201,
    ],
)
def test_unknown_filters_and_values_are_refused_by_name(world, query):
    refused = calls.get(world.reader_one, f"?{query}")
    assert refused.status_code == 400
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert [row["parameter"] for row in refused.json()["errors"]] == [query.split("=")[0]]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "あ",
        "e30",  # {}
        "W10",  # []
        "WzEsMl0",  # [1,2]
        "WyIyMDI2LTExLTIxVDAwOjAwOjAwWiIsIngiXQ",  # a moment, and no id
        "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwiNmEzYjNhNmUtNWYwZS00YzU1LTlkMGUtN2I4YTUwYTZiMGFhIl0",  # year 0
        "W" * 5000,
    ],
)
def test_cursors_that_are_not_ours_are_refused(world, cursor):
    refused = calls.get(world.reader_one, f"?cursor={cursor}")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["parameter"] == "cursor"


def test_stranger_gets_a_problem_and_no_list():
    refused = Client().get(calls.API)
    assert refused.status_code == 401
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_session_lists_what_the_token_lists(world):
    put_out(world)
    session = cast.sign_in(Client(), world.reader_one).get(calls.API)
    assert session.content == calls.get(world.reader_one).content


def test_looking_through_the_list_is_an_event(world):
    calls.get(world.reader_one)
    calls.get(world.reader_one, "?q=港")
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == [
        "bulletin.list",
        "bulletin.search",
    ]


def test_list_costs_the_same_for_one_and_for_two(world):
    headers, costs = cast.bearer(world.reader_one), []
    for _ in range(2):
        put_out(world)
        with CaptureQueriesContext(connection) as queries:
            Client().get(calls.API, headers=headers)
        costs.append(len(queries))
    assert costs[0] == costs[1]
