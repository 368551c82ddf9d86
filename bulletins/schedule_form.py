"""When a revision is to be published: a day and a time in Japan, and the moment they mean."""

from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from bulletins.deadlines import at

_EMPTY = {"required": lazy("入力してください。")}


class ScheduleForm(forms.Form):
    """The day and the time, both in 日本時間."""

    use_required_attribute = False
    day = forms.DateField(
        label=lazy("公開する日"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=_EMPTY,
    )
    clock = forms.TimeField(
        label=lazy("公開する時刻（日本時間）"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages=_EMPTY,
        help_text=lazy("日本時間（JST、UTC+9）です。"),
    )

    def clean(self) -> dict[str, object]:
        """The moment lies in the future."""
        given = super().clean()
        if not self.errors and self.moment() <= timezone.now():
            self.add_error("day", _("これから来る日時を指定してください。"))
        return given

    def moment(self) -> datetime:
        """The moment of a form that could be read, with its zone."""
        return at(self.cleaned_data["day"], self.cleaned_data["clock"])


class KeepForm(forms.Form):
    """Until when what was looked at again is left as it is."""

    review_on = forms.DateField(required=False)
    seen = forms.DateField(required=False)
