"""Mails of notices: what they say and never say, and that access is asked for again when they leave."""

import re
from datetime import datetime
from email import message_from_bytes, policy

import pytest
from django.utils import timezone

from accounts.actions import people as people_verbs
from accounts.models import Contact, Notice
from accounts.notices import queue
from accounts.subject import subject_of
from bulletins import notifying
from bulletins.actions.acknowledge import acknowledge
from bulletins.actions.close import recall
from bulletins.actions.read import open_bulletin
from bulletins.models import Revision
from council.templatetags.portal import JST
from tests import cast
from tests.bulletins import letterbox, shelf

pytestmark = pytest.mark.django_db
Kind, State = Notice.Kind, Notice.State
CANARY = "蒼鷺計画の全容"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def mail_to(whom: object) -> object:
    (message,) = letterbox.to(whom)
    return message


def reopened(world: cast.Council, revision: Revision) -> Revision:
    """The next revision, published with its notices."""
    again = shelf.revised(
        revision, world.publisher, world.approver, change_summary="直した", organisations=[world.company]
    )
    return letterbox.notify(again)


# --- what it says -----------------------------------------------------------------------------------------------------


def test_a_duty_stands_in_the_subject_with_reference_and_deadline(world, settings):
    until = datetime(2030, 11, 18, 17, 0, tzinfo=JST)
    revision = letterbox.put_out(world, tier=2, deadline=until)
    letterbox.deliver()
    message, reference = mail_to(world.reader_two), revision.bulletin.reference
    assert message.subject == f"【機密性2情報】【要確認】{reference}　期限 11月18日 17:00"
    said = letterbox.lines(message.body)
    assert "期限：2030年11月18日（月）17:00（日本時間）" in said
    assert f"番号：{reference} 第1版" in said
    assert f"開くページ：{settings.COUNCIL_URL}/bulletins/{revision.bulletin_id}/" in said
    assert any(line.startswith("取扱い：機密性2情報。") for line in said)
    assert f"問い合わせ：{settings.COUNCIL_CONTACT}" in said


def test_every_program_reads_the_subject_from_its_first_letter(world):
    box = letterbox.mailbox(world.company)
    letterbox.put_out(world, deadline=letterbox.in_days(3))
    letterbox.deliver()
    for message in (mail_to(world.reader_two), mail_to(box)):
        read = message_from_bytes(message.message().as_bytes(), policy=policy.default)
        assert read["Subject"] == message.subject
        assert max(map(len, message.message().as_bytes().splitlines()[:12])) <= 78


def test_the_english_half_gives_the_same_deadline_in_english(world):
    letterbox.put_out(world, deadline=datetime(2030, 11, 18, 17, 0, tzinfo=JST))
    letterbox.deliver()
    english = mail_to(world.reader_two).body.split("\nEnglish\n")[1]
    assert "Mon 18 November 2030, 17:00 JST" in english


def test_no_mail_has_a_title_or_a_text_of_any_tier(world):
    for tier in (1, 2, 3):
        item = {"designation": world.item} if tier == 3 else {}
        letterbox.put_out(world, title=f"{CANARY}{tier}", parts=[(f"{CANARY}本文", tier)], tier=tier, **item)
    assert len(letterbox.deliver()) == 8
    assert len(letterbox.to(world.reader_three)) == 3
    assert not [each for each in letterbox.deliver() if CANARY in f"{each.subject}{each.body}{each.message()}"]


def test_only_the_words_of_the_floor_are_said(world):
    letterbox.put_out(world, tier=2, floor=1, floor_title="下の題名")
    letterbox.deliver()
    assert "機密性2情報" not in mail_to(world.reader_two).body
    assert mail_to(world.reader_two).subject.startswith("【機密性1情報】")


def test_the_title_of_a_mail_carries_the_mark_of_tier_three_for_those_who_may_be_told_and_none_for_others(world):
    box = letterbox.mailbox(world.company)
    letterbox.put_out(world, tier=3, designation=world.item, deadline=letterbox.in_days(3))
    letterbox.deliver()
    assert mail_to(world.reader_three).subject.startswith("【重要経済安保情報】【要確認】")
    assert mail_to(box).subject.startswith("【要確認】期限 ")


