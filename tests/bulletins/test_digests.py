"""Digests: one mail a day or a week, of what the person may still read and has not opened."""

from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import people as people_verbs
from accounts.models import Notice, User
from accounts.subject import subject_of
from bulletins import digests, mailing
from bulletins.actions.close import recall
from bulletins.actions.read import open_bulletin
from bulletins.models import Revision
from council.audit.models import AuditEvent
from council.templatetags.portal import JST
from tests import cast
from tests.bulletins import letterbox, shelf
from tests.bulletins.post_office import post_office

pytestmark = pytest.mark.django_db
Kind, State = Notice.Kind, Notice.State
# A week with a holiday on Monday 23 November 2026: its first business day is Tuesday.
FRIDAY, SATURDAY = datetime(2026, 11, 20, 15, 0, tzinfo=JST), datetime(2026, 11, 21, 9, 0, tzinfo=JST)
TUESDAY, WEDNESDAY = datetime(2026, 11, 24, 8, 0, tzinfo=JST), datetime(2026, 11, 25, 8, 0, tzinfo=JST)


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def clock():
    """clock(moment): it is that moment from here on."""
    with patch("django.utils.timezone.now") as now:
        yield lambda moment: setattr(now, "return_value", moment)


@pytest.fixture
def reader(world, clock) -> User:
    """Wants one mail a day; two bulletins are out since Friday."""
    clock(FRIDAY)
    return letterbox.rhythm(world.reader_two, "daily")


def held(world: cast.Council, many: int = 2, **what: object) -> list[Revision]:
    what = {"organisations": [], "people": [world.reader_two], **what}
    return [letterbox.put_out(world, **what) for _ in range(many)]


def sent_at(clock: object, moment: datetime) -> list:
    """The digests that go out at this moment."""
    clock(moment)
    before = len(letterbox.deliver())
    digests.gather()
    return letterbox.deliver()[before:]


def test_a_day_makes_one_mail_of_references_and_links(world, clock, reader):
    revisions = held(world)
    (message,) = sent_at(clock, TUESDAY)
    assert message.to == [reader.email]
    assert message.subject == "【機密性1情報】【まとめ】新しい情報 2件"
    said = "\n".join(letterbox.lines(message.body))
    for revision in revisions:
        assert revision.bulletin.reference in said
        assert f"/bulletins/{revision.bulletin_id}/" in said
    assert set(Notice.objects.filter(person=reader).values_list("state", flat=True)) == {State.SENT}


def test_a_digest_carries_the_caveats_of_all_that_it_lists(world, clock, reader):
    held(world, caveats=["転送禁止"])
    held(world, many=1, caveats=["複製禁止"])
    (message,) = sent_at(clock, TUESDAY)
    assert message.subject == "【機密性1情報・複製禁止・転送禁止】【まとめ】新しい情報 3件"
    assert sum("機密性1情報、転送禁止" in line for line in letterbox.lines(message.body)) == 2


def test_what_a_digest_carried_is_in_the_log_by_bulletin(world, clock, reader):
    revisions = held(world)
    sent_at(clock, TUESDAY)
    about = AuditEvent.objects.filter(action="notice.send").values_list("object", flat=True)
    assert set(about) == {str(revision.bulletin_id) for revision in revisions}


def test_titles_never_stand_in_a_digest(world, clock, reader):
    held(world, title="蒼鷺計画の全容", tier=2)
    (message,) = sent_at(clock, TUESDAY)
    assert "蒼鷺" not in f"{message.subject}{message.body}"


@pytest.mark.parametrize("moment", [SATURDAY, TUESDAY - timedelta(days=1), TUESDAY - timedelta(minutes=1)])
def test_nothing_goes_out_on_days_off_nor_before_eight(world, clock, reader, moment):
    held(world)
    assert not sent_at(clock, moment)


def test_what_comes_after_eight_waits_for_the_next_business_day(world, clock, reader):
    clock(TUESDAY + timedelta(minutes=1))
    held(world)
    assert not sent_at(clock, TUESDAY + timedelta(hours=3))
    assert not Notice.objects.filter(kind=Kind.DIGEST).exists()
    assert len(sent_at(clock, WEDNESDAY)) == 1


def test_a_day_has_one_digest_however_often_it_is_gathered(world, clock, reader):
    held(world)
    assert len(sent_at(clock, TUESDAY)) == 1
    assert not sent_at(clock, TUESDAY + timedelta(hours=1))
    assert Notice.objects.filter(kind=Kind.DIGEST).count() == 1


def test_gathering_twice_before_it_is_sent_writes_one(world, clock, reader):
    held(world)
    clock(TUESDAY)
    assert [digests.gather(), digests.gather()] == [1, 0]


