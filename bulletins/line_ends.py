"""Lines broken by a page or column rather than by the author, put together again. Pure."""

import re
import unicodedata

WRAPPED_WIDTH = 60  # half-width columns from which a line is taken to be broken by the page, not by the author
SURE_WIDTH = 26  # enough where the next line begins with hiragana that cannot begin a sentence
PARTICLES = "のをにがはへや、"
PARTICLE_WIDTH = 20  # enough where the line ends with a particle, which no heading or item does

_ENDS = re.compile(r"[。．.！？!?：:；;」』）)】〕］＞>…・※⇒→]\s*(?:\*\*)?\s*$")
_OPENERS = re.compile(
    "また|その|この|これ|それ|しかし|なお|ただし|さら|あら|いつ|ここ|こう|そして|つまり|かつ|どう|もし|まず|うち|おわり|はじめ|いわ|およ|ご|お"
)


def glue(text: str, line: str) -> str:
    """`text` and the line that follows it, joined where the break was the page's, else on a new line."""
    return f"{text}{_joint(text, line)}{line}" if continues(text, line) else f"{text}\n{line}"


def continues(text: str, line: str) -> bool:
    """Whether `line` goes on with the sentence at the end of `text`: a full line without an end, then letters."""
    last = text.rsplit("\n", 1)[-1]
    if _ENDS.search(last) or not line:
        return False
    if last[-1] in PARTICLES and width(last) >= PARTICLE_WIDTH and unicodedata.category(line[0]) in ("Lo", "So"):
        return True
    if _is_katakana(last[-1]) and _is_katakana(line[0]) and width(last) >= PARTICLE_WIDTH:
        return True  # a foreign word, cut in two
    if _is_hiragana(line[0]):
        return width(last) >= (WRAPPED_WIDTH if _OPENERS.match(line) else SURE_WIDTH)
    return width(last) >= WRAPPED_WIDTH and unicodedata.category(line[0]) in ("Lo", "Lm", "Ll", "Lu", "Nd", "So")


def width(text: str) -> int:
    """Columns of `text`: 2 for a wide character, 1 for the others."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _is_hiragana(char: str) -> bool:
    return "\u3041" <= char <= "\u3096"


def _is_katakana(char: str) -> bool:
    return "\u30a1" <= char <= "\u30fc" and char != "・"


def _joint(text: str, line: str) -> str:
    return " " if text[-1].isascii() and line[0].isascii() else ""
