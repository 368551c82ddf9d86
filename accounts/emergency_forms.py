"""The form of an emergency: short, with an end, and fit for anybody's eyes."""

from django import forms
from django.utils.translation import gettext_lazy as _

_OFF = {"autocomplete": "off"}


class EmergencyForm(forms.Form):
    """What the banner says. Which words and links it takes is the verb's to say."""

    title = forms.CharField(
        label=_("題名"),
        max_length=30,
        help_text=_("全角30字まで。前に【緊急】が付きます。公開してよい言葉だけを書きます。"),
        widget=forms.TextInput(_OFF),
    )
    body = forms.CharField(
        label=_("本文"),
        max_length=140,
        help_text=_(
            "100字くらいまでで、何をするかを先に書きます。公開してよい言葉だけを書き、詳しいことは情報として公開します。"
        ),
        widget=forms.Textarea({"rows": 3}),
    )
    url = forms.CharField(
        label=_("リンク先"),
        max_length=200,
        required=False,
        help_text=_("一つだけ。このポータルのページのアドレスを / から書きます。例：/help/"),
        widget=forms.TextInput({**_OFF, "spellcheck": "false"}),
    )
    link = forms.CharField(
        label=_("リンクの言葉"),
        max_length=30,
        required=False,
        help_text=_("例：対処の手順を読む"),
        widget=forms.TextInput(_OFF),
    )
    ends_at = forms.DateTimeField(
        label=_("消える日時（日本時間）"),
        help_text=_("これから14日以内。この日時に、だれも何もしなくても消えます。"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
