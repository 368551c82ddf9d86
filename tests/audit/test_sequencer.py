"""Every event gets one place in the log of its tier, and every checkpoint says what is there."""

from itertools import pairwise
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from council.audit import checkpoint, cosignature, log_keys, sequencer
from council.audit.events import Event
from council.audit.models import AuditEvent, LogCheckpoint, LogEntry, LogHead, LogTile, PendingEvent
from council.audit.tiles import LogReader, Tile
from council.audit.tree import check_consistency, complete_root, leaf_hash, root_of
from tests.audit.log_rows import assert_whole, leaves_of, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]


def test_places_follow_the_order_of_the_ids():
    events = waiting(5)
    assert sequencer.integrate(2) == 5
    places = LogEntry.objects.order_by("index").values_list("index", "event", "tier")
    assert list(places) == [(n, event.pk, 2) for n, event in enumerate(events)]


def test_nothing_is_left_waiting():
    waiting(7)
    sequencer.run_once()
    assert not PendingEvent.objects.exists()
    assert LogEntry.objects.filter(tier=2).count() == 7 + 1  # and the heartbeat


BATCHES = {
    "one by one": [1] * 9,
    "up to the border": [255, 1, 1],
    "onto the border": [256, 256],
    "over the border": [200, 100, 300],
    "over two borders": [100, 500, 7],
    "from border to border": [256, 512, 256],
    "just short of a border, then over": [255, 258, 255],
}


@pytest.mark.parametrize("sizes", BATCHES.values(), ids=BATCHES)
def test_whatever_the_batches_the_log_is_the_tree_over_its_events(sizes):
    done = 0
    for size in sizes:
        waiting(size, first=done)
        assert sequencer.integrate(2) == size
        sequencer.sign(2)
        done += size
        assert_whole()
    assert LogCheckpoint.objects.count() == len(sizes)


def test_a_batch_takes_no_more_than_it_is_told_and_the_rest_follows():
    waiting(600)
    assert [sequencer.integrate(2, at_once=256) for _ in range(4)] == [256, 256, 88, 0]
    sequencer.sign(2)
    assert_whole()


def test_more_than_one_batch_is_signed_batch_by_batch(monkeypatch):
    monkeypatch.setattr(sequencer.integrate, "__defaults__", (100,))
    monkeypatch.setattr(sequencer, "AT_ONCE", 100)
    waiting(250)
    done = sequencer.turn()
    assert (done.placed, done.more) == (1 + 100 + 1, True)
    sequencer.run_once()
    assert list(LogCheckpoint.objects.filter(tier=2).order_by("size").values_list("size", flat=True)) == [100, 200, 251]
    assert_whole()


def test_the_second_level_of_tiles_fills_at_65536():
    """Rows put there directly up to some leaves before the border, the last of them by the sequencer."""
    hashes = [leaf_hash(b"2/%d" % n) for n in range(65_536 - 300)]
    rows = [LogEntry(event=UUID(int=(9 << 64) + n), tier=2, index=n, leaf_hash=each) for n, each in enumerate(hashes)]
    LogEntry.objects.bulk_create(rows, batch_size=2000)
    full = [hashes[at : at + 256] for at in range(0, len(hashes) - 255, 256)]
    tiles = [
        LogTile(tier=2, level=0, number=n, hashes=b"".join(each), root=complete_root(each))
        for n, each in enumerate(full)
    ]
    LogTile.objects.bulk_create(tiles, batch_size=500)
    edge = sequencer.Frontier.empty()
    for each in hashes:
        edge.append(each)
    LogHead.objects.create(tier=2, origin=log_keys.first_origin(2), size=edge.size, frontier=bytes(edge))
    waiting(310, first=len(hashes))
    sequencer.integrate(2)
    hashes += [leaf_hash(b"2/%d" % n) for n in range(len(hashes), len(hashes) + 310)]
    row = LogTile.objects.get(level=1)
    assert bytes(row.hashes) == b"".join(complete_root(hashes[at : at + 256]) for at in range(0, 65_536, 256))
    assert bytes(row.root) == complete_root(hashes[:65_536]) == LogReader(2, 65_546).node(16, 0)
    assert sequencer.sign(2).root == root_of(hashes)
    assert len(LogReader(2, 65_546).data(Tile(0, 256, 10))) == 320


