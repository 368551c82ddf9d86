"""From the values of a document to the bytes of its PDF, by a process of its own (apart.py) that runs setting.py."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from bulletins.paper.apart import run

_SETTING = "bulletins.paper.setting"
# Asked for in this order: for people who have a page read out, for archives, and a tagged file that promises no standard.
STANDARDS = ("ua-1", "a-2a", "")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pressed:
    """A PDF, and the standard that Typst has checked it against; empty when it kept to none."""

    pdf: bytes
    standard: str


def press(document: Mapping[str, object]) -> Pressed:
    """The PDF of a document (document.py says of what shape), tagged. Broken when even the plain file can't be made."""
    answer, pdf = run(_SETTING, document)
    standard = str(answer["standard"])
    if standard != STANDARDS[0]:
        # Typst's message may quote the text: only which standard was kept is written down, never why.
        _log.warning("paper.standard", extra={"standard": standard or "none"})
    return Pressed(pdf, standard)
