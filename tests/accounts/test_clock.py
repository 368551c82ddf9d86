"""期限: everybody sees what ends soon of what is theirs to act on, by how near it is, and nothing of what is not."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import founding_clearances as founding
from accounts.clock import OVER, Ending, What, own_endings, queues
from accounts.clock_queues import Desk, endings
from accounts.models import (
    Clearance,
    Contract,
    ContractItem,
    CouncilPeriod,
    Designation,
    Education,
    OperatorCertification,
    RosterEntry,
    User,
)
from accounts.subject import subject_of
from council.access.tiers import Tier
from tests import cast

TODAY = timezone.localdate()
DAY = timedelta(days=1)


def found(who: User) -> set[tuple[str, str]]:
    """What stands on the person's desk: the kind and whose it is."""
    return {(str(row.what), row.of) for row in endings(TODAY, Desk.of(subject_of(who)))}


def ends(model: type, day: date, **only: object) -> None:
    field = "expires_on" if model is Designation else "last_day"
    assert model.objects.filter(**only).update(**{field: day})


@pytest.mark.parametrize(("left", "queue"), [(-1, OVER), (0, 7), (7, 7), (8, 30), (30, 30), (31, 90), (90, 90)])
def test_each_stands_in_the_queue_of_its_nearness(left: int, queue: int) -> None:
    ending = Ending(What.CONTRACT, "1", TODAY + left * DAY)
    assert [each.days for each in queues([ending], TODAY) if each.endings] == [queue]


def test_what_ends_later_stands_nowhere(world: cast.Council) -> None:
    ends(OperatorCertification, TODAY + 91 * DAY)
    assert found(world.officer) == set()


def test_an_officer_sees_a_clearance_by_their_agency_and_nobody_elses_officer_does(world: cast.Council) -> None:
    ends(Clearance, TODAY + 20 * DAY, person=world.reader_three)
    assert found(world.officer) == {("clearance", "水城 環")}
    assert found(world.other_officer) == set()


def test_an_administrator_sees_no_clearance(world: cast.Council) -> None:
    ends(Clearance, TODAY + 20 * DAY, person=world.reader_three)
    assert found(world.administrator) == set()


@pytest.mark.parametrize("gone", ["lapsed", "withdrawn"])
def test_a_clearance_that_is_over_stands_nowhere_however_it_ended(world: cast.Council, gone: str) -> None:
    if gone == "lapsed":
        ends(Clearance, TODAY - DAY, person=world.reader_three)
    else:
        Clearance.objects.filter(person=world.reader_three).delete()
    assert found(world.officer) == set()
    assert own_endings(subject_of(world.reader_three)) == []


@pytest.mark.parametrize("model", [OperatorCertification, Contract, ContractItem])
@pytest.mark.parametrize("left", [5, -5])
def test_officer_and_administrator_see_certification_contract_and_item(world, model: type, left: int) -> None:
    ends(model, TODAY + left * DAY)
    what = {OperatorCertification: "certification", Contract: "contract", ContractItem: "item"}[model]
    assert found(world.officer) == found(world.administrator) == {(what, world.company.name)}
    assert found(world.other_administrator) == found(world.other_officer) == set()


def test_what_ended_long_ago_waits_for_nobody(world: cast.Council) -> None:
    ends(Contract, TODAY - 91 * DAY)
    assert found(world.officer) == set()


def test_education_is_seen_by_officer_and_administrator_also_when_it_is_over(world: cast.Council) -> None:
    ends(Education, TODAY - 100 * DAY, person=world.reader_three)
    assert found(world.officer) == found(world.administrator) == {("education", "水城 環")}


def test_education_that_was_renewed_or_is_needed_no_more_stands_nowhere(world: cast.Council) -> None:
    ends(Education, TODAY + 3 * DAY)
    founding.found_education(world.reader_three, world.agency, held_on=TODAY, last_day=TODAY + 365 * DAY)
    assert ("education", "水城 環") not in found(world.officer)
    RosterEntry.objects.update(ended_at=timezone.now())
    assert found(world.officer) == set()


