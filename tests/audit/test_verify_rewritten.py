"""Copies that agree with themselves and still are not the log that was: older, forked, rewritten with the key, and ill-formed leaves."""

import pytest

from council.audit import verify
from tests.audit import copies
from tests.audit.copies import WITNESS, Forger, framed
from tests.audit.damage import check, codes, entries_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def two(django_db_setup, django_db_blocker, tmp_path_factory):
    """Two exports of the same logs: an earlier one, and a later one of some 600 entries, which a witness has seen."""
    folder = tmp_path_factory.mktemp("two")
    with django_db_blocker.unblock(), copies.logs(folder):
        copies.grow(1, 150, 149)
        earlier = copies.export(folder / "earlier")
        copies.grow(1, 200, 99)
        copies.witness(1)
        return earlier, copies.export(folder / "later")


@pytest.fixture(scope="module")
def entries(two):
    later = two[1] / "tier-1/tile/entries"
    return [
        entry for path in ("000", "001", f"002.p/{_width(later)}") for entry in entries_of((later / path).read_bytes())
    ]


def _width(folder):
    return int(next((folder / "002.p").iterdir()).name)


@pytest.fixture
def forger():
    return Forger.named("test.example/log/tier-1")


def checkpoint_of(folder):
    return (folder / "tier-1/checkpoint").read_bytes()


def test_both_copies_are_whole_and_the_later_one_goes_on_from_the_earlier(two):
    earlier, later = two
    assert (check(earlier).verdict, check(later).verdict) == ("whole", "whole")
    assert check(later, against=[checkpoint_of(earlier)]).verdict == "whole"


def test_an_older_copy_is_found_with_a_newer_checkpoint(two):
    earlier, later = two
    size = check(earlier).size
    assert codes(check(earlier, against=[checkpoint_of(later)])) == [("tail_cut", size)]


def test_an_older_copy_is_called_so_when_a_witness_has_seen_more(two):
    earlier, later = two
    cosigned = next(note for note in entries_of((later / "tier-1/history").read_bytes()) if b"witness" in note)
    report = check(earlier, against=[cosigned], witnesses=[str(WITNESS.verifier)])
    assert codes(report) == [("older_copy", check(earlier).size)]


def test_a_log_of_many_tiles_names_the_place_of_an_edit(two, entries):
    for at in (0, 255, 256, 300, 511, 512, len(entries) - 1):
        number, place = divmod(at, 256)
        path = ["tile/entries/000", "tile/entries/001", f"tile/entries/002.p/{len(entries) - 512}"][number]
        part = entries[number * 256 : number * 256 + 256]
        part[place] = part[place].replace(b"p", b"q", 1)
        assert codes(check(two[1], {path: framed(part)})) == [("edited", at)]


def test_an_entry_taken_out_of_many_tiles_is_one_finding(two, entries):
    left, last = entries[:100] + entries[101:], len(entries) - 512
    report = check(
        two[1],
        {
            "tile/entries/000": framed(left[:256]),
            "tile/entries/001": framed(left[256:512]),
            f"tile/entries/002.p/{last}": framed(left[512:]),
        },
    )
    assert codes(report) == [("removed", 100)]


def test_each_file_that_is_missing_is_found(two):
    later = two[1]
    paths = [str(path.relative_to(later / "tier-1")) for path in (later / "tier-1").rglob("*") if path.is_file()]
    assert len(paths) == 9
    for path in paths:
        assert check(later, {path: None}).verdict == "broken", path


def test_each_changed_byte_of_a_higher_tile_is_found(two):
    tile = (two[1] / "tier-1/tile/1/000.p/2").read_bytes()
    for place in range(len(tile)):
        changed = tile[:place] + bytes([tile[place] ^ 1]) + tile[place + 1 :]
        assert codes(check(two[1], {"tile/1/000.p/2": changed})) == [("tile_differs", 0)]


def test_two_checkpoints_of_one_size_are_a_fork(forger, entries, tmp_path):
    copy = forger.write(tmp_path, entries[:20], (10, 20))
    other = forger.sign([bytes(32)] * 10)
    notes = entries_of((copy / "tier-1/history").read_bytes())
    report = check(copy, {"history": framed([notes[0], other, notes[1]])})
    assert ("forked", 10) in codes(report)


