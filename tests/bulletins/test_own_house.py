"""自組織のアクセス: an administrator sees who of the own people may read what, and nothing of what they may not read themselves."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Clearance
from accounts.subject import subject_of
from bulletins.access import readers_of
from bulletins.browse import PAGE
from bulletins.house import house_of
from bulletins.models import Revision
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def out(world: cast.Council, **facts: object) -> Revision:
    what = {"tier": 1, "parts": ["本文。"], "title": "見せてよい題名", "organisations": [world.company]} | facts
    approved_by = [world.approver, world.second_approver] if what["tier"] == 3 else world.approver
    return shelf.published(world.publisher, approved_by, **what)


def page(client: Client, who: object, at: str = "/people/access/") -> str:
    answer = cast.sign_in(client, who).get(at)
    assert answer.status_code == 200
    return answer.text.split("<main")[1].split("</main>")[0]


def readers(world: cast.Council) -> list[list[str]]:
    return [[person.name for person in line.readers] for line in house_of(subject_of(world.administrator)).lines]


def test_each_person_stands_with_their_tier_and_subcommittees(world, client: Client) -> None:
    rows = page(client, world.administrator).split("<tr>")
    (row,) = [row for row in rows if "平野 隼" in row]
    assert "機密性1" in row
    assert "電子部品・素材分科会" in row


def test_who_may_read_is_who_decide_lets_in(world: cast.Council) -> None:
    low, high = out(world), out(world, tier=2)
    assert readers(world) == [
        [person.name for person in readers_of(each.bulletin_id) if person.organisation_id == world.company.pk]
        for each in (high, low)
    ]
    assert "平野 隼" not in readers(world)[0]


def test_a_bulletin_that_the_administrator_may_not_read_is_not_there(world, client: Client) -> None:
    hidden = out(world, title="隠れた題名", organisations=[], people=[world.reader_two])
    shown = page(client, world.administrator)
    assert "隠れた題名" not in shown
    assert hidden.bulletin.reference not in shown
    assert "いまはありません。あなたが見られる情報が公開されると" in shown


def test_people_of_other_organisations_are_named_nowhere(world, client: Client) -> None:
    out(world, organisations=[world.company, world.other_company])
    shown = page(client, world.administrator)
    assert "見せてよい題名" in shown
    assert not [name for name in ("秋山", "菅原", "石田") if name in shown]


def test_tier_three_stands_nowhere_also_for_who_may_read_it(world, client: Client) -> None:
    cast.clear(world.administrator, world.item)
    highest = out(world, tier=3, parts=[("秘。", 3)], designation=world.item, title="三層の題名")
    assert world.administrator in readers_of(highest.bulletin_id)
    assert "三層の題名" not in page(client, world.administrator)


def test_nothing_tells_who_is_cleared(world, client: Client) -> None:
    cast.clear(world.reader_one, world.item)
    out(world, tier=2)
    before = page(client, world.administrator)
    Clearance.objects.filter(person=world.reader_one).update(last_day=timezone.localdate() - timedelta(days=1))
    assert page(client, world.administrator) == before
    assert "平野 隼" not in readers(world)[0]


def test_who_was_suspended_reads_nothing_here_either(world: cast.Council) -> None:
    out(world)
    world.reader_two.is_active = False
    world.reader_two.save()
    assert "加藤 美咲" not in readers(world)[0]


def test_for_everybody_but_administrators_there_is_no_such_page(world, client: Client) -> None:
    for who in (world.reader_two, world.publisher, world.officer, world.operator, world.auditor):
        assert cast.sign_in(client, who).get("/people/access/").status_code == 404


def test_looking_is_an_event_of_the_tier_that_was_shown(world, client: Client) -> None:
    out(world, tier=2)
    page(client, world.administrator)
    event = AuditEvent.objects.filter(action="bulletin.list").first()
    assert event.tier == 2


def test_one_goes_on_page_by_page(world, client: Client) -> None:
    revisions = [out(world) for _each in range(PAGE + 2)]
    house = house_of(subject_of(world.administrator))
    assert len(house.lines) == PAGE
    rest = house_of(subject_of(world.administrator), house.onward)
    assert [line.row.bulletin.pk for line in rest.lines] == [each.bulletin_id for each in reversed(revisions[:2])]
    assert rest.onward is None
    assert "cursor=" in page(client, world.administrator)


def test_as_many_questions_however_many_people_and_bulletins(world: cast.Council) -> None:
    def asked() -> int:
        subject = subject_of(world.administrator)
        with CaptureQueriesContext(connection) as queries:
            house_of(subject)
        return len(queries)

    out(world)
    few = asked()
    for _each in range(3):
        cast.person(world.company, subcommittees=[world.materials])
        out(world)
    assert asked() == few
