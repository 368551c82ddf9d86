"""Handing in, approving, sending back: the author never approves, and an approval covers what was seen alone."""

from datetime import date
from functools import partial
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bulletins.access import NotVisible
from bulletins.actions.draft import save_draft
from bulletins.actions.publish import publish
from bulletins.actions.review import approve, send_back, submit
from bulletins.actions.verb import Conflict
from bulletins.approval import approvals_held, digest
from bulletins.desk import Refused
from bulletins.drafting import Invalid
from bulletins.facts import on_the_desk
from bulletins.models import Approval, Part, Release, Revision
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


def handed_in(world: cast.Council, **what: object) -> Revision:
    return shelf.handed_in(world.publisher, **{"people": [world.reader_one], **what})


def refused(call: object, *args: object, by: User, **kwargs: object) -> Reason:
    with pytest.raises(Refused) as caught:
        call(*args, acting_user=by, **kwargs)
    return caught.value.reason


def state_of(revision: Revision) -> str:
    return Revision.unrestricted.get(pk=revision.pk).state


def test_nobody_named_is_nobody_and_never_everybody(world):
    draft = shelf.drafted(world.publisher)
    with pytest.raises(Invalid) as caught:
        submit(draft.bulletin_id, acting_user=world.publisher)
    assert (list(caught.value.errors), state_of(draft)) == (["released_to"], State.DRAFT)


def test_the_author_never_approves_even_with_both_roles(world):
    world.publisher.role_assignments.create(role="approver")
    revision = handed_in(world)
    assert refused(approve, revision.bulletin_id, by=world.publisher) is Reason.AUTHOR
    assert state_of(revision) == State.IN_REVIEW


def test_a_refused_approval_leaves_a_trace_and_nothing_else(world):
    revision = handed_in(world)
    other = cast.person(world.agency, "publisher", tier=2, subcommittees=[])
    refused(approve, revision.bulletin_id, by=other)
    event = AuditEvent.objects.filter(action=Action.APPROVE).get()
    assert (event.outcome, event.reason, Approval.objects.exists()) == ("deny", "role", False)


def test_one_approval_is_enough_below_tier_three(world):
    revision = handed_in(world, tier=2)
    assert approve(revision.bulletin_id, acting_user=world.approver).state == State.APPROVED


def test_tier_three_asks_for_two_people(world):
    revision = handed_in(world, tier=3, designation=world.item)
    assert approve(revision.bulletin_id, acting_user=world.approver).state == State.IN_REVIEW
    assert refused(approve, revision.bulletin_id, by=world.approver) is Reason.ALREADY_APPROVED
    assert approve(revision.bulletin_id, acting_user=world.second_approver).state == State.APPROVED


def test_what_was_on_the_screen_must_still_be_there(world):
    revision = handed_in(world)
    with pytest.raises(Conflict, match="開いたあとに内容が変わりました"):
        approve(revision.bulletin_id, seen="0" * 64, acting_user=world.approver)
    assert approve(revision.bulletin_id, seen=digest(revision), acting_user=world.approver).state == State.APPROVED


def test_an_approver_of_another_agency_needs_to_be_named(world):
    outside = cast.person(world.other_agency, "approver", tier=2)
    with pytest.raises(NotVisible):
        approve(handed_in(world).bulletin_id, acting_user=outside)
    named = handed_in(world, nominated=[outside])
    assert approve(named.bulletin_id, acting_user=outside).state == State.APPROVED


def test_an_approver_whose_label_does_not_reach_it_sees_nothing(world):
    narrow = cast.person(world.agency, "approver", tier=2)
    revision = handed_in(world, subcommittees=[world.materials])
    with pytest.raises(NotVisible):
        approve(revision.bulletin_id, acting_user=narrow)


CHANGES = {
    "words": {"parts": ["別の本文です。"]},
    "title": {"title": "別の題名"},
    "tier": {"tier": 2},
    "caveats": {"caveats": ["印刷禁止"]},
    "nothing": {},
}


