"""What an officer hands in about a designation. Days are those of Japan, and the last one is computed and shown before it is kept."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from accounts.models import Designation
from accounts.register_days import next_step
from accounts.register_words import WORDS, refuse_graded
from council.templatetags.portal import jst_date

_OFF = {"autocomplete": "off"}


def _day(**facts: object) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date", **_OFF}, format="%Y-%m-%d"), **facts)


def _line(length: int, **facts: object) -> forms.CharField:
    return forms.CharField(max_length=length, widget=forms.TextInput(_OFF), **facts)


class NewDesignationForm(forms.Form):
    """An item for the register; nothing that is written here may itself be secret."""

    register_number = _line(40, label=_("指定管理簿の番号"), help_text=_("例：経安2026-07号"))
    summary = _line(
        200,
        label=_("概要"),
        help_text=_(
            "何についての指定かを、それ自体は秘密にあたらない言葉で書きます。機密性3（極秘・秘）の表示は書けません。"
        ),
    )
    not_secret = forms.BooleanField(label=_("番号と概要に、秘密にあたることは書いていません。"))
    category = forms.ChoiceField(
        label=_("該当する事項"), choices=Designation.Category.choices, widget=forms.RadioSelect
    )
    measure = forms.ChoiceField(
        label=_("表示か通知か"),
        choices=Designation.Measure.choices,
        initial=Designation.Measure.MARK,
        widget=forms.RadioSelect,
        help_text=_("情報の性質で表示できないときだけ、通知にします。"),
    )
    designated_on = _day(label=_("指定した日"))
    expires_on = _day(
        label=_("有効期間の末日"),
        required=False,
        help_text=_("空けておくと、指定した日から起算した最も長い期間の末日を計算して、記録する前に示します。"),
    )
    reading_place = _line(
        200, label=_("読める場所"), required=False, help_text=_("接続系のポータルでは、ここに書いた場所を案内します。")
    )
    contact = _line(120, label=_("問い合わせ先"), required=False)

    def clean_designated_on(self) -> date:
        day = self.cleaned_data["designated_on"]
        if day > timezone.localdate():
            raise ValidationError(say("指定した日が、まだ来ていません。"))
        return day

    def clean(self) -> None:
        refuse_graded({name: self.cleaned_data.get(name, "") for name in WORDS})

    def facts(self) -> dict[str, object]:
        """What the verb takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "not_secret"}


class ChangeDesignationForm(forms.Form):
    """What may change while a designation goes on."""

    measure = forms.ChoiceField(label=_("表示か通知か"), choices=Designation.Measure.choices, widget=forms.RadioSelect)
    reading_place = _line(200, label=_("読める場所"), required=False)
    contact = _line(120, label=_("問い合わせ先"), required=False)

    def clean(self) -> None:
        refuse_graded({name: self.cleaned_data.get(name, "") for name in ("reading_place", "contact")})


class ExtensionForm(forms.Form):
    """Until when; the help says how far the law lets one go. The second officer confirms it."""

    until = _day(label=_("延長後の末日"))
    cabinet_approved_on = _day(label=_("内閣の承認の日"), required=False)

    def __init__(self, *args: object, designation: Designation, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        step = next_step(designation)
        self.fields["until"].initial = step.alone if step.alone > designation.expires_on else step.approved
        self.fields["until"].help_text = _how_far(designation, step.alone, step.approved)
        if step.alone == step.approved:
            del self.fields["cabinet_approved_on"]


def _how_far(designation: Designation, alone: date, approved: date) -> str:
    if approved <= designation.expires_on:
        return say("これ以上は延ばせません。")
    words = {"alone": jst_date(alone), "approved": jst_date(approved)}
    if alone <= designation.expires_on:
        return say("内閣の承認があれば、%(approved)sまで延ばせます。") % words
    if alone == approved:
        return say("%(alone)sまで延ばせます。") % words
    return say("%(alone)sまで、内閣の承認があれば%(approved)sまで延ばせます。") % words


class LiftForm(forms.Form):
    """One box to tick, because nothing brings a lifted designation back."""

    sure = forms.BooleanField(label=_("解除すると元に戻せないことを確かめました。"))
