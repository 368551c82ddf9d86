"""What the clock tells: once at each threshold, to those who must act, in words that name nobody; nothing of what was settled."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import clock_notices
from accounts import founding_clearances as founding
from accounts.models import Clearance, CouncilPeriod, Designation, Education, Notice, OperatorCertification
from bulletins import mailing
from council.access.facts import Role
from council.audit.models import AuditEvent
from council.only_one import only_one
from council.templatetags.portal import jst_date
from tests import cast
from tests.accounts.designations import on

TODAY = timezone.localdate()
DAY = timedelta(days=1)


@pytest.fixture
def ending(world: cast.Council) -> cast.Council:
    """The clearance of one reader ends in 80 days."""
    assert Clearance.objects.filter(person=world.reader_three).update(last_day=TODAY + 80 * DAY)
    return world


def told() -> set[str]:
    return set(Notice.objects.filter(kind=Notice.Kind.CLOCK).values_list("person__name", flat=True))


def mails() -> dict[str, object]:
    mail.outbox.clear()
    while mailing.send_due():
        pass
    return {to: each for each in mail.outbox for to in each.to}


def test_the_person_and_the_officers_of_the_agency_are_told_of_a_clearance_and_nobody_else(ending) -> None:
    assert clock_notices.tell() == 2
    assert told() == {"水城 環", "岡崎 智"}


def test_once_for_each_threshold(ending) -> None:
    assert clock_notices.tell() == 2
    assert clock_notices.tell() == 0
    for days, new in ((40, 0), (50, 2), (51, 0), (73, 2), (80, 0), (81, 0)):
        with on(TODAY + days * DAY):
            assert clock_notices.tell() == new, days


def test_a_portal_that_was_away_tells_the_nearest_threshold_alone(ending) -> None:
    with on(TODAY + 76 * DAY):
        assert clock_notices.tell() == 2
    assert set(Notice.objects.values_list("level", flat=True)) == {7}


def test_of_two_workers_at_once_one_tells(ending) -> None:
    with only_one("clock"):
        assert clock_notices.tell() in (0, 2)
    clock_notices.tell()
    assert Notice.objects.filter(kind=Notice.Kind.CLOCK).count() == 2


def test_what_was_prolonged_makes_no_notice(ending) -> None:
    clock_notices.tell()
    Clearance.objects.update(last_day=TODAY + 400 * DAY)
    assert mails() == {}
    assert set(Notice.objects.values_list("reason", flat=True)) == {"done"}
    with on(TODAY + 60 * DAY):
        assert clock_notices.tell() == 0


def test_what_was_withdrawn_makes_no_notice_and_leaves_no_line(ending, client: Client) -> None:
    clock_notices.tell()
    Clearance.objects.filter(person=ending.reader_three).delete()
    assert mails() == {}
    assert "適性評価" not in cast.sign_in(client, ending.reader_three).get("/notices/").text.split("<main")[1]


def test_the_mail_of_an_officer_names_nobody(ending) -> None:
    clock_notices.tell()
    sent = mails()[ending.officer.email]
    assert sent.subject.startswith("【期限の知らせ】")
    assert f"適性評価の有効期間が、{jst_date(TODAY + 80 * DAY)}に終わるものがあります" in sent.body
    assert "/clock/" in sent.body
    assert not [name for name in ("水城", "翠嶺", "経安") if name in sent.subject + sent.body]


def test_the_person_is_led_to_their_own_page(ending, client: Client) -> None:
    clock_notices.tell()
    assert "/me/" in mails()[ending.reader_three.email].body
    page = cast.sign_in(client, ending.reader_three).get("/notices/").text
    assert "あなたの適性評価の有効期間は" in page


def test_administrators_and_officers_are_told_of_a_certification(world: cast.Council) -> None:
    OperatorCertification.objects.update(last_day=TODAY + 5 * DAY)
    clock_notices.tell()
    assert told() == {"岡崎 智", "森本 健"}
    assert world.company.name not in mails()[world.officer.email].body


def test_education_is_told_to_person_officer_and_administrator_also_when_it_is_over(world: cast.Council) -> None:
    Education.objects.filter(person=world.reader_three).update(last_day=TODAY - DAY)
    clock_notices.tell()
    assert told() == {"水城 環", "岡崎 智", "森本 健"}
    assert "で終わりました" in mails()[world.administrator.email].body


def test_a_designation_is_named_by_its_number_in_the_register(world: cast.Council) -> None:
    Designation.objects.update(expires_on=TODAY + 5 * DAY)
    clock_notices.tell()
    assert told() == {"岡崎 智"}
    body = mails()[world.officer.email].body
    assert "経安2026-07号" in body
    assert world.item.summary not in body


def test_operators_are_told_of_the_end_of_a_period_and_everybody_of_a_new_pledge(world: cast.Council) -> None:
    CouncilPeriod.objects.create(number=1, first_day=TODAY - DAY, last_day=TODAY + 20 * DAY)
    clock_notices.tell()
    assert told() == {"真鍋 玲"}
    CouncilPeriod.objects.create(number=2, first_day=TODAY + 6 * DAY)
    clock_notices.tell()
    assert {"加藤 美咲", "小川 真理"} <= told()
    assert jst_date(TODAY + 6 * DAY) in mails()[world.reader_two.email].body


def test_who_is_officer_no_more_gets_no_mail(ending) -> None:
    clock_notices.tell()
    ending.officer.role_assignments.all().delete()
    assert ending.officer.email not in mails()


def test_each_notice_is_an_event_that_the_company_is_not_told(ending) -> None:
    clock_notices.tell()
    mails()
    events = AuditEvent.objects.filter(action="clock.tell")
    assert {event.org for event in events} == {str(ending.agency.pk)}
    sent = AuditEvent.objects.filter(action="notice.send")
    assert str(ending.company.pk) not in {event.org for event in sent}
    assert events.count() == sent.count() == 2


def rows_asked(notice: Notice) -> list[int]:
    """How many rows each query brings by which a mail asks whether it is still due."""
    asked = []

    def count(execute, sql, params, many, context) -> object:
        with connection.cursor() as again:
            again.cursor.execute(sql, params)
            asked.append(len(again.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        assert clock_notices.still_due(notice)
    return asked


def test_a_mail_asks_about_its_own_thing_and_person_however_much_else_ends(ending) -> None:
    clock_notices.tell()
    notice = Notice.objects.get(person=ending.officer)
    for _each in range(3):
        who = cast.person(ending.agency, Role.CLEARANCE_OFFICER)
        facts = {"notified_on": TODAY, "last_day": TODAY + 80 * DAY, "recorded_by": "x"}
        founding.found_clearance(who, ending.agency, **facts)
    assert rows_asked(notice) == [1, 1]
