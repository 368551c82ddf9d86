"""GET /api/v1/packages/: what the caller may fetch, newest first, in words that tell nothing of what is inside."""

import pytest
from django.test import Client
from django.utils import timezone

from bulletins.models import Package, PackageSeal
from bulletins.packages import packages_for
from council.package_signing import vkey
from council.sealing.manifest import file_names
from tests import cast
from tests.bulletins import sent

pytestmark = pytest.mark.django_db
# Token, person, what is known of them; the audiences, the other subcommittees, the packages, the names of the logs; the event.
QUERIES = 12


@pytest.fixture
def world():
    return cast.council()


def test_a_row_says_what_a_program_needs_and_no_title(world):
    sent.key(world)
    package = sent.package(world)
    answer = sent.get(world.reader_two).json()
    seal = PackageSeal.objects.select_related("key").get()
    names, at = file_names(str(package.pk)), f"http://testserver{sent.API}{package.pk}"
    assert set(answer) == {"results", "next", "vkey", "log_vkeys"}
    assert (answer["vkey"], answer["next"]) == (vkey(), None)
    assert answer["results"] == [
        {
            "id": str(package.pk),
            "bulletin": str(package.bulletin_id),
            "reference": package.bulletin.reference,
            "revision": 1,
            "version": 1,
            "tier": 2,
            "released_at": package.released_at.isoformat().replace("+00:00", "Z"),
            "fetched_at": None,
            "size": len(sent.take(world.reader_two, package, "age")),
            "key_fingerprint": seal.key.fingerprint,
            "not_after": None,
            "files": names._asdict(),
            "links": {file: f"{at}/{file}/" for file in sent.FILES},
        }
    ]


def test_a_row_tells_when_it_was_received_and_until_when_it_opens(world):
    sent.key(world)
    day = timezone.localdate()
    package = sent.package(world, caveats=[f"{day.year}年{day.month}月{day.day}日まで"])
    sent.take(world.reader_two, package, "age")
    [row] = sent.get(world.reader_two).json()["results"]
    assert row["fetched_at"] == Package.objects.get().fetched_at.isoformat().replace("+00:00", "Z")
    assert row["not_after"].startswith(f"{day}T15:00:00")


def test_pages_of_the_list_follow_each_other(world, monkeypatch):
    sent.key(world)
    made = [str(sent.package(world).pk) for _ in range(3)][::-1]
    monkeypatch.setitem(packages_for.__kwdefaults__, "size", 2)
    first = sent.get(world.reader_two)
    second = Client().get(first.json()["next"], headers=cast.bearer(world.reader_two))
    assert [row["id"] for page in (first, second) for row in page.json()["results"]] == made
    assert (second.json()["next"], "Link" in first.headers) == (None, True)


@pytest.mark.parametrize("query", ["?cursor=x", "?kind=threat", "?cursor=W10"])
def test_a_query_that_can_not_be_taken_is_a_problem(world, query):
    assert sent.get(world.reader_two, query).status_code == 400


def test_the_number_of_queries_does_not_grow_with_the_packages(world, django_assert_num_queries):
    sent.key(world)
    headers = cast.bearer(world.reader_two)
    for number in (1, 4):
        while Package.objects.count() < number:
            sent.package(world)
        with django_assert_num_queries(QUERIES):
            assert len(Client().get(sent.API, headers=headers).json()["results"]) == number


def test_strangers_are_asked_to_sign_in(world):
    assert Client().get(sent.API).status_code == 401
