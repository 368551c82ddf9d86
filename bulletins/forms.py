"""The desk's form: what the author types becomes a Draft, and every fault comes back to the field it belongs to.

The fields take words as they are; bulletins.drafting says what holds. bulletins.editor puts the forms together.
"""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from bulletins.deadline_words import MOMENT, STANDARD, days_asked_for, deadline_choices
from bulletins.drafting import Draft, PartDraft
from bulletins.models import Bulletin
from bulletins.options import Options, people_at
from bulletins.part_form import Several, caveat_choices, lines, select, tier_words
from bulletins.related import references_in
from bulletins.worded_caveats import WordedCaveats

# Of a correction: whether those who acknowledged the revision before are asked again.
IMPORTANT, SMALL = "yes", "no"
_EMPTY = lazy("入力してください。")


class DraftForm(WordedCaveats):
    """The bulletin as a whole: title, label, deadline, audience."""

    use_required_attribute = False
    kind = select(lazy("種類"), required=True)
    title = forms.CharField(label=lazy("題名"), error_messages={"required": _EMPTY})
    change_summary = forms.CharField(
        label=lazy("変更点"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=lazy("前の版から何を変えたか。機密性1で書けることだけを書いてください。"),
    )
    important = forms.ChoiceField(
        label=lazy("変更の重さ"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            (IMPORTANT, lazy("重要な変更。前の版を確認した人にも、もう一度確認を求めます。")),
            (SMALL, lazy("軽微な訂正。前の版の確認は、そのまま有効です。")),
        ],
        initial=IMPORTANT,
    )
    tier = select(lazy("資料の格付"), required=True, help_text=lazy("どの部分も、これより高くはできません。"))
    floor = select(
        lazy("見える下限"),
        help_text=lazy("下げると、低い格付の部分だけがより多くの人に見えます。下げないときは資料の格付と同じです。"),
    )
    floor_title = forms.CharField(
        label=lazy("下限の格付で見せる題名"),
        required=False,
        help_text=lazy("下限を下げたときに、資料の格付に届かない人に見せる題名です。"),
    )
    designation = select(lazy("指定管理簿の番号"), help_text=lazy("重要経済安保情報のときに選びます。"))
    subcommittees = Several(
        label=lazy("資料全体の分科会"),
        required=False,
        help_text=lazy("選んだすべての分科会に属する人だけが見られます。"),
    )
    caveats = Several(label=lazy("取扱制限"), required=False)
    deadline_choice = forms.ChoiceField(label=lazy("確認の期限"), required=False, widget=forms.RadioSelect)
    deadline = forms.DateTimeField(
        label=lazy("期限の日時"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=lazy("日時を指定するときに入れます。日本時間です。"),
    )
    review_on = forms.DateField(
        label=lazy("見直しの日"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=lazy("この日が来ると、発信元の作成者に知らせます。公開はそのまま続きます。"),
    )
    related = forms.CharField(
        label=lazy("関連する資料"),
        required=False,
        help_text=lazy("資料番号を、読点か空白で区切って書きます。読む人には、その人が見られるものだけが出ます。"),
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
            "tier": [(tier.value, tier_words(tier)) for tier in options.tiers],
            "floor": [("", _("資料の格付と同じ")), *((tier.value, tier_words(tier)) for tier in options.tiers)],
            "designation": [("", _("選ばない")), *options.designations],
        }
        for name, each in choices.items():
            self.fields[name].widget.choices = each
        for name in ("subcommittees", "to_subcommittees", "organisations"):
            self.fields[name].choices = getattr(options, name)
        self.fields["nominated"].choices = options.approvers
        self.fields["caveats"].choices = caveat_choices(self["caveats"].value() or [])
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
        gone += ["change_summary", "important"] if number == 1 else []
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
        return Draft(
            kind=given.get("kind", ""),
            title=given.get("title", ""),
            tier=given.get("tier", ""),
            parts=parts,
            floor=given.get("floor") or None,
            floor_title=given.get("floor_title", ""),
            subcommittees=tuple(given.get("subcommittees", ())),
            caveats=(*given.get("caveats", ()), *self.worded),
            designation=given.get("designation", ""),
            # Without a choice, as from a program, a moment that is named is meant.
            deadline=given.get("deadline") if given.get("deadline_choice") in (MOMENT, "") else None,
            standard_deadline=given.get("deadline_choice") == STANDARD,
            organisations=tuple(given.get("organisations", ())),
            to_subcommittees=tuple(given.get("to_subcommittees", ())),
            people=given.get("people", ()),
            nominated=tuple(given.get("nominated", ())),
            change_summary=lines(given.get("change_summary", "")),
            important=given.get("important") != SMALL,
            review_on=given.get("review_on"),
            related=references_in(given.get("related", "")),
        )
