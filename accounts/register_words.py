"""The register is no place for a graded text: what may not stand in its words. Stricter than bulletins.markings, as 200 letters explain
no grades.
"""

import re
import unicodedata
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# The fields of a designation that somebody writes.
WORDS = ("register_number", "summary", "reading_place", "contact")
_GRADED = re.compile(r"機密性-?\s*(?:3|三|III)|極秘|マル秘|丸秘|[(\[【〔]\s*秘\s*[)\]】〕]|^\s*秘\s*$")


def refuse_graded(words: Mapping[str, str]) -> None:
    """ValidationError at every field whose words are marked 機密性3, 極秘 or 秘."""
    said = _("機密性3情報（極秘・秘）の表示があります。指定管理簿には、秘密にあたらない言葉だけで書いてください。")
    found = [name for name, text in words.items() if _is_graded(str(text))]
    if found:
        raise ValidationError(dict.fromkeys(found, said))


def _is_graded(text: str) -> bool:
    # NFKC makes the mark ㊙ a plain 秘.
    return "㊙" in text or bool(_GRADED.search(unicodedata.normalize("NFKC", text)))
