"""Tiles: their paths both ways, and the bytes that logs in the database give for them. FORMAT.md §9."""

from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone

from council.audit import sequencer
from council.audit.models import AuditEvent, LogEntry, LogHead, LogTile, PendingEvent
from council.audit.record import Entry, record_many
from council.audit.tiles import WIDTH, LogReader, Tile, tiles_of
from council.audit.tree import Frontier, check_consistency, check_inclusion, complete_root, leaf_hash, root_of
from tests.audit.trees import mth

TIER = 2


def test_the_published_paths_are_written_and_read(vectors):
    for vector in vectors["tiles"]:
        tile = Tile(vector["level"], vector["number"], vector["width"])
        assert tile.path == vector["path"]
        assert Tile.parse(vector["path"]) == tile == Tile.parse(vector["path"].removeprefix("tile/"))


def test_no_other_spelling_names_a_tile(vectors):
    assert len(vectors["refused_tiles"]) == 19
    for path in vectors["refused_tiles"]:
        assert Tile.parse(path) is None, path


def test_a_path_of_any_length_is_answered():
    assert Tile.parse("tile/0/" + "x999/" * 6 + "999") == Tile(0, 10**21 - 1, 256)
    assert Tile.parse("tile/0/" + "x999/" * 7 + "999") is None
    assert Tile.parse("tile/0/" + "x999/" * 5000 + "999") is None


@pytest.mark.parametrize("number", [0, 7, 999, 1000, 999_999, 1_000_000, 1_234_067, 2**55])
def test_a_number_reads_back(number):
    for width in (1, 255, 256):
        tile = Tile(5, number, width)
        assert Tile.parse(tile.path) == tile


def test_a_log_has_the_published_tiles(vectors):
    for vector in vectors["tiles_of"]:
        assert [tile.path for tile in tiles_of(vector["size"])] == vector["paths"]


def test_a_log_of_seventy_thousand_has_the_tiles_of_the_specification():
    tiles = list(tiles_of(70_000))
    levels = [[tile for tile in tiles if tile.level == level] for level in range(7)]
    assert [len(level) for level in levels] == [274, 2, 1, 0, 0, 0, 0]
    assert [level[-1].width for level in levels[:3]] == [112, 17, 1]
    assert sum(tile.level is None for tile in tiles) == 274


def record(count):
    """Events of one tier, written as everybody writes them."""
    with transaction.atomic():
        return record_many("bulletin.read", [Entry(None, tier=TIER)] * count, actor=None)


def grown(*counts):
    """A log that grew by these numbers of events, one run of the sequencer each; its leaves in their order."""
    leaves = []
    for count in counts:
        leaves += [bytes(event.leaf) for event in sorted(record(count), key=lambda event: event.pk)]
        assert sequencer.integrate(TIER) == count
    return leaves


def entries_of(data):
    """The entries of a bundle, taken apart."""
    found = []
    while data:
        length = int.from_bytes(data[:2], "big")
        found.append(data[2 : 2 + length])
        data = data[2 + length :]
    return found


def expected(hashes, tile):
    """The hashes of a tile as FORMAT.md §9 writes them down."""
    span = 256**tile.level
    firsts = range(tile.number * 256 * span, (tile.number * 256 + tile.width) * span, span)
    return b"".join(mth(hashes[first : first + span]) for first in firsts)


@pytest.mark.django_db
def test_the_tiles_of_a_log_are_those_of_its_leaves_at_every_size_around_a_full_one():
    leaves = grown(1, 254, 1, 1, 256, 90)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    for size in (1, 2, 255, 256, 257, 511, 512, 513, len(leaves)):
        reader = LogReader(TIER, size)
        for tile in tiles_of(size):
            if tile.level is None:
                assert entries_of(reader.data(tile)) == leaves[tile.number * 256 : tile.number * 256 + tile.width]
            else:
                assert reader.data(tile) == expected(hashes, tile)


