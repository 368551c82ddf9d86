"""The handling strip in words: who, what is stopped, what is left on trust."""

from datetime import date

import pytest
from django.utils.translation import override

from bulletins.handling import Handling, handling_of, limits_of, statement
from council.access import caveats
from council.access.facts import Label
from council.access.tiers import Tier


def strip(tier: Tier = Tier.TWO, *words: str, **known: object) -> Handling:
    return handling_of(Label(tier, frozenset(), caveats.parse_all(words)), organisation="架空製作所", **known)


def test_tier_one_without_caveats_may_be_shown_to_anybody() -> None:
    handling = strip(Tier.ONE)
    assert handling.who == "だれに見せてもかまいません。"
    assert (handling.system, handling.reader, handling.caveats) == ("", "", ())


def test_tier_two_stays_in_the_organisation() -> None:
    assert strip(Tier.TWO).who.startswith("架空製作所の中で仕事のために知る必要がある人にだけ")


def test_a_caveat_on_passing_on_narrows_tier_one_too() -> None:
    assert "組織の外には" in strip(Tier.ONE, "転送禁止").who


def test_a_subcommittee_narrows_to_its_people_and_marks_the_scope() -> None:
    handling = strip(Tier.TWO, subcommittees=["素材分科会"])
    assert handling.who.startswith("素材分科会に属する人にだけ")
    assert handling.scope == "素材分科会限り"


def test_two_subcommittees_ask_for_both() -> None:
    assert "AとBのすべてに属する人にだけ" in strip(Tier.TWO, subcommittees=["A", "B"]).who


def test_tier_three_names_the_roster_and_the_end_of_the_designation() -> None:
    handling = strip(Tier.CRITICAL, designated_until=date(2031, 5, 11))
    assert "取扱者名簿に載っている人だけ" in handling.who
    assert "指定の満了（2031年5月11日）" in handling.system
    assert "席を離れるときは画面を閉じる" in handling.reader


@pytest.mark.parametrize(
    ("word", "print_", "copy"),
    [("印刷禁止", True, False), ("複製禁止", True, True), ("読後廃棄", False, False)],
)
def test_the_flags_follow_the_caveats(word: str, print_: bool, copy: bool) -> None:
    handling = strip(Tier.TWO, word)
    assert (handling.stops_print, handling.stops_copy) == (print_, copy)


def test_what_the_system_stops_and_what_is_on_trust_are_never_mixed() -> None:
    handling = strip(Tier.TWO, "印刷禁止")
    assert handling.system == "画面からの印刷、PDFの受け取り"
    assert handling.reader == "画面を撮らない、受け取った写しを印刷しない"


def test_what_is_on_trust_is_said_once() -> None:
    assert strip(Tier.TWO, "複製禁止", "印刷禁止").reader.split("、") == [
        "書き写さない", "画面を撮らない", "受け取った写しを印刷しない",
    ]  # fmt: skip


def test_a_caveat_of_one_part_closes_nothing_of_the_whole() -> None:
    banner = Label(Tier.TWO, frozenset(), caveats.parse_all(["転送禁止", "複製禁止"]))
    handling = handling_of(banner, organisation="架空製作所", own=caveats.parse_all(["転送禁止"]))
    assert (handling.stops_print, handling.stops_copy, handling.guards_copy) == (False, False, True)
    assert handling.system.startswith("このポータルからの転送、制限のある部分の、文字の選択と複写、")


@pytest.mark.parametrize("words", caveats.WORDS)
def test_every_way_that_a_word_closes_is_said_to_be_stopped_and_nothing_else(words: str) -> None:
    handling = strip(Tier.TWO, words)
    said = [each for each in handling.system.split("、") if each]
    assert len(said) == len(handling.closed) == len(caveats.closed(caveats.parse_all([words])))
    assert handling.reader
    assert not set(said) & set(handling.reader.split("、"))


def test_only_the_day_on_which_serving_ends_is_said_to_be_stopped() -> None:
    assert "2027年3月31日" not in strip(Tier.TWO, "2027年3月31日まで").system
    assert "2027年3月31日" in strip(Tier.TWO, "2027年3月31日まで", last_day=date(2027, 3, 31)).system


def test_the_last_day_of_a_part_is_said_of_that_part_alone() -> None:
    banner = Label(Tier.TWO, frozenset(), caveats.parse_all(["2027年3月31日まで"]))
    said = handling_of(banner, organisation="架空製作所", own=()).system
    assert said == "制限のある部分の、期限（2027年3月31日）を過ぎた閲覧"


def test_a_part_tells_only_what_binds_it_beyond_the_whole() -> None:
    own = Label(Tier.TWO, frozenset({"a"}), caveats.parse_all(["転送禁止"]))
    part = Label(Tier.TWO, frozenset({"a", "b", "unknown"}), caveats.parse_all(["転送禁止", "印刷禁止"]))
    assert limits_of(part, own, {"a": "甲分科会", "b": "乙分科会"}) == ("乙分科会限り", "印刷禁止")


def test_the_statement_names_document_revision_and_conditions() -> None:
    label = Label(Tier.TWO, frozenset(), caveats.parse_all(["転送禁止"]))
    assert statement("SC-7KQ4", 2, label) == "SC-7KQ4 第2版を読み、機密性2情報、転送禁止の条件を守ります。"


@pytest.mark.parametrize(
    "words", ["複製禁止", "印刷禁止", "3日以内復旧", "社内限り", "2027年3月31日まで保存", "このポータルにおいて保存"]
)
def test_what_is_left_on_trust_is_said_in_the_language_of_the_page(words: str) -> None:
    with override("en"):
        assert strip(Tier.TWO, words).reader.isascii()
        assert strip(Tier.TWO, words).system.isascii()
