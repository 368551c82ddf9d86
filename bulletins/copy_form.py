"""The form for a copy: why, and from tier two on until when. Its token is drawn with the page: the same form sent twice is one copy."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bulletins.copies import LONGEST, is_day_for
from bulletins.models import TakenCopy
from council.access.facts import Subject
from council.access.tiers import Tier
from council.ids import opaque_id

# A page that was left open longer asks anew: in the meantime much may have changed.
_MOMENT = 30 * 60
_SIGNER = signing.Signer(salt="bulletins.copy")


def draw_token(subject: Subject, bulletin_id: UUID, revision: int) -> str:
    """A new token, for this person, bulletin and revision."""
    until = int(timezone.now().timestamp()) + _MOMENT
    return _SIGNER.sign_object([opaque_id().hex, subject.person, str(bulletin_id), revision, until])


class CopyForm(forms.Form):
    """`tier` is that of what goes onto paper."""

    use_required_attribute = False
    token = forms.CharField(widget=forms.HiddenInput, max_length=400)
    reason = forms.ChoiceField(
        label=gettext_lazy("何のために要りますか"),
        choices=TakenCopy.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("どれか1つを選んでください。")},
    )
    return_by = forms.DateField(
        label=gettext_lazy("返す日、または裁断する日"),
        help_text=gettext_lazy("今日から90日以内の日を選んでください。3日前と、過ぎた次の日に、通知でお知らせします。"),
        required=False,
        widget=forms.DateInput({"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, subject: Subject, bulletin_id: UUID, tier: Tier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._whose = [subject.person, str(bulletin_id)]
        today = timezone.localdate()
        self._tier = tier
        self.fields["return_by"].required = tier > Tier.ONE
        self.fields["return_by"].widget.attrs |= {"min": str(today), "max": str(today + LONGEST)}
        if tier is Tier.ONE:
            del self.fields["return_by"]

    def clean_return_by(self) -> date | None:
        """The day, within the time for which a copy may stay out."""
        day = self.cleaned_data["return_by"]
        if not is_day_for(self._tier, day):
            raise forms.ValidationError(_("今日から90日以内の日を選んでください。"))
        return day

    def clean_token(self) -> tuple[UUID, int]:
        """The id of the copy and the number of the revision that the page was about."""
        late = forms.ValidationError(_("ページを開いてから時間がたちました。もう一度押してください。"))
        try:
            drawn, *whose, revision, until = _SIGNER.unsign_object(self.cleaned_data["token"])
        except (signing.BadSignature, ValueError, TypeError):
            raise late from None
        if whose != self._whose or until < timezone.now().timestamp():
            raise late
        return UUID(drawn), revision

    def clean(self) -> dict[str, Any]:
        """What is wrong with the token is said of the form: nobody sees the field."""
        for fault in self.errors.get("token", ()):
            self.add_error(None, fault)
        return self.cleaned_data
