"""Whoever can't publish any more doesn't publish by the clock either: the plan is stopped, the desk is told why, and plans anew."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Clearance, Notice, Organisation, User
from accounts.subject import subject_of
from bulletins.actions.draft import save_draft
from bulletins.actions.publish import due_for_publishing, publish, publish_scheduled, schedule, unschedule
from bulletins.actions.review import approve, send_back, submit
from bulletins.actions.verb import Conflict
from bulletins.inbox import lines_for
from bulletins.letters import letter
from bulletins.models import Listing, Package, Revision
from bulletins.schedules import failure_of
from bulletins.tasks import publish_one
from bulletins.telling import Withheld, may_name
from council.access.facts import Role, State
from council.access.policy import Action
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db
GONE = "公開の予定を決めた人が、いまはこの資料を公開できません"
UNAPPROVED = "承認した人が、いまは承認者でないか、利用を止められています"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def colleague(world) -> User:
    """A second publisher of the same agency."""
    return cast.person(world.agency, Role.PUBLISHER, tier=2)


def planned(world, *, by: User | None = None, **what: object) -> Revision:
    """Approved, and planned by somebody for a moment that has come."""
    what = {"organisations": [world.company], **what}
    revision = shelf.handed_in(world.publisher, **what)
    for approver in (world.approver, world.second_approver)[: 2 if what.get("tier") == 3 else 1]:
        approve(revision.bulletin_id, acting_user=approver)
    in_an_hour = timezone.now() + timedelta(hours=1)
    schedule(revision.bulletin_id, in_an_hour, acting_user=by or world.publisher)
    Revision.unrestricted.update(scheduled_for=timezone.now())
    return revision


def end(who: User, how: str) -> None:
    """One right of the person ends, as the rows say it."""
    people = User.objects.filter(pk=who.pk)
    if how == "suspended":
        people.update(is_active=False)
    elif how == "organisation":
        Organisation.objects.filter(pk=who.organisation_id).update(is_active=False)
    elif how == "role":
        who.role_assignments.all().delete()
    elif how == "tier":
        people.update(tier=1)
    elif how == "subcommittee":
        who.memberships.all().delete()
    elif how == "auditor":
        who.role_assignments.create(role=Role.AUDITOR)
    else:
        Clearance.objects.filter(person=who).update(last_day=timezone.localdate() - timedelta(days=1))


def outcome() -> tuple[str, str]:
    """Where the revision stands, and why its desk reads that it does."""
    revision = Revision.unrestricted.select_related("bulletin").get()
    return revision.state, failure_of(revision)


# How the right ended of whoever planned it, and the reason in the log.
ENDED = [
    ("suspended", "suspended"), ("organisation", "organisation_suspended"), ("role", "role"), ("tier", "tier"),
    ("subcommittee", "need_to_know"), ("auditor", "auditor"),
]  # fmt: skip


@pytest.mark.parametrize(("how", "reason"), ENDED)
def test_whoever_can_not_publish_any_more_does_not_by_the_clock(world, how, reason):
    planner = cast.person(world.agency, Role.PUBLISHER, tier=2, subcommittees=[world.materials])
    revision = planned(world, by=planner, tier=2, subcommittees=[world.materials], parts=[("文", 2)])
    end(planner, how)
    assert due_for_publishing() == [revision.bulletin_id]
    assert not publish_one(str(revision.bulletin_id))
    state, why = outcome()
    assert (state, GONE in why) == (State.APPROVED, True)
    assert not Listing.objects.exists()
    assert not Package.objects.exists()
    event = AuditEvent.objects.get(action=Action.PUBLISH)
    assert (event.outcome, event.reason, due_for_publishing()) == ("deny", reason, [])


def test_a_clearance_that_ended_stops_what_it_was_needed_for(world):
    revision = planned(world, tier=3, parts=[("文", 3)], designation=world.item, organisations=[world.agency])
    end(world.publisher, "clearance")
    assert not publish_scheduled(revision.bulletin_id)
    state, why = outcome()
    assert (state, GONE in why) == (State.APPROVED, True)
    # The desk does not read which of the rights it was.
    assert not any(word in why for word in ("適性評価", "名簿", "指定"))


def test_what_does_not_concern_the_plan_stops_nothing(world, colleague):
    revision = planned(world, by=colleague)
    end(world.publisher, "suspended")
    assert publish_scheduled(revision.bulletin_id)
    assert outcome() == (State.PUBLISHED, "")


@pytest.mark.parametrize("how", ["suspended", "role"])
def test_an_approver_who_is_none_any_more_stops_the_plan(world, how):
    revision = planned(world)
    end(world.approver, how)
    assert not publish_scheduled(revision.bulletin_id)
    state, why = outcome()
    assert (state, UNAPPROVED in why) == (State.APPROVED, True)


def test_an_approver_whose_agency_is_suspended_stops_the_plan_and_the_button(world):
    elsewhere = cast.person(world.other_agency, Role.APPROVER, tier=2)
    revision = shelf.handed_in(world.publisher, organisations=[world.company], nominated=[elsewhere])
    approve(revision.bulletin_id, acting_user=elsewhere)
    end(elsewhere, "organisation")
    with pytest.raises(Conflict, match=UNAPPROVED):
        publish(revision.bulletin_id, acting_user=world.publisher)
    page = cast.sign_in(Client(), world.publisher).get(reverse("desk:work", args=[revision.bulletin_id]))
    assert "ほかの承認者の承認を受けてください" in page.content.decode()


def test_what_somebody_approved_while_cleared_stays_approved(world):
    revision = planned(world, tier=3, parts=[("文", 3)], designation=world.item, organisations=[world.agency])
    end(world.approver, "clearance")
    assert publish_scheduled(revision.bulletin_id)


def test_a_stopped_plan_is_planned_anew_by_somebody_who_may(world, colleague):
    revision = planned(world)
    end(world.publisher, "role")
    publish_scheduled(revision.bulletin_id)
    schedule(revision.bulletin_id, timezone.now() + timedelta(hours=1), acting_user=colleague)
    assert outcome() == (State.SCHEDULED, "")
    Revision.unrestricted.update(scheduled_for=timezone.now())
    assert publish_scheduled(revision.bulletin_id)


def test_what_lost_its_approver_is_approved_by_another_and_planned_anew(world):
    revision = planned(world)
    end(world.approver, "suspended")
    publish_scheduled(revision.bulletin_id)
    send_back(revision.bulletin_id, acting_user=world.second_approver)
    submit(revision.bulletin_id, acting_user=world.publisher)
    approve(revision.bulletin_id, acting_user=world.second_approver)
    schedule(revision.bulletin_id, timezone.now() + timedelta(hours=1), acting_user=world.publisher)
    Revision.unrestricted.update(scheduled_for=timezone.now())
    assert publish_scheduled(revision.bulletin_id)


def test_the_desk_is_warned_as_soon_as_it_is_so(world, colleague):
    revision = planned(world)
    desk = cast.sign_in(Client(), colleague)
    place = reverse("desk:work", args=[revision.bulletin_id])
    assert "このままでは" not in desk.get(place).content.decode()
    end(world.publisher, "role")
    assert "このままでは、その時刻に公開されません" in desk.get(place).content.decode()


def stopped_notices(world) -> list[Notice]:
    end(world.publisher, "role")
    publish_scheduled(Revision.unrestricted.get().bulletin_id)
    return list(Notice.objects.filter(kind=Notice.Kind.PLAN).select_related("person__organisation", "organisation"))


def test_those_who_publish_for_it_are_told_once_and_led_to_the_reason(world, colleague):
    cast.person(world.other_agency, Role.PUBLISHER, tier=2)
    revision = planned(world)
    [notice] = stopped_notices(world)
    mail, place = letter(notice, named=may_name(notice)), reverse("desk:work", args=[revision.bulletin_id])
    assert notice.person == colleague
    assert ("公開の予定" in mail.subject, place in mail.body) == (True, True)
    assert "架空の題名" not in mail.body
    assert [line.path for line in lines_for(subject_of(colleague))] == [place]
    assert GONE in cast.sign_in(Client(), colleague).get(place).content.decode()


def settle(world, colleague, how: str) -> None:
    place = {"bulletin_id": Revision.unrestricted.get().bulletin_id, "acting_user": colleague}
    if how == "published":
        publish(**place)
    elif how == "planned anew and cancelled":
        schedule(moment=timezone.now() + timedelta(hours=1), **place)
        unschedule(**place)
    elif how == "sent back and approved anew":
        send_back(**{**place, "acting_user": world.approver})
        save_draft(draft=shelf.draft(organisations=[world.company]), **place)
        submit(**place)
        approve(**{**place, "acting_user": world.approver})
    else:
        colleague.role_assignments.all().delete()


@pytest.mark.parametrize(
    "how", ["published", "planned anew and cancelled", "sent back and approved anew", "no publisher any more"]
)
def test_what_is_settled_is_in_no_inbox_and_in_no_mail(world, colleague, how):
    planned(world)
    [notice] = stopped_notices(world)
    settle(world, colleague, how)
    assert notice not in [line.notice for line in lines_for(subject_of(colleague))]
    with pytest.raises(Withheld):
        may_name(notice)


def test_nobody_known_to_have_planned_it_is_nobody_who_may(world):
    revision = planned(world)
    Revision.unrestricted.update(scheduled_by=None)
    assert not publish_scheduled(revision.bulletin_id)


def test_for_what_was_planned_before_its_author_answers(world, colleague):
    revision = planned(world, by=colleague)
    Revision.unrestricted.update(scheduled_by=None)
    import_module("bulletins.migrations.0009_who_planned").name_the_authors(apps, None)
    assert Revision.unrestricted.get().scheduled_by == world.publisher
    assert publish_scheduled(revision.bulletin_id)
    assert Revision.unrestricted.get().scheduled_by is None
