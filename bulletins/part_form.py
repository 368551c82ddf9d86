"""One part in the desk's form: its label in the margin, and its words, its fields or its file."""

from collections.abc import Iterable

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from bulletins import figures
from bulletins.drafting import PartDraft
from bulletins.figures import Figure
from bulletins.kind_templates import Slot, is_untouched, slot_named
from bulletins.models import Part
from bulletins.options import Choices, Options
from bulletins.structured import is_structured
from bulletins.structured_forms import SheetForm, fields_of, sent_fields
from bulletins.uploads import whole
from bulletins.worded_caveats import WordedCaveats
from council.access import caveats
from council.access.tiers import Tier


class Several(forms.MultipleChoiceField):
    """Checkboxes. Which values hold is not decided here: an unknown one gets the sentence of bulletins.drafting."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: str) -> bool:
        """Every value: see above."""
        return True


def select(label: str, *, required: bool = False, help_text: str = "") -> forms.CharField:
    """A choice whose options come later and whose values are taken as they are."""
    return forms.CharField(label=label, required=required, help_text=help_text, widget=forms.Select)


def tier_words(tier: Tier) -> str:
    """The words of a tier in a choice."""
    return {Tier.ONE: _("機密性1"), Tier.TWO: _("機密性2"), Tier.CRITICAL: _("重要経済安保情報")}[tier]


def caveat_choices(chosen: Iterable[str]) -> Choices:
    """The vocabulary, and what was chosen beside it."""
    extra = [word for word in chosen if word not in caveats.WORDS]
    return [(word, _(word)) for word in (*caveats.WORDS, *extra)]


def lines(text: str) -> str:
    """The text with the newlines that are kept, whatever the browser sends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class PartForm(WordedCaveats):
    """One part: its label in the margin, its words, its fields or its file."""

    use_required_attribute = False
    kind = forms.CharField(widget=forms.HiddenInput, required=False)
    keep = forms.UUIDField(widget=forms.HiddenInput, required=False)
    slot = forms.CharField(widget=forms.HiddenInput, required=False)
    tier = select(lazy("格付"))
    text = forms.CharField(label=lazy("本文"), strip=False, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    caption = forms.CharField(label=lazy("図の題"), required=False)
    alt = forms.CharField(
        label=lazy("代わりの文章"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=lazy("図が見えない人のために、図から読み取れることを書きます。"),
    )
    file = forms.FileField(label=lazy("ファイル"), required=False, allow_empty_file=True)
    subcommittees = Several(label=lazy("この部分の分科会"), required=False)
    caveats = Several(label=lazy("この部分の取扱制限"), required=False)

    def __init__(self, *args: object, options: Options, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].widget.choices = [(tier.value, tier_words(tier)) for tier in options.tiers]
        self.fields["subcommittees"].choices = options.subcommittees
        self.fields["caveats"].choices = caveat_choices(self["caveats"].value() or [])
        self.slot_of: Slot | None = slot_named(str(self["slot"].value() or ""))
        self.fields["text"].help_text = _(self.slot_of.prompt) if self.slot_of else ""
        self.sheet = self._sheet()
        if self.sheet or self.is_picture:
            self.fields["text"].widget = forms.HiddenInput()

    def _sheet(self) -> SheetForm | None:
        """The fields of a structured part; None for any other, and for a text that has not their shape."""
        kind = str(self["kind"].value() or "")
        if self.is_bound:
            fields = sent_fields(self.data, self.prefix, kind)
        else:
            fields = self.initial.get("fields") or fields_of(kind, self.initial.get("text", ""))
        return SheetForm(kind, self.prefix, fields, sent=self.is_bound) if fields else None

    @property
    def is_picture(self) -> bool:
        """A figure that is a file with words beside it; one that came as text alone stays text."""
        if self["kind"].value() != Part.Kind.FIGURE:
            return False
        if self.is_bound:
            return f"{self.prefix}-alt" in self.data
        return bool(self.initial.get("keep")) or not str(self.initial.get("text") or "").strip()

    def clean(self) -> dict[str, object]:
        """What does not hold of a structured part stands at its field, and at the part."""
        given = super().clean()
        if self.sheet and not self.is_left_empty:
            for sentence in self.sheet.check():
                self.add_error(None, sentence)
        return given

    @property
    def is_plain_sheet(self) -> bool:
        """A part of a structured kind whose text is not of its shape."""
        return self.sheet is None and is_structured(str(self["kind"].value() or ""))

    @property
    def is_left_empty(self) -> bool:
        """A part that a new bulletin began with, and in which nobody wrote anything."""
        if self.slot_of is None or self.is_attachment:
            return False
        return self.sheet.is_blank if self.sheet else is_untouched(self.slot_of, lines(str(self["text"].value() or "")))

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
        return bool(self["subcommittees"].value() or self["caveats"].value() or self.has_words)

    def _text(self) -> str:
        if self.sheet:
            return self.sheet.text()
        given = self.cleaned_data
        if self.is_picture:
            return figures.to_markdown(Figure(lines(given.get("caption", "")), lines(given.get("alt", ""))))
        return lines(given.get("text", ""))

    def draft(self) -> PartDraft:
        """What the author handed in for this part."""
        given = self.cleaned_data
        upload: UploadedFile | None = given.get("file")
        return PartDraft(
            self._text(),
            given.get("tier", ""),
            given.get("kind", ""),
            tuple(given.get("subcommittees", ())),
            (*given.get("caveats", ()), *self.worded),
            upload.name if upload else "",
            whole(upload) if upload else None,
            given.get("keep"),
        )
