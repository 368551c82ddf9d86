"""Events that wait, and what a whole log looks like: recomputed from its events."""

from uuid import UUID

from django.utils import timezone

from council.audit.models import AuditEvent, LogCheckpoint, LogEntry, LogHead, LogTile, PendingEvent
from council.audit.tiles import tiles_of
from council.audit.tree import complete_root, leaf_hash, root_of


def waiting(count, tier=2, first=0):
    """So many events that wait; their ids grow."""
    now = timezone.now()
    events = [
        AuditEvent(id=UUID(int=(tier << 64) + first + n + 1), leaf=b"%d/%d" % (tier, first + n), time=now, revision=0, tier=tier)
        for n in range(count)
    ]  # fmt: skip
    AuditEvent.objects.bulk_create(events, batch_size=1000)
    PendingEvent.objects.bulk_create([PendingEvent(event=each.pk, tier=tier) for each in events], batch_size=1000)
    return events


def leaves_of(tier=2):
    """The leaf hashes in the order of their places, made anew from the events; the places have no gap."""
    places = list(LogEntry.objects.filter(tier=tier).order_by("index").values_list("index", "event"))
    assert [index for index, _ in places] == list(range(len(places)))
    leaves = dict(AuditEvent.objects.values_list("pk", "leaf"))
    return [leaf_hash(bytes(leaves[event])) for _, event in places]


def assert_whole(tier=2):
    """Places, tiles, head and newest checkpoint all say the same as a tree over the events."""
    hashes = leaves_of(tier)
    head = LogHead.objects.get(pk=tier)
    assert head.size == head.signed_size == len(hashes)
    newest = LogCheckpoint.objects.filter(tier=tier).latest("size")
    assert (newest.size, bytes(newest.root)) == (head.size, root_of(hashes))
    rows = {(row.level, row.number): row for row in LogTile.objects.filter(tier=tier)}
    assert set(rows) == {
        (tile.level, tile.number) for tile in tiles_of(head.size) if tile.level is not None and tile.width == 256
    }
    for (level, number), row in rows.items():
        first, width = number << 8 * (level + 1), 1 << 8 * level
        below = [complete_root(hashes[at : at + width]) for at in range(first, first + 256 * width, width)]
        assert (bytes(row.hashes), bytes(row.root)) == (b"".join(below), complete_root(below))
