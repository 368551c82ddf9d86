"""Delivery reports: which notice did not arrive. Reading them twice changes nothing, and nothing is deleted."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Contact, Notice
from bulletins import mailing
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import letterbox

pytestmark = pytest.mark.django_db
Kind, State = Notice.Kind, Notice.State


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


# As mail servers write it (RFC 3464, appendix E).
REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@relay.example
To: portal@kyogikai.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

The mail did not arrive.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; hito@kaisha.example
Action: {action}
Status: 5.1.1

--b
Content-Type: {kind}

From: portal@kyogikai.example
Subject: =?utf-8?b?6YCa55+l?=
Message-ID: {message_id}

--b--
"""


def report(notice: Notice, *, action: str = "failed", kind: str = "message/rfc822", message_id: str = "") -> bytes:
    """What a mail server sends back for the mail of a notice."""
    own = mailing.message(notice, mailing.Plan(named=notice.kind != Kind.DIGEST)).message()["Message-ID"]
    return REPORT.format(action=action, kind=kind, message_id=message_id or own).encode()


def read(folder: Path, capsys: pytest.CaptureFixture) -> str:
    with pytest.raises(SystemExit) as ended:
        call_command("read_bounces", folder)
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.fixture
def told(world) -> Notice:
    letterbox.put_out(world, organisations=[], people=[world.reader_two])
    letterbox.deliver()
    return letterbox.notice(world.reader_two)


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_marks_the_notice_and_is_an_event(told, tmp_path, capsys, kind):
    (tmp_path / "1.eml").write_bytes(report(told, kind=kind))
    assert "noted 1," in read(tmp_path, capsys)
    told.refresh_from_db()
    assert (told.state, told.reason) == (State.BOUNCED, "reported")
    assert AuditEvent.objects.get(action="notice.bounce").object == str(told.about)


def test_a_mailbox_that_does_not_take_mails_says_since_when(world, tmp_path, capsys):
    box = letterbox.mailbox(world.company)
    letterbox.put_out(world)
    letterbox.deliver()
    (tmp_path / "1.eml").write_bytes(report(letterbox.notice(box)))
    read(tmp_path, capsys)
    assert Contact.objects.get(pk=box.pk).bounced_at


def test_reading_twice_changes_nothing_and_deletes_nothing(told, tmp_path, capsys):
    (tmp_path / "1.eml").write_bytes(report(told))
    read(tmp_path, capsys)
    assert "noted 0, known 1," in read(tmp_path, capsys)
    assert AuditEvent.objects.filter(action="notice.bounce").count() == 1
    assert [path.name for path in tmp_path.iterdir()] == ["1.eml"]


def test_a_maildir_is_read_where_it_keeps_messages(told, tmp_path, capsys):
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "tmp" / "half").write_bytes(report(told)[:500])
    (tmp_path / "new" / "1700000000.M1.host").write_bytes(report(told))
    assert "noted 1, known 0, of something else 0" in read(tmp_path, capsys)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed"])
def test_only_a_failure_counts(told, tmp_path, capsys, action):
    (tmp_path / "1.eml").write_bytes(report(told, action=action))
    assert "of something else 1" in read(tmp_path, capsys)
    told.refresh_from_db()
    assert told.state == State.SENT


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff\xfe",
        b"From: a\n\nno report",
        b"Content-Type: multipart/report\n\n",
        b"Content-Type: \xe3\x81\n\n\n",
    ],
)
def test_what_is_no_report_is_counted_and_stops_nothing(told, tmp_path, capsys, data):
    (tmp_path / "1.eml").write_bytes(data)
    (tmp_path / "2.eml").write_bytes(report(told))
    assert "noted 1, known 0, of something else 1" in read(tmp_path, capsys)


def test_a_report_on_somebody_elses_mail_is_counted(told, tmp_path, capsys):
    (tmp_path / "1.eml").write_bytes(report(told, message_id=f"<{uuid4()}@elsewhere.example>"))
    assert "of something else 1" in read(tmp_path, capsys)


def test_a_report_that_comes_before_the_worker_has_noted_the_sending_counts(told, tmp_path, capsys):
    Notice.objects.update(state=State.SENDING)
    (tmp_path / "1.eml").write_bytes(report(told))
    assert "noted 1," in read(tmp_path, capsys)


def test_a_report_on_what_was_never_sent_changes_nothing(told, tmp_path, capsys):
    Notice.objects.update(state=State.HELD)
    (tmp_path / "1.eml").write_bytes(report(told))
    assert "of something else 1" in read(tmp_path, capsys)
    assert letterbox.notice(told.person).state == State.HELD


def test_with_a_digest_bounces_what_it_carried_and_nothing_else(world, told, tmp_path, capsys):
    now = timezone.now()
    facts = {"person": told.person, "created_at": now, "not_before": now, "state": State.SENT}
    digest = Notice.objects.create(key="digest", kind=Kind.DIGEST, sent_at=now, **facts)
    carried = Notice.objects.create(key="carried", kind=Kind.PUBLISHED, about=told.about, sent_at=now, **facts)
    (tmp_path / "1.eml").write_bytes(report(digest))
    read(tmp_path, capsys)
    states = dict(Notice.objects.values_list("pk", "state"))
    assert (states[digest.pk], states[carried.pk], states[told.pk]) == (State.BOUNCED, State.BOUNCED, State.SENT)


def test_a_folder_that_is_not_there_ends_with_two(tmp_path):
    with pytest.raises(CommandError) as ended:
        call_command("read_bounces", tmp_path / "nowhere")
    assert ended.value.returncode == 2
