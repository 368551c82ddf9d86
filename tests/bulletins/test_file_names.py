"""What files are called that leave the portal: the mark first, the reference next, and nothing that says more than the grade allows."""

import pytest
from django.utils.http import content_disposition_header

from bulletins.file_names import LONGEST, attached_name, covering, file_name_for
from council.access import caveats
from council.access.facts import Label
from council.access.tiers import Tier


def label(tier: Tier, *words: str) -> Label:
    return Label(tier, frozenset(), caveats.parse_all(words))


def test_a_name_begins_with_the_grade_and_the_caveats_in_words() -> None:
    said = attached_name("SC-7KQ4", 2, label(Tier.TWO, "複製禁止", "2027年3月31日まで"), 1, "蒼鷺計画.pdf")
    assert said == "【機密性2情報・複製禁止・2027年3月31日まで】SC-7KQ4_第2版_付属資料1.pdf"


@pytest.mark.parametrize("tier", [Tier.TWO, Tier.CRITICAL])
def test_above_tier_one_no_word_of_the_author_stands_in_the_name(tier: Tier) -> None:
    assert "蒼鷺" not in attached_name("SC-7KQ4", 2, label(tier), 1, "蒼鷺計画.pdf")
    assert "蒼鷺" in attached_name("SC-7KQ4", 2, label(Tier.ONE), 1, "蒼鷺計画.pdf")


def test_above_tier_one_no_word_that_an_author_wrote_into_a_caveat_stands_in_it_either() -> None:
    words = ("蒼鷺限り", "蒼鷺において保存")
    assert "蒼鷺" not in attached_name("SC-7KQ4", 2, label(Tier.TWO, *words), 1, "表.pdf")
    assert attached_name("SC-7KQ4", 2, label(Tier.ONE, *words), 1, "表.pdf").startswith("【機密性1情報・蒼鷺限り・")


@pytest.mark.parametrize(
    "given", ['a/b\\c:d*e?f"g<h>i|j.csv', "..", "x\u202efdp.exe", "名前\n改行.csv", "末尾. .csv", ".csv", ""]
)
def test_windows_takes_every_name_and_nothing_hides_its_end(given: str) -> None:
    said = attached_name("SC-7KQ4", 2, label(Tier.ONE), 1, given)
    assert not set('<>:"/\\|?*\n\r\u202e') & set(said)
    assert said == said.strip(" .")
    assert said.startswith("【機密性1情報】SC-7KQ4_第2版_付属資料1")


def test_a_long_name_keeps_its_mark_its_reference_and_its_ending() -> None:
    said = file_name_for("SC-7KQ4", 2, label(Tier.TWO, *caveats.WORDS), "長" * 500, "xlsx")
    assert len(said.encode()) <= LONGEST
    assert said.startswith("【機密性2情報・複製禁止・")
    assert "ほか】SC-7KQ4_第2版_長" in said
    assert said.endswith(".xlsx")


def test_an_ending_that_is_none_is_left_out() -> None:
    assert (
        attached_name("SC-7KQ4", 2, label(Tier.TWO), 1, "a.ほんとうの名前") == "【機密性2情報】SC-7KQ4_第2版_付属資料1"
    )


def test_one_file_of_several_parts_carries_the_highest_grade_and_every_caveat() -> None:
    both = covering([label(Tier.ONE, "転送禁止"), label(Tier.TWO, "印刷禁止", "転送禁止")])
    assert file_name_for("A", 1, both, "写し", "pdf") == "【機密性2情報・転送禁止・印刷禁止】A_第1版_写し.pdf"


def test_the_header_carries_the_name_in_the_form_of_rfc_5987() -> None:
    name = file_name_for("A", 1, label(Tier.TWO), "写し", "pdf")
    assert content_disposition_header(as_attachment=True, filename=name).startswith(
        "attachment; filename*=utf-8''%E3%80%90"
    )
