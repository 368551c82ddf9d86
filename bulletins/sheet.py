"""One opened bulletin as its page shows it: parts numbered within the reader's rendition, files, contents, handling."""

from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from accounts.models import Designation
from bulletins.actions.read import Opened, Shown
from bulletins.handling import Handling, handling_of, limits_of, statement
from bulletins.markdown import Heading
from bulletins.models import Part
from bulletins.rendition import Portion
from bulletins.sealed import anchor
from council.access import caveats, facts
from council.access.facts import Subject
from council.access.policy import Action, decide
from council.access.tiers import Tier

# From so many headings on a contents list helps; beyond the second number only the upper levels are listed.
CONTENTS_FROM = 4
LONGEST_CONTENTS = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """A part as text. `limits` are what binds it beyond the bulletin as a whole."""

    anchor: str
    tier: Tier
    html: SafeString
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attached:
    """A part that is a file. `ordinal` names it in its address; without `allowed` a caveat keeps it here."""

    ordinal: int
    anchor: str
    tier: Tier
    name: str
    size: int
    html: SafeString
    limits: tuple[str, ...]
    allowed: bool

    @property
    def suffix(self) -> str:
        """CSV, PDF, …; empty for a name without one."""
        return self.name.rpartition(".")[2].upper() if "." in self.name else ""


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
            subcommittees=sorted(names[each] for each in banner.subcommittees if each in names),
            last_day=caveats.last_day(opened.facts.floor.caveats),
            designated_until=designation.expires_on if designation else None,
        ),
        statement=statement(opened.bulletin.reference, served.number, banner),
        pieces=[_piece(n, portion, opened.facts, names) for n, portion in texts],
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


def _piece(ordinal: int, portion: Portion[Shown], about: facts.Bulletin, names: dict[str, str]) -> Piece:
    label = portion.label
    return Piece(anchor(ordinal), label.tier, _html(anchor(ordinal), portion), limits_of(label, about.floor, names))


def _attached(
    ordinal: int, portion: Portion[Shown], about: facts.Bulletin, names: dict[str, str], subject: Subject
) -> Attached:
    label, words = portion.label, portion.content.words
    caption = words.text.strip() not in ("", words.name)
    return Attached(
        ordinal,
        anchor(ordinal),
        label.tier,
        words.name,
        words.size,
        _html(anchor(ordinal), portion) if caption else SafeString(),
        limits_of(label, about.floor, names),
        allowed=bool(decide(subject, Action.DOWNLOAD, facts.Part(about, label))),
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