def test_a_designation_and_its_review_stand_on_the_desk_of_its_agency(world: cast.Council) -> None:
    number = world.item.register_number
    ends(Designation, TODAY + 60 * DAY)
    assert found(world.officer) == {("designation", number)}
    Designation.objects.update(designated_on=TODAY - 360 * DAY)
    assert found(world.officer) == {("designation", number), ("review", number)}
    assert found(world.administrator) == found(world.other_officer) == set()


@pytest.mark.parametrize("over", [{"cancelled_on": TODAY}, {"lapsed_on": TODAY}])
def test_a_designation_that_is_over_waits_for_nobody(world: cast.Council, over: dict) -> None:
    ends(Designation, TODAY + 60 * DAY)
    Designation.objects.update(**over)
    assert found(world.officer) == set()


def test_the_operator_sees_the_end_of_a_period_that_none_follows(world: cast.Council) -> None:
    CouncilPeriod.objects.create(number=1, first_day=TODAY - DAY, last_day=TODAY + 10 * DAY)
    assert found(world.operator) == {("period", "")}
    CouncilPeriod.objects.create(number=2, first_day=TODAY + 11 * DAY)
    assert found(world.operator) == set()


def test_a_person_sees_their_own_clearance_education_and_pledge(world: cast.Council, client: Client) -> None:
    ends(Clearance, TODAY + 20 * DAY, person=world.reader_three)
    ends(Education, TODAY + 10 * DAY, person=world.reader_three)
    CouncilPeriod.objects.create(number=1, first_day=TODAY + 31 * DAY)
    own = own_endings(subject_of(world.reader_three))
    assert [(row.what, (row.day - TODAY).days) for row in own] == [("education", 10), ("clearance", 20), ("pledge", 30)]
    page = cast.sign_in(client, world.reader_three).get("/me/").text
    assert "産業基盤保全庁" in page.split('id="ends-h"')[1].split("</section>")[0]
    assert client.get("/").text.count('<a href="/me/">私の登録を見る') == 3


def test_the_page_groups_by_nearness_and_links_to_where_one_acts(world: cast.Council, client: Client) -> None:
    ends(Clearance, TODAY + 20 * DAY, person=world.reader_three)
    ends(Contract, TODAY - DAY)
    page = cast.sign_in(client, world.officer).get("/clock/").text
    over, _week, month, _quarter = page.split('<section class="section"')[1:5]
    assert "契約" in over
    assert f'href="/clearances/{world.reader_three.pk}/"' in month
    assert page.count("いまはありません。") == 2


def test_the_desk_of_an_operator_says_what_ends_too(world: cast.Council, client: Client) -> None:
    CouncilPeriod.objects.create(number=1, first_day=TODAY - DAY, last_day=TODAY + 5 * DAY)
    page = cast.sign_in(client, world.operator).get("/").text
    assert "7日以内 1件" in page
    assert 'href="/clock/"' in page


def test_the_home_page_counts_what_waits_and_leads_there(world: cast.Council, client: Client) -> None:
    ends(Contract, TODAY - DAY)
    page = cast.sign_in(client, world.administrator).get("/").text
    assert "期限を過ぎたもの 1件、7日以内 0件、30日以内 0件。" in page
    assert 'href="/clock/"' in page


def test_a_session_that_may_not_open_the_page_is_not_told_what_stands_there(world, client: Client) -> None:
    ends(Contract, TODAY - DAY)
    cast.sign_in(client, world.administrator, Tier.ONE)
    assert 'href="/clock/"' not in client.get("/").text
    assert client.get("/clock/")["Location"] == "/sign-in/confirm/?next=%2Fclock%2F"


def test_for_readers_and_auditors_there_is_no_such_page(world: cast.Council, client: Client) -> None:
    for who in (world.reader_two, world.publisher, world.auditor):
        assert cast.sign_in(client, who).get("/clock/").status_code == 404


def test_as_many_questions_however_many_things_end(world: cast.Council, client: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            endings(TODAY, Desk(everything=True))
        return len(queries)

    ends(Clearance, TODAY + 20 * DAY, person=world.reader_three)
    few = asked()
    for _each in range(4):
        other = cast.person(cast.organisation())
        cast.clear(other, cast.designation(world.agency, days=20), last_day=TODAY + 20 * DAY)
    assert len(endings(TODAY, Desk(everything=True))) > 8
    assert asked() == few <= 10
