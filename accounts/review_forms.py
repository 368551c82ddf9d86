"""The form that begins a review. Days are those of Japan; a review ends when offices do."""

from datetime import date, datetime, time

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from council.business_days import add_business_days
from council.templatetags.portal import JST

# Two weeks of office days: long enough to ask around, short enough not to be forgotten.
USUAL_DAYS = 10
_ENDS = time(17)


def usual_deadline() -> date:
    return add_business_days(timezone.localdate(timezone=JST), USUAL_DAYS)


class OpenReviewForm(forms.Form):
    """The last day for answers. `deadline` comes out as the moment at which that day's office hours end."""

    deadline = forms.DateField(
        label=_("回答の期限"),
        help_text=_("この日の17時までです。答えのないアクセスは、そのあと自動で終わります。"),
        initial=usual_deadline,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_deadline(self) -> datetime:
        return datetime.combine(self.cleaned_data["deadline"], _ENDS, JST)