def test_a_log_rewritten_with_its_key_is_whole_by_itself_and_found_with_an_old_checkpoint(forger, entries, tmp_path):
    true = forger.write(tmp_path / "true", entries[:300], (100, 200, 300))
    rewritten = [*entries[:150], *entries[151:301]]
    copy = forger.write(tmp_path / "copy", rewritten, (100, 200, 300))
    assert check(copy).verdict == "whole"
    kept = entries_of((true / "tier-1/history").read_bytes())
    assert check(copy, against=[kept[0]]).verdict == "whole"
    assert codes(check(copy, against=kept)) == [("forked", 100)]


def test_a_log_rewritten_without_its_key_breaks_at_the_first_checkpoint_after_the_change(forger, entries, tmp_path):
    copy = forger.write(tmp_path, entries[:300], (100, 200, 300))
    copies.put(copy / "tier-1", [*entries[:150], *entries[151:301]])
    assert codes(check(copy))[0] == ("history_differs", 100)


def test_a_leaf_of_another_form_is_found_although_it_is_signed(forger, entries, tmp_path):
    for bad in (b"{}", b"", entries[3].replace(b'"v":1', b'"v":2'), entries[3].replace(b":", b": ", 1), b"\xff" * 9):
        copy = forger.write(tmp_path, [*entries[:3], bad, *entries[4:8]], (8,))
        assert codes(check(copy)) == [("bad_leaf", 3)]


def test_a_leaf_of_another_time_than_its_id_is_found(forger, entries, tmp_path):
    year = entries[3].index(b'"time":"') + 8
    other = entries[3][:year] + b"2001" + entries[3][year + 4 :]
    assert codes(check(forger.write(tmp_path, [*entries[:3], other], (4,)))) == [("bad_leaf", 3)]


def test_a_leaf_of_another_tier_is_found(forger, entries, tmp_path):
    other = entries[3].replace(b'"tier":1', b'"tier":2')
    assert codes(check(forger.write(tmp_path, [*entries[:3], other], (4,)))) == [("bad_leaf", 3)]


def test_an_event_that_is_in_the_log_twice_is_found(forger, entries, tmp_path):
    copy = forger.write(tmp_path, [*entries[:5], entries[2]], (6,))
    assert codes(check(copy)) == [("duplicate", 5)]


def test_the_empty_log_is_whole(forger, tmp_path):
    copy = forger.write(tmp_path, [], (0,))
    assert (check(copy).verdict, check(copy).size) == ("whole", 0)


def test_a_heartbeat_that_comes_late_is_told_and_breaks_nothing(forger, tmp_path):
    entries = [_beat(minute) for minute in (0, 1, 6, 12, 13)]
    report = check(forger.write(tmp_path, entries, (5,)))
    assert (report.verdict, report.silences) == ("whole", [(3, 6 * 60_000)])


def _beat(minute: int) -> bytes:
    moment = 1_800_000_000_000 + minute * 60_000
    text = (verify.EPOCH + verify.timedelta(milliseconds=moment)).isoformat(timespec="milliseconds")[:-6] + "Z"
    return (
        f'{{"action":"log.heartbeat","actor":"","detail":"sha256:{"0" * 64}",'
        f'"id":"{moment >> 16:08x}-{moment & 0xFFFF:04x}-7000-8000-000000000000","object":"","org":"","outcome":"allow",'
        f'"policy":"2026-11-24","reason":"allowed","request":"e2a9d7a4-9a5c-4d5b-8b0a-6d1f7c3b9e42","revision":0,"tier":1,'
        f'"time":"{text}","v":1}}'
    ).encode()


def test_whatever_the_source_raises_is_no_traceback(two):
    def read(path):
        raise OSError("the disk is gone")

    report = verify.check_log("tier-1", read, (two[0] / "vkeys").read_text().splitlines())
    assert (report.verdict, codes(report)) == ("unchecked", [("unreadable", None)])
