"""Where each organisation stands with a revision: eight states, each reached by deeds and told apart, with a word of why."""

from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notice, RecipientKey
from accounts.subject import subject_of
from bulletins.actions.acknowledge import acknowledge
from bulletins.actions.answer import answer
from bulletins.actions.close import recall
from bulletins.actions.read import open_bulletin
from bulletins.models import Answer, AnswerWrap, Delivery, Package, Receipt, Revision
from bulletins.stages import LABELS, Stage, stage
from bulletins.standing import Standing, again_at, notes_in, standings, tally
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db

JST = ZoneInfo("Asia/Tokyo")
# A Tuesday; the deadline of the board in the mock-ups.
DEADLINE = datetime(2026, 11, 17, 17, tzinfo=JST)
THURSDAY = datetime(2026, 11, 19, 16, tzinfo=JST)


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def put_out(world: cast.Council, **what: object) -> Revision:
    what.setdefault("organisations", [world.company])
    return shelf.published(world.publisher, world.approver, **what)


def mails(state: str) -> None:
    """As if the notices had been sent with this result."""
    Notice.objects.update(state=state, sent_at=timezone.now() if state == Notice.State.SENT else None)


def packages(state: str, **times: object) -> None:
    Package.objects.update(state=state, **times)


def due(moment: datetime) -> None:
    Revision.unrestricted.update(deadline=moment)
    Delivery.objects.update(deadline=moment)


def of_company(revision: Revision, now: datetime | None = None) -> Standing:
    fresh = Revision.unrestricted.select_related("bulletin").get(pk=revision.pk)
    (row,) = standings(fresh, now=now)
    return row


def deed(world: cast.Council, revision: Revision, name: str) -> None:
    subject, pk = subject_of(world.reader_one), revision.bulletin_id
    if name == "sent":
        mails(Notice.State.SENT)
    elif name == "released":
        packages(Package.State.RELEASED, released_at=timezone.now())
    elif name == "opened":
        open_bulletin(subject, pk)
    elif name == "acknowledged":
        acknowledge(subject, pk)
    elif name == "late":
        due(timezone.now() - timedelta(days=9))
    else:
        until = timezone.localdate() if name == "checking" else None
        answer(subject, pk, name, until=until)


@pytest.mark.parametrize(
    ("deeds", "state"),
    [
        ([], Stage.UNDELIVERED),
        (["late"], Stage.UNDELIVERED),
        (["sent"], Stage.DELIVERED),
        (["released"], Stage.DELIVERED),
        (["sent", "opened"], Stage.OPENED),
        (["opened"], Stage.OPENED),
        (["sent", "late"], Stage.OVERDUE),
        (["opened", "late"], Stage.OVERDUE),
        (["sent", "opened", "acknowledged"], Stage.ACKNOWLEDGED),
        (["sent", "opened", "acknowledged", "late"], Stage.ACKNOWLEDGED),
        (["sent", "opened", "checking", "late"], Stage.ACKNOWLEDGED),
        (["sent", "acknowledged", "not_applicable", "late"], Stage.NOT_APPLICABLE),
        (["sent", "acknowledged", "applicable", "late"], Stage.APPLICABLE),
        (["sent", "acknowledged", "applicable", "handled"], Stage.HANDLED),
        (["handled", "applicable"], Stage.APPLICABLE),
    ],
)
def test_deeds_lead_to_states(world, deeds, state):
    revision = put_out(world)
    for name in deeds:
        deed(world, revision, name)
    assert of_company(revision).state is state


def every_stage() -> dict:
    """The state of each combination of facts that can be."""
    said, yes = ["", *Answer.Value.values], (False, True)
    facts = product(said, yes, yes, yes, yes)
    names = ("answer", "acknowledged", "opened", "delivered", "late")
    return {known: stage(**dict(zip(names, known, strict=True))) for known in facts}


def test_every_state_is_reached_and_has_a_name_and_a_shape_of_its_own():
    assert set(every_stage().values()) == set(Stage)
    assert len({str(label) for label in LABELS.values()}) == len(Stage)


