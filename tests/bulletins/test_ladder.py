"""The ladder after a deadline: deputies, administrators, leads, duty officers, one business day after the other, each step once."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Notice
from accounts.subject import subject_of
from bulletins.actions.acknowledge import acknowledge
from bulletins.actions.answer import answer
from bulletins.actions.close import recall
from bulletins.actions.remind import extend_deadline
from bulletins.ladder import Step, To
from bulletins.models import Delivery
from bulletins.reminding import escalate_due
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins.deadline_cast import DEADLINE, JST, delivery, deputy, duty_officer, end, jst, lead, put_out, told
from tests.bulletins.races import all_at_once

pytestmark = pytest.mark.django_db

# The deadline is Thursday 17:00; the third business day after it is Wednesday, because Monday is a holiday.
SOON, FIRST, SECOND, THIRD = jst(19, 17, 1), jst(20), jst(24), jst(25)
MOMENTS = st.datetimes(min_value=datetime(2026, 9, 1), max_value=datetime(2027, 1, 31))


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def offices(world: cast.Council) -> dict[str, str]:
    """Everybody whom the steps tell, by step."""
    return {
        "deputies": deputy(world.company, "代理 一").name,
        "administrators": world.administrator.name,
        "leads": lead(world.materials, world.analyst).name,
        "duty_officers": duty_officer(world.operator).name,
    }


def put_out_to_materials(world: cast.Council, **what: object) -> object:
    return put_out(world, subcommittees=[world.materials], **what)


def levels(of: cast.Council, revision: object) -> tuple[int, object]:
    row = delivery(revision, of.company)
    return row.level, row.escalated_at


# --- when ---


@pytest.mark.parametrize(
    ("after", "deadline", "moment"),
    [
        (0, DEADLINE, DEADLINE),
        (1, DEADLINE, jst(20)),
        (2, DEADLINE, jst(24)),
        (3, DEADLINE, jst(25)),
        (1, jst(28, 17, month=12), jst(4, month=1, year=2027)),
        (1, jst(21, 17), jst(24)),  # a Saturday
    ],
)
def test_steps_are_taken_on_the_mornings_of_business_days(after, deadline, moment):
    assert Step(To.LEADS, after).moment(deadline) == moment


@given(now=MOMENTS, hours=st.integers(min_value=-24, max_value=24 * 8), after=st.integers(min_value=0, max_value=4))
def test_the_latest_deadline_is_the_same_question_for_the_database(now, hours, after):
    step = Step(To.LEADS, after)
    now = now.replace(tzinfo=JST)
    deadline = now - timedelta(hours=hours)
    assert (deadline < step.latest_deadline(now)) is (step.moment(deadline) <= now and deadline != now)


# --- who ---


def test_each_step_tells_its_people_on_its_day(world, offices):
    revision = put_out_to_materials(world)
    seen = []
    for now in (DEADLINE, SOON, FIRST, SECOND, THIRD, jst(27)):
        escalate_due(now)
        seen.append(len(told("escalation")))
    assert seen == [0, 1, 2, 3, 4, 4]
    assert told("escalation") == list(offices.values())
    assert levels(world, revision) == (4, THIRD)


def test_the_notices_carry_their_level(world, offices):
    put_out_to_materials(world)
    escalate_due(THIRD)
    rows = Notice.objects.filter(kind="escalation").order_by("level").values_list("level", "person__name")
    assert list(rows) == list(enumerate(offices.values(), start=1))


def test_every_step_is_an_event_that_names_level_and_organisation_in_its_detail(world, offices):
    revision = put_out_to_materials(world)
    escalate_due(FIRST)
    events = list(AuditEvent.objects.filter(action="deadline.escalate").order_by("id"))
    facts = [details_of(events)[event.pk]["facts"] for event in events]
    assert {event.object for event in events} == {str(revision.bulletin_id)}
    assert facts == [{"level": level, "organisation": str(world.company.pk), "people": 1} for level in (1, 2)]


def test_it_can_run_again_and_again(world, offices):
    put_out_to_materials(world)
    assert [escalate_due(SOON) for _turn in range(3)] == [1, 0, 0]
    assert (len(told("escalation")), AuditEvent.objects.filter(action="deadline.escalate").count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_one_step(world, offices):
    put_out_to_materials(world, organisations=[world.company, world.thinktank])
    results = all_at_once([partial(escalate_due, THIRD)] * 4)
    assert sum(results) == 2
    assert (
        Notice.objects.filter(kind="escalation").count() == 4 + 2
    )  # the think tank has neither deputy nor administrator
    assert AuditEvent.objects.filter(action="deadline.escalate").count() == 6


def test_a_step_with_nobody_leads_to_the_next_at_once(world):
    revision = put_out_to_materials(world)
    escalate_due(SOON)
    assert told("escalation") == [world.administrator.name]
    assert levels(world, revision) == (2, SOON)
    assert escalate_due(FIRST) == 0


def test_where_nobody_is_left_the_log_says_so_once(world):
    revision = put_out(world)
    world.administrator.role_assignments.all().delete()
    assert [escalate_due(now) for now in (SOON, FIRST, THIRD)] == [1, 0, 0]
    (event,) = AuditEvent.objects.filter(action="deadline.escalate")
    assert details_of([event])[event.pk]["facts"]["people"] == 0
    assert levels(world, revision) == (4, SOON)


def test_who_has_left_the_office_or_the_council_is_not_told(world):
    put_out_to_materials(world)
    gone = deputy(world.company, "代理 一")
    end(gone)
    away = deputy(world.company, "代理 二")
    away.is_active = False
    away.save()
    escalate_due(SOON)
    assert told("escalation") == [world.administrator.name]


def test_leads_are_those_of_the_bulletins_own_subcommittees(world):
    put_out_to_materials(world)
    lead(world.infrastructure, world.other_reader)
    mine = lead(world.materials, world.analyst)
    escalate_due(SECOND)
    assert told("escalation") == [world.administrator.name, mine.name]


# --- when it stops ---


def test_it_stops_when_somebody_acknowledges(world, offices):
    revision = put_out_to_materials(world)
    escalate_due(SOON)
    acknowledge(subject_of(world.reader_one), revision.bulletin_id)
    assert [escalate_due(now) for now in (FIRST, THIRD)] == [0, 0]


@pytest.mark.parametrize("end_of_it", ["answer", "recall"])
def test_it_never_begins_where_nothing_is_owed(world, offices, end_of_it):
    revision = put_out_to_materials(world)
    if end_of_it == "answer":
        answer(subject_of(world.reader_one), revision.bulletin_id, "handled")
    else:
        recall(revision.bulletin_id, "誤り", acting_user=world.publisher)
    assert (escalate_due(THIRD), told("escalation")) == (0, [])


def test_what_was_not_delivered_is_escalated_too(world, offices):
    put_out_to_materials(world, sent=False)
    assert escalate_due(SOON) == 1


def test_without_a_deadline_there_is_no_ladder(world, offices):
    put_out_to_materials(world, deadline=None)
    assert escalate_due(THIRD) == 0


def test_a_longer_deadline_begins_the_ladder_anew(world, offices):
    revision = put_out_to_materials(world)
    escalate_due(FIRST)
    later = jst(1, 17, month=12, year=2099)
    extend_deadline(revision.bulletin_id, world.company.pk, later, acting_user=world.publisher)
    assert levels(world, revision) == (0, None)
    assert escalate_due(jst(1, 17, month=12, year=2098)) == 0
    assert escalate_due(later.replace(hour=18)) == 1
    assert told("escalation").count(offices["deputies"]) == 2


# --- another ladder ---


def test_a_council_can_have_a_ladder_of_its_own(world, offices, settings):
    settings.COUNCIL_LADDER = [{"to": "duty_officers", "after": 0}, {"to": "deputies", "after": 1}]
    put_out_to_materials(world)
    escalate_due(SOON)
    assert told("escalation") == [offices["duty_officers"]]
    escalate_due(FIRST)
    assert told("escalation") == [offices["duty_officers"], offices["deputies"]]


def test_an_empty_ladder_tells_nobody(world, offices, settings):
    settings.COUNCIL_LADDER = []
    revision = put_out_to_materials(world)
    assert escalate_due(THIRD) == 0
    assert Delivery.objects.get(revision=revision).level == 0
