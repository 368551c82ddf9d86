"""The form of an answer, below 「確認しました」. What holds is said by bulletins.actions.answer; this takes the words as they are."""

from collections.abc import Mapping

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as lazy

from bulletins.models import Answer

_DATED = (Answer.Value.CHECKING, Answer.Value.APPLICABLE)


class AnswerForm(forms.Form):
    """Whether it concerns the organisation, until when there will be more to say, and a note."""

    use_required_attribute = False
    value = forms.ChoiceField(
        label=lazy("この資料の内容は、自分の組織に該当しますか"),
        choices=Answer.Value.choices,
        widget=forms.RadioSelect,
        error_messages={"required": lazy("回答を選んでください。")},
    )
    until = forms.DateField(
        label=lazy("日付"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=lazy("確認中のときは、次に答える日（必須）。該当ありのときは、対応を報告する日。"),
    )
    note = forms.CharField(
        label=lazy("補足"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=lazy(
            "1,000文字まで。発信元と自分の組織だけが見ます。価格、仕入先、生産計画、機密性3の内容は書かないでください。"
        ),
    )

    @classmethod
    def begun(cls, post: QueryDict) -> bool:
        """Whether anything of an answer was sent along: what was typed is never dropped in silence."""
        return any(post.get(name, "").strip() for name in cls.base_fields)

    def said(self) -> dict[str, object]:
        """What the person says. A day that was left over from another choice is not meant."""
        given = self.cleaned_data
        return {**given, "until": given["until"] if given["value"] in _DATED else None}

    def add_faults(self, errors: Mapping[str, list[str]]) -> None:
        """Puts each sentence at its field."""
        for name, sentences in errors.items():
            self.add_error(name if name in self.fields else None, sentences)
