"""Ways to learn who is cleared, or is no longer, and to get past what tier three asks for: each was tried, and leads nowhere."""

from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import Clearance, ContractDepartment, OperatorCertification
from bulletins.facts import on_the_desk
from bulletins.preview import audience_now
from council.access.facts import Role
from council.access.policy import Reason
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts.given_rosters import what_stops
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db
EVENTS_API = "/api/v1/audit/events/"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def secret(world: cast.Council) -> UUID:
    """A bulletin of tier three, published to the company."""
    approvers = [world.approver, world.second_approver]
    what = {"tier": 3, "floor": 3, "designation": world.item, "organisations": [world.company]}
    return shelf.published(world.publisher, approvers, parts=[("本文", 3)], **what).bulletin_id


@pytest.fixture
def handling_administrator(world: cast.Council) -> Client:
    """An administrator of the company who handles the item too, and so knows everything of it but clearances."""
    person = cast.person(world.company, Role.ADMINISTRATOR, tier=2, subcommittees=[world.materials])
    return cast.sign_in(Client(), cast.clear(person, world.item))


def _reads(world: cast.Council, secret: UUID) -> int:
    return cast.sign_in(Client(), world.reader_three).get(f"/bulletins/{secret}/").status_code


def test_an_administrator_learns_of_no_refusal_at_tier_three(world, secret, handling_administrator):
    assert _reads(world, secret) == 200
    before = handling_administrator.get(EVENTS_API, {"outcome": "deny"}).json()["results"]
    Clearance.objects.filter(person=world.reader_three).delete()
    assert _reads(world, secret) == 404
    assert handling_administrator.get(EVENTS_API, {"outcome": "deny"}).json()["results"] == before == []


def test_nor_of_one_that_was_asked_for_past_the_page(world, secret, handling_administrator):
    _reads(world, secret)
    Clearance.objects.filter(person=world.reader_three).delete()
    cast.sign_in(Client(), world.reader_three).post(f"/bulletins/{secret}/acknowledge/")
    assert AuditEvent.objects.filter(action="bulletin.acknowledge", outcome="deny", object=str(secret), tier=3).exists()
    assert handling_administrator.get(EVENTS_API, {"outcome": "deny"}).json()["results"] == []


def test_of_what_is_below_an_administrator_goes_on_to_learn(world):
    below = shelf.published(
        world.publisher, world.approver, tier=2, floor=2, parts=[("注意", 2)], organisations=[world.company]
    )
    assert cast.sign_in(Client(), world.reader_one).get(f"/bulletins/{below.bulletin_id}/").status_code == 404
    told = cast.sign_in(Client(), world.administrator).get(EVENTS_API, {"outcome": "deny"}).json()["results"]
    assert [row["object"] for row in told] == [str(below.bulletin_id)]


def _said_at_the_desk(world: cast.Council, tier: int) -> set[str]:
    """What the desk is told of the company's readers of a draft that all of them may read."""
    revision = shelf.drafted(world.publisher, tier=tier, parts=[("注意", tier)], organisations=[world.company])
    groups = audience_now(*on_the_desk(revision.bulletin_id)).groups
    return {reader.reach for group in groups for reader in group.readers if reader.person == world.reader_three}


def test_the_desk_learns_of_no_clearance_from_an_audience_below_tier_three(world):
    cleared = [_said_at_the_desk(world, tier) for tier in (1, 2)]
    Clearance.objects.filter(person=world.reader_three).delete()
    assert [_said_at_the_desk(world, tier) for tier in (1, 2)] == cleared == [{"機密性1まで"}, {"機密性2まで"}]


def test_no_department_is_none_that_a_contract_could_name(world):
    ContractDepartment.objects.create(certification=OperatorCertification.objects.get(company=world.company), name="")
    world.reader_three.department = ""
    world.reader_three.save()
    assert what_stops(world.reader_three, world.item) is Reason.DEPARTMENT


def test_a_connected_database_takes_no_note_of_tier_three(world):
    revision = shelf.published(
        world.publisher, world.approver, tier=2, parts=[("注意", 2)], organisations=[world.company]
    )
    row = f"'{revision.bulletin_id.hex}', 1, '{world.company.pk.hex}', '{world.reader_two.pk.hex}', 'checking', '', '2026-01-01'"
    columns = "id, bulletin_id, revision, organisation_id, person_id, value, ciphertext, answered_at, tier"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE council_zone SET name = 'connected'")
        for tier, taken in ((2, True), (3, False)):
            sql = f"INSERT INTO bulletins_answer ({columns}) VALUES ('{UUID(int=tier).hex}', {row}, {tier})"
            if taken:
                cursor.execute(sql)
                continue
            with pytest.raises(IntegrityError, match="zone holds no"), transaction.atomic():
                cursor.execute(sql)
