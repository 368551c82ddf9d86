"""What administrators are told of a review, by mail and in the inbox: a duty, a deadline, how many people. No names."""

import pytest
from django.core import mail
from django.test import Client

from accounts.actions.people import revoke_role
from accounts.models import Notice, ReviewItem, User
from bulletins import mailing
from council.access.facts import Role
from council.templatetags.portal import jst
from tests import cast
from tests.accounts.reviews import KEEP, answered, begun, overdue, page

NAMES = ("平野", "加藤", "水城", "森本", "秋山", "守永", "電子部品")


def mails() -> dict[str, object]:
    """Address -> mail, of everything that is due."""
    mail.outbox.clear()
    while mailing.send_due():
        pass
    return {to: each for each in mail.outbox for to in each.to}


def test_a_mail_names_duty_deadline_and_number_and_nobody(world: cast.Council) -> None:
    campaign = begun(world)
    sent = mails()[world.administrator.email]
    assert sent.subject.startswith("【アクセスの見直し】期限 ")
    assert "翠嶺マテリアル株式会社で、アクセスが引き続き必要かどうかの回答を3人分待っています。" in sent.body
    assert jst(campaign.deadline) in sent.body
    assert "/reviews/mine/" in sent.body
    assert not [name for name in (*NAMES, "取扱い：") if name in sent.subject + sent.body]


def test_operators_are_told_how_many_nobody_else_can_answer_for(world: cast.Council) -> None:
    campaign = begun(world)
    sent = mails()[world.operator.email]
    assert "運用担当の回答を待っています" in sent.body
    assert f"/reviews/{campaign.pk}/" in sent.body
    assert not [name for name in NAMES if name in sent.body]


def test_nobody_is_written_to_who_has_answered_in_the_meantime(world: cast.Council) -> None:
    campaign = begun(world)
    for person in (world.reader_one, world.reader_two, world.reader_three):
        answered(campaign, person, KEEP, by=world.administrator)
    sent = mails()
    assert world.administrator.email not in sent
    assert world.other_administrator.email in sent
    assert Notice.objects.get(person=world.administrator).reason == "done"


def test_nobody_is_written_to_who_is_administrator_no_more(world: cast.Council) -> None:
    begun(world)
    revoke_role(world.administrator, Role.ADMINISTRATOR, acting_user=world.operator)
    assert world.administrator.email not in mails()


def test_nobody_is_written_to_after_the_deadline(world: cast.Council) -> None:
    overdue(begun(world))
    assert mails() == {}


def line(client: Client, who: User) -> str:
    return page(client, who, "/notices/")


def test_the_inbox_has_a_line_that_leads_to_the_page(world: cast.Council, client: Client) -> None:
    begun(world)
    shown = line(client, world.administrator)
    assert 'href="/reviews/mine/"' in shown
    assert "回答を3人分待っています" in shown
    assert "あと" in shown
    assert "済み" not in shown


@pytest.mark.parametrize("answer", ["", KEEP])
def test_the_line_is_done_when_everybody_else_is_answered_for(world: cast.Council, client: Client, answer: str) -> None:
    begun(world)
    others = ReviewItem.objects.filter(organisation=world.company).exclude(person=world.administrator)
    others.update(answer=answer)
    assert ("済み" in line(client, world.administrator)) is bool(answer)


def test_the_operators_line_leads_to_the_review(world: cast.Council, client: Client) -> None:
    campaign = begun(world)
    assert f'href="/reviews/{campaign.pk}/"' in line(client, world.operator)
    ReviewItem.objects.update(answer=KEEP)
    assert "済み" in line(client, world.operator)
