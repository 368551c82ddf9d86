"""What must not end the sequencer, and what must not be signed: one log that is refused does not hold up the others."""

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from council.audit import checkpoint, proving, sequencer, signer_state
from council.audit.models import LogCheckpoint, LogEntry, LogHead, LogTile, PendingEvent
from council.audit.signer_state import SignerRefused
from council.audit.tree import root_of
from tests.audit.log_rows import assert_whole, leaves_of, waiting
from tests.conftest import audit_rows_may_go

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]


def refusals():
    return {tier: error.sentence for tier, error in sequencer.turn().refused.items()}


def test_a_head_that_was_set_back_is_refused_and_the_others_go_on():
    waiting(3)
    sequencer.run_once()
    waiting(2, first=3), waiting(2, tier=3)
    LogHead.objects.filter(pk=2).update(size=0, frontier=b"", signed_size=0)
    assert refusals() == {2: sequencer.BROKEN}
    assert (LogEntry.objects.filter(tier=2).count(), PendingEvent.objects.count()) == (4, 2)
    assert_whole(3)


def test_a_head_whose_hashes_do_not_fit_its_size_is_refused():
    waiting(3)
    sequencer.run_once()
    LogHead.objects.filter(pk=2).update(frontier=b"x" * 31)
    assert refusals() == {2: sequencer.BROKEN}
    waiting(1, first=3)
    assert refusals() == {2: sequencer.BROKEN}


def test_a_head_that_was_set_back_with_its_signature_is_refused_without_a_new_event():
    waiting(3)
    sequencer.run_once()
    old = LogHead.objects.filter(pk=2).values("size", "frontier", "signed_size", "note").get()
    waiting(1, first=3)
    sequencer.run_once()
    LogHead.objects.filter(pk=2).update(**old)
    assert refusals() == {2: signer_state.SHORTER}


def test_another_root_of_the_same_size_is_refused_without_a_new_event():
    waiting(3)
    sequencer.run_once()
    LogHead.objects.filter(pk=2).update(frontier=bytes(32))
    assert refusals() == {2: signer_state.DIFFERENT}


def test_the_other_logs_are_signed_while_one_is_refused():
    waiting(3)
    sequencer.run_once()
    LogHead.objects.filter(pk=2).update(frontier=bytes(32))
    waiting(1, tier=1), waiting(1, tier=2, first=3), waiting(1, tier=3)
    with pytest.raises(SignerRefused):
        sequencer.run_once()
    assert_whole(1), assert_whole(3)
    assert LogCheckpoint.objects.filter(tier=2).latest("size").size == 4


def test_an_event_that_is_gone_before_it_had_a_place_is_said_and_the_others_find_theirs():
    waiting(3)
    PendingEvent.objects.create(event=UUID(int=1), tier=2)
    done = sequencer.turn()
    assert done.refused == {}
    assert refusals() == {2: sequencer.MISSING}
    assert PendingEvent.objects.get().event == UUID(int=1)
    assert_whole()


def test_the_memory_may_be_ahead_after_a_crash_and_the_same_is_signed_again():
    waiting(3)
    sequencer.integrate(2)
    head = LogHead.objects.get(pk=2)
    hashes = leaves_of()
    signer_state.advance(checkpoint.Checkpoint(head.origin, 3, root_of(hashes)), lambda old: [], begun=False)
    waiting(2, first=3)
    sequencer.run_once()
    assert_whole()


def test_check_says_whether_a_log_stands_and_writes_nothing():
    waiting(3)
    sequencer.run_once()
    waiting(2, first=3)
    sequencer.integrate(2)
    with CaptureQueriesContext(connection) as caught:
        assert [sequencer.check(tier) for tier in (1, 2, 3)] == [None] * 3
    assert all(query["sql"].startswith("SELECT") for query in caught)
    LogHead.objects.filter(pk=2).update(size=0, frontier=b"")
    with pytest.raises(SignerRefused):
        sequencer.check(2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lost", [LogEntry, LogTile])
def test_a_log_that_lost_rows_which_a_tile_or_a_proof_needs_is_refused(lost):
    waiting(300)
    sequencer.run_once()
    with audit_rows_may_go():
        lost.objects.filter(tier=2).delete()
    waiting(212, first=300)
    assert refusals() == {2: sequencer.BROKEN if lost is LogEntry else signer_state.DIFFERENT}
    assert LogCheckpoint.objects.filter(tier=2).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_leaf_hash_that_was_changed_where_a_proof_needs_it_is_refused():
    waiting(4)
    sequencer.run_once()
    with audit_rows_may_go():
        LogEntry.objects.filter(tier=2, index=4).update(leaf_hash=bytes(32))
    waiting(2, first=4)
    assert refusals() == {2: signer_state.DIFFERENT}


def test_an_event_that_a_damaged_log_can_t_take_has_no_proof_yet():
    waiting(3)
    sequencer.run_once()
    LogHead.objects.filter(pk=2).update(frontier=b"x" * 31)
    (event,) = waiting(1, first=3)
    with pytest.raises(proving.NotYet):
        proving.prove(event.pk)
