"""Structured parts: fields and rows of an analysis as Markdown of a fixed shape, and back. Pure but for the catalogue of words.

A structured part is stored, sealed, compared, searched and printed as the Markdown it is. What `to_markdown` writes, `read` gives
back exactly, and what `read` doesn't know (an imported text, one that somebody changed by hand) is Markdown like any other.

Fields are text, as they were typed: {"name": "…", "readiness": "5", "events": [{"date": "2026-11-01", …}, …]}. Marks of
Markdown inside them mean what they mean in a paragraph; only what would break the table is written in another way.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext

from bulletins.structured_shapes import MOST_ROWS, SHAPES, Field, Holds, Shape, Table

Fields = dict[str, Any]
MOST_DAYS = 3650
EARLIEST_YEAR, LATEST_YEAR = 1900, 2999

_WRITTEN_DATE = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日")
_NUMBER = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,2})?")
# A reference that could be taken for one of ours, a tag that could be taken for our line break.
_OURS = re.compile(r"&(?=#(?:35|38|60|92);)|<(?=br>)")
_ENTITIES = {"&": "&#38;", "<": "&#60;"}
_ENCODED = re.compile(r"\\\||<br>|&#(35|38|60|92);")


class OtherShape(ValueError):
    """The text is not what `to_markdown` writes for this kind."""


def is_structured(kind: str) -> bool:
    """Whether parts of this kind have a shape."""
    return kind in SHAPES


def blank(kind: str) -> Fields:
    """Every field empty, no rows."""
    shape = SHAPES[kind]
    return {**{field.name: "" for field in _scalars(shape)}, **{table.name: [] for table in shape.tables}}


def normalised(kind: str, fields: Mapping[str, Any]) -> Fields:
    """The same fields without spaces around them, dates and choices by their values, empty rows left out."""
    shape = SHAPES[kind]
    kept: Fields = {field.name: _tidy(field, fields.get(field.name, "")) for field in _scalars(shape)}
    for table in shape.tables:
        rows = [
            {each.name: _tidy(each, row.get(each.name, "")) for each in table.columns} for row in _rows(fields, table)
        ]
        kept[table.name] = [row for row in rows if any(row.values())]
    return kept


def is_blank(kind: str, fields: Mapping[str, Any]) -> bool:
    """Whether nobody has written anything."""
    return normalised(kind, fields) == blank(kind)


def to_markdown(kind: str, fields: Mapping[str, Any]) -> str:
    """The fields as Markdown: a heading, the facts as a table without head, each table of rows with its caption."""
    if is_blank(kind, fields):
        return ""
    shape, given = SHAPES[kind], normalised(kind, fields)
    title = re.sub(r"(?<=\s)(#*)#$", r"\1&#35;", _encoded(given[shape.title.name]))
    blocks = [f"## {shape.heading}：{title}".rstrip()]
    facts = [[field.label, _shown(field, given[field.name])] for field in shape.facts if given[field.name]]
    if facts:
        blocks += [f"表：{shape.caption}", _table(["", ""], ["---", "---"], facts)]
    for table in shape.tables:
        if rows := [[_shown(each, row[each.name]) for each in table.columns] for row in given[table.name]]:
            blocks += [f"表：{table.caption}", _table(*_head(table), rows)]
    return "\n\n".join(blocks)


def read(kind: str, text: str) -> Fields:
    """The fields of a text. OtherShape when it says anything that the fields don't."""
    shape, found, text = SHAPES[kind], blank(kind), text.strip()
    for block in text.split("\n\n") if text else ():
        lines = block.split("\n")
        if lines[0].startswith("## "):
            found[shape.title.name] = _decoded(lines[0].removeprefix(f"## {shape.heading}："))
        elif lines[0].startswith("|"):
            _read_table(shape, lines, found)
    if to_markdown(kind, found) != text:
        raise OtherShape
    return normalised(kind, found)


def check(kind: str, fields: Mapping[str, Any]) -> dict[str, list[str]]:
    """What does not hold, by place: "readiness", "events" or, counted from 1, "events.2.date". Empty when all holds."""
    shape, given = SHAPES[kind], normalised(kind, fields)
    errors = {field.name: _faults(field, given[field.name]) for field in _scalars(shape)}
    for table in shape.tables:
        errors[table.name] = _faults_of_rows(table, given[table.name])
        for number, row in enumerate(given[table.name], start=1):
            errors |= {f"{table.name}.{number}.{each.name}": _faults(each, row[each.name]) for each in table.columns}
    first, last = (given[name] for name in shape.order) if shape.order else ("", "")
    if first and last and not errors[shape.order[0]] and not errors[shape.order[1]] and last < first:
        errors[shape.order[1]].append(gettext("終わりが始めより前になっています。"))
    return {place: sentences for place, sentences in errors.items() if sentences}


def sentences(kind: str, fields: Mapping[str, Any]) -> list[str]:
    """What does not hold, each sentence with the field it speaks of."""
    return [f"{label_of(kind, place)}：{each}" for place, said in check(kind, fields).items() for each in said]


def faults_in(kind: str, text: str) -> list[str]:
    """The sentences for the text of a part; none for one that has no shape, or not that of its kind."""
    try:
        return sentences(kind, read(kind, text)) if is_structured(kind) and text.strip() else []
    except OtherShape:
        return []