@pytest.mark.parametrize("changed", CHANGES)
def test_saving_after_an_approval_voids_it(world, changed):
    revision = handed_in(world)
    approve(revision.bulletin_id, acting_user=world.approver)
    send_back(revision.bulletin_id, "直して。", acting_user=world.approver)
    what = shelf.draft(people=[world.reader_one], **CHANGES[changed])
    save_draft(revision.bulletin_id, what, acting_user=world.publisher)
    assert not Approval.objects.exists()


def test_saving_voids_an_approval_however_it_came_to_a_draft(world):
    draft = shelf.drafted(world.publisher)
    Approval.objects.create(revision=draft, person=world.approver, digest=digest(draft), approved_at=timezone.now())
    save_draft(draft.bulletin_id, shelf.draft(), acting_user=world.publisher)
    assert not Approval.objects.exists()


def test_the_digest_changes_with_words_label_and_audience_and_with_nothing_else(world):
    revision = handed_in(world)
    seen = {digest(revision)}
    revision.caveats = ["印刷禁止"]
    seen.add(digest(revision))
    revision.tier = 2
    seen.add(digest(revision))
    Release.objects.create(revision=revision, organisation=world.company)
    seen.add(digest(revision))
    revision.state = State.APPROVED
    assert (len(seen), digest(revision) in seen) == (4, True)


def test_an_approval_lapses_when_the_audience_changes_behind_it(world):
    revision = handed_in(world)
    approve(revision.bulletin_id, acting_user=world.approver)
    Release.objects.create(revision=revision, organisation=world.company)
    assert approvals_held(revision) == 0
    with pytest.raises(Conflict, match="もう一度承認"):
        publish(revision.bulletin_id, acting_user=world.publisher)
    assert state_of(revision) == State.APPROVED


def test_sending_back_voids_approvals_and_lets_the_author_write_again(world):
    revision = handed_in(world)
    approve(revision.bulletin_id, acting_user=world.approver)
    assert send_back(revision.bulletin_id, "出典を。", acting_user=world.second_approver).state == State.DRAFT
    assert not Approval.objects.exists()
    save_draft(revision.bulletin_id, shelf.draft(), acting_user=world.publisher)


@pytest.mark.parametrize("verb", [approve, send_back, publish])
def test_a_draft_is_neither_approved_nor_sent_back_nor_published(world, verb):
    draft = shelf.drafted(world.publisher, people=[world.reader_one])
    by = world.publisher if verb is publish else world.approver
    assert refused(verb, draft.bulletin_id, by=by) is Reason.STATE


@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_once_are_two_approvals(world):
    revision = handed_in(world, tier=3, designation=world.item)
    people = (world.approver, world.second_approver)
    results = all_at_once([partial(approve, revision.bulletin_id, acting_user=person) for person in people])
    assert [type(result) for result in results] == [Revision, Revision]
    assert (state_of(revision), Approval.objects.count()) == (State.APPROVED, 2)


@pytest.mark.django_db(transaction=True)
def test_one_approver_who_clicks_five_times_approves_once(world):
    revision = handed_in(world, tier=3, designation=world.item)
    results = all_at_once([partial(approve, revision.bulletin_id, acting_user=world.approver)] * 5)
    assert sorted(type(result).__name__ for result in results) == ["Refused"] * 4 + ["Revision"]
    assert (state_of(revision), Approval.objects.count()) == (State.IN_REVIEW, 1)


def test_the_constraint_behind_the_lock_is_a_word_and_no_breakdown(world, monkeypatch):
    revision = handed_in(world, tier=3, designation=world.item)
    approve(revision.bulletin_id, acting_user=world.approver)
    # What a database without row locks would show the second of two clicks: the first one's approval is not there yet.
    monkeypatch.setattr("bulletins.actions.review.get_revision_for", lambda *_args, **_kwargs: (revision, None))
    with pytest.raises(Conflict, match="もう承認"):
        approve(revision.bulletin_id, acting_user=world.approver)


