"""The whole form of the desk: the bulletin and its parts, as they are shown, sent back, put in another order.

Parts are moved, added and removed by submit buttons, so that nothing needs a script: the form is then shown again with
everything in it, and nothing is saved.
"""

import re
from collections.abc import Mapping
from datetime import date

from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import Field, Form
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from bulletins import figures
from bulletins.actions.inspect import Inspected
from bulletins.actions.read import Shown
from bulletins.deadline_words import NONE, deadline_chosen
from bulletins.drafting import MOST_PARTS, Draft
from bulletins.forms import IMPORTANT, SMALL, DraftForm
from bulletins.kind_templates import key_for, key_of, kinds_to_begin_with, left_out, slots_of
from bulletins.models import Bulletin, Part
from bulletins.options import Named, Options
from bulletins.part_form import PartForm, Several
from bulletins.rendition import Portion
from bulletins.structured_forms import BUTTON as ROW_BUTTON
from bulletins.structured_forms import sent_fields, with_rows
from bulletins.worded_caveats import DAYS, apart
from council.access import caveats
from council.access.tiers import Tier

# "back" leads from a preview to the form, and changes nothing.
BUTTON = re.compile(r"(add|up|down|remove|back)-([a-z]+|[0-9]{1,3})")
_FIELD_OF = {
    "released_to": "organisations",
    "released_to.organisations": "organisations",
    "released_to.subcommittees": "to_subcommittees",
    "released_to.people": "people",
}


class Editor:
    """The whole form: the bulletin and its parts, in order."""

    def __init__(self, form: DraftForm, parts: list[PartForm], *, kinds: list[dict[str, str]] | None = None) -> None:
        self.form, self.parts = form, parts
        # Which kinds a new bulletin can begin with, as long as none is chosen.
        self.kinds = kinds

    @property
    def errors(self) -> bool:
        return bool(self.form.errors or any(part.errors for part in self.parts))

    @property
    def saved_parts(self) -> list[PartForm]:
        """The parts that are saved: not those of the template in which nobody wrote anything."""
        return [part for part in self.parts if not part.is_left_empty]

    @property
    def saved_words(self) -> str:
        """What is said when this was saved: also which parts of the template were left out, because nobody wrote anything there."""
        empty = [part.slot_of for part in self.parts if part.is_left_empty]
        return _("下書きを保存しました。") + (left_out(empty) if empty else "")

    @property
    def sends_files(self) -> bool:
        return any(part.files.get(part.add_prefix("file")) for part in self.parts)

    def is_valid(self) -> bool:
        """Whether every field could be understood; what it says is checked by bulletins.drafting."""
        return all([self.form.is_valid(), *(part.is_valid() for part in self.parts)])

    def draft(self) -> Draft:
        """What the author handed in."""
        return self.form.draft(tuple(part.draft() for part in self.saved_parts))

    def add_faults(self, errors: Mapping[str, list[str]]) -> None:
        """Puts each sentence at its field, once; what belongs to no field stands at the form."""
        for where, sentences in errors.items():
            form, name = self._place(where)
            known = form.errors.get(name or NON_FIELD_ERRORS, [])
            for sentence in [each for each in sentences if each not in known]:
                form.add_error(name, sentence)

    def _place(self, where: str) -> tuple[Form, str | None]:
        match = re.fullmatch(r"parts\.([0-9]+)\.([a-z]+)", where)
        form = self.saved_parts[int(match[1]) - 1] if match else self.form
        name = match[2] if match else _FIELD_OF.get(where, where)
        shown = name in form.fields and not form.fields[name].widget.is_hidden
        return form, name if shown else None

    def say_files_are_lost(self) -> None:
        """A browser does not send a file twice: each one that was chosen has to be chosen again."""
        for part in self.parts:
            if part.files.get(part.add_prefix("file")):
                part.add_error("file", _("選んだファイルは保てません。もう一度選んでください。"))


