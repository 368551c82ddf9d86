"""What a file is called that leaves the portal: its grade and caveats in words, its reference and revision, then what it is. Pure.

【機密性2情報・複製禁止】SC-7KQ4_第2版_付属資料1.pdf

Always Japanese, whoever takes it: a mark is read by whoever finds the file. Above tier one no word of the author stands in the name.
"""

import re
import unicodedata
from collections.abc import Iterable

from council.access.facts import Label
from council.access.tiers import Tier

# What Windows takes in no name, and what would lead out of a folder or hide the rest of the name.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+')
_SUFFIX = re.compile(r"[A-Za-z0-9]{1,8}")
# Linux takes 255 bytes in a name, Windows 260 characters in a whole path.
LONGEST = 200


def file_name_for(reference: str, number: int, label: Label, what: str, suffix: str = "") -> str:
    """The name of a file about revision `number`; `label` covers what is in it, `what` says what it is, `suffix` comes without a dot.

    At most LONGEST bytes of UTF-8: what does not fit goes from the end of `what`, then from the caveats, never from the grade.
    """
    ending = f".{suffix}" if _SUFFIX.fullmatch(suffix) else ""
    head = f"{mark_in_names(label)}{reference}_第{number}版"
    room = LONGEST - len(f"{head}_{ending}".encode())
    return f"{head}_{_cut(_safe(what), room)}{ending}"


def attached_name(reference: str, number: int, label: Label, ordinal: int, given: str) -> str:
    """The name of the attachment that is the ordinal-th part of a rendition. The author's own name for it stays at tier one alone."""
    stem, _dot, suffix = given.rpartition(".")
    numbered = f"付属資料{ordinal}"
    what = f"{numbered}_{stem or suffix}" if label.tier is Tier.ONE else numbered
    return file_name_for(reference, number, label, what, suffix if stem else "")


def mark_in_names(label: Label) -> str:
    """【機密性2情報・複製禁止】; of very many caveats the last are summed up."""
    fixed = label.tier > Tier.ONE
    words = [label.tier.label, *(caveat.safe_words if fixed else caveat.words for caveat in label.caveats)]
    while len("・".join(words).encode()) > LONGEST // 2:
        words = [*words[:-2], "ほか"]
    return f"【{_safe('・'.join(words))}】"


def covering(labels: Iterable[Label]) -> Label:
    """One label that covers them all, for a file that holds them together."""
    labels = list(labels)
    caveats = {caveat.words: caveat for label in labels for caveat in label.caveats}
    return Label(max((label.tier for label in labels), default=Tier.ONE), frozenset(), tuple(caveats.values()))


def _safe(words: str) -> str:
    return _UNSAFE.sub("_", unicodedata.normalize("NFC", words)).strip(" ._") or "資料"


def _cut(words: str, room: int) -> str:
    return words.encode()[: max(room, 0)].decode(errors="ignore").rstrip(" .")
