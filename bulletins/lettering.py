"""Single characters that need care in Japanese documents: hidden ones, and marks that stand before list items. Pure."""

import re

# Bidi controls, zero-width characters, soft hyphen, control codes, interlinear annotation, tag characters. A zero-width
# joiner is kept only inside an emoji; variation selectors of kanji (葛󠄀) are letters and stay.
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\ufffb\U000e0001-\U000e007f]|\u200d(?![\u2600-\u27bf\U0001f000-\U0001faff])"
)

# Marks that people type before an item. Digits need a dot or brackets around them.
OWN_MARK = re.compile(
    r"\s*(?:\*\*)?(?:[▶▷►・•●◦✓✔➢➤※→⇒■□◆◇○\u2460-\u2473\u24b6-\u24e9\u2776-\u277f\u3251-\u325f]"
    r"|\\?[(（][0-9０-９a-zａ-ｚア-ンivx]{1,3}[)）]|(?:[0-9０-９]{1,2}|[a-z]{1,2})\s?\\?[.．)）](?![0-9]))"
)


def show_hidden(text: str) -> str:
    """`text` with every character that hides or reorders its neighbours written out, e.g. ⟦U+202E⟧."""
    return _HIDDEN.sub(lambda found: f"⟦U+{ord(found[0]):04X}⟧", text)


def hidden_characters(text: str) -> list[str]:
    """The characters of `text` that `show_hidden` would write out, in order."""
    return _HIDDEN.findall(text)
