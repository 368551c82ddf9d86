"""Sending: each mail once, whatever dies, refuses or happens at the same moment."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Contact, Notice, User
from bulletins import mailing
from bulletins.bounces import note_bounce
from council.audit.models import AuditEvent
from council.only_one import only_one
from tests import cast
from tests.bulletins import letterbox
from tests.bulletins.post_office import PostOffice, post_office
from tests.bulletins.races import all_at_once

pytestmark = pytest.mark.django_db
State = Notice.State
CANARY = "蒼鷺計画の全容"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def test_a_sent_notice_is_recorded_with_its_event_and_not_sent_again(world):
    revision = letterbox.put_out(world)
    letterbox.deliver()
    told = letterbox.notice(world.reader_two)
    assert (told.state, told.attempts, told.sent_at is not None) == (State.SENT, 1, True)
    events = AuditEvent.objects.filter(action="notice.send", object=str(revision.bulletin_id))
    assert events.count() == 4
    mailing.send(told.pk)
    letterbox.deliver()
    assert len(letterbox.to(world.reader_two)) == 1


def test_what_is_not_due_yet_waits(world):
    letterbox.put_out(world)
    Notice.objects.update(not_before=timezone.now() + timedelta(minutes=1))
    assert not mailing.due()
    assert not letterbox.deliver()


def test_a_held_notice_is_never_sent_by_itself(world):
    letterbox.rhythm(world.reader_two, "daily")
    letterbox.put_out(world)
    mailing.send(letterbox.notice(world.reader_two).pk)
    assert not letterbox.to(world.reader_two)


def test_what_a_dead_worker_had_claimed_is_sent_by_the_next_one(world):
    letterbox.put_out(world)
    told = letterbox.notice(world.reader_two)
    Notice.objects.filter(pk=told.pk).update(state=State.SENDING, attempts=1)
    letterbox.deliver()
    assert letterbox.notice(world.reader_two).attempts == 2
    assert letterbox.to(world.reader_two)[0].message()["Message-ID"] == f"<{told.pk}@127.0.0.1>"


def test_dying_with_a_notice_again_and_again_ends(world):
    letterbox.put_out(world)
    Notice.objects.update(state=State.SENDING, attempts=len(mailing.STEPS) + 1)
    assert not letterbox.deliver()
    assert letterbox.notice(world.reader_two).state == State.FAILED


def test_if_the_log_takes_no_event_the_notice_is_not_called_sent(world, monkeypatch):
    letterbox.put_out(world, organisations=[], people=[world.reader_two])
    with monkeypatch.context() as patched:
        patched.setattr(mailing, "record_many", _fails)
        with pytest.raises(RuntimeError):
            mailing.send_due()
    told = letterbox.notice(world.reader_two)
    assert (told.state, told.sent_at) == (State.QUEUED, None)
    assert told.not_before > timezone.now()


def _fails(*_given: object, **_named: object) -> None:
    raise RuntimeError


def test_a_report_that_overtakes_the_worker_is_not_undone(world, monkeypatch):
    letterbox.put_out(world, organisations=[], people=[world.reader_two])
    told = letterbox.notice(world.reader_two)
    steps = {"notice.sent": partial(note_bounce, told, "reported")}
    monkeypatch.setattr(mailing, "passing", lambda name: steps.get(name, int)())
    mailing.send_due()
    assert letterbox.notice(world.reader_two).state == State.BOUNCED
    assert not AuditEvent.objects.filter(action="notice.send").exists()


def test_a_folder_of_mails_holds_each_mail_once(world, settings, tmp_path: Path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = letterbox.FOLDER, tmp_path / "mail"
    letterbox.put_out(world, title=CANARY, tier=2)
    mailing.send_due()
    before = len(letterbox.files(tmp_path / "mail"))
    Notice.objects.update(state=State.SENDING)
    mailing.send_due()
    assert len(letterbox.files(tmp_path / "mail")) == before == 3
    assert not [path for path in (tmp_path / "mail").iterdir() if CANARY in path.read_text("utf-8")]


# --- a mail server ----------------------------------------------------------------------------------------------------


@pytest.fixture
def relay(settings):
    """A mail server that the portal hands its mails to."""
    with post_office() as office:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", office.port, 5
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield office


def one_reader(world: cast.Council, **what: object) -> None:
    letterbox.put_out(world, organisations=[], people=[world.reader_two], **what)


def test_all_mails_of_a_round_go_over_one_connection(world, relay: PostOffice):
    revision = letterbox.put_out(world, deadline=letterbox.in_days(2))
    assert mailing.send_due() == 4
    assert relay.connections == 1
    assert {to for to, _ in relay.taken} == {person.email for person in _company_people(world)}
    assert all(revision.bulletin.reference in message["Subject"] for _, message in relay.taken)


def _company_people(world: cast.Council) -> list:
    return [world.administrator, world.reader_one, world.reader_two, world.reader_three]


def test_an_address_that_is_refused_for_good_has_bounced(world, relay: PostOffice):
    box = letterbox.mailbox(world.company)
    relay.refuses = {world.reader_two.email: "550 no such user", box.address: "550 no such user"}
    revision = letterbox.put_out(world)
    mailing.send_due()
    for whom in (world.reader_two, box):
        told = letterbox.notice(whom)
        assert (told.state, told.reason) == (State.BOUNCED, "refused")
    assert Contact.objects.get(pk=box.pk).bounced_at
    assert AuditEvent.objects.filter(action="notice.bounce", object=str(revision.bulletin_id)).count() == 2
    assert letterbox.notice(world.reader_one).state == State.SENT


def test_nothing_the_other_server_said_is_kept(world, relay: PostOffice):
    relay.refuses = {world.reader_two.email: f"550 {CANARY}"}
    one_reader(world)
    mailing.send_due()
    row = Notice.objects.filter(person=world.reader_two).values_list().get()
    assert CANARY not in str(row)


def test_an_address_that_is_refused_for_the_moment_is_tried_again(world, relay: PostOffice):
    relay.refuses = {world.reader_two.email: "450 greylisted"}
    one_reader(world)
    mailing.send_due()
    assert letterbox.notice(world.reader_two).state == State.QUEUED
    relay.refuses = {}
    Notice.objects.update(not_before=timezone.now())
    mailing.send_due()
    assert letterbox.notice(world.reader_two).state == State.SENT
    assert len(relay.taken) == 1


def test_the_steps_grow_and_end(world, relay: PostOffice):
    relay.after_data = "451 not now"
    one_reader(world)
    waits = []
    for _attempt in range(len(mailing.STEPS)):
        before = timezone.now()
        Notice.objects.update(not_before=before)
        mailing.send_due()
        waits.append((letterbox.notice(world.reader_two).not_before - before).total_seconds() // 10 * 10)
    assert waits == [20, 120, 600, 1800, 7200, 28800]
    Notice.objects.update(not_before=timezone.now())
    mailing.send_due()
    assert letterbox.notice(world.reader_two).state == State.FAILED


def test_while_the_server_is_out_of_reach_only_one_notice_loses_an_attempt(world, settings):
    with post_office() as office:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", office.port, False
    letterbox.put_out(world)
    assert mailing.send_due() == 0
    assert sorted(Notice.objects.values_list("attempts", flat=True)) == [0, 0, 0, 1]
    assert set(Notice.objects.values_list("state", flat=True)) == {State.QUEUED}


def test_a_server_that_refuses_the_portal_itself_costs_one_notice_an_attempt(world, relay: PostOffice, settings):
    relay.refuses = {settings.DEFAULT_FROM_EMAIL: "550 not you"}
    letterbox.put_out(world)
    assert mailing.send_due() == 0
    assert sorted(Notice.objects.values_list("attempts", flat=True)) == [0, 0, 0, 1]


def test_an_address_that_no_mail_can_be_written_to_holds_up_no_other(world, relay: PostOffice):
    letterbox.put_out(world)
    User.objects.filter(pk=world.reader_two.pk).update(email="a@kaisha.example\nBcc: b@kaisha.example")
    assert mailing.send_due() == 4
    assert len(relay.taken) == 3
    assert letterbox.notice(world.reader_two).state == State.QUEUED


def test_a_mail_the_server_does_not_want_holds_up_no_other(world, relay: PostOffice):
    relay.after_data = "554 not this one"
    letterbox.put_out(world)
    assert mailing.send_due() == 4
    assert set(Notice.objects.values_list("attempts", flat=True)) == {1}


# --- at the same moment -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_notice_once(world, relay: PostOffice):
    letterbox.put_out(world)
    letterbox.put_out(world)
    answers = all_at_once([mailing.send_due, mailing.send_due])
    assert not [each for each in answers if isinstance(each, Exception)]
    assert len(relay.taken) == 8
    assert len({message["Message-ID"] for _, message in relay.taken}) == 8
    assert set(Notice.objects.values_list("state", "attempts")) == {(State.SENT, 1)}


@pytest.mark.django_db(transaction=True)
def test_what_a_worker_is_sending_is_left_to_it(world, relay: PostOffice):
    one_reader(world)
    told = letterbox.notice(world.reader_two)
    Notice.objects.update(state=State.SENDING, attempts=1)
    with only_one(f"notice {told.pk}"):
        all_at_once([partial(mailing.send, told.pk)])
    assert not relay.taken
    all_at_once([partial(mailing.send, told.pk)])
    assert len(relay.taken) == 1
