"""Invented things for the style guide: a form with one error, and moments that never move."""

from datetime import datetime

from django import forms, template
from django.utils.translation import gettext_lazy as _

register = template.Library()


class SampleForm(forms.Form):
    """One field of each kind the portal uses; bound to values of which the first is too short."""

    reference = forms.CharField(
        label=_("資料番号"),
        help_text=_("例：SC-7KQ4"),
        min_length=7,
        error_messages={"min_length": _("4文字で入力してください（いま3文字）")},
    )
    originator = forms.ChoiceField(label=_("発信元"), choices=[("", _("すべて"))], required=False)
    kinds = forms.MultipleChoiceField(
        label=_("種別"),
        choices=[("flash", _("速報")), ("alert", _("注意喚起"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    answer = forms.ChoiceField(
        label=_("該当の有無"),
        choices=[("yes", _("該当あり")), ("no", _("該当なし"))],
        widget=forms.RadioSelect,
        help_text=_("あとから変えられます。変えたことも記録に残ります。"),
    )
    note = forms.CharField(label=_("補足"), widget=forms.Textarea(attrs={"rows": 2}), required=False)
    significant = forms.BooleanField(
        label=_("重要な変更"), help_text=_("前の版で確認した人にも、もう一度の確認を求めます。"), required=False
    )
    attachment = forms.FileField(label=_("付属資料"), help_text=_("PDF、CSV、テキスト。5MBまで。"), required=False)


@register.simple_tag
def sample_form() -> SampleForm:
    """The form of the style guide, validated, so that its error shows."""
    form = SampleForm({"reference": "SC-7KQ", "kinds": ["flash"], "answer": "no"}, auto_id="sample_%s")
    form.full_clean()
    return form


@register.simple_tag
def sample_moment(text: str) -> datetime:
    """An aware datetime out of ISO 8601 text, such as 2026-11-19T10:24+09:00."""
    return datetime.fromisoformat(text)


@register.simple_tag
def sample_list(*items: str) -> list[str]:
    """The arguments as a list, for components that take one."""
    return list(items)


@register.simple_tag
def sample_pairs(*items: str) -> list[tuple[str, str]]:
    """The arguments two by two: label and value, or address and label."""
    return list(zip(items[::2], items[1::2], strict=True))


@register.simple_tag
def sample_emergency() -> dict[str, object]:
    """An emergency as base.html takes it."""
    return {
        "title": _("生産設備の更新ソフトに改ざんのおそれ"),
        "body": _("版 7.2.1 を入れないでください。入れた設備は通信を切り、当直へ電話してください。"),
        "url": "#banners",
        "link": _("対処の手順を読む"),
        "at": datetime.fromisoformat("2026-11-19T10:05+09:00"),
        "origin": _("情報基盤防護庁"),
        "tlp": "TLP:GREEN",
    }


@register.simple_tag
def sample_bound() -> dict[str, bool]:
    """A part that may be neither printed nor copied, as the guards of parts take it."""
    return {"stops_print": True, "stops_copy": True}
