"""Two revisions beside each other as their page shows them: what became of each part, in words for whoever does not see the colours."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from bulletins.actions.compare import Compared, Side
from bulletins.actions.read import Shown
from bulletins.differences import Difference, Facet, Fate, Relabelled, differences, relabelled, resembles
from bulletins.handling import Handling, handling_of
from bulletins.models import Part
from bulletins.rendition import Portion, banner_of
from council.access.facts import Label
from council.access.tiers import Tier
from council.templatetags.portal import jst, jst_date, tier_short

SIDE, INLINE = "side", "inline"
# So much of a file's SHA-256 is shown: enough to tell two files apart, and to compare by eye.
DIGITS = 16


@dataclass(frozen=True, slots=True)
class Line:
    """A part and what became of it; `tier` is that of the side it is read on now, or was read on.

    `told` says whether its earlier words are shown. To readers those of a part that they get no more are not, whatever became of it: it may
    have been taken out, or raised above them. They follow from nothing but the two renditions, so that the page tells nothing either.
    """

    number: int
    difference: Difference
    fate: str
    tier: Tier
    told: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that the page says. `lines` are the parts that differ, `unchanged` how many stayed as they were."""

    title: str
    tier: Tier
    handling: Handling
    summary: str
    labels: list[Relabelled]
    lines: list[Line]
    unchanged: int


def comparison_of(compared: Compared, names: dict[str, str], organisation: str, *, desk: bool = False) -> Comparison:
    """The comparison for somebody of that organisation; `names` are those of the subcommittees they may be told of, by id."""
    before, after = compared.before, compared.after
    both = banner_of((before.rendition.banner, after.rendition.banner), after.rendition.banner)
    found = differences(_facets(before, names), _facets(after, names))
    tiers = {words: tier for side in (before, after) for words, tier in _tiers(side, names)}
    title = after.rendition.title
    return Comparison(
        title=title.content.words.text if title else compared.bulletin.reference,
        tier=both.tier,
        # Of what is shown beside something else, whatever binds a part of either binds the whole page.
        handling=handling_of(
            both,
            organisation=organisation,
            subcommittees=sorted(names[each] for each in both.subcommittees if each in names),
        ),
        summary=after.rendition.changes.content.words.text if after.rendition.changes else "",
        labels=relabelled(_whole(before, names, desk=desk), _whole(after, names, desk=desk)),
        lines=[
            Line(number, each, _fate(each), tiers[each.facet], told=desk or _still_read(each))
            for number, each in enumerate(found, 1)
            if each.fate is not Fate.SAME
        ],
        unchanged=sum(each.fate is Fate.SAME for each in found),
    )


def _still_read(difference: Difference) -> bool:
    """Whether the part that was there is one that the reader still gets, changed or moved, and not another in its place."""
    before, after = difference.before, difference.after
    if difference.fate is not Fate.CHANGED:
        return difference.fate is not Fate.REMOVED
    # Of several titles the highest within reach speaks: another one may have taken the place of one that was raised.
    is_title = after.kind == Part.Kind.TITLE.label
    return not is_title and (before.name == after.name != "" or resembles(before.text, after.text))


def _fate(difference: Difference) -> str:
    words = {Fate.CHANGED: _("変更"), Fate.ADDED: _("追加"), Fate.REMOVED: _("削除"), Fate.MOVED: _("移動")}
    return words[difference.fate]


def _facets(side: Side, names: dict[str, str]) -> list[Facet]:
    return [facet for facet, _tier in _tiers(side, names)]


def _tiers(side: Side, names: dict[str, str]) -> list[tuple[Facet, Tier]]:
    shown = [portion for portion in (side.rendition.title, *side.rendition.portions) if portion]
    return [(_facet(portion, side, names), portion.label.tier) for portion in shown]


def _facet(portion: Portion[Shown], side: Side, names: dict[str, str]) -> Facet:
    part, words = portion.content.part, portion.content.words
    # The title carries what the whole is marked with, and that is told of the whole.
    label = () if part.kind == Part.Kind.TITLE else _label(portion.label, names)
    digest = side.digests.get(part.pk, "") or (str(words.size) if part.stored_file else "")
    return Facet(str(Part.Kind(part.kind).label), words.text, label, words.name, digest)


def _label(label: Label, names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    held = sorted(names[each] for each in label.subcommittees if each in names)
    return (
        (_("格付"), tier_short(label.tier)),
        (_("分科会"), _("、").join(held)),
        (_("取扱制限"), _("、").join(_(caveat.words) for caveat in label.caveats)),
    )


def _whole(side: Side, names: dict[str, str], *, desk: bool) -> list[tuple[str, str]]:
    """What marks the whole; of what lies above a reader nothing is said: it is the banner of what they get."""
    revision = side.revision
    said = [
        *_label(side.rendition.banner, names),
        (_("確認の期限"), jst(revision.deadline) if revision.deadline else ""),
        (_("見直しの日"), jst_date(revision.review_on) if revision.review_on else ""),
    ]
    return [*said, (_("見える下限"), tier_short(revision.floor))] if desk else said
