"""Differences: nothing is lost between two texts, what changed is small and readable, and long texts cost little."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletins import differences as d
from bulletins.differences import Facet, Fate, Op, Run, differences, runs_of, tokens

WORDS = st.text(alphabet="変電所の遠隔保守ヘルプ desk-7\n。", max_size=60)


@given(WORDS, WORDS)
def test_both_texts_can_be_read_out_of_what_differs(before, after):
    runs = runs_of(before, after)
    assert "".join(run.text for run in runs if run.op is not Op.ADDED) == before
    assert "".join(run.text for run in runs if run.op is not Op.REMOVED) == after


@given(WORDS)
def test_the_tokens_of_a_text_are_the_text(text):
    assert "".join(tokens(text)) == text


def test_words_of_letters_and_katakana_stay_whole():
    assert tokens("CVE-2026-1234のパッチ") == ["CVE-2026-1234", "の", "パッチ"]


def test_one_changed_word_leaves_the_rest_alone():
    runs = runs_of("期限は11月17日です。", "期限は11月19日です。")
    assert runs == (Run(Op.SAME, "期限は11月"), Run(Op.REMOVED, "17"), Run(Op.ADDED, "19"), Run(Op.SAME, "日です。"))


def test_a_single_shared_character_is_no_island():
    assert [run.op for run in runs_of("甲の乙", "丙の丁")] == [Op.REMOVED, Op.ADDED]


@pytest.mark.parametrize("text", ["あ" * 500_000, "あ\n" * 100_000, "".join(f"行{n}\n" for n in range(50_000))])
def test_long_texts_are_compared_within_bounds(text, monkeypatch):
    compared = []
    real = d.SequenceMatcher

    def seen(junk, a, b, **options):
        compared.append(max(len(a), len(b)))
        return real(junk, a, b, **options)

    monkeypatch.setattr(d, "SequenceMatcher", seen)
    runs = runs_of(text, "い" + text[1:] + "末尾")
    assert max(compared, default=0) <= d.MOST_LINES
    assert "".join(run.text for run in runs if run.op is not Op.ADDED) == text


def test_only_so_many_stretches_are_compared_word_by_word(monkeypatch):
    monkeypatch.setattr(d, "MOST_STRETCHES", 1)
    before = "".join(f"同じ\n値は{n}1です\n" for n in range(3))
    after = "".join(f"同じ\n値は{n}2です\n" for n in range(3))
    words = [run.text for run in runs_of(before, after, d._Budget(1)) if run.op is Op.REMOVED]
    assert words == ["01", "値は11です\n", "値は21です\n"]


def text(words: str, *label: tuple[str, str]) -> Facet:
    return Facet("段落", words, label)


ONE, TWO, THREE = text("一つめの段落です。"), text("ふたつめは別の話。"), text("最後にまとめます。")


def fates(before: list[Facet], after: list[Facet]) -> list[Fate]:
    return [each.fate for each in differences(before, after)]


def test_parts_are_added_removed_and_left_alone():
    assert fates([ONE, THREE], [ONE, TWO, THREE]) == [Fate.SAME, Fate.ADDED, Fate.SAME]
    assert fates([ONE, TWO, THREE], [ONE, THREE]) == [Fate.SAME, Fate.REMOVED, Fate.SAME]


def test_a_part_that_stands_elsewhere_now_has_moved_and_is_shown_once():
    assert fates([ONE, TWO, THREE], [TWO, THREE, ONE]) == [Fate.SAME, Fate.SAME, Fate.MOVED]


def test_a_changed_part_is_found_between_new_ones():
    changed = text("ふたつめは別の話でした。")
    assert fates([ONE, TWO], [ONE, THREE, changed]) == [Fate.SAME, Fate.ADDED, Fate.CHANGED]


def test_another_label_on_the_same_words_is_said_in_words():
    (difference,) = differences([text("本文", ("格付", "機密性1"))], [text("本文", ("格付", "機密性2"))])
    (said,) = difference.relabelled
    assert (difference.fate, said.what, said.before, said.after) == (Fate.CHANGED, "格付", "機密性1", "機密性2")


def test_a_file_changes_by_its_bytes_and_by_its_name():
    old = Facet("付属資料", "", (), "一覧.csv", "aa")
    for new in (Facet("付属資料", "", (), "一覧.csv", "bb"), Facet("付属資料", "", (), "表.csv", "aa")):
        (difference,) = differences([old], [new])
        assert (difference.fate, difference.refiled) == (Fate.CHANGED, True)


def test_a_table_never_stands_for_a_paragraph():
    assert fates([ONE], [Facet("表", ONE.text)]) == [Fate.ADDED, Fate.REMOVED]


def test_many_parts_that_all_changed_cost_little():
    before = [text(f"{n}番の段落") for n in range(400)]
    after = [text(f"{n}番の段落！") for n in range(400)]
    assert len(differences(before, after)) == 800
