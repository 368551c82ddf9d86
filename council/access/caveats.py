"""取扱制限: the vocabulary, which uses each one stops, which ways out that closes, and the date that 「○年○月○日まで」 carries.

Vocabulary: domain-facts §2.2 (統一基準群). What the system can't stop is named as left on trust,
never passed over in silence.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from council.access.words import gettext_noop as _


class Use(StrEnum):
    """What a reader can do with a rendition besides reading it on the screen."""

    PRINT = "print"
    COPY = "copy"
    DOWNLOAD = "download"
    FORWARD = "forward"


class Path(StrEnum):
    """A way by which the words of a bulletin can go further than the eyes of whoever reads them."""

    FORWARD = "forward"
    SELECTION = "selection"
    PRINT = "print"
    PDF = "pdf"
    FILE = "file"
    PACKAGE = "package"
    API = "api"


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
}


class CaveatRefused(ValueError):
    """A caveat outside the vocabulary; the message names it."""


@dataclass(frozen=True, slots=True)
class Caveat:
    """One caveat: its words, the uses it stops, what stays on trust, and its last day if it has one."""

    words: str
    stops: frozenset[Use] = frozenset()
    trust: str = ""
    until: date | None = None


_COPYING = frozenset({Use.COPY, Use.DOWNLOAD, Use.PRINT})
_VOCABULARY = {
    caveat.words: caveat
    for caveat in (
        Caveat(_("複製禁止"), _COPYING, _("書き写さない、画面を撮らない")),
        Caveat(_("複製要許可"), _COPYING, _("許可のない写しを作らない")),
        Caveat(_("配付禁止"), frozenset({Use.DOWNLOAD, Use.FORWARD}), _("ほかの人に渡さない")),
        Caveat(_("配付要許可"), frozenset({Use.FORWARD}), _("許可なくほかの人に渡さない")),
        Caveat(_("転送禁止"), frozenset({Use.FORWARD}), _("内容をメールやチャットで送らない")),
        Caveat(_("送信禁止"), frozenset({Use.FORWARD}), _("内容をメールやチャットで送らない")),
        Caveat(_("印刷禁止"), frozenset({Use.PRINT}), _("画面を撮らない、受け取った写しを印刷しない")),
        Caveat(_("再利用禁止"), frozenset(), _("ほかの資料に引き写さない")),
        Caveat(_("再利用要許可"), frozenset(), _("許可なくほかの資料に引き写さない")),
        Caveat(_("暗号化必須"), frozenset(), _("保存するときは暗号化する")),
        Caveat(_("関係者限り"), frozenset({Use.FORWARD}), _("仕事で知る必要がある人にだけ話す")),
        Caveat(_("閲覧者限定"), frozenset({Use.FORWARD}), _("自分以外の人に見せない")),
        Caveat(_("読後廃棄"), frozenset({Use.DOWNLOAD}), _("読み終えた写しを裁断または消去する")),
        Caveat(_("書換禁止"), frozenset(), _("内容を書き換えない")),
        Caveat(_("書換要許可"), frozenset(), _("許可なく内容を書き換えない")),
        Caveat(_("削除禁止"), frozenset(), _("写しを消さない")),
        Caveat(_("保存期間満了後廃棄"), frozenset(), _("保存期間が終わったら写しを消す")),
    )
}
WORDS = tuple(_VOCABULARY)
_UNTIL = re.compile(r"^([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日まで$")


def parse(words: str) -> Caveat:
    """The caveat for its Japanese words. CaveatRefused for unknown words or an impossible date."""
    if words in _VOCABULARY:
        return _VOCABULARY[words]
    match = _UNTIL.match(words)
    if match:
        try:
            return Caveat(words, trust=_("期限が来たら手元の写しを消す"), until=date(*map(int, match.groups())))
        except ValueError as error:
            raise CaveatRefused(f"取扱制限の日付が正しくありません: {words}") from error
    raise CaveatRefused(f"取扱制限の語が決まりにありません: {words[:40]}")


def parse_all(words: object) -> tuple[Caveat, ...]:
    """The caveats for a list of words, each once, in the order given. CaveatRefused when it is no list of words."""
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        raise CaveatRefused("取扱制限は語のならびで指定してください。")
    return tuple(parse(word) for word in dict.fromkeys(words))


def stopped(caveats: tuple[Caveat, ...]) -> frozenset[Use]:
    """Every use that one of the caveats stops."""
    return frozenset().union(*(caveat.stops for caveat in caveats))


def closed(caveats: tuple[Caveat, ...]) -> frozenset[Path]:
    """Every way out that one of the caveats closes."""
    stops = stopped(caveats)
    return frozenset(path for path, needs in NEEDS.items() if needs & stops)


def last_day(caveats: tuple[Caveat, ...]) -> date | None:
    """The earliest last day among the caveats, or None."""
    return min((caveat.until for caveat in caveats if caveat.until), default=None)
