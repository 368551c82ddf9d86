"""Reminders of copies: near their day and after it, once each, as long as the copy is out, and never with a title."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice
from accounts.subject import subject_of
from bulletins.actions.copies import end_copy
from bulletins.copy_notices import tell
from bulletins.inbox import lines_for
from bulletins.letters import letter
from bulletins.models import TakenCopy
from bulletins.telling import Withheld, may_name
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def copy(world: cast.Council) -> TakenCopy:
    """Of a bulletin with a title that nobody is to learn of; its day is in three days."""
    what = {"tier": 2, "title": "内々の題名", "organisations": [world.company], "parts": [("文", 2)]}
    revision = shelf.published(world.publisher, world.approver, **what)
    return TakenCopy.objects.create(
        bulletin=revision.bulletin, revision=1, number=1, person=world.reader_two, organisation=world.company,
        reason="meeting", taken_at=timezone.now(), return_by=day(3),
    )  # fmt: skip


def day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def told() -> list[Notice]:
    return list(
        Notice.objects.filter(kind="copy").select_related("person__organisation", "organisation").order_by("pk")
    )


def test_it_is_told_once_near_its_day_and_once_after_it(copy: TakenCopy) -> None:
    now = timezone.now()
    moments = [
        now - timedelta(days=1),
        now,
        now,
        now + timedelta(days=3),
        now + timedelta(days=4),
        now + timedelta(days=5),
    ]
    assert [tell(moment) for moment in moments] == [0, 1, 0, 0, 1, 0]


def test_the_mail_names_the_reference_and_no_title(copy: TakenCopy) -> None:
    tell(timezone.now())
    mail = letter(told()[0], named=may_name(told()[0]))
    assert copy.bulletin.reference in mail.subject
    assert "返す日が近づいています" in mail.body
    assert "/me/copies/" in mail.body
    assert "内々の題名" not in mail.subject + mail.body


def test_what_is_no_longer_out_is_neither_mailed_nor_shown(world: cast.Council, copy: TakenCopy) -> None:
    tell(timezone.now())
    subject = subject_of(world.reader_two)
    assert [line.path for line in lines_for(subject) if line.notice.kind == "copy"] == ["/me/copies/"]
    end_copy(subject, copy.pk, "returned")
    assert [line for line in lines_for(subject) if line.notice.kind == "copy"] == []
    with pytest.raises(Withheld):
        may_name(told()[0])


def test_a_copy_without_a_day_is_never_asked_about(copy: TakenCopy) -> None:
    TakenCopy.objects.update(return_by=None)
    assert tell(timezone.now() + timedelta(days=400)) == 0
