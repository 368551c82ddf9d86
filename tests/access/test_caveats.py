from datetime import date, timedelta

import pytest

from council.access import caveats
from council.access.caveats import NEEDS, CaveatRefused, Path, Use


@pytest.mark.parametrize("words", caveats.WORDS)
def test_every_word_of_the_vocabulary_stops_something_or_names_what_is_left_on_trust(words):
    caveat = caveats.parse(words)
    assert caveat.words == words
    assert caveat.stops or caveat.trust


@pytest.mark.parametrize(
    ("words", "stops"),
    [
        ("複製禁止", {Use.PRINT, Use.COPY, Use.DOWNLOAD}),
        ("複製要許可", {Use.PRINT, Use.COPY, Use.DOWNLOAD}),
        ("転送禁止", {Use.FORWARD}),
        ("配付禁止", {Use.FORWARD, Use.DOWNLOAD}),
        ("印刷禁止", {Use.PRINT}),
        ("読後廃棄", {Use.DOWNLOAD}),
        ("書換禁止", set()),
        ("再利用禁止", {Use.REUSE}),
        ("削除禁止", {Use.DELETE}),
        ("半導体分科会限り", {Use.FORWARD}),
        ("2027年3月31日まで保存", {Use.DELETE}),
        ("3日以内復旧", set()),
        ("鍵のかかる書庫において保存", set()),
        ("このポータルにおいて保存", {Use.PRINT, Use.COPY, Use.DOWNLOAD}),
    ],
)
def test_a_caveat_stops_the_uses_it_speaks_of(words, stops):
    assert caveats.parse(words).stops == stops


def test_a_caveat_with_a_date_carries_its_last_day():
    assert caveats.parse("2026年12月1日まで").until == date(2026, 12, 1)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "禁止",
        "機密性3",
        "複製禁止 ",
        "2026年2月30日まで",
        "2026年13月1日まで",
        "26年1月1日まで",
        "0000年1月1日まで",
        "2027年2月30日まで保存",
        "当分まで保存",
        "まで保存",
        "すぐ以内復旧",
        "0日以内復旧",
        "３日以内復旧",
        "限り",
        " 限り",
        "社内\n限り",
        "【社内】限り",
        "機密性3限り",
        "極秘において保存",
        "複製禁止限り",
        "あ" * 41 + "限り",
    ],
)
def test_words_outside_the_vocabulary_and_impossible_days_are_refused(words):
    with pytest.raises(CaveatRefused):
        caveats.parse(words)


@pytest.mark.parametrize(
    ("words", "said"),
    [("次の年度まで保存", "日付"), ("早め以内復旧", "数と単位"), ("/において保存", "場所"), ("極秘限り", "相手")],
)
def test_an_argument_that_a_word_does_not_take_is_refused_with_what_it_takes(words, said):
    with pytest.raises(CaveatRefused, match=said):
        caveats.parse(words)


def test_what_has_to_be_kept_until_a_day_may_be_deleted_after_it():
    marks, day = caveats.parse_all(["2027年3月31日まで保存"]), date(2027, 3, 31)
    assert (caveats.stopped(marks, day), caveats.stopped(marks, day + timedelta(days=1))) == ({Use.DELETE}, frozenset())


def test_where_no_word_of_an_author_may_stand_something_stands_for_the_argument():
    said = [caveats.parse(words).safe_words for words in ("蒼鷺限り", "蒼鷺において保存", "2027年3月31日まで保存")]
    assert said == ["指定の相手限り", "指定の場所において保存", "2027年3月31日まで保存"]


def test_people_concerned_are_a_word_of_their_own_and_name_nobody():
    assert (caveats.parse("関係者限り").only, caveats.parse("素材分科会限り").only) == ("", "素材分科会")


@pytest.mark.parametrize("words", [None, "複製禁止", {"複製禁止": 1}, [1], [None], 3])
def test_only_a_list_of_words_is_taken(words):
    with pytest.raises(CaveatRefused):
        caveats.parse_all(words)


def test_each_caveat_is_kept_once_in_the_order_given():
    given = caveats.parse_all(["転送禁止", "印刷禁止", "転送禁止"])
    assert [caveat.words for caveat in given] == ["転送禁止", "印刷禁止"]


def test_several_caveats_stop_what_any_of_them_stops():
    assert caveats.stopped(caveats.parse_all(["印刷禁止", "転送禁止"])) == {Use.PRINT, Use.FORWARD}
    assert caveats.stopped(()) == frozenset()


def test_the_earliest_of_several_days_is_the_last_day():
    given = caveats.parse_all(["2027年1月1日まで", "2026年12月1日まで", "転送禁止"])
    assert caveats.last_day(given) == date(2026, 12, 1)
    assert caveats.last_day(caveats.parse_all(["転送禁止"])) is None


@pytest.mark.parametrize(
    ("words", "ways"),
    [
        ("複製禁止", {Path.SELECTION, Path.PRINT, Path.PDF, Path.FILE, Path.PACKAGE, Path.API}),
        ("配付禁止", {Path.FORWARD, Path.PDF, Path.FILE, Path.PACKAGE, Path.API}),
        ("読後廃棄", {Path.PDF, Path.FILE, Path.PACKAGE, Path.API}),
        ("印刷禁止", {Path.PRINT, Path.PDF}),
        ("転送禁止", {Path.FORWARD}),
        ("暗号化必須", set()),
    ],
)
def test_a_caveat_closes_every_way_that_needs_a_use_it_stops(words, ways):
    assert caveats.closed(caveats.parse_all([words])) == ways


def test_every_way_needs_something_and_every_use_closes_a_way():
    assert set(NEEDS) == set(Path)
    assert all(NEEDS.values())
    assert frozenset().union(*NEEDS.values()) == set(Use)


WITH_ARGUMENTS = ["2027年3月31日まで", "2027年3月31日まで保存", "24時間以内復旧", "書庫において保存", "社内限り"]


@pytest.mark.parametrize("words", [*caveats.WORDS, *WITH_ARGUMENTS])
def test_every_word_names_what_is_left_on_trust_for_nobody_stops_a_camera(words):
    assert caveats.parse(words).trust