def test_states_are_told_apart_by_what_they_mean():
    for (said, acknowledged, opened, delivered, late), state in every_stage().items():
        done = acknowledged or bool(said)
        assert (state in (Stage.UNDELIVERED, Stage.DELIVERED, Stage.OPENED, Stage.OVERDUE)) is not done
        assert (state is Stage.OVERDUE) is (late and not done and (opened or delivered))
        assert (state is Stage.UNDELIVERED) is (not done and not opened and not delivered)


def test_the_last_answer_of_any_reader_is_that_of_the_organisation(world):
    revision = put_out(world)
    for who, value in ((world.reader_one, "applicable"), (world.reader_two, "not_applicable")):
        answer(subject_of(who), revision.bulletin_id, value)
    row = of_company(revision)
    assert (row.state, row.answer.person) == (Stage.NOT_APPLICABLE, world.reader_two)


def test_people_are_counted_and_the_first_moments_kept(world):
    revision = put_out(world)
    for who in (world.reader_one, world.reader_two):
        open_bulletin(subject_of(who), revision.bulletin_id)
    acknowledge(subject_of(world.reader_two), revision.bulletin_id)
    row, first = of_company(revision), Receipt.objects.order_by("opened_at").first()
    assert (row.readers, row.people.opened, row.people.acknowledged) == (4, 2, 1)
    assert (row.opened_at, row.acknowledged_at is None) == (first.opened_at, False)


def test_readers_are_those_of_now(world):
    revision = put_out(world)
    cast.person(world.company)
    assert of_company(revision).readers == 5
    world.company.people.update(is_active=False)
    assert (of_company(revision).readers, of_company(revision).unreachable) == (0, True)


def test_once_it_is_not_served_the_readers_are_those_of_then(world):
    revision = put_out(world)
    recall(revision.bulletin_id, "誤り", acting_user=world.publisher)
    row = of_company(revision)
    assert (row.readers, row.unreachable) == (4, False)


def test_where_every_notice_bounced_nobody_is_reached(world):
    revision = put_out(world)
    mails(Notice.State.BOUNCED)
    assert of_company(revision).unreachable
    Notice.objects.filter(pk=Notice.objects.first().pk).update(state=Notice.State.SENT, sent_at=timezone.now())
    assert not of_company(revision).unreachable


# --- why ---


def key_waits(world: cast.Council) -> None:
    packages(Package.State.NO_KEY)
    RecipientKey.objects.create(
        organisation=world.company, kind="X25519", public=b"k", fingerprint="f", registered_at=timezone.now()
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lambda world: packages(Package.State.NO_KEY), "鍵が登録されていません"),
        (key_waits, "新しい鍵の確認待ち"),
        (lambda world: packages(Package.State.WITHHELD), "包みを渡せません"),
        (lambda world: mails(Notice.State.BOUNCED), "メールが届きません"),
        (lambda world: None, "封を待っています"),
        (lambda world: packages(Package.State.CLOSED), "通知の送信を待っています"),
    ],
)
def test_why_something_was_not_delivered(world, given, words):
    revision = put_out(world)
    given(world)
    row = of_company(revision)
    assert (row.state, row.why) == (Stage.UNDELIVERED, words)


@pytest.mark.parametrize(
    ("now", "opened", "words"),
    [
        (THURSDAY, True, "2営業日・開封したまま"),
        (THURSDAY, False, "2営業日・未開封"),
        (datetime(2026, 11, 17, 18, tzinfo=JST), False, "今日まで・未開封"),
        (
            datetime(2026, 11, 23, 12, tzinfo=JST),
            False,
            "3営業日・未開封",
        ),  # Saturday, Sunday and a holiday count for nothing
    ],
)
def test_lateness_is_counted_in_business_days(world, now, opened, words):
    revision = put_out(world)
    mails(Notice.State.SENT)
    if opened:
        open_bulletin(subject_of(world.reader_one), revision.bulletin_id)
    due(DEADLINE)
    row = of_company(revision, now)
    assert (row.state, row.why) == (Stage.OVERDUE, words)


