"""What an officer hands in about a clearance: what it rests on and when the person was told. Until when it holds is computed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Clearance


class ClearanceForm(forms.Form):
    """A positive result, as it was notified to the person."""

    kind = forms.ChoiceField(
        label=_("適性評価の種類"),
        choices=Clearance.Kind.choices,
        initial=Clearance.Kind.ECONOMIC_SECURITY,
        widget=forms.RadioSelect,
    )
    notified_on = forms.DateField(
        label=_("本人に通知した日"),
        help_text=_("この日から、法律の数え方で有効期間の末日を計算します。"),
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"),
    )

    def wanted(self) -> dict[str, str]:
        """The facts of the proposal."""
        return {"kind": self.cleaned_data["kind"], "notified_on": self.cleaned_data["notified_on"].isoformat()}
