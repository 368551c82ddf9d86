"""From the banner of a rendition to the words of its handling strip. Pure but for the catalogue of words.

What the system stops and what is left on trust are two lists that are never mixed (domain-facts §2.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from council.access import caveats
from council.access.caveats import Caveat, Path
from council.access.facts import Label
from council.access.tiers import Tier


@dataclass(frozen=True, slots=True)
class Handling:
    """The strip in words: `scope` for the mark, `who` one sentence, `system` what is stopped, `reader` what is not.

    `closed` are the ways out that the bulletin's own caveats close, `partly` those that only caveats of single parts do.
    """

    caveats: tuple[str, ...]
    scope: str
    who: str
    system: str
    reader: str
    closed: frozenset[Path]
    partly: frozenset[Path]

    @property
    def stops_print(self) -> bool:
        """Whether nothing of it may be printed."""
        return Path.PRINT in self.closed

    @property
    def stops_copy(self) -> bool:
        """Whether nothing of it may be selected."""
        return Path.SELECTION in self.closed

    @property
    def guards_copy(self) -> bool:
        """Whether anything of it may not be selected."""
        return Path.SELECTION in self.closed | self.partly


def handling_of(
    banner: Label,
    *,
    organisation: str,
    own: Sequence[Caveat] | None = None,
    subcommittees: Sequence[str] = (),
    last_day: date | None = None,
    designated_until: date | None = None,
) -> Handling:
    """The strip for a banner, for a reader of that organisation; `subcommittees` are the names of those on the banner.

    `own` are the caveats of the bulletin itself: all others of the banner bind single parts. Without it all bind the whole.
    `last_day` is the last day on which the bulletin is served, `designated_until` that of its designation.
    """
    own = banner.caveats if own is None else tuple(own)
    closed = caveats.closed(own)
    partly = caveats.closed(banner.caveats) - closed
    return Handling(
        caveats=tuple(_(caveat.words) for caveat in banner.caveats),
        scope=scope_of(subcommittees),
        who=_who(banner, organisation, subcommittees),
        system=_("、").join([*_ways(closed, partly, banner.caveats), *_ends(banner, own, last_day, designated_until)]),
        reader=_("、").join(_on_trust(banner)),
        closed=closed,
        partly=partly,
    )


def scope_of(subcommittees: Sequence[str]) -> str:
    """電子部品・素材分科会限り; several are joined, none is an empty string."""
    return _("%(names)s限り") % {"names": _("・かつ").join(subcommittees)} if subcommittees else ""


def statement(reference: str, number: int, banner: Label) -> str:
    """What a person says by acknowledging: the words beside the button."""
    conditions = [banner.tier.label, *(caveat.words for caveat in banner.caveats)]
    words = {"reference": reference, "number": number, "conditions": _("、").join(map(_, conditions))}
    return _("%(reference)s 第%(number)d版を読み、%(conditions)sの条件を守ります。") % words


def limits_of(label: Label, banner_own: Label, names: dict[str, str]) -> tuple[str, ...]:
    """What binds one part beyond the bulletin as a whole: subcommittees by name, then caveats."""
    own = {caveat.words for caveat in banner_own.caveats}
    extra = sorted(names[each] for each in label.subcommittees - banner_own.subcommittees if each in names)
    return (
        *((scope_of(extra),) if extra else ()),
        *(_(caveat.words) for caveat in label.caveats if caveat.words not in own),
    )


def closed_by(label: Label, banner_own: Label) -> frozenset[Path]:
    """The ways out that a part's own caveats close beyond those of the bulletin as a whole."""
    return caveats.closed(label.caveats) - caveats.closed(banner_own.caveats)


def _who(banner: Label, organisation: str, subcommittees: Sequence[str]) -> str:
    """誰に見せてよいか, one sentence; the narrowest limit speaks."""
    words = {"organisation": organisation, "names": _("と").join(subcommittees)}
    if banner.tier is Tier.CRITICAL:
        return _(
            "この指定の取扱者名簿に載っている人だけが見られ、同じ組織の中でも名簿にない人には見せることも話すこともできません。"
        )
    if "閲覧者限定" in {caveat.words for caveat in banner.caveats}:
        return _("あなただけが見られ、同じ組織の人にも見せることはできません。")
    if len(subcommittees) > 1:
        return (
            _("%(names)sのすべてに属する人にだけ見せられ、%(organisation)sの中でもほかの人には見せられません。") % words
        )
    if subcommittees:
        return _("%(names)sに属する人にだけ見せられ、%(organisation)sの中でもほかの人には見せられません。") % words
    only = [caveat.only for caveat in banner.caveats if caveat.only]
    if only:
        return _("%(only)sにだけ見せられ、%(organisation)sの中でもほかの人には見せることも話すこともできません。") % {
            **words,
            "only": _("・かつ").join(only),
        }
    if banner.tier is Tier.TWO or Path.FORWARD in caveats.closed(banner.caveats):
        return (
            _(
                "%(organisation)sの中で仕事のために知る必要がある人にだけ見せられ、組織の外には委託先や取引先も含めて見せられません。"
            )
            % words
        )
    return _("だれに見せてもかまいません。")


def _ways(closed: frozenset[Path], partly: frozenset[Path], marks: tuple[Caveat, ...]) -> list[str]:
    """Which ways out the portal itself closes, in words. Only what it really does is named."""
    stays = caveats.stays(marks)
    named = {
        Path.FORWARD: _("このポータルからの転送"),
        Path.SELECTION: _("文字の選択と複写"),
        Path.PRINT: _("画面からの印刷"),
        Path.PDF: _("PDFの受け取り"),
        Path.FILE: _("付属資料の受け取り"),
        Path.PACKAGE: _("封をした包みの受け取り"),
        Path.API: _("プログラムへの本文の引き渡し"),
        Path.REUSE: _("新しい資料への写し"),
        Path.DISPOSAL: _("このポータルからの廃棄") if stays else _("書かれた日までの、このポータルからの廃棄"),
    }
    said = [words for path, words in named.items() if path in closed]
    return said + [_("制限のある部分の、%(use)s") % {"use": words} for path, words in named.items() if path in partly]


def _ends(banner: Label, own: tuple[Caveat, ...], last_day: date | None, designated_until: date | None) -> list[str]:
    """Which days end it, and who is kept out whatever day it is."""
    said = [_("期限（%(day)s）を過ぎた閲覧") % {"day": _day(last_day)}] if last_day else []
    part_ends = caveats.last_day(tuple(each for each in banner.caveats if each not in own))
    if part_ends:
        said.append(
            _("制限のある部分の、%(use)s") % {"use": _("期限（%(day)s）を過ぎた閲覧") % {"day": _day(part_ends)}}
        )
    if banner.tier is Tier.CRITICAL:
        said.append(_("取扱者名簿にない人の閲覧"))
        if designated_until:
            said.append(_("指定の満了（%(day)s）を過ぎた閲覧") % {"day": _day(designated_until)})
    return said


def _on_trust(banner: Label) -> list[str]:
    """What nobody can stop and each reader keeps to, each once."""
    said = [_(each) for caveat in banner.caveats for each in caveat.trust.split("、") if each]
    if banner.tier is Tier.CRITICAL:
        said += [_("手書きの写しを作らない"), _("席を離れるときは画面を閉じる")]
    return list(dict.fromkeys(said))


def _day(day: date) -> str:
    return _("%(year)d年%(month)d月%(day)d日") % {"year": day.year, "month": day.month, "day": day.day}