@pytest.mark.parametrize(
    ("value", "until", "state", "words"),
    [
        ("checking", datetime(2026, 11, 20).date(), Stage.ACKNOWLEDGED, "確認中・11月20日に再び聞く"),
        ("applicable", datetime(2026, 11, 27).date(), Stage.APPLICABLE, "対応の報告 11月27日"),
        ("applicable", None, Stage.APPLICABLE, ""),
        ("not_applicable", None, Stage.NOT_APPLICABLE, ""),
        ("handled", None, Stage.HANDLED, "11月16日に報告"),
    ],
)
def test_what_was_answered_stands_beside_the_state(world, value, until, state, words):
    revision = put_out(world)
    answer(subject_of(world.reader_one), revision.bulletin_id, "handled")
    Answer.objects.update(value=value, until=until, answered_at=datetime(2026, 11, 16, 9, tzinfo=JST))
    row = of_company(revision, THURSDAY)
    assert (row.state, row.why) == (state, words)


def test_a_longer_deadline_is_said(world):
    revision = put_out(world)
    mails(Notice.State.SENT)
    due(DEADLINE)
    Delivery.objects.update(deadline=datetime(2026, 11, 24, 17, tzinfo=JST))
    row = of_company(revision, THURSDAY)
    assert (row.state, row.why) == (Stage.DELIVERED, "期限を11月24日に延長")


def test_who_can_be_reminded_now_and_when_the_others_can(world):
    revision = put_out(world, organisations=[world.company, world.thinktank, world.other_company])
    mails(Notice.State.SENT)
    moment = timezone.now() - timedelta(hours=23)
    Delivery.objects.filter(organisation=world.company).update(reminded_at=moment)
    acknowledge(subject_of(world.analyst), revision.bulletin_id)
    rows = standings(Revision.unrestricted.select_related("bulletin").get(pk=revision.pk))
    assert {row.organisation for row in rows if row.owes} == {world.company, world.other_company}
    assert [row.organisation for row in rows if row.remindable] == [world.other_company]
    assert again_at(rows) == moment + timedelta(hours=24)


# --- many ---


def test_the_tally_names_every_state(world):
    revision = put_out(world, organisations=[world.company, world.other_company, world.thinktank])
    acknowledge(subject_of(world.analyst), revision.bulletin_id)
    counted = tally(standings(Revision.unrestricted.select_related("bulletin").get(pk=revision.pk)))
    assert set(counted) == set(Stage)
    assert {state: n for state, n in counted.items() if n} == {Stage.UNDELIVERED: 2, Stage.ACKNOWLEDGED: 1}


def test_the_number_of_queries_is_that_for_one_organisation(world):
    costs = []
    for organisations in ([world.company], [world.company, world.other_company, world.thinktank, world.agency]):
        revision = put_out(world, organisations=organisations)
        for who in (world.reader_one, world.analyst, world.other_reader)[: len(organisations)]:
            answer(subject_of(who), revision.bulletin_id, "handled", note="補足")
        packages(Package.State.NO_KEY)
        fresh = Revision.unrestricted.select_related("bulletin").get(pk=revision.pk)
        with CaptureQueriesContext(connection) as queries:
            rows = standings(fresh)
            assert all(row.why and row.label and row.mark and row.answer.person.name for row in rows if row.answer)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 12


def test_notes_are_opened_for_the_desk_and_left_out_without_their_keys(world):
    revision = put_out(world, organisations=[world.company, world.thinktank])
    for who, note in ((world.reader_one, "甲の補足"), (world.analyst, "乙の補足")):
        answer(subject_of(who), revision.bulletin_id, "handled", note=note)
    AnswerWrap.objects.filter(answer__organisation=world.thinktank).delete()
    fresh = Revision.unrestricted.select_related("bulletin").get(pk=revision.pk)
    assert notes_in(fresh, standings(fresh)) == {world.company.pk: "甲の補足"}
