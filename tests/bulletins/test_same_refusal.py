"""At tier three every refusal is one and the same, byte for byte and query for query: whatever is missing, and when there is nothing."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import (
    Clearance,
    Contract,
    ContractDepartment,
    ContractItem,
    Designation,
    Education,
    OperatorCertification,
    RosterEntry,
    RosterGrant,
    User,
)
from council.access.tiers import Tier
from tests import cast
from tests.bulletins import calls, shelf

pytestmark = pytest.mark.django_db
TITLE = "見せない題名"
# What is missing -> how it comes to be missing, of the reader of a company who had everything.
MISSING: dict[str, Callable[[cast.Council, User], object]] = {
    "clearance": lambda w, who: Clearance.objects.filter(person=who).delete(),
    "clearance of that agency": lambda w, who: Clearance.objects.filter(person=who).update(agency=w.other_agency),
    "certification": lambda w, who: OperatorCertification.objects.update(suspended_on=timezone.localdate()),
    "certification of that agency": lambda w, who: OperatorCertification.objects.update(agency=w.other_agency),
    "contract": lambda w, who: Contract.objects.all().delete(),
    "item": lambda w, who: ContractItem.objects.all().delete(),
    "department": lambda w, who: ContractDepartment.objects.all().delete(),
    "education": lambda w, who: Education.objects.filter(person=who).delete(),
    "roster": lambda w, who: RosterEntry.objects.filter(person=who).delete(),
    "grant": lambda w, who: RosterGrant.objects.filter(user=who).delete(),
    "designation": lambda w, who: Designation.objects.update(cancelled_on=timezone.localdate()),
}
PLACES = ("/bulletins/{}/", "/bulletins/{}/parts/1/file/")
API = ("", "parts/1/file/")


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def hidden(world: cast.Council) -> UUID:
    """A bulletin of tier three, published to the company of reader_three, who may read it so far."""
    approvers = [world.approver, world.second_approver]
    what = {"tier": 3, "floor": 3, "designation": world.item, "title": TITLE, "organisations": [world.company]}
    bulletin = shelf.published(world.publisher, approvers, parts=[("本文", 3)], **what).bulletin_id
    assert cast.sign_in(Client(), world.reader_three).get(f"/bulletins/{bulletin}/").status_code == 200
    return bulletin


def _asked(client: Client, path: str, **headers: str) -> tuple:
    """All that comes back, and what it cost."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path, headers=headers)
    return *calls.received(response), [query["sql"].split(" ")[0] for query in queries.captured_queries]


def _pages(who: User, bulletin: UUID, session: Tier = Tier.CRITICAL) -> list[tuple]:
    return [_asked(cast.sign_in(Client(), who, session), place.format(bulletin)) for place in PLACES]


def _programs(who: User, bulletin: UUID) -> list[tuple]:
    held = cast.bearer(who)
    return [_asked(Client(), f"{calls.API}{bulletin}/{rest}", **held) for rest in API]


@pytest.mark.parametrize("missing", MISSING)
def test_what_is_refused_is_what_does_not_exist(world: cast.Council, hidden: UUID, missing: str) -> None:
    MISSING[missing](world, world.reader_three)
    refused = _pages(world.reader_three, hidden), _programs(world.reader_three, hidden)
    absent = uuid4()
    assert refused == (_pages(world.reader_three, absent), _programs(world.reader_three, absent))
    assert {each[0] for answers in refused for each in answers} == {404}


def test_whatever_is_missing_a_program_is_answered_the_same(world: cast.Council, hidden: UUID) -> None:
    answers = {tuple(map(_bytes, _programs(world.reader_three, uuid4())))}
    for missing in ("education", "roster", "clearance"):
        who = cast.clear(cast.person(world.company, tier=2, subcommittees=[world.materials]), world.item)
        MISSING[missing](world, who)
        answers.add(tuple(map(_bytes, _programs(who, hidden))))
    for missing in ("department", "item", "contract", "certification", "designation"):
        MISSING[missing](world, world.reader_three)
        answers.add(tuple(map(_bytes, _programs(world.reader_three, hidden))))
    assert len(answers) == 1


def _bytes(answer: tuple) -> tuple:
    return answer[0], str(answer[1]), answer[2]


@pytest.mark.parametrize("session", [Tier.ONE, Tier.TWO])
def test_a_session_that_is_too_weak_finds_what_an_unknown_id_finds(
    world: cast.Council, hidden: UUID, session: Tier
) -> None:
    refused, absent = (_pages(world.reader_three, each, session) for each in (hidden, uuid4()))
    assert refused == absent
    assert {each[0] for each in refused} == {404}


@pytest.mark.parametrize("missing", MISSING)
def test_lists_and_searches_say_nothing_of_it(world: cast.Council, hidden: UUID, missing: str) -> None:
    MISSING[missing](world, world.reader_three)
    client = cast.sign_in(Client(), world.reader_three)
    for path in ("/", "/bulletins/", f"/bulletins/?q={TITLE}", "/bulletins/?tier=3", "/notices/"):
        assert f"/bulletins/{hidden}" not in client.get(path).text
    assert calls.get(world.reader_three).json()["results"] == []


@pytest.mark.parametrize("missing", MISSING)
def test_what_a_deed_is_refused_is_what_it_finds_nowhere(world: cast.Council, hidden: UUID, missing: str) -> None:
    MISSING[missing](world, world.reader_three)
    for deed, body in (("acknowledge", {}), ("answer", {"value": "handled"})):
        refusal = calls.refused_alike(world.reader_three, "post", f"{{}}/{deed}/", hidden, body)
        assert refusal.status_code == 404
