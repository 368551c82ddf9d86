"""Which bytes a Range header asks for, as RFC 9110 §14 has it."""

import pytest

from council.ranges import Span, Unsatisfiable, is_known, span_of, still_the_same

SIZE = 1000
TAG = '"abc"'


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-499", 0, 500),
        ("bytes=500-", 500, 1000),
        ("bytes=999-", 999, 1000),
        ("bytes=-1", 999, 1000),
        ("bytes=-500", 500, 1000),
        ("bytes=-5000", 0, 1000),
        ("bytes=900-5000", 900, 1000),
        ("bytes=0-999999999999999999999999", 0, 1000),
        ("bytes=-999999999999999999999999", 0, 1000),
        ("bytes=000000000000000000000005-6", 5, 7),
        ("BYTES= 1-2 ", 1, 3),
    ],
)
def test_one_range_is_that_part(asked, start, stop):
    span = span_of(asked, SIZE)
    assert span == Span(start, stop, SIZE)
    assert (span.length, span.content_range) == (stop - start, f"bytes {start}-{stop - 1}/1000")


@pytest.mark.parametrize(
    "asked",
    ["", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=1", "bytes=0-1,5-6", "bytes=0-1,", "lines=0-1",
     "bytes=--5", "bytes=+1-2", "bytes=１-２", "bytes=0-1\x00", "bytes 0-1"],
)  # fmt: skip
def test_whatever_is_not_one_range_is_the_whole(asked):
    assert span_of(asked, SIZE) is None


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=9999999999999999999999-"])
def test_a_range_behind_the_end_can_not_be_had(asked):
    with pytest.raises(Unsatisfiable):
        span_of(asked, SIZE)


@pytest.mark.parametrize("asked", ["bytes=0-", "bytes=-1", "bytes=0-0"])
def test_an_empty_file_has_no_range(asked):
    with pytest.raises(Unsatisfiable):
        span_of(asked, 0)


@pytest.mark.parametrize(
    ("said", "same"),
    [("", True), (TAG, True), (f" {TAG} ", True), (f"W/{TAG}", False), ('"abd"', False), ("abc", False),
     ("Sat, 21 Nov 2026 12:30:00 GMT", False)],
)  # fmt: skip
def test_a_rest_belongs_to_exactly_the_same_bytes(said, same):
    assert still_the_same(said, TAG) is same


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("", False),
        (TAG, True),
        (f"W/{TAG}", True),
        (f'"x", {TAG}', True),
        ("*", True),
        ('"abd"', False),
        ("abc", False),
    ],
)
def test_what_is_there_already_is_known_by_its_tag(said, known):
    assert is_known(said, TAG) is known
