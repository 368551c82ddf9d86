"""Publishing: what was approved, to exactly the named audience, once."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.subject import subject_of
from bulletins.access import may, readers_of, visible_to
from bulletins.actions.publish import due_for_publishing, publish, publish_scheduled, schedule
from bulletins.actions.review import approve, send_back
from bulletins.actions.verb import Conflict
from bulletins.approval import digest
from bulletins.desk import Refused, get_revision_for
from bulletins.drafting import Invalid
from bulletins.models import Bulletin, GroupGrant, Listing, PersonGrant, Release, Revision
from bulletins.preview import audience_now
from council.access.facts import State
from council.access.policy import Action, Reason
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.races import all_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def approved(world: cast.Council, **what: object) -> Revision:
    revision = shelf.handed_in(world.publisher, **{"organisations": [world.company], **what})
    return approve(revision.bulletin_id, acting_user=world.approver)


def published_events() -> int:
    return AuditEvent.objects.filter(action=Action.PUBLISH, outcome="allow").count()


def test_exactly_the_named_audience_reads_it(world):
    what = {"tier": 2, "subcommittees": [world.materials], "organisations": [world.company, world.other_company]}
    revision = publish(approved(world, **what).bulletin_id, acting_user=world.publisher)
    names = {person.name for person in readers_of(revision.bulletin_id)}
    assert names == {"森本 健", "加藤 美咲", "水城 環"}
    assert may(world.reader_two, Action.READ, revision.bulletin_id)
    assert may(world.other_reader, Action.READ, revision.bulletin_id).reason is Reason.NEED_TO_KNOW


def test_the_preview_names_the_people_who_then_read_and_why(world):
    revision = approved(world, tier=2, people=[world.analyst], to_subcommittees=[world.infrastructure])
    before = audience_now(*get_revision_for(subject_of(world.publisher), revision.bulletin_id))
    publish(revision.bulletin_id, acting_user=world.publisher)
    named = {reader.person.pk: reader.rules for group in before.groups for reader in group.readers}
    assert set(named) == {person.pk for person in readers_of(revision.bulletin_id)}
    assert named[world.reader_two.pk] == "組織に公開"
    assert named[world.analyst.pk] == "個人に公開"
    assert named[world.other_reader.pk] == named[world.publisher.pk] == "基幹インフラ分科会の一員"


def test_the_preview_counts_every_rendition_that_readers_get(world):
    parts = ["一", ("二", 2)]
    revision = approved(world, tier=2, floor=1, floor_title="公開の題名", parts=parts)
    audience = audience_now(*get_revision_for(subject_of(world.publisher), revision.bulletin_id))
    assert [(shape.people, sorted(shape.positions)) for shape in audience.shapes] == [(3, [0, 1, 2, 3]), (1, [0, 2])]


def test_nobody_below_the_floor_is_counted(world):
    revision = approved(world, tier=2, people=[world.reader_one], organisations=[])
    audience = audience_now(*get_revision_for(subject_of(world.publisher), revision.bulletin_id))
    assert (audience.people, audience.organisations, audience.shapes) == (0, 0, ())


def test_another_number_of_people_than_expected_changes_nothing(world):
    revision = approved(world, tier=2)
    cast.person(world.company, tier=2)
    with pytest.raises(Conflict, match="見る人の数"):
        publish(revision.bulletin_id, expected_people=3, acting_user=world.publisher)
    assert Revision.unrestricted.get().state == State.APPROVED
    assert not (GroupGrant.objects.exists())
    assert not (Listing.objects.exists())
    assert not (published_events())


def test_an_approver_does_not_publish(world):
    with pytest.raises(Refused) as caught:
        publish(approved(world).bulletin_id, acting_user=world.approver)
    assert caught.value.reason is Reason.ROLE


def test_a_last_day_that_has_come_meanwhile_stops_publication(world):
    revision = approved(world)
    Revision.unrestricted.update(expires_at=timezone.now())
    Revision.unrestricted.get().approvals.update(digest=_digest_now())
    with pytest.raises(Conflict, match="期限"):
        publish(revision.bulletin_id, acting_user=world.publisher)


def _digest_now() -> str:
    return digest(Revision.unrestricted.select_related("bulletin").get())


def test_a_revision_takes_the_place_of_the_one_before_with_its_own_audience(world):
    first = shelf.published(world.publisher, world.approver, organisations=[world.company], people=[world.analyst])
    second = shelf.revised(
        first, world.publisher, world.approver, organisations=[world.other_company], change_summary="直した。"
    )
    states = dict(Revision.unrestricted.values_list("number", "state"))
    assert states == {1: State.SUPERSEDED, 2: State.PUBLISHED}
    assert {person.organisation for person in readers_of(second.bulletin_id)} == {world.other_company}
    assert not PersonGrant.objects.exists()


def test_every_reader_finds_it_in_their_list_and_nobody_else_does(world):
    revision = publish(approved(world).bulletin_id, acting_user=world.publisher)
    assert list(visible_to(world.reader_one)) == [Bulletin.unrestricted.get(pk=revision.bulletin_id)]
    assert not visible_to(world.other_reader).exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_publications_at_once_are_one(world):
    revision = approved(world)
    results = all_at_once([partial(publish, revision.bulletin_id, acting_user=world.publisher)] * 20)
    done = [result for result in results if isinstance(result, Revision)]
    reasons = {result.reason for result in results if isinstance(result, Refused)}
    assert (len(done), reasons, len(results)) == (1, {Reason.STATE}, 20)
    assert (published_events(), GroupGrant.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_publishing_and_sending_back_at_once_never_leave_a_published_draft(world):
    revision = approved(world)
    all_at_once([
        partial(publish, revision.bulletin_id, acting_user=world.publisher),
        partial(send_back, revision.bulletin_id, acting_user=world.approver),
    ])  # fmt: skip
    row, bulletin = Revision.unrestricted.get(), Bulletin.unrestricted.get()
    assert (row.state, bulletin.served_id) in [(State.PUBLISHED, row.pk), (State.DRAFT, None)]


def test_a_moment_that_is_over_or_has_no_zone_is_no_schedule(world):
    revision = approved(world)
    for moment in (timezone.now(), timezone.now().replace(tzinfo=None) + timedelta(days=1)):
        with pytest.raises(Invalid):
            schedule(revision.bulletin_id, moment, acting_user=world.publisher)


def test_a_schedule_ends_before_the_last_day_does(world):
    revision = approved(world, caveats=["2099年3月31日まで"])
    with pytest.raises(Invalid):
        schedule(revision.bulletin_id, timezone.now() + timedelta(days=365 * 90), acting_user=world.publisher)


def scheduled(world: cast.Council) -> Revision:
    revision = approved(world)
    schedule(revision.bulletin_id, timezone.now() + timedelta(days=1), acting_user=world.publisher)
    return revision


def test_what_is_scheduled_is_published_when_its_moment_has_come_and_only_once(world):
    revision = scheduled(world)
    assert (due_for_publishing(), publish_scheduled(revision.bulletin_id)) == ([], False)
    Revision.unrestricted.update(scheduled_for=timezone.now())
    assert due_for_publishing() == [revision.bulletin_id]
    assert [publish_scheduled(revision.bulletin_id) for _ in range(2)] == [True, False]
    assert readers_of(revision.bulletin_id)


def test_a_schedule_whose_approval_has_lapsed_goes_back_to_its_desk(world):
    revision = scheduled(world)
    Revision.unrestricted.update(scheduled_for=timezone.now())
    Release.objects.create(revision=revision, organisation=world.other_company)
    assert not publish_scheduled(revision.bulletin_id)
    assert (Revision.unrestricted.get().state, due_for_publishing()) == (State.APPROVED, [])
    assert AuditEvent.objects.filter(action=Action.PUBLISH, outcome="deny").count() == 1


def test_the_approval_of_somebody_who_is_no_approver_any_more_counts_for_nothing(world):
    revision = approved(world)
    world.approver.role_assignments.all().delete()
    with pytest.raises(Conflict):
        publish(revision.bulletin_id, acting_user=world.publisher)
    assert not GroupGrant.objects.exists()
