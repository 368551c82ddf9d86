"""The bar of the board: true to its numbers, with words that can be read."""

import pytest

from bulletins.tally_chart import WIDTH, bars_of

WORDS = ["対応済み", "該当あり", "該当なし", "受領確認", "開封", "配達", "未配達", "期限超過"]
CASES = [[1] * 8, [1, 0, 0, 997, 1, 0, 0, 1], [41], [0, 3, 0, 0, 0, 0, 0, 5], [1, 1, 1, 1, 1, 1, 1, 9_993]]


def bars(counts):
    return bars_of([(f"s{place}", word, count) for place, (word, count) in enumerate(zip(WORDS, counts, strict=False))])


@pytest.mark.parametrize("counts", CASES)
def test_the_bars_fill_the_width_and_each_can_be_seen(counts):
    shown = bars(counts)
    assert [bar.count for bar in shown] == [count for count in counts if count]
    assert shown[0].left == 0
    assert shown[-1].left + shown[-1].width == WIDTH
    assert all(bar.width >= 14 for bar in shown)
    assert all(one.left + one.width < two.left for one, two in zip(shown, shown[1:], strict=False))


@pytest.mark.parametrize("counts", CASES)
def test_no_words_overlap_and_none_leaves_the_drawing(counts):
    shown = bars(counts)
    ends = [bar.at + 14 * len(bar.label) for bar in shown]
    assert all(end < bar.at for end, bar in zip(ends, shown[1:], strict=False))
    assert ends[-1] <= WIDTH
    assert all(bar.at >= 0 for bar in shown)


def test_equal_numbers_are_equally_long_and_twice_as_many_twice():
    one, two, four = (bar.width for bar in bars([100, 200, 400]))
    assert abs(two - 2 * one) <= 3
    assert abs(four - 4 * one) <= 5


def test_words_that_moved_away_from_their_bar_are_led_to():
    led = [bar.led for bar in bars([1, 1, 1, 1, 1, 1, 1, 9_993])]
    assert (led[0], led[-1], any(led)) == (False, False, True)


def test_nothing_has_no_bars():
    assert bars([0, 0]) == []
