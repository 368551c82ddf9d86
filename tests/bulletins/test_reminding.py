"""Reminders by the clock: the business day before the deadline and its own morning, each once; and what is asked again."""

from datetime import date, datetime
from functools import partial

import pytest
from django.utils import timezone

from accounts.models import Notice, User
from accounts.subject import subject_of
from bulletins import letters, telling
from bulletins.actions.acknowledge import acknowledge
from bulletins.actions.answer import answer
from bulletins.actions.close import recall
from bulletins.actions.read import open_bulletin
from bulletins.models import Answer, Delivery, Receipt, Revision
from bulletins.reminding import remind_due, round_due
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins.deadline_cast import DEADLINE, PUBLISHED, dated, delivery, jst, mailbox, put_out, told
from tests.bulletins.races import all_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


READERS = ["加藤 美咲", "平野 隼", "森本 健", "水城 環"]


# --- which round ---


@pytest.mark.parametrize(
    ("now", "name"),
    [
        (jst(17, 9), ""),
        (jst(18, 8, 59), ""),
        (jst(18, 9), "eve-2026-11-19"),
        (jst(19, 8, 59), "eve-2026-11-19"),
        (jst(19, 9), "day-2026-11-19"),
        (jst(19, 16, 59), "day-2026-11-19"),
        (jst(19, 17), ""),
        (jst(20, 9), ""),
    ],
)
def test_rounds_begin_at_nine_on_the_eve_and_on_the_day(now, name):
    assert round_due(DEADLINE, None, PUBLISHED, now) == name


@pytest.mark.parametrize(
    ("deadline", "eve"),
    [
        (jst(24, 17), jst(20)),  # before it lie a weekend and a holiday
        (jst(22, 17), jst(20)),  # a Sunday
        (jst(4, 17, month=1, year=2027), jst(28, month=12)),  # offices are closed from 29 December to 3 January
        (jst(5, 17, month=1, year=2027), jst(4, month=1, year=2027)),
    ],
)
def test_the_eve_is_a_business_day(deadline, eve):
    assert round_due(deadline, None, PUBLISHED, eve) == f"eve-{deadline.date()}"
    assert round_due(deadline, None, PUBLISHED, eve.replace(hour=8)) == ""


@pytest.mark.parametrize(
    ("reminded", "now", "due"),
    [
        (jst(18, 9, 1), jst(18, 12), False),
        (jst(18, 9, 1), jst(19, 9), True),
        (jst(18, 8), jst(18, 9), True),
        (jst(19, 9), jst(19, 9, 1), False),
    ],
)
def test_a_round_is_sent_once(reminded, now, due):
    assert bool(round_due(DEADLINE, reminded, PUBLISHED, now)) is due


def test_nobody_is_reminded_of_what_was_published_since():
    assert round_due(jst(19, 17), None, jst(18, 10), jst(18, 10, 5)) == ""
    assert round_due(jst(19, 17), None, jst(18, 10), jst(19, 9)) == "day-2026-11-19"


# --- what is sent ---


def test_every_reader_of_an_organisation_that_owes_is_reminded_and_its_mailbox(world):
    mailbox(world.company, "madoguchi@suirei.example")
    revision = put_out(world)
    assert remind_due(jst(18)) == 1
    assert sorted(told("reminder")) == [*(["madoguchi@suirei.example"]), *READERS]
    assert delivery(revision, world.company).reminded_at == jst(18)


def test_it_can_run_again_and_again(world):
    put_out(world)
    assert [remind_due(now) for now in (jst(18), jst(18), jst(18, 9, 5), jst(19), jst(19, 9, 1))] == [1, 0, 0, 1, 0]
    assert len(told("reminder")) == 2 * len(READERS)


def acknowledged(world: cast.Council, revision: Revision) -> None:
    acknowledge(subject_of(world.reader_one), revision.bulletin_id)


def answered(world: cast.Council, revision: Revision) -> None:
    answer(subject_of(world.reader_one), revision.bulletin_id, "not_applicable")


def recalled(world: cast.Council, revision: Revision) -> None:
    recall(revision.bulletin_id, "誤り", acting_user=world.publisher)


def without_readers(world: cast.Council, revision: Revision) -> None:
    world.company.people.update(is_active=False)


@pytest.mark.parametrize("deed", [acknowledged, answered, recalled, without_readers])
def test_there_is_nothing_to_remind_of_any_more(world, deed):
    deed(world, put_out(world))
    assert (remind_due(jst(18)), told("reminder")) == (0, [])


def test_who_only_opened_it_is_reminded(world):
    revision = put_out(world, sent=False)
    open_bulletin(subject_of(world.reader_one), revision.bulletin_id)
    assert remind_due(jst(18)) == 1