def test_the_headers_say_what_it_is(world):
    letterbox.put_out(world)
    letterbox.deliver()
    headers = mail_to(world.reader_two).message()
    assert headers["Message-ID"] == f"<{letterbox.notice(world.reader_two).pk}@127.0.0.1>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["X-Council-Notice"] == "published"


def test_a_mailbox_gets_reference_and_deadline(world):
    box = letterbox.mailbox(world.company)
    revision = letterbox.put_out(world, tier=2, deadline=letterbox.in_days(3))
    letterbox.deliver()
    message = mail_to(box)
    assert revision.bulletin.reference in message.subject
    assert "期限" in message.subject
    assert "/me/" not in message.body


def test_a_mailbox_gets_no_reference_where_the_floor_is_tier_three(world):
    box = letterbox.mailbox(world.company)
    revision = letterbox.put_out(world, tier=3, designation=world.item, deadline=letterbox.in_days(3))
    letterbox.deliver()
    said = f"{mail_to(box).subject}{mail_to(box).body}"
    assert "期限" in said
    for word in (revision.bulletin.reference, str(revision.bulletin_id), "重要経済安保情報"):
        assert word not in said
    assert revision.bulletin.reference in mail_to(world.reader_three).subject


# --- asked again when it leaves ---------------------------------------------------------------------------------------


def test_who_lost_access_meanwhile_gets_no_mail(world):
    letterbox.put_out(world, tier=2)
    people_verbs.set_tier(world.reader_two, 1, acting_user=world.operator)
    letterbox.deliver()
    assert not letterbox.to(world.reader_two)
    told = letterbox.notice(world.reader_two)
    assert (told.state, told.reason) == (State.SKIPPED, "tier")


def test_who_was_suspended_meanwhile_gets_no_mail(world):
    letterbox.put_out(world)
    people_verbs.suspend_person(world.reader_two, acting_user=world.operator)
    letterbox.deliver()
    assert not letterbox.to(world.reader_two)


def test_a_recall_before_the_mail_leaves_stops_it_for_people_and_mailboxes(world):
    box = letterbox.mailbox(world.company)
    revision = letterbox.put_out(world)
    recall(revision.bulletin_id, acting_user=world.publisher)
    assert not [each for each in letterbox.deliver() if "【新しい情報】" in each.subject]
    assert letterbox.notice(box, kind=Kind.PUBLISHED).state == State.SKIPPED


def test_a_mailbox_gets_no_mail_once_nobody_there_may_read(world):
    box = letterbox.mailbox(world.company)
    letterbox.put_out(world, organisations=[], people=[world.reader_two])
    people_verbs.suspend_person(world.reader_two, acting_user=world.operator)
    letterbox.deliver()
    assert letterbox.notice(box).reason == "no_reader"
    assert not letterbox.to(box)


def test_a_mailbox_that_was_ended_gets_no_mail(world):
    box = letterbox.mailbox(world.company)
    letterbox.put_out(world)
    Contact.objects.filter(pk=box.pk).update(ended_at=timezone.now())
    letterbox.deliver()
    assert not letterbox.to(box)


def test_an_older_revision_is_not_announced_any_more(world):
    first = letterbox.put_out(world)
    reopened(world, first)
    letterbox.deliver()
    assert letterbox.notice(world.reader_two, revision=1).reason == "newer_revision"
    assert "第2版" in mail_to(world.reader_two).body


def reminded(world: cast.Council, *people: object) -> Revision:
    """A revision with a deadline; everybody has been told of it, and these are to be reminded."""
    revision = letterbox.put_out(world, deadline=letterbox.in_days(3))
    letterbox.deliver().clear()
    notifying.reminder(letterbox.delivery(revision, world.company), people, round="first")
    return revision


def test_who_acknowledged_meanwhile_is_not_reminded(world):
    box = letterbox.mailbox(world.company)
    revision = reminded(world, world.reader_one, world.reader_two, box)
    acknowledge(subject_of(world.reader_two), revision.bulletin_id)
    letterbox.deliver()
    assert letterbox.notice(world.reader_two, kind=Kind.REMINDER).reason == "done"
    assert not letterbox.to(world.reader_two)
    assert not letterbox.to(box)
    assert mail_to(world.reader_one).subject.startswith("【機密性1情報】【再通知】")