@pytest.mark.django_db
def test_proofs_from_tiles_hold_at_every_size_around_a_full_one():
    hashes = [leaf_hash(leaf) for leaf in grown(300)]
    for size in (1, 2, 255, 256, 257, 300):
        reader, root = LogReader(TIER, size), root_of(hashes[:size])
        for index in {0, 1, size // 2, size - 2, size - 1} & set(range(size)):
            check_inclusion(hashes[index], index, size, reader.inclusion(index), root)
        for old in {0, 1, 100, 255, 256, 257, size} & set(range(size + 1)):
            check_consistency(old, size, reader.consistency(old), root_of(hashes[:old]), root)


@pytest.mark.django_db
def test_nothing_is_given_beyond_the_size_that_was_asked_for():
    grown(300)
    reader = LogReader(TIER, 256)
    assert all(reader.data(tile) for tile in (Tile(0, 0, 256), Tile(None, 0, 256), Tile(1, 0, 1)))
    for tile in (Tile(0, 1, 1), Tile(None, 1, 1), Tile(0, 1, 256), Tile(1, 0, 2), Tile(2, 0, 1), Tile(0, 10**20, 1)):
        assert reader.data(tile) is None, tile
    short = LogReader(TIER, 255)
    assert short.data(Tile(0, 0, 256)) is None is short.data(Tile(1, 0, 1))
    assert len(short.data(Tile(0, 0, 255))) == 255 * 32


@pytest.mark.django_db
def test_a_log_that_lost_a_place_has_no_tile_and_no_proof_across_it():
    hashes = [leaf_hash(leaf) for leaf in grown(10)]
    short = [LogEntry(event=UUID(int=place), tier=1, index=place, leaf_hash=hashes[place]) for place in (0, 1, 2, 4, 5)]
    LogEntry.objects.bulk_create(short)
    reader = LogReader(1, 6)
    assert reader.data(Tile(0, 0, 6)) is None is reader.data(Tile(0, 0, 5))
    assert reader.data(Tile(0, 0, 3)) == b"".join(hashes[:3])
    with pytest.raises(LookupError, match="tier 1"):
        reader.inclusion(0)


@pytest.mark.django_db
def test_an_entry_whose_event_is_gone_is_empty_and_the_others_keep_their_places():
    leaves = grown(3)
    LogEntry.objects.create(event=UUID(int=1), tier=TIER, index=3, leaf_hash=bytes(32))
    assert entries_of(LogReader(TIER, 4).data(Tile(None, 0, 4))) == [*leaves, b""]


@pytest.mark.django_db
def test_the_logs_of_the_tiers_are_kept_apart():
    grown(3)
    assert LogReader(1, 3).data(Tile(0, 0, 3)) is None


def almost_full(hashes):
    """The rows of a log of 65,280 leaves, as the sequencer leaves them: 255 full tiles, nothing partial."""
    tiles = [hashes[first : first + WIDTH] for first in range(0, len(hashes), WIDTH)]
    rows = [
        LogTile(tier=TIER, level=0, number=number, hashes=b"".join(tile), root=complete_root(tile))
        for number, tile in enumerate(tiles)
    ]
    LogTile.objects.bulk_create(rows)
    edge = Frontier.empty()
    for leaf in hashes:
        edge.append(leaf)
    LogHead.objects.create(tier=TIER, origin="council.example/log/tier-2", size=edge.size, frontier=bytes(edge))


def waiting(numbers):
    """Events with leaves as short as can be: the sequencer asks for no more than their bytes."""
    moment = timezone.now()
    shared = {"time": moment, "actor": "", "org": "", "action": "x", "object": "", "revision": 0, "tier": TIER}
    rows = [AuditEvent(id=UUID(int=number), leaf=b"leaf %d" % number, **shared) for number in numbers]
    AuditEvent.objects.bulk_create(rows)
    PendingEvent.objects.bulk_create([PendingEvent(event=row.pk, tier=TIER) for row in rows])
    return [leaf_hash(row.leaf) for row in rows]


@pytest.mark.django_db
def test_the_second_level_becomes_full_at_65536_leaves():
    hashes = [leaf_hash(b"early %d" % number) for number in range(255 * WIDTH)]
    almost_full(hashes)
    hashes += waiting(range(300))
    while sequencer.integrate(TIER, at_once=200):
        pass
    assert list(LogTile.objects.filter(number=255).values_list("level", flat=True)) == [0]
    assert LogTile.objects.get(level=1).number == 0
    head = LogHead.objects.get()
    assert (head.size, Frontier.parse(head.size, bytes(head.frontier)).root()) == (65_580, root_of(hashes))
    for size in (65_535, 65_536, 65_537, 65_580):
        reader, root = LogReader(TIER, size), root_of(hashes[:size])
        for tile in tiles_of(size):
            if tile.level:
                assert reader.data(tile) == expected(hashes, tile)
        for index in (0, 40_000, 65_279, 65_280, size - 1):
            check_inclusion(hashes[index], index, size, reader.inclusion(index), root)
        for old in (1, 65_280, 65_534):
            check_consistency(old, size, reader.consistency(old), root_of(hashes[:old]), root)


@pytest.mark.django_db
def test_a_proof_reads_one_row_a_level(django_assert_max_num_queries):
    hashes = [leaf_hash(b"early %d" % number) for number in range(255 * WIDTH)]
    almost_full(hashes)
    with django_assert_max_num_queries(4):
        LogReader(TIER, 255 * WIDTH).inclusion(12_345)
