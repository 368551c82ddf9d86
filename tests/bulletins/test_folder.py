"""A ZIP that is written while it is sent: whole for every tool, and as long as was announced."""

import io
import random
import zipfile
from datetime import datetime

import pytest

from bulletins.folder import Member, folded, length_of

MOMENT = datetime(2026, 11, 21, 21, 30, 10)


def member(name, *pieces):
    return Member(name, sum(map(len, pieces)), pieces)


MEMBERS = [
    [],
    [member("a.txt")],
    [member("a.txt", b"1"), member("名前.bin", bytes(1000), b"", bytes(70_000))],
    [member(f"{number}.bin", random.Random(number).randbytes(number * 100)) for number in range(30)],
]


@pytest.mark.parametrize("members", MEMBERS)
def test_what_went_in_comes_out(members):
    with zipfile.ZipFile(io.BytesIO(b"".join(folded(members, MOMENT)))) as found:
        assert found.testzip() is None
        assert {name: found.read(name) for name in found.namelist()} == {
            each.name: b"".join(each.pieces) for each in members
        }
        assert {each.date_time for each in found.infolist()} <= {MOMENT.timetuple()[:6]}


@pytest.mark.parametrize("members", MEMBERS)
def test_it_is_as_long_as_was_announced(members):
    assert length_of(members, MOMENT) == len(b"".join(folded(members, MOMENT)))


def test_the_length_asks_for_no_piece_and_is_open_from_two_gib_on():
    def pieces():
        raise AssertionError("asked")
        yield

    assert length_of([Member("a", 2**31 - 500, pieces())], MOMENT) is not None
    assert length_of([Member("a", 2**31, pieces())], MOMENT) is None


def test_nothing_waits_for_the_end():
    taken = []

    def pieces():
        for number in range(3):
            taken.append(number)
            yield bytes(10)

    sent = folded([Member("a", 30, pieces())], MOMENT)
    assert len(next(sent)) > 10
    assert taken == [0]
