"""Who a package is there for: allowed and refused differ by one fact, and refused is like an id that was never used."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import founding
from accounts.models import RecipientKey, RoleAssignment, RosterEntry, SubcommitteeMembership, User
from accounts.subject import subject_of
from bulletins import facts, packages, release, releasing
from bulletins.actions.close import recall, supersede
from bulletins.drafting import PartDraft
from bulletins.models import Package
from council.access.facts import Role
from council.access.policy import Reason
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import parcels, sent, shelf

pytestmark = pytest.mark.django_db
# The audiences, the other subcommittees, the packages.
QUERIES = 3
LOW = {"tier": 1, "floor": None, "floor_title": "", "parts": ["公表できます。"]}


@pytest.fixture
def world():
    return cast.council()


def within(world, words="分科会だけの段落です。"):
    return PartDraft(words, 2, subcommittees=(str(world.materials.pk),))


def change(row, **facts):
    type(row)._default_manager.filter(pk=row.pk).update(**facts)


# What changes after the release, and why the package is gone then. The reader sits in the subcommittee and reaches tier two.
CHANGES = {
    "tier": lambda world, package: change(world.reader_two, tier=1),
    "need_to_know": lambda world, package: SubcommitteeMembership.objects.filter(person=world.reader_two).delete(),
    "not_released": lambda world, package: (release.revoke(package.bulletin), release.unlist(package.bulletin)),
    "pledge": lambda world, package: founding.found_pledge("守ります。", in_force_from=timezone.localdate()),
    "auditor": lambda world, package: RoleAssignment.objects.filter(person=world.reader_two).update(role=Role.AUDITOR),
    "not_involved": lambda world, package: change(package, organisation=world.other_company),
    "expired": lambda world, package: change(package.revision, expires_at=timezone.now() - timedelta(seconds=1)),
    "a withheld package": lambda world, package: change(package, state=Package.State.WITHHELD),
    "a revoked key": lambda world, package: RecipientKey.objects.update(revoked_at=timezone.now()),
    "a recall": lambda world, package: recall(package.bulletin_id, acting_user=world.publisher),
    "taken over": lambda world, package: supersede(package.bulletin_id, acting_user=world.publisher),
}


def test_a_reader_who_is_cleared_for_what_it_holds_sees_the_package(world):
    sent.key(world)
    assert sent.seen(world.reader_two, sent.package(world, parts=[within(world)]))


@pytest.mark.parametrize("why", CHANGES)
def test_one_fact_takes_the_package_away(world, why):
    sent.key(world)
    package = sent.package(world, parts=[within(world)])
    CHANGES[why](world, package)
    reader = User.objects.get(pk=world.reader_two.pk)
    assert not sent.seen(reader, package)
    assert sent.get(reader).json()["results"] == []
    reasons = set(AuditEvent.objects.filter(action="package.fetch", object=package.pk).values_list("reason", flat=True))
    assert reasons == {why if why in set(Reason) else "state"}


@pytest.mark.parametrize(
    "who", ["reader_one", "other_reader", "publisher", "approver", "auditor", "operator", "analyst"]
)
def test_others_do_not_learn_of_it(world, who):
    sent.key(world)
    package = sent.package(world, organisations=[world.company, world.other_company, world.agency])
    assert not sent.seen(getattr(world, who), package)
    assert sent.get(getattr(world, who)).json()["results"] == []


@pytest.mark.parametrize("what", ["person", "organisation"])
def test_who_is_suspended_gets_no_further_than_the_sign_in(world, what):
    sent.key(world)
    package = sent.package(world)
    change(world.reader_two if what == "person" else world.company, is_active=False)
    assert sent.get(world.reader_two, f"{package.pk}/manifest/").status_code == 401
    assert sent.get(world.reader_two).status_code == 401
    assert cast.sign_in(Client(), world.reader_two).get(f"/packages/{package.pk}/")["Location"].startswith("/sign-in/")


def test_a_package_of_the_lower_parts_is_there_for_the_lower_reader(world):
    sent.key(world, world.reader_two, world.reader_one)
    package = sent.package(world)
    assert sent.seen(world.reader_one, package)
    assert sent.seen(world.reader_two, package)


@pytest.mark.parametrize("floor", [3, 1], ids=["critical as a whole", "critical within"])
def test_at_tier_three_the_roster_decides(world, floor):
    parcels.key(world.company, world.reader_three)
    revision = shelf.published(
        world.publisher, [world.approver, world.second_approver], tier=3, floor=floor, designation=world.item,
        parts=[("指定された内容です。", 3)], organisations=[world.company], floor_title="題名" if floor < 3 else "",
    )  # fmt: skip
    releasing.distribute(revision.pk)
    package = parcels.package(world.company)
    assert sent.seen(world.reader_three, package)
    assert not sent.seen(world.reader_two, package)
    assert len(sent.get(world.reader_three).json()["results"]) == 1
    RosterEntry.objects.all().delete()
    assert not sent.seen(world.reader_three, package)
    assert sent.get(world.reader_three).json()["results"] == []


def test_a_caveat_of_a_part_ends_the_package_with_its_last_day(world, monkeypatch):
    today = timezone.localdate()
    sent.key(world)
    limited = PartDraft("期限のある段落です。", 2, caveats=(f"{today.year}年{today.month}月{today.day}日まで",))
    package = sent.package(world, parts=[limited])
    assert sent.seen(world.reader_two, package)
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: tomorrow)
    assert not sent.seen(world.reader_two, package)
    assert sent.get(world.reader_two).json()["results"] == []


def test_a_new_revision_takes_the_place_of_the_old_one(world):
    sent.key(world)
    first = sent.package(world)
    revised = shelf.revised(
        first.revision, world.publisher, world.approver, organisations=[world.company], change_summary="直しました。"
    )
    assert not sent.seen(world.reader_two, first)
    releasing.distribute(revised.pk)
    assert sent.seen(world.reader_two, parcels.package(world.company))


def test_the_list_and_the_door_say_the_same(world):
    sent.key(world)
    made = [sent.package(world), sent.package(world, parts=[within(world)]), sent.package(world, **LOW)]
    recall(sent.package(world).bulletin_id, acting_user=world.publisher)
    for who in (world.reader_one, world.reader_two, world.administrator, world.other_reader, world.auditor):
        listed = {row["id"] for row in sent.get(who).json()["results"]}
        assert listed == {str(package.pk) for package in made if sent.seen(who, package)}


def critical(world):
    revision = shelf.published(
        world.publisher, [world.approver, world.second_approver], tier=3, floor=1, floor_title="題名", designation=world.item,
        parts=[("指定された内容です。", 3)], organisations=[world.company],
    )  # fmt: skip
    releasing.distribute(revision.pk)
    return parcels.package(world.company)


# Who does not see it -> what is released to their organisation besides what they see.
HIDDEN = {
    "tier": (lambda world: cast.person(world.company), sent.package),
    "compartment": (
        lambda world: cast.person(world.company, tier=2),
        lambda world: sent.package(world, parts=[within(world)]),
    ),
    "roster": (lambda world: cast.clear(cast.person(world.company), cast.designation(world.other_agency)), critical),
}


@pytest.mark.parametrize("why", HIDDEN)
def test_what_is_hidden_changes_neither_pages_nor_queries(world, why):
    somebody, hidden = HIDDEN[why]
    sent.key(world, world.reader_three)
    shown = [sent.package(world, **LOW) for _ in range(2)]
    reader, pages = subject_of(somebody(world)), []
    for _before_and_after in range(2):
        with CaptureQueriesContext(connection) as queries:
            found, onward = packages.packages_for(reader, size=1)
        pages.append(([each.seal.pk for each in found], onward, len(queries)))
        assert Package.State.RELEASED in {hidden(world).state for _ in range(3)}
    assert pages[0] == pages[1]
    assert pages[0][0] == [shown[1].pk]


def test_the_list_takes_as_many_queries_as_this(world, django_assert_num_queries):
    subject = subject_of(world.reader_two)
    with django_assert_num_queries(QUERIES):
        packages.packages_for(subject)


def test_finding_the_package_of_an_opened_bulletin_takes_one_query_with_and_without_it(
    world, django_assert_num_queries
):
    sent.key(world)
    package = sent.package(world)
    sent.package(world)
    bulletin, about = facts.served(package.bulletin_id)
    for who, found in ((world.reader_two, package.pk), (world.reader_one, None), (world.publisher, None)):
        subject = subject_of(who)
        with django_assert_num_queries(1):
            assert packages.package_of(subject, bulletin, about) == found
