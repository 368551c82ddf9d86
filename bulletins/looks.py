"""What is typed in the editor, as those who get all of it will read it. Nothing is saved, and nothing is asked but the form.

The words go the way of every part: markdown.render, the page's own template, the label in the margin.
"""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from bulletins import figures, structured
from bulletins.actions.read import Shown
from bulletins.drafting import PartDraft, caveat_fault
from bulletins.editor import Editor
from bulletins.figures import Figure
from bulletins.handling import Handling, handling_of
from bulletins.markings import is_marked_secret
from bulletins.models import Part
from bulletins.options import Options
from bulletins.part_form import PartForm
from bulletins.rendition import Portion, banner_of
from bulletins.sealed import Words
from bulletins.sheet import Piece, piece_of
from council.access import caveats
from council.access.facts import Bulletin, Label, State
from council.access.tiers import Tier, TierRefused


@dataclass(frozen=True, slots=True)
class Look:
    """One part: as it will be read, or (`faults`) why it can't be shown or saved. A file is only told of, of a figure the words."""

    number: int
    kind: str
    piece: Piece | None = None
    faults: list[str] = field(default_factory=list)
    is_file: bool = False
    figure: Figure | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """The draft: its title, the banner over all its parts and the strip in words, and each part."""

    title: str
    tier: Tier
    handling: Handling
    looks: list[Look]
    faults: list[str]


def look_at(written: Editor, options: Options, organisation: str, *, only: int | None = None) -> Whole:
    """What the sent form says, for a reader of `organisation`; with `only` one part, by its place in the form."""
    written.is_valid()
    faults: list[str] = []
    own, tier = _own_label(written, options, faults)
    about = Bulletin(State.DRAFT, floor=own, banner=own, originator="", author="")
    names = dict(options.subcommittees)
    chosen = [
        (n, part) for n, part in enumerate(written.parts, 1) if n == only or (only is None and not part.is_left_empty)
    ]
    looks = [_look(place, n, part, about, names) for place, (n, part) in enumerate(chosen, start=1)]
    labels = [Label(each.piece.tier, own.subcommittees) for each in looks if each.piece]
    banner = banner_of([Label(tier), *labels], own)
    handling = handling_of(
        banner,
        organisation=organisation,
        own=own.caveats,
        subcommittees=sorted(names[each] for each in banner.subcommittees if each in names),
        last_day=caveats.last_day(own.caveats),
    )
    return Whole(_title(written, faults), banner.tier, handling, looks, faults)


def _own_label(written: Editor, options: Options, faults: list[str]) -> tuple[Label, Tier]:
    """The label of the bulletin itself, and the tier of the title that its fullest readers get."""
    draft = written.form.draft(())
    faults += written.form.word_faults
    known = {value for value, _words in options.subcommittees}
    lower = draft.floor if draft.floor and not draft.floor_title else None
    tier = _tier(lower or draft.tier, faults)
    return Label(
        Tier.ONE, frozenset(known & set(draft.subcommittees)), _caveats(draft.caveats, faults)
    ), tier or Tier.ONE


def _title(written: Editor, faults: list[str]) -> str:
    title = written.form.cleaned_data.get("title", "")
    if not is_marked_secret(title):
        return title
    faults.append(_secret())
    return ""


def _secret() -> str:
    return _("機密性3情報（極秘・秘）はこのポータルでは扱えません。定められた別の手段を使ってください。")


def _tier(value: object, faults: list[str]) -> Tier | None:
    try:
        return Tier.parse(value)
    except TierRefused as refused:
        faults.append(_(str(refused)))
        return None


def _caveats(words: tuple[str, ...], faults: list[str]) -> tuple[caveats.Caveat, ...]:
    try:
        return caveats.parse_all(words)
    except caveats.CaveatRefused as refused:
        faults.append(caveat_fault(refused))
        return ()


def _look(place: int, number: int, form: PartForm, about: Bulletin, names: dict[str, str]) -> Look:
    part, faults = form.draft(), form.word_faults
    tier, marks = _tier(part.tier, faults), _caveats(part.caveats, faults)
    if is_marked_secret(part.text):
        return Look(number, form.kind_words, faults=[_secret()])
    if form.is_attachment:
        return Look(number, form.kind_words, faults=faults, is_file=True)
    if form.is_picture:
        faults += [sentence for _name, sentence in figures.faults_in(part.text, part.data)]
        return Look(number, form.kind_words, faults=faults, figure=figures.read(part.text))
    faults += structured.faults_in(part.kind, part.text) or (
        [] if part.text.strip() else [_("まだ何も書かれていません。")]
    )
    if tier is None or not part.text.strip():
        return Look(number, form.kind_words, faults=faults)
    label = Label(tier, frozenset(part.subcommittees) & frozenset(names), marks)
    return Look(number, form.kind_words, piece_of(place, _portion(part, label), about, names), faults)


def _portion(part: PartDraft, label: Label) -> Portion[Shown]:
    return Portion(False, label, Shown(Part(kind=part.kind, tier=label.tier), Words(part.text)))
