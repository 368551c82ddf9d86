"""Figures: a picture, a caption, and in words what it shows, for everybody who doesn't see it. Pure but for the catalogue of words.

Caption and words are the part's text, two paragraphs of a fixed shape, so that packages, paper, search and comparisons have them
without the picture. A figure without a file (an imported one) is text like any other.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bulletins.lettering import show_hidden
from bulletins.structured_shapes import CELL_LENGTH, LINE_LENGTH

_WRITTEN = re.compile(r"図：([^\n]*)\n\n代わりの文章：(.*)", re.DOTALL)
# What browsers show and bulletins.metadata looks into. SVG can hold programs, so it is none of them.
_TYPES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
LONGEST_CAPTION, LONGEST_WORDS = LINE_LENGTH, 2 * CELL_LENGTH


@dataclass(frozen=True, slots=True)
class Figure:
    """What stands beside the picture."""

    caption: str = ""
    alt: str = ""

    @property
    def shown_alt(self) -> str:
        """The words for the picture as a page carries them, on one line and with nothing hidden."""
        return show_hidden(self.alt.replace("\n", " "))

    @property
    def shown_caption(self) -> str:
        return show_hidden(self.caption)


def to_markdown(figure: Figure) -> str:
    """The text of the part; empty when nobody wrote anything."""
    caption, alt = (
        re.sub(r"\s*[\r\n\f\v]\s*", " ", figure.caption).strip(),
        re.sub(r"\s*[\r\n\f\v]\s*", "\n", figure.alt).strip(),
    )
    return f"図：{caption}\n\n代わりの文章：{alt}" if caption or alt else ""


def read(text: str) -> Figure | None:
    """The caption and the words of a part's text; None for a text of another shape."""
    found = _WRITTEN.fullmatch(text.strip())
    figure = Figure(found[1].strip(), found[2].strip()) if found else Figure()
    return figure if to_markdown(figure) == text.strip() else None


def is_picture(text: str, *, has_file: bool) -> bool:
    """Whether a figure is, or is to be, a file with words beside it: not where its text alone is the figure."""
    return has_file or read(text) is not None


def content_type(data: bytes) -> str | None:
    """The media type of a picture, by its first bytes; None for everything that is not shown as one."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _TYPES if data.startswith(start)), None)


def faults_in(text: str, data: bytes | None) -> list[tuple[str, str]]:
    """What does not hold of a picture and its words, as (field, sentence). `data` is None for a picture that is kept."""
    figure, faults = read(text), []
    for words, value, longest in (
        (_("図の題"), figure.caption if figure else "", LONGEST_CAPTION),
        (_("代わりの文章"), figure.alt if figure else "", LONGEST_WORDS),
    ):
        if not value:
            faults.append(("text", _("%(field)s：入力してください。") % {"field": words}))
        elif len(value) > longest:
            said = _("%(field)s：長すぎます。%(longest)d文字までにしてください。") % {
                "field": words,
                "longest": longest,
            }
            faults.append(("text", said))
    if data is not None and content_type(data) is None:
        faults.append(("file", _("図にできるのは、PNG、JPEG、WebPの画像です。")))
    return faults