def test_each_tier_has_a_log_of_its_own():
    for tier, count in ((1, 3), (2, 5), (3, 2)):
        waiting(count, tier)
    sequencer.run_once()
    for tier, count in ((1, 3), (2, 5), (3, 2)):
        assert len(leaves_of(tier)) == count + 1
        assert set(
            AuditEvent.objects.filter(pk__in=LogEntry.objects.filter(tier=tier).values("event")).values_list(
                "tier", flat=True
            )
        ) == {tier}
        assert_whole(tier)
    assert len({head.origin for head in LogHead.objects.all()}) == 3


def test_a_log_that_is_caught_up_writes_nothing(memory):
    now = timezone.now()
    waiting(3)
    sequencer.run_once(now)
    before = memory.stat()
    with CaptureQueriesContext(connection) as caught:
        assert sequencer.run_once(now) == 0
    assert [query["sql"] for query in caught if not query["sql"].startswith("SELECT")] == []
    assert memory.stat() == before


def test_checkpoints_are_signed_by_the_key_of_the_log_and_go_on_from_each_other():
    for size in (3, 300, 40):
        waiting(size, first=AuditEvent.objects.count())
        sequencer.integrate(2)
        sequencer.sign(2)
    verifier, _ = log_keys.verifiers(2)
    read = [checkpoint.read(bytes(row.note), verifier) for row in LogCheckpoint.objects.order_by("size")]
    assert [(each.origin, each.size) for each in read] == [(log_keys.origin(2), size) for size in (3, 303, 343)]
    for old, new in pairwise(read):
        check_consistency(old.size, new.size, LogReader(2, new.size).consistency(old.size), old.root, new.root)


def test_the_head_has_both_signatures_of_the_log():
    waiting(3)
    sequencer.run_once()
    note, (verifier, second) = bytes(LogHead.objects.get(pk=2).note), log_keys.verifiers(2)
    assert checkpoint.read(note, verifier).size == 4
    (cosigned,) = cosignature.check(note, [second])
    assert (cosigned.name, second.kind) == (verifier.name, cosignature.ML_DSA_44)
    assert abs(cosigned.time - timezone.now().timestamp()) < 60
    assert note.startswith(bytes(LogCheckpoint.objects.get(tier=2).note))


def test_the_log_keeps_its_name_when_the_portal_moves(settings):
    waiting(1)
    sequencer.run_once()
    before = log_keys.origin(2)
    settings.COUNCIL_URL = "https://elsewhere.example"
    waiting(1, first=1)
    sequencer.run_once()
    assert {
        checkpoint.Checkpoint.parse(bytes(row.note).split(b"\n\n")[0] + b"\n").origin
        for row in LogCheckpoint.objects.filter(tier=2)
    } == {before}


def test_events_as_they_are_recorded_get_their_places(write):
    events = [write(tier=tier) for tier in (1, 2, 3, 2)]
    sequencer.run_once()
    assert LogEntry.objects.filter(event__in=[each.pk for each in events]).count() == 4
    for tier in (1, 2, 3):
        assert_whole(tier)


def test_the_logs_begin_with_a_heartbeat():
    sequencer.run_once()
    actions = set(AuditEvent.objects.values_list("action", "tier"))
    assert actions == {(Event.HEARTBEAT, tier) for tier in (1, 2, 3)}


def test_two_that_are_about_to_sign_the_same_sign_it_once(monkeypatch):
    """The other one is done between our look at the head and our lock on it."""
    waiting(3)
    sequencer.integrate(2)
    real = sequencer.head_of

    def late(tier):
        monkeypatch.setattr(sequencer, "head_of", real)
        assert sequencer.sign(tier).size == 3
        return real(tier)

    monkeypatch.setattr(sequencer, "head_of", late)
    assert sequencer.sign(2) is None
    assert LogCheckpoint.objects.count() == 1
