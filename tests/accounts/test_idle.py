"""Accounts that nobody uses: warned twice, then suspended by the portal; never the last who can run something."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import idle
from accounts.actions.idle import suspend_idle, sweep_idle
from accounts.actions.people import resume_person, suspend_person
from accounts.models import ApiToken, Enrolment, Notice, User
from bulletins import mailing
from council.access.facts import Role
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts.designations import on

TODAY = timezone.localdate()
DAY = timedelta(days=1)
LIMIT = settings.IDLE_DAYS


@pytest.fixture
def quiet(world: cast.Council) -> User:
    """One reader who signed in today; everybody else comes every day, however far the clock is set."""
    User.objects.update(last_login=timezone.now() + 1000 * DAY)
    return seen(world.reader_two, 0)


def seen(who: User, days_ago: int) -> User:
    User.objects.filter(pk=who.pk).update(last_login=timezone.now() - days_ago * DAY)
    return who


def active(who: User) -> bool:
    return User.objects.get(pk=who.pk).is_active


def after(days: int) -> int:
    with on(TODAY + days * DAY):
        return sweep_idle()


def given() -> list[int]:
    """The days that the warnings promise, in the order in which they were written."""
    return list(Notice.objects.filter(kind=Notice.Kind.IDLE).order_by("created_at").values_list("level", flat=True))


def test_somebody_is_warned_fourteen_and_three_days_before_and_then_suspended(quiet: User) -> None:
    assert [after(days) for days in (LIMIT - 16, LIMIT - 13, LIMIT - 10, LIMIT - 3, LIMIT - 1)] == [0] * 5
    assert given() == [13, 3]
    assert active(quiet)
    assert after(LIMIT + 1) == 1
    assert not active(quiet)


def test_each_warning_is_written_once(quiet: User) -> None:
    for _each in range(3):
        after(LIMIT - 13)
    assert given() == [13]


def test_the_event_names_the_portal_and_what_was_ended(quiet: User, client: Client) -> None:
    cast.sign_in(client, quiet)
    seen(quiet, 0)
    ApiToken.objects.create(person=quiet, digest="x" * 64)
    for days in (LIMIT - 3, LIMIT + 1):
        after(days)
    event = AuditEvent.objects.get(action="people.idle")
    assert (event.actor, event.org, event.object) == ("", str(quiet.organisation_id), str(quiet.pk))
    assert not ApiToken.objects.exists()
    assert client.get("/").headers["Location"].startswith("/sign-in/")


def test_whoever_signs_in_after_the_warning_stays(quiet: User) -> None:
    after(LIMIT - 3)
    User.objects.filter(pk=quiet.pk).update(last_login=timezone.now() + (LIMIT - 2) * DAY)
    assert after(LIMIT + 1) == 0
    assert active(quiet)


def test_nobody_goes_unwarned_when_the_portal_was_away(quiet: User) -> None:
    assert after(LIMIT + 50) == 0
    assert given() == [3]
    assert after(LIMIT + 52) == 0
    assert after(LIMIT + 53) == 1


def test_who_never_came_counts_from_the_day_they_were_registered(quiet: User) -> None:
    User.objects.filter(pk=quiet.pk).update(last_login=None, joined_at=timezone.now() - (LIMIT + 5) * DAY)
    after(0)
    assert after(3) == 1


def test_who_waits_with_an_invitation_is_not_idle(quiet: User) -> None:
    seen(quiet, LIMIT + 5)
    now = timezone.now()
    Enrolment.objects.create(
        person=quiet, purpose="invitation", code_hash="x", opened_at=now, expires_at=now + 10 * DAY
    )
    assert idle.idle_people(now) == []


def test_whoever_was_let_in_again_has_as_long_as_anybody(world: cast.Council, quiet: User) -> None:
    seen(quiet, LIMIT + 5)
    suspend_person(quiet, acting_user=world.administrator)
    resume_person(quiet, acting_user=world.administrator)
    assert idle.idle_people(timezone.now()) == []
    assert [row.person for row in idle.idle_people(timezone.now() + (LIMIT - 13) * DAY)] == [quiet]


@pytest.mark.parametrize("name", ["administrator", "operator", "auditor"])
def test_the_last_who_can_run_something_is_neither_warned_nor_suspended(world, quiet: User, name: str) -> None:
    last = seen(getattr(world, name), LIMIT + 5)
    assert [after(0), after(3), suspend_idle(last.pk)] == [0, 0, False]
    assert given() == []
    assert active(last)


def test_of_two_administrators_the_one_who_was_away_longer_goes(world: cast.Council, quiet: User) -> None:
    longer = seen(cast.person(world.company, Role.ADMINISTRATOR), LIMIT + 9)
    seen(world.administrator, LIMIT + 5)
    after(0)
    assert after(3) == 1
    assert not active(longer)
    assert active(world.administrator)


def test_the_warning_says_the_day_and_is_not_sent_to_who_came_meanwhile(quiet: User, world: cast.Council) -> None:
    seen(quiet, LIMIT - 10)
    seen(world.reader_one, LIMIT - 10)
    after(0)
    seen(world.reader_one, 0)
    mail.outbox.clear()
    with on(TODAY):
        while mailing.send_due():
            pass
    assert [each.to for each in mail.outbox] == [[quiet.email]]
    day = TODAY + 10 * DAY
    assert f"{day.year}年{day.month}月{day.day}日に登録の利用を止めます" in mail.outbox[0].body
    assert "使われていない登録" in mail.outbox[0].subject


def test_after_a_week_nobody_is_warned_the_moment_they_signed_in(quiet: User, settings) -> None:
    settings.IDLE_DAYS = 7
    assert idle.idle_people(timezone.now()) == []
    assert after(5) == 0
    assert given() == [3]
