"""The day of the next look: the desk is told once, keeps what is right with another day, and hears no more of what is settled."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from accounts.subject import subject_of
from bulletins.actions.close import recall
from bulletins.actions.draft import start_revision
from bulletins.actions.review_day import keep
from bulletins.actions.verb import Conflict
from bulletins.desk import Refused
from bulletins.drafting import Invalid
from bulletins.inbox import lines_for
from bulletins.letters import letter
from bulletins.models import Revision
from bulletins.review_days import due_for
from bulletins.review_telling import tell
from bulletins.telling import Withheld, may_name
from council.access.facts import Role
from council.audit.events import Event
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def revision(world) -> Revision:
    """Published a while ago: its day is today."""
    what = {"organisations": [world.company], "review_on": in_days(1)}
    made = shelf.published(world.publisher, world.approver, **what)
    Revision.unrestricted.update(review_on=in_days(0))
    return made


def told() -> list[Notice]:
    return list(
        Notice.objects.filter(kind=Notice.Kind.REVIEW_DAY).select_related("person__organisation", "organisation")
    )


def test_who_publishes_for_the_originator_is_told_once_when_the_day_has_come(world, revision):
    cast.person(world.other_agency, Role.PUBLISHER, tier=2)
    assert [tell(), tell()] == [1, 0]
    assert [notice.person for notice in told()] == [world.publisher]


def test_nobody_is_told_before_the_day(world):
    shelf.published(world.publisher, world.approver, organisations=[world.company], review_on=in_days(1))
    assert (tell(), due_for(subject_of(world.publisher))) == (0, [])


def test_the_notice_names_the_reference_and_leads_to_the_desk(world, revision):
    tell()
    (notice,) = told()
    mail = letter(notice, named=may_name(notice))
    assert revision.bulletin.reference in mail.subject
    assert "資料の見直し" in mail.subject
    assert reverse("desk:work", args=[revision.bulletin_id]) in mail.body
    assert "架空の題名" not in mail.body
    assert [line.path for line in lines_for(subject_of(world.publisher)) if line.notice == notice] == [
        reverse("desk:work", args=[revision.bulletin_id])
    ]


def settle(world, revision: Revision, how: str) -> None:
    by = {"acting_user": world.publisher}
    if how == "kept":
        keep(revision.bulletin_id, in_days(90), **by)
    elif how == "recalled":
        recall(revision.bulletin_id, "古い", **by)
    elif how == "revised":
        draft = shelf.draft(organisations=[world.company], change_summary="直した。")
        start_revision(revision.bulletin_id, draft, **by)
    else:
        world.publisher.role_assignments.all().delete()


@pytest.mark.parametrize("how", ["kept", "recalled", "revised", "no publisher any more"])
def test_what_is_settled_is_on_no_desk_in_no_inbox_and_in_no_mail(world, revision, how):
    tell()
    (notice,) = told()
    settle(world, revision, how)
    subject = subject_of(world.publisher)
    assert due_for(subject) == []
    assert notice not in [line.notice for line in lines_for(subject)]
    with pytest.raises(Withheld):
        may_name(notice)


def test_another_day_is_told_of_when_it_comes(world, revision):
    tell()
    keep(revision.bulletin_id, in_days(30), acting_user=world.publisher)
    Revision.unrestricted.update(review_on=in_days(-1))
    assert (tell(), len(told())) == (1, 2)


def test_keeping_is_an_event_and_changes_nothing_but_the_day(world, revision):
    keep(revision.bulletin_id, in_days(30), acting_user=world.publisher)
    row = Revision.unrestricted.get()
    assert (row.review_on, row.state, row.number) == (in_days(30), "published", 1)
    assert AuditEvent.objects.filter(action=Event.BULLETIN_KEPT, outcome="allow").count() == 1


def test_a_day_that_is_over_is_no_day_to_come(world, revision):
    with pytest.raises(Invalid):
        keep(revision.bulletin_id, in_days(0), acting_user=world.publisher)


def test_of_two_who_keep_it_the_second_is_told(world, revision):
    keep(revision.bulletin_id, in_days(30), seen=in_days(0), acting_user=world.publisher)
    with pytest.raises(Conflict):
        keep(revision.bulletin_id, in_days(60), seen=in_days(0), acting_user=world.publisher)


def test_approvers_do_not_keep_it(world, revision):
    with pytest.raises(Refused):
        keep(revision.bulletin_id, in_days(30), acting_user=world.approver)


def test_the_desk_lists_it_and_its_page_offers_to_keep_it(client: Client, world, revision):
    cast.sign_in(client, world.publisher)
    assert "見直しの日が来た資料" in client.get(reverse("desk:list")).content.decode()
    page = reverse("desk:work", args=[revision.bulletin_id])
    assert "見直しの日が来ました" in client.get(page).content.decode()
    sent = {"review_on": in_days(30).isoformat(), "seen": in_days(0).isoformat()}
    client.post(reverse("desk:keep", args=[revision.bulletin_id]), sent)
    assert Revision.unrestricted.get().review_on == in_days(30)
    assert "見直しの日が来た資料" not in client.get(reverse("desk:list")).content.decode()


def test_readers_are_told_both_days_in_words(client: Client, world):
    day, last = in_days(40), in_days(80)
    what = {"review_on": day, "caveats": [f"{last.year}年{last.month}月{last.day}日まで"]}
    made = shelf.published(world.publisher, world.approver, organisations=[world.company], **what)
    html = (
        cast.sign_in(client, world.reader_one)
        .get(reverse("bulletins:detail", args=[made.bulletin_id]))
        .content.decode()
    )
    assert f"{day.year}年{day.month}月{day.day}日に、発信元が内容を見直します" in html
    assert f"{last.year}年{last.month}月{last.day}日まで見られます" in html
