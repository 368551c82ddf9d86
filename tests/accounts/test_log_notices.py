"""Every week whoever keeps the council's house is told how long the logs are, and who stood by: once, and the same at every try."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import log_notices
from accounts.models import Notice, RoleAssignment, User
from accounts.subject import subjects_of
from accounts.tasks import tell_of_the_logs
from bulletins import mailing
from council.access.facts import Role
from council.audit import checkpoint, log_keys
from council.audit.checkpoint import Checkpoint
from council.audit.cosignature import ED25519, Cosigner
from council.audit.models import AuditEvent, Cosignature, LogCheckpoint
from tests import cast

# Monday 23 November 2026, 9:00 in Japan.
MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
LATER = MONDAY + timedelta(hours=3)
ORIGIN = "127.0.0.1/log/tier-1"
ONE, TWO, THREE = WITNESSES = [Cosigner.from_seed(f"w{n}.example", ED25519, bytes([n]) * 32) for n in (1, 2, 3)]


def _checkpoint(tier, size, at, *witnesses):
    made = Checkpoint(log_keys.origin(tier), size, bytes([tier]) * 32)
    note = checkpoint.sign(made, log_keys.signer(tier, made.origin))
    LogCheckpoint.objects.create(tier=tier, size=size, root=made.root, note=note, signed_at=at)
    for each in witnesses:
        _stand_by(each, tier, size, at)


def _stand_by(witness, tier, size, at, line=b""):
    """What the witness says of the checkpoint of that size, or a line that somebody made up."""
    made = Checkpoint(log_keys.origin(tier), size, bytes([tier]) * 32)
    row = {"witness": witness.verifier.name, "line": line or witness.line(made, int(at.timestamp()))}
    Cosignature.objects.create(tier=tier, size=size, signed_at=at, **row)


@pytest.fixture
def logs(world, settings):
    """Each log some days before the Monday, two of three witnesses on the older checkpoint, and one after it."""
    settings.AUDIT_WITNESSES = [{"vkey": str(each.verifier), "url": ""} for each in WITNESSES]
    for tier, size in ((1, 1234), (2, 567), (3, 89)):
        _checkpoint(tier, size, MONDAY - timedelta(hours=2), ONE, TWO)
        _checkpoint(tier, size + 1, MONDAY - timedelta(hours=1), ONE)
        _checkpoint(tier, size + 9000, MONDAY + timedelta(minutes=5), ONE, TWO)
    return world


def _said(who):
    notice = Notice.objects.select_related("person__organisation").get(kind="log", person=who)
    return log_notices.report(notice, subjects_of([notice.person])[who.pk])


def _sizes(who):
    return {log.tier: log.size for log in _said(who).logs}


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        (MONDAY, MONDAY), (MONDAY - timedelta(seconds=1), MONDAY - timedelta(days=7)), (MONDAY + timedelta(days=6, hours=23), MONDAY),
        (MONDAY + timedelta(days=7), MONDAY + timedelta(days=7)),
    ],
)  # fmt: skip
def test_the_week_turns_on_monday_at_nine(now, monday):
    assert log_notices.moment(now) == monday


def test_auditors_operators_and_administrators_are_told(logs):
    told = {logs.auditor, logs.operator, logs.administrator, logs.other_administrator}
    assert log_notices.queue_week(LATER) == len(told)
    assert set(User.objects.filter(pk__in=Notice.objects.values("person"))) == told
    assert not Notice.objects.exclude(kind="log", created_at=MONDAY, state="queued", tier=1)


def test_nobody_is_told_twice_in_a_week(logs):
    log_notices.queue_week(MONDAY)
    cast.person(logs.company, Role.ADMINISTRATOR)
    assert log_notices.queue_week(LATER) == log_notices.queue_week(MONDAY + timedelta(days=6)) == 0
    assert log_notices.queue_week(MONDAY + timedelta(days=7)) == 5


def test_a_portal_that_was_down_on_monday_tells_later_in_the_week(logs):
    assert log_notices.queue_week(MONDAY + timedelta(days=4)) == 4
    assert _sizes(logs.auditor)[1] == 1234


def test_before_the_logs_begin_there_is_nothing_to_tell(world):
    _checkpoint(1, 5, MONDAY + timedelta(hours=1))
    assert log_notices.queue_week(LATER) == 0
    assert not Notice.objects.exists()


def test_whoever_can_not_sign_in_is_not_told(logs):
    User.objects.filter(pk=logs.auditor.pk).update(is_active=False)
    logs.company.is_active = False
    logs.company.save()
    assert log_notices.queue_week(LATER) == 2


def test_administrators_learn_of_the_first_log_alone(logs):
    administrator = logs.administrator
    cast.clear(administrator, logs.item)
    log_notices.queue_week(LATER)
    assert _sizes(administrator) == {1: 1234}
    assert "89" not in _mail_to(administrator).body.replace("189", "")


def test_auditors_learn_of_every_log(logs):
    log_notices.queue_week(LATER)
    assert _sizes(logs.auditor) == {1: 1234, 2: 567, 3: 89}


def test_operators_learn_of_the_logs_up_to_their_ceiling(logs):
    log_notices.queue_week(LATER)
    assert _sizes(logs.operator) == {1: 1234, 2: 567}
    cast.clear(logs.operator, logs.item)
    assert _sizes(logs.operator) == {1: 1234, 2: 567, 3: 89}


def test_the_newest_with_a_quorum_is_told_with_its_witnesses(logs):
    log_notices.queue_week(LATER)
    first = _said(logs.auditor).logs[0]
    assert (first.size, first.witnesses, first.origin) == (1234, ("w1.example", "w2.example"), ORIGIN)


def test_without_witnesses_the_newest_is_told_and_that_nobody_stood_by(world, settings):
    settings.AUDIT_WITNESSES = []
    _checkpoint(1, 40, MONDAY - timedelta(hours=2))
    _checkpoint(1, 50, MONDAY - timedelta(hours=1))
    log_notices.queue_week(LATER)
    first = _said(world.auditor).logs[0]
    assert (first.size, dict(first.facts)["立会い"]) == (50, "立会いの署名はまだありません")


def test_what_came_after_the_hour_does_not_change_what_is_told(logs):
    log_notices.queue_week(LATER)
    before = _said(logs.auditor)
    _stand_by(TWO, 1, 1235, MONDAY)
    _stand_by(THREE, 1, 1234, MONDAY)
    assert _said(logs.auditor) == before


def test_a_line_that_somebody_made_up_is_neither_counted_nor_named(logs):
    _stand_by(TWO, 1, 1235, MONDAY - timedelta(hours=1), line=b"line")
    _stand_by(THREE, 1, 1234, MONDAY - timedelta(hours=1), line=TWO.line(Checkpoint(ORIGIN, 1234, bytes(32)), 1))
    log_notices.queue_week(LATER)
    first = _said(logs.auditor).logs[0]
    assert (first.size, first.witnesses) == (1234, ("w1.example", "w2.example"))


def test_a_witness_that_is_no_longer_asked_is_no_longer_named(logs, settings):
    settings.AUDIT_WITNESSES, settings.AUDIT_WITNESS_QUORUM = settings.AUDIT_WITNESSES[1:], 1
    log_notices.queue_week(LATER)
    first = _said(logs.auditor).logs[0]
    assert (first.size, first.witnesses) == (1234, ("w2.example",))


def _mail_to(who):
    mail.outbox.clear()
    mailing.send(Notice.objects.get(kind="log", person=who).pk)
    assert len(mail.outbox) == 1
    return mail.outbox[0]


def test_the_mail_says_size_root_witnesses_and_where_to_check(logs):
    log_notices.queue_week(LATER)
    sent = _mail_to(logs.auditor)
    root = base64.b64encode(bytes([1]) * 32).decode()
    for words in (
        ORIGIN,
        "1,234件",
        root,
        "w1.example、w2.example",
        "/api/v1/audit/checkpoint/tier-1",
        "機密性1情報の記録",
    ):
        assert words in sent.body
    assert sent.subject == "【記録の週報】11月23日 9:00"
    assert sent.to == [logs.auditor.email]


def test_a_mail_that_is_tried_again_is_the_same(logs):
    log_notices.queue_week(LATER)
    first = _mail_to(logs.auditor)
    Notice.objects.filter(person=logs.auditor).update(state="queued", attempts=0)
    _checkpoint(1, 99999, MONDAY + timedelta(hours=4), ONE, TWO)
    again = _mail_to(logs.auditor)
    assert (again.body, again.subject, again.extra_headers) == (first.body, first.subject, first.extra_headers)


def test_who_lost_the_role_gets_neither_mail_nor_line(logs):
    log_notices.queue_week(LATER)
    RoleAssignment.objects.filter(person=logs.administrator, role=Role.ADMINISTRATOR).delete()
    mailing.send(Notice.objects.get(person=logs.administrator).pk)
    assert not mail.outbox
    row = Notice.objects.get(person=logs.administrator)
    assert (row.state, row.reason) == ("skipped", "role")
    assert "記録の週報" not in _inbox(logs.administrator)


def _inbox(who):
    return cast.sign_in(Client(), who).get("/notices/").content.decode()


def test_the_inbox_says_the_same(logs):
    log_notices.queue_week(LATER)
    page = _inbox(logs.auditor)
    for words in ("記録の週報", ORIGIN, "1,234件", "w1.example、w2.example", "567件", "89件"):
        assert words in page
    assert "567件" not in _inbox(logs.administrator)


def test_only_the_newest_line_has_the_numbers(logs):
    log_notices.queue_week(LATER)
    log_notices.queue_week(LATER + timedelta(days=7))
    page = _inbox(logs.auditor)
    assert "10,234件" in page
    assert "1,234件" not in page.replace("10,234件", "")
    assert page.count("この一週間の検印") == 2


def test_a_notice_that_was_sent_is_an_event(logs):
    log_notices.queue_week(LATER)
    _mail_to(logs.auditor)
    assert AuditEvent.objects.filter(action="notice.send", org=str(logs.auditor.organisation_id)).count() == 1


def test_the_worker_tells_when_the_week_has_turned(logs, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATER)
    assert tell_of_the_logs() == 4
