"""The whole form of the desk: the bulletin and its parts, as they are shown, sent back, put in another order.

Parts are moved, added and removed by submit buttons, so that nothing needs a script: the form is then shown again with
everything in it, and nothing is saved.
"""

import re
from collections.abc import Mapping

from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import Field, Form
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from bulletins.actions.inspect import Inspected
from bulletins.actions.read import Shown
from bulletins.deadline_words import deadline_chosen
from bulletins.drafting import MOST_PARTS, Draft
from bulletins.forms import DraftForm, PartForm, Several
from bulletins.models import Part
from bulletins.options import Named, Options
from bulletins.rendition import Portion
from council.access import caveats
from council.access.tiers import Tier

BUTTON = re.compile(r"(add|up|down|remove)-([a-z]+|[0-9]{1,3})")
_FIELD_OF = {
    "released_to": "organisations",
    "released_to.organisations": "organisations",
    "released_to.subcommittees": "to_subcommittees",
    "released_to.people": "people",
}


class Editor:
    """The whole form: the bulletin and its parts, in order."""

    def __init__(self, form: DraftForm, parts: list[PartForm]) -> None:
        self.form, self.parts = form, parts

    @property
    def errors(self) -> bool:
        return bool(self.form.errors or any(part.errors for part in self.parts))

    @property
    def sends_files(self) -> bool:
        return any(part.files.get(part.add_prefix("file")) for part in self.parts)

    def is_valid(self) -> bool:
        """Whether every field could be understood; what it says is checked by bulletins.drafting."""
        return all([self.form.is_valid(), *(part.is_valid() for part in self.parts)])

    def draft(self) -> Draft:
        """What the author handed in."""
        return self.form.draft(tuple(part.draft() for part in self.parts))

    def add_faults(self, errors: Mapping[str, list[str]]) -> None:
        """Puts each sentence at its field, once; what belongs to no field stands at the form."""
        for where, sentences in errors.items():
            form, name = self._place(where)
            known = form.errors.get(name or NON_FIELD_ERRORS, [])
            for sentence in [each for each in sentences if each not in known]:
                form.add_error(name, sentence)

    def _place(self, where: str) -> tuple[Form, str | None]:
        match = re.fullmatch(r"parts\.([0-9]+)\.([a-z]+)", where)
        form = self.parts[int(match[1]) - 1] if match else self.form
        name = match[2] if match else _FIELD_OF.get(where, where)
        shown = name in form.fields and not form.fields[name].widget.is_hidden
        return form, name if shown else None

    def say_files_are_lost(self) -> None:
        """A browser does not send a file twice: each one that was chosen has to be chosen again."""
        for part in self.parts:
            if part.files.get(part.add_prefix("file")):
                part.add_error("file", _("選んだファイルは保てません。もう一度選んでください。"))


def blank(options: Options) -> Editor:
    """The form for a new bulletin: one empty paragraph."""
    return Editor(DraftForm(options=options), [PartForm(initial={"kind": "text"}, options=options, prefix="part-1")])


def filled(inspected: Inspected, named: Named, options: Options, *, number: int) -> Editor:
    """The form with what a revision says, for revision `number`: its own, or the next without a summary of changes."""
    initial = _initial_of(inspected, named)
    if number != inspected.revision.number:
        initial["change_summary"] = ""
    rows = [_initial_of_part(shown) for shown in inspected.rendition.portions] if inspected.rendition else []
    form = DraftForm(initial=initial, options=options, number=number, kind_fixed=True)
    return Editor(form, _unbound(rows, options))


def _initial_of(inspected: Inspected, named: Named) -> dict[str, object]:
    revision = inspected.revision
    marks = caveats.parse_all(revision.caveats)
    dated = next((caveat for caveat in marks if caveat.until), None)
    return {
        "kind": revision.bulletin.kind,
        "title": inspected.title,
        "change_summary": inspected.changes,
        "tier": revision.tier,
        "floor": revision.floor if revision.floor < revision.tier else "",
        "floor_title": inspected.titles[0].words.text if revision.floor < revision.tier and inspected.titles else "",
        "designation": revision.designation.register_number if revision.designation else "",
        "subcommittees": revision.subcommittees,
        "caveats": [caveat.words for caveat in marks if caveat is not dated],
        "until": dated.until if dated else None,
        "deadline_choice": deadline_chosen(revision),
        "deadline": None if revision.standard_deadline else revision.deadline,
        "to_subcommittees": named.to_subcommittees,
        "organisations": named.organisations,
        "people": "\n".join(named.addresses),
        "nominated": named.nominated,
    }


def _initial_of_part(portion: Portion[Shown]) -> dict[str, object]:
    part, words = portion.content.part, portion.content.words
    return {
        "kind": part.kind,
        "keep": part.pk if part.stored_file else None,
        "tier": part.tier,
        "text": words.text,
        "subcommittees": part.subcommittees,
        "caveats": part.caveats,
    }


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
    if pressed is None:
        return None
    rows = [_raw(post, PartForm.base_fields, f"part-{n}-") for n in range(1, _count(post) + 1)]
    _rearrange(rows, pressed[1], pressed[2])
    initial = {**_raw(post, DraftForm.base_fields, ""), **({"kind": initial_kind} if initial_kind else {})}
    form = DraftForm(initial=initial, options=options, number=number, kind_fixed=bool(initial_kind))
    return Editor(form, _unbound(rows, options))


def _raw(post: QueryDict, fields: Mapping[str, Field], prefix: str) -> dict[str, object]:
    return {
        name: post.getlist(prefix + name) if isinstance(field, Several) else post.get(prefix + name, "")
        for name, field in fields.items()
    }


def _rearrange(rows: list[dict[str, object]], verb: str, what: str) -> None:
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