def blank(options: Options, kind: str = "") -> Editor:
    """The form for a new bulletin: the parts that its kind begins with, or one empty paragraph."""
    rows = [{"kind": slot.part, "slot": key_of(kind, slot), "text": slot.text} for slot in slots_of(kind)]
    form = DraftForm(initial={"kind": kind} if rows else {}, options=options)
    kinds = None if rows else kinds_to_begin_with(Bulletin.Kind.choices)
    return Editor(form, _unbound(rows or [{"kind": "text"}], options), kinds=kinds)


def filled(inspected: Inspected, named: Named, options: Options, *, number: int) -> Editor:
    """The form with what a revision says, for revision `number`: its own, or the next without a summary of changes."""
    initial = _initial_of(inspected, named)
    if number != inspected.revision.number:
        initial.update({"change_summary": "", "important": IMPORTANT})
    portions, kind = inspected.rendition.portions if inspected.rendition else (), initial["kind"]
    rows = [_initial_of_part(shown, kind) for shown in portions]
    form = DraftForm(initial=initial, options=options, number=number, kind_fixed=True)
    return Editor(form, _unbound(rows, options))


def copied(inspected: Inspected, options: Options) -> Editor:
    """The form for a new bulletin with the words and labels of another: without its audience, and without days that are over."""
    today, initial = timezone.localdate(), _initial_of(inspected, Named([], [], [], []))
    initial.update({"change_summary": "", "review_on": None, **_without_past_days(initial, today)})
    if initial["deadline"] and initial["deadline"] < timezone.now():
        initial.update({"deadline": None, "deadline_choice": NONE})
    rows = [_initial_of_part(shown, initial["kind"]) for shown in inspected.rendition.portions]
    for row in rows:
        row.update(_without_past_days(row, today))
    return Editor(DraftForm(initial=initial, options=options), _unbound(rows, options))


def _not_over(words: list[str], today: date) -> list[str]:
    return [each.words for each in caveats.parse_all(words) if not each.is_over(today)]


def _without_past_days(initial: Mapping[str, object], today: date) -> dict[str, object]:
    days = {name: None for name, day in initial.items() if name in DAYS and isinstance(day, date) and day < today}
    return {**days, "caveats": _not_over(initial["caveats"], today)}


def days_left_out(inspected: Inspected) -> bool:
    """Whether a copy of this would leave out a last day, or a deadline, that is over."""
    revision, today = inspected.revision, timezone.localdate()
    bodies = [portion.content.part.caveats for portion in inspected.rendition.portions]
    marked = any(_not_over(words, today) != list(words) for words in (revision.caveats, *bodies))
    return marked or bool(revision.deadline and revision.deadline < timezone.now())


def _initial_of(inspected: Inspected, named: Named) -> dict[str, object]:
    revision = inspected.revision
    plain, worded = apart(revision.caveats)
    return {
        "kind": revision.bulletin.kind,
        "title": inspected.title,
        "change_summary": inspected.changes,
        "tier": revision.tier,
        "floor": revision.floor if revision.floor < revision.tier else "",
        "floor_title": inspected.titles[0].words.text if revision.floor < revision.tier and inspected.titles else "",
        "designation": revision.designation.register_number if revision.designation else "",
        "subcommittees": revision.subcommittees,
        "caveats": plain,
        **worded,
        "deadline_choice": deadline_chosen(revision),
        "deadline": None if revision.standard_deadline else revision.deadline,
        "to_subcommittees": named.to_subcommittees,
        "organisations": named.organisations,
        "people": "\n".join(named.addresses),
        "nominated": named.nominated,
        "important": SMALL if revision.important is False else IMPORTANT,
        "review_on": revision.review_on,
        "related": _("、").join(named.related),
    }


def _initial_of_part(portion: Portion[Shown], kind: object) -> dict[str, object]:
    part, words = portion.content.part, portion.content.words
    plain, worded = apart(part.caveats)
    return {
        "kind": part.kind,
        "keep": part.pk if part.stored_file else None,
        "slot": key_for(str(kind), part.kind, words.text),
        **_beside(part.kind, words.text),
        "tier": part.tier,
        "text": words.text,
        "subcommittees": part.subcommittees,
        "caveats": plain,
        **worded,
    }


