"""One opened bulletin as its page shows it: parts numbered within the reader's rendition, files, contents, handling."""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from accounts.models import Designation
from bulletins import figures
from bulletins.actions.read import Opened, Shown
from bulletins.figures import Figure
from bulletins.handling import Handling, closed_by, handling_of, limits_of, statement
from bulletins.markdown import Heading
from bulletins.models import Part
from bulletins.rendition import Portion
from bulletins.sealed import anchor
from bulletins.stops import may_leave
from bulletins.viewable import can_show, ending
from council.access import caveats, facts
from council.access.caveats import Path
from council.access.facts import Subject
from council.access.tiers import Tier

# From so many headings on a contents list helps; beyond the second number only the upper levels are listed.
CONTENTS_FROM = 4
LONGEST_CONTENTS = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """A part as text. `limits` are what binds it beyond the bulletin as a whole, `closed` the ways out that only its own caveats close."""

    anchor: str
    tier: Tier
    html: SafeString
    limits: tuple[str, ...]
    closed: frozenset[Path]

    @property
    def figure(self) -> Figure | None:
        """What stands beside a picture; None for words alone."""
        return None

    @property
    def stops_print(self) -> bool:
        return Path.PRINT in self.closed

    @property
    def stops_copy(self) -> bool:
        return Path.SELECTION in self.closed


@dataclass(frozen=True, slots=True)
class Pictured(Piece):
    """A part that is a picture. `ordinal` names it in its address, `position` in that of the desk; `words` are what stands beside it."""

    ordinal: int
    position: int
    words: Figure

    @property
    def figure(self) -> Figure:
        """See above."""
        return self.words


@dataclass(frozen=True, slots=True)
class Attached(Piece):
    """A part that is a file, with the words beside it. `ordinal` names it in its address; without `allowed` a caveat keeps it here."""

    ordinal: int
    name: str
    size: int
    allowed: bool

    @property
    def suffix(self) -> str:
        """CSV, PDF, …; empty for a name without one."""
        return ending(self.name).upper()

    @property
    def viewable(self) -> bool:
        """Whether it can be read on the screen, page by page."""
        return can_show(self.name)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that the page says of the bulletin, and nothing that this reader's rendition does not hold."""

    title: str
    tier: Tier
    handling: Handling
    statement: str
    pieces: list[Piece]
    files: list[Attached]
    contents: list[Heading]
    changes: SafeString
    designation: Designation | None

    @property
    def has_paper(self) -> bool:
        """Whether a numbered copy can be had: never of 重要経済安保情報, nor where the handling closes that way."""
        return self.tier < Tier.CRITICAL and Path.PDF not in self.handling.closed


def sheet_of(subject: Subject, opened: Opened, names: dict[str, str], organisation: str) -> Sheet:
    """The sheet for the reader; `names` are those of their subcommittees by id, `organisation` is that of their own."""
    rendition, served = opened.rendition, opened.bulletin.served
    banner = rendition.banner
    # A rendition below tier three says nothing of the designation that other parts rest on.
    designation = served.designation if banner.tier is Tier.CRITICAL else None
    numbered = list(enumerate(rendition.portions, 1))
    texts = [(n, p) for n, p in numbered if p.content.part.kind != Part.Kind.ATTACHMENT]
    return Sheet(
        title=rendition.title.content.words.text if rendition.title else opened.bulletin.reference,
        tier=banner.tier,
        handling=handling_of(
            banner,
            organisation=organisation,
            own=opened.facts.floor.caveats,
            subcommittees=sorted(names[each] for each in banner.subcommittees if each in names),
            last_day=caveats.last_day(opened.facts.floor.caveats),
            designated_until=designation.expires_on if designation else None,
        ),
        statement=statement(opened.bulletin.reference, served.number, banner),
        pieces=[piece_of(n, portion, opened.facts, names) for n, portion in texts],
        files=[
            _attached(n, portion, opened.facts, names, subject)
            for n, portion in numbered
            if portion.content.part.kind == Part.Kind.ATTACHMENT
        ],
        contents=_contents([h for n, portion in texts for h in portion.content.words.contents(anchor(n))]),
        changes=_html("changes", rendition.changes) if rendition.changes else SafeString(),
        designation=designation,
    )


def _html(place: str, portion: Portion[Shown]) -> SafeString:
    return mark_safe(portion.content.words.rendered(place))  # noqa: S308  nh3 cleaned it before it was sealed


def piece_of(ordinal: int, portion: Portion[Shown], about: facts.Bulletin, names: dict[str, str]) -> Piece:
    """The ordinal-th part as text; `names` are those of the reader's subcommittees by id."""
    bound, html = _bound(ordinal, portion, about, names), _html(anchor(ordinal), portion)
    part = portion.content.part
    figure = figures.read(portion.content.words.text) if part.stored_file else None
    if figure is None:
        return Piece(**bound, html=html)
    return Pictured(**bound, html=html, ordinal=ordinal, position=part.position, words=figure)


def _bound(ordinal: int, portion: Portion[Shown], about: facts.Bulletin, names: dict[str, str]) -> dict[str, Any]:
    label = portion.label
    return {
        "anchor": anchor(ordinal),
        "tier": label.tier,
        "limits": limits_of(label, about.floor, names),
        "closed": closed_by(label, about.floor),
    }


def _attached(
    ordinal: int, portion: Portion[Shown], about: facts.Bulletin, names: dict[str, str], subject: Subject
) -> Attached:
    words = portion.content.words
    caption = words.text.strip() not in ("", words.name)
    return Attached(
        **_bound(ordinal, portion, about, names),
        html=_html(anchor(ordinal), portion) if caption else SafeString(),
        ordinal=ordinal,
        name=words.name,
        size=words.size,
        allowed=bool(may_leave(subject, Path.FILE, facts.Part(about, portion.label))),
    )


def _contents(found: list[Heading]) -> list[Heading]:
    """The headings to list: none for a short text, fewer levels for a long one."""
    if len(found) < CONTENTS_FROM:
        return []
    top = min(heading.level for heading in found)
    for deepest in (top + 1, top):
        shown = [heading for heading in found if heading.level <= deepest]
        if len(shown) <= LONGEST_CONTENTS:
            break
    return shown
