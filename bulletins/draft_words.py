"""Words that come with a draft, and the faults that are found in them."""

import re
import unicodedata

from django.utils.translation import gettext as _

from bulletins import markings
from bulletins.lettering import hidden_characters

# A zero byte, which PostgreSQL can't hold, and lone surrogates, which UTF-8 can't spell.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Faults(dict[str, list[str]]):
    """Field ("parts.2.tier") -> sentences."""

    def add(self, where: str, sentence: str) -> None:
        """One more sentence at the field."""
        self.setdefault(where, []).append(sentence)


def secret() -> str:
    """That 機密性3 has no place here."""
    return _("機密性3情報（極秘・秘）はこのポータルでは扱えません。定められた別の手段を使ってください。")


def check_text(text: str, where: str, faults: Faults, *, longest: int) -> None:
    """Words of any number of lines."""
    if not text.strip():
        faults.add(where, _("入力してください。"))
    elif len(text) > longest:
        faults.add(where, _("長すぎます。%(longest)d文字までにしてください。") % {"longest": longest})
    elif _UNSTORABLE.search(text):
        faults.add(where, _("使えない文字が入っています。"))
    elif markings.is_marked_secret(text):
        faults.add(where, secret())


def check_line(text: str, where: str, faults: Faults, *, longest: int) -> None:
    """One line of text: a title stands in lists, where a second line or a control character would tell lies."""
    text = text.strip()
    if any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in text) or hidden_characters(text):
        faults.add(where, _("改行や制御文字を入れずに、1行で書いてください。"))
    else:
        check_text(text, where, faults, longest=longest)
