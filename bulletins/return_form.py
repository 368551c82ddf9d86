"""The form that says what became of an organisation's copies. What holds is checked by the verb; its faults come back to the fields."""

from django import forms
from django.utils.translation import gettext_lazy as _

from bulletins.drafting import Invalid
from bulletins.models import Delivery


def _number(label: str, help_text: str) -> forms.IntegerField:
    widget = forms.NumberInput({"inputmode": "numeric", "min": 0, "max": 9999, "autocomplete": "off"})
    return forms.IntegerField(label=label, help_text=help_text, required=False, initial=0, widget=widget)


class ReturnForm(forms.Form):
    """One of three answers and two numbers; a number that is left empty is none."""

    use_required_attribute = False
    kind = forms.ChoiceField(
        label=_("写しをどうしましたか"),
        choices=[
            (Delivery.Return.DESTROYED, _("すべて消しました（紙は細断しました）")),
            (Delivery.Return.RETURNED, _("すべて返しました")),
            (Delivery.Return.NONE, _("写しはありません")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("どれか1つを選んでください。")},
    )
    copies_digital = _number(_("電子の写しの数"), _("ファイル、メール、端末に残したものの数。なければ0。"))
    copies_paper = _number(_("紙の写しの数"), _("印刷、複写、手書きの控えの部数。なければ0。"))

    @property
    def answer(self) -> dict[str, object]:
        """The arguments of confirm_return()."""
        given = self.cleaned_data
        numbers = {name: given[name] or 0 for name in ("copies_digital", "copies_paper")}
        return {"kind": given["kind"], **numbers}

    def add_faults(self, invalid: Invalid) -> None:
        """Puts what the verb found wrong to the fields."""
        for name, sentences in invalid.errors.items():
            self.add_error(name, sentences)
