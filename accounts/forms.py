"""Forms of the pages about organisations, keys and oneself. They offer what the acting person may give, and nothing else."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actions.keys import WHYS
from accounts.corporate_number import validate_corporate_number
from accounts.founding_keys import SECRET_MARK
from accounts.models import KeyHolder, Organisation, RecipientKey, Subcommittee, User
from accounts.people_forms import tier_choices
from council.access.tiers import Tier

_OFF = {"autocomplete": "off"}


class OrganisationForm(forms.Form):
    """What can be changed about an organisation."""

    name = forms.CharField(label=_("名称"), max_length=120, widget=forms.TextInput(_OFF))
    corporate_number = forms.CharField(
        label=_("法人番号"),
        required=False,
        validators=[validate_corporate_number],
        help_text=_("半角の数字13桁。番号のない組織は空のままにします。"),
        widget=forms.TextInput({**_OFF, "inputmode": "numeric"}),
    )
    tier = forms.TypedChoiceField(
        label=_("扱える格付"),
        coerce=int,
        help_text=_("所属する人の格付は、これより上にはなりません。"),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].choices = tier_choices([Tier.ONE, Tier.TWO])
        self.initial.setdefault("tier", int(Tier.TWO))


class NewOrganisationForm(OrganisationForm):
    """An organisation that is not there yet."""

    kind = forms.ChoiceField(
        label=_("種別"), choices=Organisation.Kind.choices, help_text=_("あとから変えられません。")
    )
    field_order = ["kind", "name", "corporate_number", "tier"]


class SeatsForm(OrganisationForm):
    """An organisation that is there, with the subcommittees it takes part in."""

    subcommittees = forms.ModelMultipleChoiceField(
        label=_("参加する分科会"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        queryset=Subcommittee.objects.all(),
        help_text=_("外すと、所属する人もその分科会から外れます。"),
    )


class SubcommitteeForm(forms.Form):
    """A subcommittee that is not there yet."""

    name = forms.CharField(label=_("分科会の名称"), max_length=80, widget=forms.TextInput(_OFF))


class PublicKeyArea(forms.Textarea):
    """A place for a public key. What may be anything else, and above all an identity, is never written back into the page."""

    def format_value(self, value: str | None) -> str:
        text = (value or "").strip()
        return text if text.startswith("age1") and SECRET_MARK not in text.upper() else ""


class PeopleBoxes(forms.ModelMultipleChoiceField):
    """People to tick, with their post."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, person: User) -> str:
        return f"{person.name}　{person.title}".strip()


class PersonChoice(forms.ModelChoiceField):
    """One person, with their organisation."""

    def label_from_instance(self, person: User) -> str:
        return f"{person.name}（{person.organisation.name}）"


def _active(organisation: Organisation) -> QuerySet[User]:
    return User.objects.filter(organisation=organisation, is_active=True).select_related("organisation")


class KeyForm(forms.Form):
    """A public key of an organisation, and the people who hold its identity."""

    recipient = forms.CharField(
        label=_("受信者鍵"),
        widget=PublicKeyArea({"id": "age-recipient"}),  # the field of components/key_maker.html
    )
    holders = PeopleBoxes(
        label=_("識別鍵を持つ人"),
        queryset=User.objects.none(),
        help_text=_("この鍵で封をしたものを開ける人です。実際に持つ人を全員選びます。あとから外せません。"),
    )

    def __init__(self, *args: object, organisation: Organisation, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holders"].queryset = _active(organisation)

    @property
    def recipient_again(self) -> str:
        """What was sent, as far as it may stand in a page."""
        return self.fields["recipient"].widget.format_value(self["recipient"].value())


class AnswerForm(forms.Form):
    """What was sealed to the key."""

    answer = forms.CharField(
        label=_("問いの答え"),
        max_length=200,
        widget=forms.TextInput({"id": "age-answer"}),  # the field of components/key_proof.html
    )


class HolderForm(forms.Form):
    """One more person who holds the identity."""

    holders = PersonChoice(label=_("識別鍵を新しく持つ人"), queryset=User.objects.none())

    def __init__(self, *args: object, key: RecipientKey, **kwargs: object) -> None:
        # A page has one for each key.
        super().__init__(*args, prefix=str(key.pk), **kwargs)
        self.key = key
        there = KeyHolder.objects.filter(key=key).values("person")
        self.fields["holders"].queryset = _active(key.organisation).exclude(pk__in=there)


class RevokeForm(forms.Form):
    """Why a key is revoked."""

    why = forms.ChoiceField(
        label=_("失効させる理由"), choices=[(why.value, why.label) for why in WHYS], widget=forms.RadioSelect
    )


class CompareForm(forms.Form):
    """That the fingerprint was compared over another way."""

    compared = forms.BooleanField(
        label=_("この組織に自分から電話をかけ、8組の文字がすべて一致しました"),
        error_messages={"required": _("電話で照合してから、印を付けて押してください。")},
    )


class RhythmForm(forms.Form):
    """How often somebody is told."""

    notices = forms.ChoiceField(
        label=_("通知の受け取り方"),
        choices=User.Rhythm.choices,
        help_text=_("急ぎの知らせは、選んだ受け取り方にかかわらず、そのつど届きます。"),
    )