def test_what_was_not_delivered_is_not_reminded_of(world):
    put_out(world, sent=False)
    assert remind_due(jst(18)) == 0


def test_without_a_deadline_nobody_is_reminded(world):
    put_out(world, deadline=None)
    assert remind_due(jst(18)) == 0


def test_a_longer_deadline_has_rounds_of_its_own(world):
    revision = put_out(world)
    remind_due(jst(18))
    Delivery.objects.filter(revision=revision).update(deadline=jst(25, 17))
    assert [remind_due(now) for now in (jst(19), jst(24, 8), jst(24), jst(25))] == [0, 0, 1, 1]
    assert len(told("reminder")) == 3 * len(READERS)


def test_the_portal_writes_what_it_did_into_the_log(world):
    revision = put_out(world)
    remind_due(jst(18))
    event = AuditEvent.objects.get(action="bulletin.remind")
    assert (event.object, event.actor, event.org) == (str(revision.bulletin_id), "", "")


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_round(world):
    put_out(world, organisations=[world.company, world.thinktank])
    results = all_at_once([partial(remind_due, jst(18))] * 4)
    assert sum(results) == 2
    assert AuditEvent.objects.filter(action="bulletin.remind").count() == 1
    assert len(told("reminder")) == len(READERS) + 1


def test_each_organisation_is_reminded_for_itself(world):
    revision = put_out(world, organisations=[world.company, world.thinktank])
    acknowledged(world, revision)
    assert remind_due(jst(18)) == 1
    assert told("reminder") == [world.analyst.name]


# --- asked again ---


def checking(world: cast.Council, until: date, *, said: datetime, who: User | None = None) -> Revision:
    """The company said on some day that it is still checking."""
    revision = put_out(world)
    dated(revision, PUBLISHED)
    answer(subject_of(who or world.reader_one), revision.bulletin_id, "checking", until=timezone.localdate())
    Answer.objects.update(until=until, answered_at=said)
    return revision


@pytest.mark.parametrize(
    ("now", "asked"),
    [(jst(23, 12), 0), (jst(24, 8, 59), 0), (jst(24, 9), 1), (jst(27, 9), 1)],
)
def test_who_is_checking_is_asked_again_on_the_day_they_named(world, now, asked):
    checking(world, date(2026, 11, 24), said=jst(18))
    assert remind_due(now) == asked
    assert len(told("reminder")) == asked * len(READERS)


def test_what_was_named_on_the_day_itself_is_asked_again_the_next_morning(world):
    checking(world, date(2026, 11, 18), said=jst(18, 15))
    assert [remind_due(now) for now in (jst(18, 16), jst(19, 8), jst(19))] == [0, 0, 1]


def test_they_are_asked_once_until_they_answer_anew(world):
    revision = checking(world, date(2026, 11, 24), said=jst(18))
    assert [remind_due(now) for now in (jst(24), jst(24, 10), jst(25))] == [1, 0, 0]
    answer(subject_of(world.reader_two), revision.bulletin_id, "checking", until=timezone.localdate())
    Answer.objects.filter(person=world.reader_two).update(until=date(2026, 11, 27), answered_at=jst(25, 10))
    assert [remind_due(now) for now in (jst(26), jst(27))] == [0, 1]


def test_an_answer_since_is_the_last_word(world):
    revision = checking(world, date(2026, 11, 24), said=jst(18))
    answer(subject_of(world.reader_two), revision.bulletin_id, "handled")
    Answer.objects.filter(value="handled").update(answered_at=jst(20))
    assert remind_due(jst(24)) == 0


def test_the_mail_asks_for_the_answer_also_of_those_who_have_acknowledged(world):
    revision = checking(world, date(2026, 11, 24), said=jst(18))
    acknowledge(subject_of(world.reader_one), revision.bulletin_id)
    remind_due(jst(24))
    notice = Notice.objects.select_related("person__organisation", "organisation").get(
        kind="reminder", person=world.reader_one
    )
    assert telling.may_name(notice)
    assert "もう一度回答してください" in letters.asked(notice, named=True)
    answer(subject_of(world.reader_two), revision.bulletin_id, "handled")
    with pytest.raises(telling.Withheld):
        telling.may_name(notice)


def test_a_reminder_of_the_acknowledgement_says_so(world):
    put_out(world)
    remind_due(jst(18))
    notice = Notice.objects.select_related("person__organisation", "organisation").filter(kind="reminder").first()
    assert "確認がまだです" in letters.asked(notice, named=True)
    Receipt.objects.update_or_create(
        person=notice.person, bulletin_id=notice.about, revision=1, defaults={"organisation": world.company, "acknowledged_at": jst(18)},
    )  # fmt: skip
    with pytest.raises(telling.Withheld):
        telling.may_name(notice)