def _beside(kind: str, text: str) -> dict[str, str]:
    """The words beside a picture, as fields."""
    figure = figures.read(text) if kind == Part.Kind.FIGURE else None
    return {"caption": figure.caption, "alt": figure.alt} if figure else {}


def _unbound(rows: list[dict[str, object]], options: Options) -> list[PartForm]:
    return [PartForm(initial=row, options=options, prefix=f"part-{n}") for n, row in enumerate(rows, start=1)]


def _count(post: QueryDict) -> int:
    return min(int(post["parts"]), MOST_PARTS) if re.fullmatch(r"[0-9]{1,4}", post.get("parts", "")) else 0


def posted(
    post: QueryDict, files: MultiValueDict, options: Options, *, number: int = 1, initial_kind: str = ""
) -> Editor:
    """The form as it was sent, to be checked. `initial_kind` is the kind of a bulletin that exists: it can't change."""
    initial = {"kind": initial_kind} if initial_kind else {}
    form = DraftForm(post, initial=initial, options=options, number=number, kind_fixed=bool(initial_kind))
    numbers = range(1, _count(post) + 1)
    return Editor(form, [PartForm(post, files, options=options, prefix=f"part-{n}") for n in numbers])


def rearranged(post: QueryDict, options: Options, *, number: int = 1, initial_kind: str = "") -> Editor | None:
    """The form as sent, with a part added, moved or removed by the button pressed; None when it was another button."""
    pressed = next((match for match in map(BUTTON.fullmatch, post) if match), None)
    of_rows = next((match for match in map(ROW_BUTTON.fullmatch, post) if match), None)
    if pressed is None and of_rows is None:
        return None
    rows = _rows(post)
    if of_rows and 0 < int(of_rows[2]) <= len(rows):
        with_rows(rows[int(of_rows[2]) - 1]["fields"] or {}, of_rows)
    elif pressed:
        _rearrange(rows, pressed[1], pressed[2])
    return _as_typed(post, rows, options, number, initial_kind)


def restored(fields: Mapping[str, list[str]], options: Options, *, number: int = 1, initial_kind: str = "") -> Editor:
    """The form as it stood when these fields were kept (bulletins.scratches)."""
    typed = QueryDict(mutable=True)
    for name, values in fields.items():
        typed.setlist(name, values)
    return _as_typed(typed, _rows(typed), options, number, initial_kind)


def _rows(post: QueryDict) -> list[dict[str, object]]:
    rows = [_raw(post, PartForm.base_fields, f"part-{n}-") for n in range(1, _count(post) + 1)]
    return [{**row, "fields": sent_fields(post, f"part-{n}", row["kind"])} for n, row in enumerate(rows, start=1)]


def _as_typed(
    post: QueryDict, rows: list[dict[str, object]], options: Options, number: int, initial_kind: str
) -> Editor:
    """The form with every word as it was typed, unchecked."""
    initial = {**_raw(post, DraftForm.base_fields, ""), **({"kind": initial_kind} if initial_kind else {})}
    form = DraftForm(initial=initial, options=options, number=number, kind_fixed=bool(initial_kind))
    return Editor(form, _unbound(rows, options))


def _raw(post: QueryDict, fields: Mapping[str, Field], prefix: str) -> dict[str, object]:
    return {
        name: post.getlist(prefix + name) if isinstance(field, Several) else post.get(prefix + name, "")
        for name, field in fields.items()
    }


def _rearrange(rows: list[dict[str, object]], verb: str, what: str) -> None:
    if verb == "back":
        return
    if verb == "add":
        if what in set(Part.Kind.values) - Part.OF_THE_WHOLE and len(rows) < MOST_PARTS:
            rows.append({"kind": what, "tier": rows[-1]["tier"] if rows else Tier.ONE.value})
        return
    at = int(what) - 1 if what.isdigit() else -1
    if not 0 <= at < len(rows):
        return
    row = rows.pop(at)
    if verb != "remove":
        rows.insert(max(at - 1, 0) if verb == "up" else at + 1, row)