def test_a_week_begins_with_its_first_business_day(world, clock, reader):
    letterbox.rhythm(reader, "weekly")
    held(world)
    assert len(sent_at(clock, TUESDAY)) == 1
    held(world)
    assert not sent_at(clock, WEDNESDAY)


def test_what_comes_on_a_holiday_at_the_beginning_of_the_week_is_in_the_digest_of_that_week(world, clock, reader):
    letterbox.rhythm(reader, "weekly")
    clock(TUESDAY - timedelta(hours=20))
    held(world)
    assert len(sent_at(clock, TUESDAY)) == 1


def test_a_weekly_digest_that_was_missed_comes_later_in_the_week(world, clock, reader):
    letterbox.rhythm(reader, "weekly")
    held(world)
    assert len(sent_at(clock, WEDNESDAY)) == 1


def test_who_goes_over_to_single_mails_still_gets_what_waits(world, clock, reader):
    held(world)
    letterbox.rhythm(reader, "instant")
    assert len(sent_at(clock, TUESDAY)) == 1


def test_what_was_opened_meanwhile_is_left_out(world, clock, reader):
    first, second = held(world)
    open_bulletin(subject_of(reader), first.bulletin_id)
    (message,) = sent_at(clock, TUESDAY)
    assert first.bulletin.reference not in message.body
    assert second.bulletin.reference in message.body
    assert letterbox.notice(reader, about=first.bulletin_id).reason == "opened"


def test_what_may_not_be_read_any_more_is_left_out(world, clock, reader):
    above, below = held(world, 1, tier=2)[0], held(world, 1)[0]
    people_verbs.set_tier(reader, 1, acting_user=world.operator)
    (message,) = sent_at(clock, TUESDAY)
    assert above.bulletin.reference not in message.body
    assert below.bulletin.reference in message.body
    assert letterbox.notice(reader, about=above.bulletin_id).state == State.SKIPPED


def test_nothing_left_makes_no_mail_and_no_notice(world, clock, reader):
    for revision in held(world):
        open_bulletin(subject_of(reader), revision.bulletin_id)
    assert not sent_at(clock, TUESDAY)
    assert not Notice.objects.filter(kind=Kind.DIGEST).exists()


def test_an_older_revision_is_left_out(world, clock, reader):
    (first,) = held(world, 1)
    what = {"change_summary": "直した", "organisations": [], "people": [reader]}
    letterbox.notify(shelf.revised(first, world.publisher, world.approver, **what))
    (message,) = sent_at(clock, TUESDAY)
    assert "第2版" in message.body
    assert "第1版" not in message.body


def test_access_is_asked_again_when_the_digest_leaves(world, clock, reader):
    gone, stays = held(world)
    clock(TUESDAY)
    digests.gather()
    recall(gone.bulletin_id, acting_user=world.publisher)
    mailing.send_due()
    digest = next(each for each in letterbox.to(reader) if "まとめ" in each.subject)
    assert gone.bulletin.reference not in digest.body
    assert stays.bulletin.reference in digest.body
    assert letterbox.notice(reader, about=gone.bulletin_id, kind=Kind.PUBLISHED).state == State.SKIPPED


def test_a_digest_of_which_nothing_is_left_when_it_leaves_is_not_sent(world, clock, reader):
    held(world)
    clock(TUESDAY)
    digests.gather()
    people_verbs.suspend_person(reader, acting_user=world.operator)
    mailing.send_due()
    assert not letterbox.to(reader)
    assert letterbox.notice(reader, kind=Kind.DIGEST).reason == "nothing_left"
    assert not Notice.objects.filter(person=reader, state=State.HELD).exists()


def test_a_digest_that_bounces_takes_what_it_would_have_carried_along_to_the_next(world, clock, reader, settings):
    held(world)
    with post_office(refuses={reader.email: "550 no such user"}) as office:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", office.port, False
        sent_at(clock, TUESDAY)
    assert letterbox.notice(reader, kind=Kind.DIGEST).state == State.BOUNCED
    assert Notice.objects.filter(person=reader, state=State.HELD).count() == 2
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert len(sent_at(clock, WEDNESDAY)) == 1


def test_many_people_are_asked_about_together(world, clock, reader):
    costs = []
    for many in (2, 12):
        clock(FRIDAY)
        people = [letterbox.rhythm(cast.person(world.company), "daily") for _ in range(many)]
        letterbox.put_out(world, organisations=[], people=people)
        clock(TUESDAY)
        with CaptureQueriesContext(connection) as queries:
            assert digests.gather() == many
        costs.append((len(queries), many))
    # For each person a savepoint, the digest, and its release; everything else is asked once.
    (few, fewer), (more, many) = costs
    assert (more - few) <= 4 * (many - fewer)
