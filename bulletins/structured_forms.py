"""The fields and rows of a structured part in the editor. What they say is checked by bulletins.structured and nowhere else.

Rows are added and removed by submit buttons, like parts (bulletins.editor): the form comes back with everything in it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from bulletins import structured
from bulletins.structured_shapes import MOST_ROWS, SHAPES, Field, Holds, Table

# Sent by a part that was shown as fields: one that was shown as plain text is read as that.
MARK = "sheet"
MORE_ROWS = 3
BUTTON = re.compile(r"(more|less)-([0-9]{1,3})-([a-z]+)(?:-([0-9]{1,3}))?")


class _Inputs(forms.Form):
    use_required_attribute = False


class _Words(forms.CharField):
    """Words as they are. What has to be there is marked; whether it is, bulletins.structured says."""

    def validate(self, value: str) -> None:
        """Anything: see above."""


def _input(field: Field, *, helped: bool) -> forms.CharField:
    widget = forms.TextInput()
    if field.holds is Holds.LINES:
        widget = forms.Textarea(attrs={"rows": 2})
    elif field.holds is Holds.DATE:
        widget = forms.DateInput(attrs={"type": "date"})
    elif field.holds is Holds.CHOICE:
        widget = forms.Select(
            choices=[("", _("選んでください")), *((value, _(words)) for value, words in field.choices)]
        )
    elif field.is_number:
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
    help_text = _(field.help) if field.help and helped else ""
    return _Words(label=_(field.label), required=field.required, strip=False, help_text=help_text, widget=widget)


def _inputs(
    columns: tuple[Field, ...], prefix: str, values: Mapping[str, str], *, sent: bool, helped: bool = True
) -> forms.Form:
    kind = type("Inputs", (_Inputs,), {each.name: _input(each, helped=helped) for each in columns})
    if not sent:
        return kind(initial=dict(values), prefix=prefix)
    return kind(data={f"{prefix}-{name}": value for name, value in values.items()}, prefix=prefix)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one table: each a form of its columns."""

    table: Table
    rows: list[forms.Form]

    @property
    def caption(self) -> str:
        return _(self.table.caption)

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= MOST_ROWS


class SheetForm:
    """One structured part as its author fills it in. `fields` are as in bulletins.structured, `sent` says that they came back."""

    def __init__(self, kind: str, prefix: str, fields: Mapping[str, Any], *, sent: bool) -> None:
        self.kind, self.fields, shape = kind, fields, SHAPES[kind]
        self.faults: list[str] = []
        self.facts = _inputs((shape.title, *shape.facts), f"{prefix}-fact", _facts(fields), sent=sent)
        self.tables = [self._rows(table, prefix, sent=sent) for table in shape.tables]
        self.mark = f"{prefix}-{MARK}"

    def _rows(self, table: Table, prefix: str, *, sent: bool) -> Rows:
        given = list(self.fields.get(table.name) or [{}] * (MORE_ROWS if table.required else 1))
        rows = [
            # The help of a column is said once, in its first row.
            _inputs(table.columns, f"{prefix}-{table.name}-{n}", row, sent=sent, helped=n == 1)
            for n, row in enumerate(given, start=1)
        ]
        return Rows(table, rows)

    def text(self) -> str:
        """The fields as the Markdown that is saved; empty when nobody wrote anything."""
        return structured.to_markdown(self.kind, self.fields)

    @property
    def is_blank(self) -> bool:
        return structured.is_blank(self.kind, self.fields)

    def check(self) -> list[str]:
        """Puts each fault at its field; the sentences, each with the field that it speaks of."""
        for place, sentences in structured.check(self.kind, self.fields).items():
            form, name = self._place(place)
            for sentence in sentences if form is not None else ():
                form.add_error(name, sentence)
        return structured.sentences(self.kind, self.fields)

    def _place(self, place: str) -> tuple[forms.Form | None, str]:
        """The form and field of a place; a table as a whole has none. Empty rows, which are not saved, are not counted."""
        name, _dot, rest = place.partition(".")
        rows = next((each for each in self.tables if each.table.name == name), None)
        if rows is None:
            return self.facts, name
        if not rest:
            return None, ""
        number, _dot, column = rest.partition(".")
        written = [n for n, row in enumerate(self.fields[name]) if any(value.strip() for value in row.values())]
        return rows.rows[written[int(number) - 1]], column


def _facts(fields: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if isinstance(value, str)}


@cache
def _names(kind: str) -> tuple[str, ...]:
    return tuple(each.name for each in (SHAPES[kind].title, *SHAPES[kind].facts))


def sent_fields(sent: Mapping[str, str], prefix: str, kind: str) -> dict[str, Any] | None:
    """The fields of a part as a form sent them; None for a part that was shown as text, or has no fields."""
    if kind not in SHAPES or not sent.get(f"{prefix}-{MARK}"):
        return None
    fields: dict[str, Any] = {name: sent.get(f"{prefix}-fact-{name}", "") for name in _names(kind)}
    for table in SHAPES[kind].tables:
        place = f"{prefix}-{table.name}"
        count = sent.get(f"{place}-rows", "")
        rows = range(1, min(int(count), MOST_ROWS + MORE_ROWS) + 1) if re.fullmatch(r"[0-9]{1,4}", count) else ()
        fields[table.name] = [{c.name: sent.get(f"{place}-{n}-{c.name}", "") for c in table.columns} for n in rows]
    return fields


def fields_of(kind: str, text: str) -> dict[str, Any] | None:
    """The fields of a part that is there; None for a text without the shape (an imported one), which stays text."""
    if kind not in SHAPES:
        return None
    try:
        return structured.read(kind, text)
    except structured.OtherShape:
        return None


def with_rows(fields: dict[str, Any], pressed: re.Match[str]) -> None:
    """Adds empty rows to a table, or takes one away, as the button said."""
    rows = fields.get(pressed[3])
    if not isinstance(rows, list):
        return
    if pressed[1] == "more":
        rows += [{} for _each in range(min(MORE_ROWS, MOST_ROWS - len(rows)))]
    elif pressed[4] and 0 < int(pressed[4]) <= len(rows):
        del rows[int(pressed[4]) - 1]
