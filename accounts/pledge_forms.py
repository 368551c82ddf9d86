"""Forms by which the operator publishes a version of the pledge and begins a period of the council."""

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 50_000


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PledgeForm(forms.Form):
    """A version of the pledge."""

    body = forms.CharField(
        label=_("本文"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("段落は、空の行で区切ります。"),
    )
    in_force_from = forms.DateField(
        label=_("適用開始日"),
        help_text=_("この日から、全員が、あらためて同意するまで何も見られなくなります。"),
        widget=_day(),
    )


class PeriodForm(forms.Form):
    """A period of the council."""

    first_day = forms.DateField(
        label=_("始まりの日"),
        help_text=_("この日から、文が同じでも、全員にあらためて同意を求めます。前の期は、その前の日に終わります。"),
        widget=_day(),
    )
    last_day = forms.DateField(
        label=_("終わりの日"),
        required=False,
        help_text=_("決まっていなければ空のままにします。"),
        widget=_day(),
    )