def test_who_wanted_to_say_more_is_asked_although_they_acknowledged(world):
    revision = reminded(world)
    open_bulletin(subject_of(world.reader_two), revision.bulletin_id)
    acknowledge(subject_of(world.reader_two), revision.bulletin_id)
    owed = letterbox.delivery(revision, world.company)
    notifying.reminder(owed, [world.reader_two], round=f"{notifying.ANSWER}-2026-11-17")
    letterbox.deliver()
    assert "もう一度回答してください" in mail_to(world.reader_two).body


def _closed(world: cast.Council) -> Revision:
    revision = letterbox.put_out(world)
    letterbox.deliver().clear()
    Notice.objects.all().delete()
    notifying.closed(revision, Kind.RECALLED, {world.company.pk: [world.reader_two]}, deadline=letterbox.in_days(2))
    return revision


def test_a_recall_is_told_also_to_who_may_read_no_more(world):
    revision = _closed(world)
    people_verbs.suspend_person(world.reader_two, acting_user=world.operator)
    letterbox.deliver()
    assert mail_to(world.reader_two).subject.startswith(f"【機密性1情報】【回収】{revision.bulletin.reference}　期限 ")


def test_what_was_handed_back_is_not_asked_for_again(world):
    revision = letterbox.put_out(world)
    owed = letterbox.delivery(revision, world.company, recalled_at=timezone.now(), return_deadline=letterbox.in_days(1))
    notifying.reminder(owed, [world.reader_two], round="first")
    letterbox.delivery(revision, world.company, returned_at=timezone.now())
    letterbox.deliver()
    assert letterbox.notice(world.reader_two, kind=Kind.RECALLED).reason == "done"


def escalated(world: cast.Council, *people: object, **what: object) -> Revision:
    revision = letterbox.put_out(world, deadline=letterbox.in_days(-1), **what)
    letterbox.deliver().clear()
    notifying.escalation(letterbox.delivery(revision, world.company), 1, people)
    return revision


def test_who_may_not_read_learns_of_the_lateness_alone(world):
    revision = escalated(world, world.operator, world.reader_two, tier=2)
    letterbox.deliver()
    blind, cleared = mail_to(world.operator), mail_to(world.reader_two)
    for word in (revision.bulletin.reference, str(revision.bulletin_id), "機密性2情報"):
        assert word not in f"{blind.subject}{blind.body}"
        assert word in f"{cleared.subject}{cleared.body}"
    assert world.company.name in blind.body


def test_after_a_recall_lateness_is_named_to_who_was_told_of_the_recall(world):
    revision = escalated(world, world.reader_two, world.operator)
    recall(revision.bulletin_id, acting_user=world.publisher)
    notifying.closed(revision, Kind.RECALLED, {world.company.pk: [world.reader_two]})
    letterbox.deliver()
    late = {each.to[0]: each for each in letterbox.deliver() if "【期限超過】" in each.subject}
    assert revision.bulletin.reference in late[world.reader_two.email].subject
    assert revision.bulletin.reference not in late[world.operator.email].subject


def test_a_suspended_deputy_is_not_told(world):
    escalated(world, world.administrator)
    people_verbs.suspend_person(world.administrator, acting_user=world.operator)
    letterbox.deliver()
    assert not letterbox.to(world.administrator)


@pytest.mark.parametrize(
    ("step", "word"), [("registered", "登録"), ("confirmed", "承認"), ("revoked", "失効"), ("x", "変わ")]
)
def test_a_change_of_keys_says_what_happened_and_whom_to_call(world, step, word):
    now, key = timezone.now(), f"key:{world.item.pk}:{step}:{world.administrator.pk}"
    facts = {"organisation": world.company, "about": world.item.pk, "created_at": now, "not_before": now}
    queue([Notice(key=key, kind=Kind.KEY, person=world.administrator, **facts)])
    letterbox.deliver()
    assert f"{world.company.name}" in mail_to(world.administrator).body
    assert re.search(f"{word}.*事務局に電話", mail_to(world.administrator).body)
