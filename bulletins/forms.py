"""The desk's form: what the author types becomes a Draft, and every fault comes back to the field it belongs to.

The fields take words as they are; bulletins.drafting says what holds. bulletins.editor puts the forms together.
"""

from collections.abc import Iterable
from datetime import date

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from bulletins.deadline_words import MOMENT, STANDARD, days_asked_for, deadline_choices
from bulletins.drafting import Draft, PartDraft
from bulletins.models import Bulletin, Part
from bulletins.options import Choices, Options, people_at
from council.access import caveats
from council.access.tiers import Tier

_EMPTY = lazy("入力してください。")


class Several(forms.MultipleChoiceField):
    """Checkboxes. Which values hold is not decided here: an unknown one gets the sentence of bulletins.drafting."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: str) -> bool:
        """Every value: see above."""
        return True


def _select(label: str, *, required: bool = False, help_text: str = "") -> forms.CharField:
    return forms.CharField(label=label, required=required, help_text=help_text, widget=forms.Select)


def _tier_words(tier: Tier) -> str:
    return {Tier.ONE: _("機密性1"), Tier.TWO: _("機密性2"), Tier.CRITICAL: _("重要経済安保情報")}[tier]


def _caveat_choices(chosen: Iterable[str]) -> Choices:
    extra = [word for word in chosen if word not in caveats.WORDS]
    return [(word, _(word)) for word in (*caveats.WORDS, *extra)]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


class PartForm(forms.Form):
    """One part: its label in the margin, its words or its file."""

    use_required_attribute = False
    kind = forms.CharField(widget=forms.HiddenInput, required=False)
    keep = forms.UUIDField(widget=forms.HiddenInput, required=False)
    tier = _select(lazy("格付"))
    text = forms.CharField(label=lazy("本文"), strip=False, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    file = forms.FileField(label=lazy("ファイル"), required=False, allow_empty_file=True)
    subcommittees = Several(label=lazy("この部分の分科会"), required=False)
    caveats = Several(label=lazy("この部分の取扱制限"), required=False)

    def __init__(self, *args: object, options: Options, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].widget.choices = [(tier.value, _tier_words(tier)) for tier in options.tiers]
        self.fields["subcommittees"].choices = options.subcommittees
        self.fields["caveats"].choices = _caveat_choices(self["caveats"].value() or [])

    @property
    def kind_words(self) -> str:
        """段落, 表, 付属資料; an unknown kind as it was sent."""
        kind = str(self["kind"].value() or "")
        return str(Part.Kind(kind).label) if kind in Part.Kind.values else kind[:20]

    @property
    def is_attachment(self) -> bool:
        return self["kind"].value() == Part.Kind.ATTACHMENT

    @property
    def is_limited(self) -> bool:
        return bool(self["subcommittees"].value() or self["caveats"].value())

    def draft(self) -> PartDraft:
        """What the author handed in for this part."""
        given = self.cleaned_data
        upload: UploadedFile | None = given.get("file")
        return PartDraft(
            _lines(given.get("text", "")),
            given.get("tier", ""),
            given.get("kind", ""),
            tuple(given.get("subcommittees", ())),
            tuple(given.get("caveats", ())),
            upload.name if upload else "",
            _whole(upload) if upload else None,
            given.get("keep"),
        )


def _whole(upload: UploadedFile) -> bytes:
    """The bytes; nothing of a file that was cut short because the request was too large: it is refused as that."""
    data = upload.read()
    return data if len(data) == upload.size else b""


class DraftForm(forms.Form):
    """The bulletin as a whole: title, label, deadline, audience."""

    use_required_attribute = False
    kind = _select(lazy("種類"), required=True)
    title = forms.CharField(label=lazy("題名"), error_messages={"required": _EMPTY})
    change_summary = forms.CharField(
        label=lazy("変更点"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=lazy("前の版から何を変えたか。機密性1で書けることだけを書いてください。"),
    )
    tier = _select(lazy("資料の格付"), required=True, help_text=lazy("どの部分も、これより高くはできません。"))
    floor = _select(
        lazy("見える下限"),
        help_text=lazy("下げると、低い格付の部分だけがより多くの人に見えます。下げないときは資料の格付と同じです。"),
    )
    floor_title = forms.CharField(
        label=lazy("下限の格付で見せる題名"),
        required=False,
        help_text=lazy("下限を下げたときに、資料の格付に届かない人に見せる題名です。"),
    )
    designation = _select(lazy("指定管理簿の番号"), help_text=lazy("重要経済安保情報のときに選びます。"))
    subcommittees = Several(
        label=lazy("資料全体の分科会"),
        required=False,
        help_text=lazy("選んだすべての分科会に属する人だけが見られます。"),
    )
    caveats = Several(label=lazy("取扱制限"), required=False)
    until = forms.DateField(
        label=lazy("○年○月○日まで"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=lazy("この日を過ぎると、だれも見られなくなります。"),
    )
    deadline_choice = forms.ChoiceField(label=lazy("確認の期限"), required=False, widget=forms.RadioSelect)
    deadline = forms.DateTimeField(
        label=lazy("期限の日時"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=lazy("日時を指定するときに入れます。日本時間です。"),
    )
    to_subcommittees = Several(label=lazy("分科会に公開"), required=False)
    organisations = Several(label=lazy("組織に公開"), required=False)
    people = forms.CharField(
        label=lazy("個人に公開"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=lazy("メールアドレスを1行に1つ書きます。"),
    )
    nominated = Several(
        label=lazy("承認を頼む人"),
        required=False,
        help_text=lazy("自分の組織の承認者は、選ばなくても承認できます。"),
    )

    def __init__(
        self, *args: object, options: Options, number: int = 1, kind_fixed: bool = False, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "kind": Bulletin.Kind.choices,
            "tier": [(tier.value, _tier_words(tier)) for tier in options.tiers],
            "floor": [("", _("資料の格付と同じ")), *((tier.value, _tier_words(tier)) for tier in options.tiers)],
            "designation": [("", _("選ばない")), *options.designations],
        }
        for name, each in choices.items():
            self.fields[name].widget.choices = each
        for name in ("subcommittees", "to_subcommittees", "organisations"):
            self.fields[name].choices = getattr(options, name)
        self.fields["nominated"].choices = options.approvers
        self.fields["caveats"].choices = _caveat_choices(self["caveats"].value() or [])
        self.fields["kind"].disabled = kind_fixed
        self.fields["deadline_choice"].choices = deadline_choices(
            self["kind"].value() if kind_fixed else "", self["floor"].value() or self["tier"].value()
        )
        self.fields["deadline_choice"].help_text = days_asked_for()
        self.fields["change_summary"].required = number > 1
        self.fields["change_summary"].error_messages["required"] = _EMPTY
        self._leave_out(options, number)

    def _leave_out(self, options: Options, number: int) -> None:
        """Fields that have nothing to say here: no summary of a first revision, no choice among nothing."""
        gone = [name for name in ("subcommittees", "to_subcommittees", "nominated") if not self.fields[name].choices]
        gone += ["designation"] if not options.designations else []
        gone += ["change_summary"] if number == 1 else []
        for name in gone:
            del self.fields[name]

    def clean_people(self) -> tuple[str, ...]:
        """The ids of the people at the addresses; an address nobody has is named."""
        addresses = [line.strip().lower() for line in self.cleaned_data["people"].splitlines() if line.strip()]
        found = people_at(addresses)
        unknown = [address for address in addresses if address not in found]
        if unknown:
            raise forms.ValidationError(
                _("このメールアドレスの人は登録されていません: %(addresses)s"),
                params={"addresses": _("、").join(address[:80] for address in unknown[:10])},
            )
        return tuple(found[address] for address in addresses)

    def clean(self) -> dict[str, object]:
        """A lower floor needs a title of its own: the one of the bulletin's tier must not stand there by accident."""
        given = super().clean()
        tier, floor = given.get("tier", ""), given.get("floor", "")
        if floor.isdigit() and tier.isdigit() and int(floor) < int(tier) and not given.get("floor_title"):
            self.add_error("floor_title", _("見える下限を下げたときは、その格付で見せてよい題名が要ります。"))
        if given.get("deadline_choice") == MOMENT and not given.get("deadline") and "deadline" not in self.errors:
            self.add_error("deadline", _EMPTY)
        return given

    def draft(self, parts: tuple[PartDraft, ...]) -> Draft:
        """What the author handed in, with these parts."""
        given = self.cleaned_data
        until: date | None = given.get("until")
        words = [f"{until.year}年{until.month}月{until.day}日まで"] if until else []
        return Draft(
            kind=given.get("kind", ""),
            title=given.get("title", ""),
            tier=given.get("tier", ""),
            parts=parts,
            floor=given.get("floor") or None,
            floor_title=given.get("floor_title", ""),
            subcommittees=tuple(given.get("subcommittees", ())),
            caveats=(*given.get("caveats", ()), *words),
            designation=given.get("designation", ""),
            # Without a choice, as from a program, a moment that is named is meant.
            deadline=given.get("deadline") if given.get("deadline_choice") in (MOMENT, "") else None,
            standard_deadline=given.get("deadline_choice") == STANDARD,
            organisations=tuple(given.get("organisations", ())),
            to_subcommittees=tuple(given.get("to_subcommittees", ())),
            people=given.get("people", ()),
            nominated=tuple(given.get("nominated", ())),
            change_summary=_lines(given.get("change_summary", "")),
        )
