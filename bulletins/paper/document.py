"""A reader's own rendition as the values that paper.typ sets in type. Always in Japanese, as what it says is.

Its members: title (of the file: above tier one the reference alone), heading, originator, grade, label, scope, foot and watermark
(lines), cover (line, issued, strip) or None, parts (tier or None, mark, blocks), files (name, about, blocks), files-heading.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from django.template.defaultfilters import filesizeformat
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from bulletins.actions.read import Opened, Shown
from bulletins.handling import Handling
from bulletins.models import Part
from bulletins.paper.tree import Node, blocks_of, levelled
from bulletins.rendition import Portion
from bulletins.sheet import Attached, Sheet, sheet_of
from council.access.facts import Subject
from council.access.tiers import Tier
from council.templatetags.portal import jst, jst_date, tier_label, tier_short


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whose paper it is, and when it was made; its number as a copy and the day it has to be back, where it has them."""

    person: User
    at: datetime
    number: int = 0
    return_by: date | None = None

    @property
    def line(self) -> str:
        """翠嶺マテリアル株式会社　加藤 美咲"""
        return f"{self.person.organisation.name}　{self.person.name}"

    def watermark(self, reference: str) -> list[str]:
        """The two lines that lie over every page, as on screen."""
        return [self.line, f"{timezone.localtime(self.at):%Y-%m-%d %H:%M} JST　{reference}"]


def document_of(subject: Subject, opened: Opened, names: dict[str, str], bearer: Bearer) -> Node:
    """The document of what was opened, for its reader; `names` are those of their subcommittees by id."""
    with translation.override("ja"):
        sheet = sheet_of(subject, opened, names, bearer.person.organisation.name)
        reference = reference_of(opened)
        copy = _("写し 第%(number)d号") % {"number": bearer.number} if bearer.number else ""
        return {
            "title": reference if sheet.tier > Tier.ONE else sheet.title,
            "heading": sheet.title,
            "originator": opened.bulletin.originator.name,
            **marks(sheet.tier, sheet.handling, bearer, "　".join(filter(None, (reference, copy)))),
            "watermark": bearer.watermark(reference),
            "cover": _cover(opened, sheet, bearer, copy),
            "parts": _parts(opened, sheet),
            "files": [
                _file(attached, portion) for attached, portion in zip(sheet.files, _of(opened, True), strict=True)
            ],
            "files-heading": _("付属資料（この写しには含まれません）"),
        }


def reference_of(opened: Opened) -> str:
    """TH-7KQ4 第2版"""
    words = {"reference": opened.bulletin.reference, "number": opened.bulletin.served.number}
    return _("%(reference)s 第%(number)d版") % words


def marks(tier: Tier, handling: Handling, bearer: Bearer, reference: str) -> Node:
    """What stands at the head and the foot of every page."""
    return {
        "grade": int(tier),
        "label": tier_label(tier),
        "scope": "　".join(filter(None, (handling.scope, *handling.caveats))),
        "foot": [f"{bearer.line}　{jst(bearer.at)} JST", reference],
    }


def _cover(opened: Opened, sheet: Sheet, bearer: Bearer, copy: str) -> Node:
    bulletin, handling = opened.bulletin, sheet.handling
    due = bearer.return_by and _("%(day)sまでに返すか、裁断または消去する") % {"day": jst_date(bearer.return_by)}
    rows = (
        (_("取扱制限"), _("、").join(handling.caveats) or _("ありません")),
        (_("誰に見せてよいか"), handling.who),
        (_("あなたが守る"), _("、").join(filter(None, (handling.reader, due)))),
        (_("この写し"), "　".join(filter(None, (copy, bearer.line)))),
    )
    issued = {"number": bulletin.served.number, "at": jst(bulletin.served.published_at)}
    return {
        "line": "　".join(
            (bulletin.get_kind_display(), bulletin.originator.name, _("資料番号 %s") % bulletin.reference)
        ),
        "issued": _("第%(number)d版　%(at)s 発行") % issued,
        "strip": [list(row) for row in rows if row[1]],
    }


def _of(opened: Opened, attachments: bool) -> list[Portion[Shown]]:
    kinds = opened.rendition.portions
    return [each for each in kinds if (each.content.part.kind == Part.Kind.ATTACHMENT) is attachments]


def _parts(opened: Opened, sheet: Sheet) -> list[Node]:
    """The changes and the text, each with its mark; headings without a gap through the whole document."""
    changes, number = opened.rendition.changes, opened.bulletin.served.number
    said: list[tuple[Tier, tuple[str, ...], list[Node]]] = []
    if changes:
        head = heading(_("第%(number)d版での変更点") % {"number": number})
        said.append((changes.label.tier, (), [head, *blocks_of(changes.content.words.text)]))
    for piece, portion in zip(sheet.pieces, _of(opened, False), strict=True):
        said.append((piece.tier, piece.limits, blocks_of(portion.content.words.text)))
    level = iter(levelled(block for _tier, _limits, blocks in said for block in blocks))
    return [
        {"tier": int(tier), "mark": _mark(tier, limits), "blocks": _take(level, len(blocks))}
        for tier, limits, blocks in said
    ]


def heading(words: str) -> Node:
    """A heading of the portal's own words."""
    return {"k": "heading", "level": 2, "c": [{"k": "text", "t": words}]}


def _take(blocks: Iterator[Node], count: int) -> list[Node]:
    return list(islice(blocks, count))


def _mark(tier: Tier, limits: Iterable[str]) -> str:
    own = _("、").join(limits)
    return tier_short(tier) + (f"　{_('この部分だけの制限：')}{own}" if own else "")


def _file(attached: Attached, portion: Portion[Shown]) -> Node:
    about = (attached.suffix, filesizeformat(attached.size), tier_label(attached.tier), *attached.limits)
    captioned = blocks_of(portion.content.words.text) if attached.html else []
    words = [{**block, "k": "para"} if block["k"] == "heading" else block for block in captioned]
    return {"name": attached.name, "about": _("・").join(filter(None, about)), "blocks": words}
