"""What differs between two texts of the pledge, paragraph by paragraph. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_BLANK = re.compile(r"\n[ \t\u3000]*\n+")


class Kind(StrEnum):
    """What became of a paragraph."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """One paragraph, and what became of it."""

    kind: Kind
    text: str


def paragraphs(body: str) -> list[str]:
    """What stands between blank lines, however the lines end."""
    text = body.replace("\r\n", "\n").replace("\r", "\n").strip()
    return [each.strip() for each in _BLANK.split(text) if each.strip()]


def changes(before: str, after: str) -> list[Piece]:
    """Every paragraph of both texts in order; of a place that changed, what is gone comes before what is new."""
    old, new = paragraphs(before), paragraphs(after)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces += [Piece(Kind.SAME, each) for each in new[j1:j2]]
        else:
            pieces += [Piece(Kind.GONE, each) for each in old[i1:i2]]
            pieces += [Piece(Kind.NEW, each) for each in new[j1:j2]]
    return pieces
