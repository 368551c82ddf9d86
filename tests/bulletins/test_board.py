"""The door of the board and its numbers: who is let in, what is under way, how far the sealing is, at what cost."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notice
from accounts.subject import subject_of
from bulletins.access import NotVisible
from bulletins.actions.close import recall
from bulletins.board import board_of, may_track, progress, runs_of
from bulletins.models import Delivery, Package, Revision
from bulletins.releasing import distribute
from bulletins.standing import Stage, standings, tally
from council.access.policy import Action, Reason
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import board_cast, parcels, shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def runs(who):
    return runs_of(subject_of(who))


@pytest.mark.parametrize("who", ["publisher", "approver", "second_approver"])
def test_the_desk_of_the_originator_is_let_in(world, who):
    revision = board_cast.out(world)
    assert board_of(subject_of(getattr(world, who)), revision.bulletin_id).revision == revision


STRANGERS = {
    "reader": lambda world: world.reader_two,
    "reader of another company": lambda world: world.other_reader,
    "administrator": lambda world: world.administrator,
    "auditor": lambda world: world.auditor,
    "operator": lambda world: world.operator,
    "publisher of another agency": lambda world: cast.person(world.other_agency, "publisher", tier=2),
    "publisher below the banner": lambda world: cast.person(world.agency, "publisher", tier=1),
}


@pytest.mark.parametrize("who", STRANGERS)
def test_for_everybody_else_a_board_is_an_id_that_was_never_used(world, who):
    revision = board_cast.out(world, organisations=[world.company, world.other_company])
    subject, costs = subject_of(STRANGERS[who](world)), []
    for bulletin in (revision.bulletin_id, uuid4()):
        with CaptureQueriesContext(connection) as queries, pytest.raises(NotVisible):
            board_of(subject, bulletin)
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert AuditEvent.objects.filter(action=Action.TRACK, outcome="deny").count() == 2


def test_a_named_approver_of_another_agency_has_no_board(world):
    outside = cast.person(world.other_agency, "approver", tier=2)
    revision = board_cast.out(world, nominated=[outside])
    with pytest.raises(NotVisible):
        board_of(subject_of(outside), revision.bulletin_id)


def test_a_draft_has_no_board(world):
    draft = shelf.drafted(world.publisher, people=[world.reader_one])
    with pytest.raises(NotVisible):
        board_of(subject_of(world.publisher), draft.bulletin_id)


def test_the_board_is_that_of_the_newest_revision_that_went_out(world):
    first = board_cast.out(world)
    second = shelf.revised(
        first, world.publisher, world.approver, organisations=[world.company], change_summary="数を直しました。"
    )
    desk = subject_of(world.publisher)
    assert board_of(desk, first.bulletin_id).revision == second
    assert board_of(desk, first.bulletin_id, 1).revision == first
    assert [row.number for row in board_of(desk, first.bulletin_id).revisions] == [2, 1]
    with pytest.raises(NotVisible):
        board_of(desk, first.bulletin_id, 3)


def test_a_revision_above_the_reader_closes_the_board_of_those_before_it(world):
    first = board_cast.out(world, tier=1, parts=["本文です。"])
    junior = subject_of(cast.person(world.agency, "publisher", tier=1))
    assert board_of(junior, first.bulletin_id).revision == first
    shelf.revised(
        first, world.publisher, world.approver, tier=2, organisations=[world.company], change_summary="上げました。"
    )
    with pytest.raises(NotVisible):
        board_of(junior, first.bulletin_id)


@pytest.mark.parametrize("who", ["reader_two", "auditor", "operator", "administrator"])
def test_people_without_a_desk_have_no_list(world, who):
    with pytest.raises(NotVisible):
        may_track(subject_of(getattr(world, who)))
    assert AuditEvent.objects.get(action=Action.TRACK).reason == Reason.ROLE


# --- what is under way --------------------------------------------------------------------------------------------------


def test_a_run_counts_organisations_and_not_people(world):
    revision = board_cast.out(world, organisations=[world.company, world.other_company], parts=["本文です。"], tier=1)
    board_cast.receipt(revision, world.reader_one, acknowledged=True)
    board_cast.receipt(revision, world.reader_two, acknowledged=True)
    board_cast.receipt(revision, world.other_reader)
    (run,) = runs(world.publisher)
    assert (run.organisations, run.opened, run.acknowledged, run.overdue) == (2, 2, 1, 0)
    assert (run.title, run.revision) == ("板に出る題名", revision)


def late(revision, *organisations):
    rows = Delivery.objects.filter(revision=revision, organisation__in=organisations)
    rows.update(deadline=timezone.now() - timedelta(hours=1))


def test_those_who_let_their_own_deadline_pass_are_overdue_once_it_has_reached_them(world):
    revision = board_cast.out(world, organisations=[world.company, world.other_company])
    late(revision, world.company)
    assert runs(world.publisher)[0].overdue == 0
    board_cast.receipt(revision, world.reader_two)
    assert runs(world.publisher)[0].overdue == 1


def test_the_list_and_the_table_count_alike(world):
    people = board_cast.readers(6)
    revision = board_cast.out(world, organisations=board_cast.of(people))
    late(revision, *board_cast.of(people[:5]))
    parcels.key(people[0].organisation, people[0])
    distribute(revision.pk)
    board_cast.receipt(revision, people[1])
    board_cast.receipt(revision, people[2], acknowledged=True)
    board_cast.answer(revision, people[3], "applicable")
    Notice.objects.filter(organisation=people[4].organisation).update(state="sent", sent_at=timezone.now())
    (run,), counted = runs(world.publisher), tally(standings(revision))
    assert (run.overdue, counted[Stage.OVERDUE]) == (3, 3)
    assert run.acknowledged == counted[Stage.ACKNOWLEDGED] + counted[Stage.APPLICABLE] == 2


def finish(revision):
    """Sealed, and out for longer than the board shows what is finished."""
    distribute(revision.pk)
    Revision.unrestricted.filter(pk=revision.pk).update(published_at=timezone.now() - timedelta(days=1))


def test_what_everybody_acknowledged_is_not_under_way_any_more(world):
    revision = board_cast.out(world)
    board_cast.receipt(revision, world.reader_two, acknowledged=True)
    distribute(revision.pk)
    assert len(runs(world.publisher)) == 1
    finish(revision)
    assert runs(world.publisher) == []


def test_what_asks_for_nothing_is_under_way_until_everybody_opened_it(world):
    revision = board_cast.out(world, deadline=None)
    finish(revision)
    assert len(runs(world.publisher)) == 1
    board_cast.receipt(revision, world.reader_two)
    assert runs(world.publisher) == []


@pytest.mark.parametrize(("asked", "listed"), [({"deadline": None}, 0), ({}, 1)], ids=["unasked", "asked"])
def test_nobody_waits_for_ever_for_what_was_not_asked_for(world, asked, listed):
    finish(board_cast.out(world, **asked))
    Revision.unrestricted.update(published_at=timezone.now() - timedelta(days=31))
    assert len(runs(world.publisher)) == listed


def test_what_is_still_being_sealed_is_under_way(world):
    revision = board_cast.out(world)
    board_cast.receipt(revision, world.reader_two, acknowledged=True)
    finish(revision)
    Package.objects.update(state=Package.State.QUEUED)
    assert runs(world.publisher)[0].progress.queued == 1


def test_a_recall_is_under_way_without_its_title_until_everybody_answered(world):
    revision = board_cast.out(world)
    recall(revision.bulletin_id, acting_user=world.publisher)
    (run,) = runs(world.publisher)
    assert (run.title, run.asked_back, run.back, run.late_back) == ("", 1, 0, 0)
    Delivery.objects.update(return_deadline=timezone.now() - timedelta(hours=1))
    assert runs(world.publisher)[0].late_back == 1
    Delivery.objects.update(returned_at=timezone.now())
    assert runs(world.publisher) == []


def test_the_title_of_a_recall_is_not_opened_even_while_its_keys_are_there(world):
    board_cast.out(world)
    Revision.unrestricted.update(state="recalled")
    Delivery.objects.update(recalled_at=timezone.now())
    assert [run.title for run in runs(world.publisher)] == [""]


def test_the_board_of_one_agency_shows_nothing_of_another(world):
    board_cast.out(world)
    assert runs(cast.person(world.other_agency, "publisher", tier=2)) == []
    assert runs(cast.person(world.agency, "publisher", tier=1)) == []
    assert len(runs(cast.person(world.agency, "approver", tier=2))) == 1


def test_what_is_above_the_reader_takes_no_place_on_the_list(world, monkeypatch):
    below = board_cast.out(world, tier=1, parts=["本文です。"])
    board_cast.out(world)
    monkeypatch.setattr("bulletins.board.BOARD_LENGTH", 1)
    assert [run.revision for run in runs(cast.person(world.agency, "publisher", tier=1))] == [below]


def test_what_asks_for_something_goes_before_the_newest(world, monkeypatch):
    asking = board_cast.out(world)
    board_cast.out(world, deadline=None)
    newest = board_cast.out(world, deadline=None)
    monkeypatch.setattr("bulletins.board.BOARD_LENGTH", 2)
    assert [run.revision for run in runs(world.publisher)] == [newest, asking]


def test_many_organisations_and_many_revisions_cost_no_more_queries(world):
    def cost(organisations):
        board_cast.out(world, organisations=organisations)
        with CaptureQueriesContext(connection) as queries:
            runs(world.publisher)
        return len(queries)

    few = cost(board_cast.of(board_cast.readers(3)))
    assert cost(board_cast.of(board_cast.readers(60))) == few


# --- how far the sealing is ---------------------------------------------------------------------------------------------


def test_progress_counts_each_state_in_one_query(world, django_assert_num_queries):
    parcels.key(world.company, world.reader_two)
    revision = board_cast.out(world, organisations=[world.company, world.other_company])
    assert (progress(revision).queued, progress(revision).settled) == (2, 0)
    distribute(revision.pk)
    with django_assert_num_queries(1):
        found = progress(revision)
    assert (found.queued, found.released, found.no_key, found.withheld, found.total) == (0, 1, 1, 0, 2)


def test_packages_that_ended_for_a_new_key_are_not_counted_twice(world):
    revision = board_cast.out(world)
    package = Package.objects.get()
    Package.objects.update(state=Package.State.CLOSED, closed_at=timezone.now())
    Package.objects.create(
        bulletin=package.bulletin, revision=revision, organisation=world.company, version=2, queued_at=timezone.now()
    )
    assert progress(revision).total == 1


def test_the_rest_is_foreseen_at_the_pace_so_far(world):
    revision = board_cast.out(world, organisations=board_cast.of(board_cast.readers(4)))
    assert progress(revision).left(timezone.now()) is None
    now = Package.objects.first().queued_at + timedelta(seconds=6)
    Package.objects.filter(pk__in=list(Package.objects.values_list("pk", flat=True)[:3])).update(
        state=Package.State.NO_KEY
    )
    Package.objects.update(queued_at=now - timedelta(seconds=6))
    assert progress(revision).left(now) == timedelta(seconds=2)
