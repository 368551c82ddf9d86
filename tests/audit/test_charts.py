"""The charts of the auditor's desk: bars as long as their numbers, scales of round numbers, labels that fit."""

from datetime import date, timedelta

import pytest

from council.audit import charts

DAYS = [date(2026, 11, 25) + timedelta(days=place) for place in range(14)]


def drawn(done, refused=None, off=()):
    padded = [*done, *[0] * (14 - len(done))]
    return charts.by_day(DAYS, padded, [*(refused or []), *[0] * (14 - len(refused or []))], off)


def test_the_highest_bar_fills_its_field_and_the_others_are_in_proportion():
    bars = drawn([1500, 750]).done
    assert float(bars[0].height) == charts.DONE_HEIGHT
    assert float(bars[1].height) == charts.DONE_HEIGHT / 2
    assert float(bars[0].y) + float(bars[0].height) == charts.DONE_FOOT


def test_refusals_have_a_scale_of_their_own():
    both = drawn([100_000], [3])
    assert float(both.refused[0].height) == charts.REFUSED_HEIGHT


def test_one_event_among_many_still_shows_and_none_does_not():
    bars = drawn([1_000_000, 1, 0]).done
    assert [bar.height for bar in bars[1:3]] == ["1", "0"]


@pytest.mark.parametrize(
    ("top", "steps"), [(0, [0, 1]), (7, [0, 2, 4, 6]), (1655, [0, 500, 1000, 1500]), (3000, [0, 1000, 2000, 3000])]
)
def test_scales_are_round_numbers_and_few(top, steps):
    ticks = [tick.value for tick in drawn([top]).ticks if float(tick.y) <= charts.DONE_FOOT]
    assert ticks == [f"{step:,}" for step in steps]


def test_a_label_has_the_month_where_a_month_begins():
    assert [bar.label for bar in drawn([1]).done][:8] == ["11/25", "26", "27", "28", "29", "30", "12/1", "2"]


def test_days_on_which_offices_are_closed_are_marked():
    bars = drawn([5] * 14, off=[DAYS[3]]).done
    assert [place for place, bar in enumerate(bars) if bar.off] == [3]


def test_no_day_is_the_most_when_nothing_happened():
    assert not any(bar.most for bar in drawn([]).done)
    assert [bar.most for bar in drawn([2, 3]).done][:2] == [False, True]


def test_bars_side_by_side_are_in_proportion_and_below_each_other():
    ranks = charts.by_rank([("公開先に入っていない", 78), ("取扱制限", 26)])
    assert [float(bar.width) for bar in ranks.bars] == [charts.LONGEST, charts.LONGEST / 3]
    assert float(ranks.bars[1].y) - float(ranks.bars[0].y) == charts.ROW
    assert ranks.height > float(ranks.bars[1].y) + charts.THICK


def test_a_long_name_is_cut_to_its_place_and_a_short_one_is_not():
    cut = charts.fitting("独立行政法人重要物資供給網総合研究開発機構")
    assert cut.endswith("…")
    assert len(cut) * 14 <= 214
    assert charts.fitting("翠嶺マテリアル株式会社") == "翠嶺マテリアル株式会社"


def test_attributes_have_a_point_whatever_the_language():
    assert charts.by_day(DAYS[:2], [3, 1], [0, 0], []).done[1].x == "95.5"