def label_of(kind: str, place: str) -> str:
    """The words for a place of `check`: 主な出来事 2行目 日付."""
    shape = SHAPES[kind]
    name, _, rest = place.partition(".")
    table = next((table for table in shape.tables if table.name == name), None)
    if table is None:
        return gettext(next(field.label for field in _scalars(shape) if field.name == name))
    if not rest:
        return gettext(table.caption)
    number, _, column = rest.partition(".")
    words = gettext(next(each.label for each in table.columns if each.name == column))
    place_in_table = gettext("%(table)s %(number)s行目 %(column)s")
    return place_in_table % {"table": gettext(table.caption), "number": number, "column": words}


def _scalars(shape: Shape) -> tuple[Field, ...]:
    return (shape.title, *shape.facts)


def _rows(fields: Mapping[str, Any], table: Table) -> list[Mapping[str, str]]:
    return list(fields.get(table.name) or ())


# Values as they are kept, and as they are written


def _tidy(field: Field, value: str) -> str:
    text = re.sub(r"\r\n?|[\f\v]", "\n", value).strip()
    if field.holds is not Holds.LINES:
        text = re.sub(r"\s*\n\s*", " ", text)
    if field.holds is Holds.CHOICE:
        return next((known for known, words in field.choices if text == words), text)
    if field.holds is Holds.DATE:
        return _iso(unicodedata.normalize("NFKC", text)) or text
    if field.is_number:
        return unicodedata.normalize("NFKC", text).rstrip("% ").strip()
    return text


def _iso(words: str) -> str:
    """2026-11-01 for 2026年11月1日; empty for what is not written so, or no day of any calendar."""
    found = _WRITTEN_DATE.fullmatch(words)
    try:
        return date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else None
    except ValueError:
        return None


def _shown(field: Field, value: str) -> str:
    """The cell of a value."""
    if field.holds is Holds.CHOICE:
        return _encoded(dict(field.choices).get(value, value))
    day = _day(value) if field.holds is Holds.DATE else None
    return f"{day.year:04}年{day.month}月{day.day}日" if day else _encoded(value)


def _encoded(value: str) -> str:
    """The value so that a table keeps it whole; backslashes only where they would swallow a mark of ours."""
    text = _OURS.sub(lambda found: _ENTITIES[found[0]], value)
    text = re.sub(r"\\+(?=[|\n])", lambda found: "&#92;" * len(found[0]), text)
    return text.replace("|", "\\|").replace("\n", "<br>")


def _decoded(cell: str) -> str:
    return _ENCODED.sub(lambda found: chr(int(found[1])) if found[1] else "\n" if found[0] == "<br>" else "|", cell)


# Tables


def _head(table: Table) -> tuple[list[str], list[str]]:
    return [each.label for each in table.columns], ["---:" if each.is_number else "---" for each in table.columns]


def _table(head: list[str], marks: list[str], rows: list[list[str]]) -> str:
    return "\n".join(_line(cells) for cells in (head, marks, *rows))


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _read_table(shape: Shape, lines: list[str], found: Fields) -> None:
    """Puts the cells into `found`; what belongs to no field stays out, and is missed when the text is compared."""
    rows = [[_decoded(cell) for cell in _cells(line)] for line in lines[2:]]
    if lines[0] == _line(["", ""]):
        names = {field.label: field.name for field in shape.facts}
        found |= {names[row[0]]: row[1] for row in rows if len(row) == 2 and row[0] in names}
    for table in shape.tables:
        if lines[0] == _line(_head(table)[0]):
            names = [each.name for each in table.columns]
            found[table.name] = [dict(zip(names, row, strict=True)) for row in rows if len(row) == len(names)]


def _cells(line: str) -> Iterator[str]:
    """No cell holds a bar that is not escaped, so a bar between spaces parts two of them."""
    yield from line.removeprefix("| ").removesuffix(" |").split(" | ")


# What holds


def _faults_of_rows(table: Table, rows: list[dict[str, str]]) -> list[str]:
    if len(rows) > MOST_ROWS:
        return [gettext("多すぎます。%(most)d行までにしてください。") % {"most": MOST_ROWS}]
    return [gettext("1行以上入れてください。")] if table.required and not rows else []


def _faults(field: Field, value: str) -> list[str]:
    if not value:
        return [gettext("入力してください。")] if field.required else []
    if len(value) > field.longest:
        return [gettext("長すぎます。%(longest)d文字までにしてください。") % {"longest": field.longest}]
    if field.holds is Holds.CHOICE and value not in dict(field.choices):
        return [gettext("並んでいるものから選んでください。")]
    if field.holds is Holds.DATE:
        day = _day(value)
        known = day is not None and EARLIEST_YEAR <= day.year <= LATEST_YEAR
        return [] if known else [gettext("日付を年・月・日で入れてください。")]
    if field.is_number:
        return _faults_of_number(field, value)
    return []


def _faults_of_number(field: Field, value: str) -> list[str]:
    most = 100 if field.holds is Holds.PERCENT else MOST_DAYS
    if _NUMBER.fullmatch(value) and float(value) <= most:
        return []
    return [gettext("0から%(most)dまでの数を入れてください。") % {"most": most}]
