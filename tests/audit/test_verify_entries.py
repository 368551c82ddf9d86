"""Every way to damage the entries of a log is found, and the place is named."""

import pytest

from tests.audit import copies
from tests.audit.copies import framed
from tests.audit.damage import check, codes, entries_of, flips, index_at

pytestmark = pytest.mark.django_db
BUNDLE, TILE, LEAVES = "tile/entries/000.p/12", "tile/0/000.p/12", 12


@pytest.fixture(scope="module")
def small(django_db_setup, django_db_blocker, tmp_path_factory):
    """An export whose first log has twelve entries under three checkpoints."""
    folder = tmp_path_factory.mktemp("small")
    with django_db_blocker.unblock(), copies.logs(folder):
        copies.grow(1, 4, 4, 2)
        return copies.export(folder / "export")


@pytest.fixture(scope="module")
def entries(small):
    return entries_of((small / "tier-1" / BUNDLE).read_bytes())


def found(small, entries):
    return codes(check(small, {BUNDLE: framed(entries)}))


def test_an_untouched_copy_is_whole(small, entries):
    report = check(small)
    assert (report.verdict, report.size, report.second_signature) == ("whole", LEAVES, True)
    assert len(entries) == LEAVES


def test_each_changed_byte_of_the_entries_is_found_at_its_index(small):
    bundle = (small / "tier-1" / BUNDLE).read_bytes()
    for place, changed in flips(bundle):
        report = check(small, {BUNDLE: changed})
        assert report.verdict == "broken"
        assert report.findings[0].index == index_at(bundle, place), place


def test_each_changed_byte_of_the_hashes_is_found_at_its_index(small):
    for place, changed in flips((small / "tier-1" / TILE).read_bytes()):
        assert codes(check(small, {TILE: changed})) == [("tile_differs", place // 32)]


def test_each_edited_entry_is_named(small, entries):
    for at, entry in enumerate(entries):
        edited = entry.replace(b'"allow"', b'"deny"')
        assert found(small, [*entries[:at], edited, *entries[at + 1 :]]) == [("edited", at)]


def test_each_removed_entry_is_named(small, entries):
    for at in range(LEAVES):
        assert found(small, entries[:at] + entries[at + 1 :]) == [("removed", at)]


def test_an_event_whose_row_is_gone_is_named(small, entries):
    for at in range(LEAVES):
        assert found(small, [*entries[:at], b"", *entries[at + 1 :]]) == [("removed", at)]


def test_each_inserted_entry_is_named(small, entries):
    for at in range(LEAVES + 1):
        assert found(small, [*entries[:at], b"{}", *entries[at:]]) == [("inserted", at)]


def test_each_entry_put_in_twice_is_named(small, entries):
    for at in range(LEAVES):
        ((code, index),) = found(small, [*entries[:at], entries[at], *entries[at:]])
        assert (code, index in {at, at + 1}) == ("inserted", True)


def test_each_two_exchanged_neighbours_are_named(small, entries):
    for at in range(LEAVES - 1):
        swapped = [*entries[:at], entries[at + 1], entries[at], *entries[at + 2 :]]
        (code, index), *others = found(small, swapped)
        assert (code, index) == ("reordered", at)
        assert {other for other, _ in others} <= {"reordered"}


def test_each_cut_at_the_tail_is_named(small, entries):
    for size in range(LEAVES):
        assert found(small, entries[:size])[0] == ("removed", size)


def test_a_tail_cut_from_entries_and_tiles_is_named(small, entries):
    tile = (small / "tier-1" / TILE).read_bytes()
    for size in range(1, LEAVES):
        report = check(small, {BUNDLE: framed(entries[:size]), TILE: tile[: 32 * size]})
        assert ("tail_cut", size) in codes(report)


def test_files_named_for_a_shorter_log_do_not_hide_the_cut(small, entries):
    tile = (small / "tier-1" / TILE).read_bytes()
    shorter = {"tile/entries/000.p/9": framed(entries[:9]), "tile/0/000.p/9": tile[: 32 * 9]}
    report = check(small, {BUNDLE: None, TILE: None, **shorter})
    assert {"missing_file", "tail_cut"} <= {code for code, _ in codes(report)}


def test_entries_behind_the_end_are_found(small, entries):
    tile = (small / "tier-1" / TILE).read_bytes()
    more = {BUNDLE: framed([*entries, entries[0]]), TILE: tile + tile[:32]}
    assert ("inserted", LEAVES) in codes(check(small, more))


def test_a_bundle_that_breaks_off_is_found(small):
    bundle = (small / "tier-1" / BUNDLE).read_bytes()
    for length in range(0, len(bundle), 97):
        report = check(small, {BUNDLE: bundle[:length]})
        assert report.findings[0].index == index_at(bundle, length)


def test_the_history_tells_between_which_checkpoints_the_log_was_rewritten(small, entries, tmp_path):
    """By somebody who has the database and computes every hash anew, and has no key."""
    for at in range(LEAVES):
        forged = [*entries[:at], entries[at].replace(b'"allow"', b'"deny"'), *entries[at + 1 :]]
        copies.put(tmp_path, forged)
        report = check(small, {path: (tmp_path / path).read_bytes() for path in (BUNDLE, TILE)})
        begins = max(size for size in (0, 4, 8, 10, 12) if size <= at)
        assert report.verdict == "broken"
        assert codes(report)[0][0] == "history_differs"
        assert codes(report)[0][1] <= at, begins