FIELDS = {
    "tier": 2, "floor": 2, "subcommittees": ["x"], "caveats": ["印刷禁止"], "deadline": timezone.now(), "standard_deadline": True,
    "expires_at": timezone.now(), "important": True, "review_on": date(2099, 3, 31), "related": [str(UUID(int=7))],
    "designation_id": UUID(int=8), "number": 9,
}  # fmt: skip
OF_A_PART = {
    "kind": Part.Kind.TABLE, "tier": 2, "subcommittees": ["x"], "caveats": ["印刷禁止"], "ciphertext": b"other words",
    "stored_file": "another.sealed",
}  # fmt: skip


@pytest.mark.parametrize("name", FIELDS)
def test_an_approval_covers_each_field_of_the_label(world, name):
    revision = handed_in(world, tier=1)
    before = digest(revision)
    setattr(revision, name, FIELDS[name])
    assert digest(revision) != before


@pytest.mark.parametrize("name", OF_A_PART)
def test_an_approval_covers_each_field_of_each_part(world, name):
    revision = handed_in(world, parts=["一", "二"])
    before = digest(revision)
    Part.unrestricted.filter(revision=revision, position=2).update(**{name: OF_A_PART[name]})
    assert digest(revision) != before


def test_an_approval_covers_the_order_of_the_parts_and_that_they_are_all_there(world):
    revision = handed_in(world, parts=["一", "二"])
    rows, seen = Part.unrestricted.filter(revision=revision), {digest(revision)}
    rows.filter(position=1).update(position=9)
    seen.add(digest(revision))
    rows.filter(position=9).delete()
    seen.add(digest(revision))
    assert len(seen) == 3


def test_an_approval_covers_each_target_and_whether_it_is_a_person_or_a_group(world):
    revision = handed_in(world)
    seen = {digest(revision)}
    for target in ({"organisation": world.company}, {"subcommittee": world.materials}, {"person": world.analyst}):
        Release.objects.filter(revision=revision).delete()
        Release.objects.create(revision=revision, **target)
        seen.add(digest(revision))
    assert len(seen) == 4


def test_what_was_approved_is_the_named_audience_and_whoever_joins_it_is_asked_about_by_number(world):
    revision = handed_in(world, people=[], to_subcommittees=[world.materials])
    approve(revision.bulletin_id, acting_user=world.approver)
    before = audience_now(*on_the_desk(revision.bulletin_id)).people
    cast.person(world.company, subcommittees=[world.materials])
    assert approvals_held(revision) == 1
    with pytest.raises(Conflict, match="人の数が変わりました"):
        publish(revision.bulletin_id, expected_people=before, acting_user=world.publisher)
    assert (
        publish(revision.bulletin_id, expected_people=before + 1, acting_user=world.publisher).state == State.PUBLISHED
    )


@pytest.mark.parametrize("tier", [2, 3])
def test_an_approver_opens_every_rendition_of_every_tier_before_anything_is_approved(client, world, tier):
    what = {"tier": tier, "floor": 1, "floor_title": "公開の題名", "designation": world.item if tier == 3 else None}
    revision = handed_in(world, people=[world.reader_one, world.reader_three], parts=["一", ("二", tier)], **what)
    room, address = cast.sign_in(client, world.approver), reverse("desk:work", args=[revision.bulletin_id])
    for opened in ("1", "2"):
        room.post(reverse("desk:approve", args=[revision.bulletin_id]), {"seen": digest(revision)})
        assert not Approval.objects.exists()
        room.get(address, {"as": opened})
    room.post(reverse("desk:approve", args=[revision.bulletin_id]), {"seen": digest(revision)})
    assert Approval.objects.count() == 1
