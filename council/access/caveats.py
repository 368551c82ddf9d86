"""取扱制限: the vocabulary, which uses each one stops, which ways out that closes, and what the words with an argument carry.

Vocabulary: domain-facts §2.2 (統一基準群). What the system can't stop is named as left on trust,
never passed over in silence. Words with an argument are one text with it: 「2027年3月31日まで保存」.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from council.access.words import gettext_noop as _


class Use(StrEnum):
    """What can be done with a bulletin besides reading it on the screen: by a reader, or (REUSE, DELETE) by the desk."""

    PRINT = "print"
    COPY = "copy"
    DOWNLOAD = "download"
    FORWARD = "forward"
    REUSE = "reuse"
    DELETE = "delete"


class Path(StrEnum):
    """A way by which the words of a bulletin can go further than the eyes of whoever reads them, or go altogether."""

    FORWARD = "forward"
    SELECTION = "selection"
    PRINT = "print"
    PDF = "pdf"
    FILE = "file"
    PACKAGE = "package"
    API = "api"
    REUSE = "reuse"
    DISPOSAL = "disposal"


# The one table of what closes which way: a way is open where all of its uses are. An answer of the API is a copy that leaves the screen,
# and so is a package. A PDF is made to be printed, so it is kept back with either.
NEEDS: dict[Path, frozenset[Use]] = {
    Path.FORWARD: frozenset({Use.FORWARD}),
    Path.SELECTION: frozenset({Use.COPY}),
    Path.PRINT: frozenset({Use.PRINT}),
    Path.PDF: frozenset({Use.PRINT, Use.COPY, Use.DOWNLOAD}),
    Path.FILE: frozenset({Use.DOWNLOAD}),
    Path.PACKAGE: frozenset({Use.DOWNLOAD}),
    Path.API: frozenset({Use.COPY, Use.DOWNLOAD}),
    Path.REUSE: frozenset({Use.REUSE}),
    Path.DISPOSAL: frozenset({Use.DELETE}),
}


class CaveatRefused(ValueError):
    """A caveat outside the vocabulary, or with an argument that it does not take. `sentence` says what is wrong, for the catalogue."""

    def __init__(self, sentence: str, words: str = "") -> None:
        self.sentence, self.words = sentence, words[:40]
        super().__init__(sentence % {"words": self.words})


@dataclass(frozen=True, slots=True)
class Caveat:
    """One caveat: its words, the uses it stops, what stays on trust, and its argument if it has one.

    `until` is the last day on which it may be read, `through` the last day on which `stops` holds (None: always), `only` the names in
    「○○限り」. `mark` stands for the words where nothing that an author wrote may stand; it is empty where the words are fixed.
    """

    words: str
    stops: frozenset[Use] = frozenset()
    trust: str = ""
    until: date | None = None
    through: date | None = None
    only: str = ""
    mark: str = ""

    @property
    def safe_words(self) -> str:
        """The words without anything that an author wrote: for names of files and titles of mails above tier one."""
        return self.mark or self.words

    def is_over(self, day: date) -> bool:
        """Whether the day that it carries has passed."""
        end = self.until or self.through
        return end is not None and end < day


# What a caveat leaves on trust are sentences, each in the catalogue by itself; a strip with several caveats says each of them once.
_NO_COPY = "、".join((_("書き写さない"), _("画面を撮らない")))
_NO_PAPER = "、".join((_("画面を撮らない"), _("受け取った写しを印刷しない")))
_COPYING = frozenset({Use.COPY, Use.DOWNLOAD, Use.PRINT})
_VOCABULARY = {
    caveat.words: caveat
    for caveat in (
        Caveat(_("複製禁止"), _COPYING, _NO_COPY),
        Caveat(_("複製要許可"), _COPYING, _("許可のない写しを作らない")),
        Caveat(_("配付禁止"), frozenset({Use.DOWNLOAD, Use.FORWARD}), _("ほかの人に渡さない")),
        Caveat(_("配付要許可"), frozenset({Use.FORWARD}), _("許可なくほかの人に渡さない")),
        Caveat(_("転送禁止"), frozenset({Use.FORWARD}), _("内容をメールやチャットで送らない")),
        Caveat(_("送信禁止"), frozenset({Use.FORWARD}), _("内容をメールやチャットで送らない")),
        Caveat(_("印刷禁止"), frozenset({Use.PRINT}), _NO_PAPER),
        Caveat(_("再利用禁止"), frozenset({Use.REUSE}), _("ほかの資料に引き写さない")),
        Caveat(_("再利用要許可"), frozenset({Use.REUSE}), _("許可なくほかの資料に引き写さない")),
        Caveat(_("暗号化必須"), frozenset(), _("保存するときは暗号化する")),
        Caveat(_("関係者限り"), frozenset({Use.FORWARD}), _("仕事で知る必要がある人にだけ話す")),
        Caveat(_("閲覧者限定"), frozenset({Use.FORWARD}), _("自分以外の人に見せない")),
        Caveat(_("読後廃棄"), frozenset({Use.DOWNLOAD}), _("読み終えた写しを裁断または消去する")),
        Caveat(_("書換禁止"), frozenset(), _("内容を書き換えない")),
        Caveat(_("書換要許可"), frozenset(), _("許可なく内容を書き換えない")),
        Caveat(_("削除禁止"), frozenset({Use.DELETE}), _("写しを消さない")),
        Caveat(_("保存期間満了後廃棄"), frozenset(), _("保存期間が終わったら写しを消す")),
    )
}
WORDS = tuple(_VOCABULARY)
# The place whose name closes every way out: what is kept in the portal alone is taken nowhere.
PORTAL = "このポータル"
LONGEST_ARGUMENT = 40
_DAY = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日")
_TIME = re.compile(r"[1-9][0-9]{0,2}(分|時間|日|週間|か月)")
# Words that anybody may read: letters, and what stands between names.
_NAMES = re.compile(rf"(?=\w)[\w ー・、（）()「」／/&＆.+\-]{{1,{LONGEST_ARGUMENT}}}(?<! )")
_NO_NAMES = ("機密性", "極秘", "マル秘", "限り", "禁止", "許可", "保存", "復旧")


def _date(given: str, refusal: str) -> date:
    match = _DAY.fullmatch(given)
    try:
        return date(*map(int, match.groups())) if match else _refuse(refusal)
    except ValueError as error:
        raise CaveatRefused(_("取扱制限の日付が正しくありません: %(words)s"), given) from error


def _refuse(sentence: str) -> date:
    raise CaveatRefused(sentence)


def _names(given: str, refusal: str) -> str:
    if not _NAMES.fullmatch(given) or any(word in given for word in _NO_NAMES):
        raise CaveatRefused(refusal)
    return given


def _until(words: str, given: str) -> Caveat:
    day = _date(given, _("「○年○月○日まで」には、日付を「2027年3月31日まで」のように入れてください。"))
    return Caveat(words, trust=_("期限が来たら手元の写しを消す"), until=day)


def _kept(words: str, given: str) -> Caveat:
    day = _date(given, _("「○○まで保存」には、日付を「2027年3月31日まで保存」のように入れてください。"))
    return Caveat(words, frozenset({Use.DELETE}), _("書かれた日まで写しを消さない"), through=day)


def _restored(words: str, given: str) -> Caveat:
    if not _TIME.fullmatch(given):
        raise CaveatRefused(
            _("「○○以内復旧」には、数と単位（分、時間、日、週間、か月）を「3日以内復旧」のように入れてください。")
        )
    return Caveat(words, trust=_("使えなくなったときは書かれた時間のうちに使えるように戻す"))


def _stored(words: str, given: str) -> Caveat:
    place = _names(
        given, _("「○○において保存」には、場所を40字までで入れてください。記号、格付、ほかの取扱制限は書けません。")
    )
    if place == PORTAL:
        return Caveat(words, _COPYING, _NO_COPY)
    return Caveat(words, trust=_("写しを書かれた場所にだけ置く"), mark=_("指定の場所において保存"))


def _scoped(words: str, given: str) -> Caveat:
    only = _names(
        given, _("「○○限り」には、見せてよい相手を40字までで入れてください。記号、格付、ほかの取扱制限は書けません。")
    )
    stops = frozenset({Use.FORWARD})
    return Caveat(words, stops, _("書かれた相手以外に見せたり話したりしない"), only=only, mark=_("指定の相手限り"))


# The words with an argument, by what they end with. 関係者限り is a word of its own, and is found before.
WITH_ARGUMENT: dict[str, Callable[[str, str], Caveat]] = {
    "まで保存": _kept,
    "まで": _until,
    "以内復旧": _restored,
    "において保存": _stored,
    "限り": _scoped,
}


def parse(words: str) -> Caveat:
    """The caveat for its Japanese words. CaveatRefused for unknown words, or an argument that they don't take."""
    if words in _VOCABULARY:
        return _VOCABULARY[words]
    for ending, made in WITH_ARGUMENT.items():
        if words.endswith(ending):
            return made(words, words.removesuffix(ending))
    raise CaveatRefused(_("取扱制限の語が決まりにありません: %(words)s"), words)


def parse_all(words: object) -> tuple[Caveat, ...]:
    """The caveats for a list of words, each once, in the order given. CaveatRefused when it is no list of words."""
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        raise CaveatRefused(_("取扱制限は語のならびで指定してください。"))
    return tuple(parse(word) for word in dict.fromkeys(words))


def stopped(caveats: Iterable[Caveat], day: date | None = None) -> frozenset[Use]:
    """Every use that one of the caveats stops; with a day, on that day."""
    return frozenset().union(*(each.stops for each in caveats if not (day and each.through and each.through < day)))


def stays(caveats: Iterable[Caveat]) -> bool:
    """Whether one of the caveats keeps it from ever being deleted, not only through a day."""
    return any(Use.DELETE in each.stops and each.through is None for each in caveats)


def closed(caveats: tuple[Caveat, ...]) -> frozenset[Path]:
    """Every way out that one of the caveats closes."""
    stops = stopped(caveats)
    return frozenset(path for path, needs in NEEDS.items() if needs & stops)


def last_day(caveats: tuple[Caveat, ...]) -> date | None:
    """The earliest last day among the caveats, or None."""
    return min((caveat.until for caveat in caveats if caveat.until), default=None)
