"""The caveats that carry words of the author's, as fields of a form: the whole of a bulletin and each part have them."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from council.access import caveats

# Field -> what its caveat ends with.
_ENDINGS = {
    "only_for": "限り",
    "until": "まで",
    "kept_until": "まで保存",
    "restored_within": "以内復旧",
    "kept_at": "において保存",
}
# The longest first: 「まで保存」 is not 「保存」.
_ORDERED = sorted(_ENDINGS.items(), key=lambda pair: -len(pair[1]))
DAYS = {"until", "kept_until"}


def _day(label: str, help_text: str) -> forms.DateField:
    calendar = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=calendar, help_text=help_text)


class WordedCaveats(forms.Form):
    """One field for each caveat with an argument; empty, and the caveat is not there."""

    only_for = forms.CharField(
        label=lazy("○○限り"),
        required=False,
        help_text=lazy(
            "見せてよい相手を「社内」のように書きます。分科会の名前はその分科会の指定になり、組織の名前は公開先がそこだけのときに付けられます。"
            "ほかの相手は、システムでは止められません。機密性1で書けることだけを書いてください。"
        ),
    )
    until = _day(lazy("○年○月○日まで"), lazy("この日を過ぎると、だれも見られなくなります。"))
    kept_until = _day(
        lazy("○年○月○日まで保存"), lazy("この日が過ぎるまで、廃棄できません。写しも消さないよう求めます。")
    )
    restored_within = forms.CharField(
        label=lazy("○○以内復旧"),
        required=False,
        help_text=lazy("「24時間」「3日」のように、数と単位で書きます。システムでは守らせられません。"),
    )
    kept_at = forms.CharField(
        label=lazy("○○において保存"),
        required=False,
        help_text=lazy(
            "写しを置いてよい場所を書きます。「このポータル」と書くと、写しを持ち出せなくなります。"
            "ほかの場所は、システムでは止められません。機密性1で書けることだけを書いてください。"
        ),
    )

    def clean(self) -> dict[str, object]:
        """What a word does not take is said at its field."""
        given = super().clean()
        for name in _ENDINGS:
            try:
                caveats.parse_all(_words(name, given.get(name)))
            except caveats.CaveatRefused as refused:
                self.add_error(name, _(refused.sentence) % {"words": refused.words})
        return given

    @property
    def worded(self) -> tuple[str, ...]:
        """The caveats as they are stored, once the form was checked."""
        return tuple(word for name in _ENDINGS for word in _words(name, self.cleaned_data.get(name)))

    @property
    def word_faults(self) -> list[str]:
        """What is wrong with the words, each sentence once; empty before the form was checked."""
        return list(dict.fromkeys(sentence for name in _ENDINGS for sentence in self[name].errors))

    @property
    def has_words(self) -> bool:
        """Whether any of the fields holds something, or has a fault."""
        return any(self[name].value() or self[name].errors for name in _ENDINGS)


def _words(name: str, given: object) -> list[str]:
    """None, or the one caveat of the field; people write the ending too, and letters of full width."""
    if isinstance(given, date):
        said = f"{given.year}年{given.month}月{given.day}日"
    else:
        said = unicodedata.normalize("NFKC", str(given or "")).strip().removesuffix(_ENDINGS[name])
        # The one place that is a word of the portal's own, as the English page names it.
        said = caveats.PORTAL if name == "kept_at" and said.casefold() == "this portal" else said
    return [said + _ENDINGS[name]] if said else []


def apart(words: Iterable[str]) -> tuple[list[str], dict[str, object]]:
    """The caveats without an argument (and those of which a field holds one already), and the fields for the others."""
    plain: list[str] = []
    fields: dict[str, object] = {}
    for word in words:
        name = next((name for name, ending in _ORDERED if word.endswith(ending)), "")
        if word in caveats.WORDS or not name or name in fields:
            plain.append(word)
        else:
            said = word.removesuffix(_ENDINGS[name])
            fields[name] = date(*map(int, re.findall(r"[0-9]+", said))) if name in DAYS else said
    return plain, fields
