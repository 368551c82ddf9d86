"""Forms of the pages about people and organisations. They offer what the acting person may give, and nothing else."""

from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import founding
from accounts.actions.keys import WHYS
from accounts.actions.limits import ADMINISTRATORS_ROLES, operates
from accounts.corporate_number import validate_corporate_number
from accounts.founding_keys import SECRET_MARK
from accounts.models import (
    KeyHolder,
    Organisation,
    RecipientKey,
    RoleAssignment,
    Subcommittee,
    SubcommitteeMembership,
    User,
)
from council.access.facts import Role, Subject
from council.access.tiers import Tier
from council.templatetags.portal import tier_label

_OFF = {"autocomplete": "off"}


def tier_choices(tiers: Iterable[int]) -> list[tuple[int, str]]:
    """Choices of a select: number and words, lowest first."""
    return [(int(tier), tier_label(tier)) for tier in sorted(set(tiers))]


def roles_to_give(subject: Subject, organisation: Organisation) -> list[Role]:
    """The roles that this subject may give to people of this organisation, in the order they are shown in."""
    given = founding.ROLES_OF[Organisation.Kind(organisation.kind)]
    offered = given if operates(subject) else given & ADMINISTRATORS_ROLES
    return [role for role in RoleAssignment.ROLES if role in offered]


class PersonForm(forms.Form):
    """Name, post, tier, roles and subcommittees; of oneself only name and post."""

    name = forms.CharField(label=_("氏名"), max_length=60, widget=forms.TextInput(_OFF))
    title = forms.CharField(label=_("部署・役職"), max_length=80, required=False, widget=forms.TextInput(_OFF))
    tier = forms.TypedChoiceField(label=_("扱える格付"), coerce=int)
    roles = forms.MultipleChoiceField(label=_("役割"), required=False, widget=forms.CheckboxSelectMultiple)
    subcommittees = forms.ModelMultipleChoiceField(
        label=_("分科会"), required=False, widget=forms.CheckboxSelectMultiple, queryset=Subcommittee.objects.none()
    )

    def __init__(
        self, *args: object, subject: Subject, organisation: Organisation, person: User | None = None, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        self.held: frozenset[str] = frozenset()
        if person:
            self._fill(person)
        if person and str(person.pk) == subject.person:
            for field in ("tier", "roles", "subcommittees"):
                del self.fields[field]
            return
        self._offer(subject, person)

    def _fill(self, person: User) -> None:
        self.held = frozenset(person.role_assignments.values_list("role", flat=True))
        sits_in = Subcommittee.objects.filter(memberships__person=person)
        self.initial = {
            "name": person.name,
            "title": person.title,
            "tier": person.tier,
            "roles": sorted(self.held),
            "subcommittees": sits_in,
        }

    def _offer(self, subject: Subject, person: User | None) -> None:
        highest = min(self.organisation.tier, subject.tier)
        held = [person.tier] if person else []
        self.fields["tier"].choices = tier_choices([*(tier for tier in Tier if tier <= highest), *held])
        self.offered = roles_to_give(subject, self.organisation)
        self.fields["roles"].choices = [(role.value, RoleAssignment.ROLES[role]) for role in self.offered]
        seated = Subcommittee.objects.filter(seats__organisation=self.organisation)
        if not operates(subject):
            # Those where the acting person sits too can be given, those that are held can be taken away.
            held = SubcommitteeMembership.objects.filter(person=person).values("subcommittee") if person else ()
            seated = seated.filter(Q(pk__in=subject.subcommittees) | Q(pk__in=held))
        self.fields["subcommittees"].queryset = seated
        self.fields["subcommittees"].help_text = _("組織が参加している分科会だけを選べます。")

    def kept_roles(self) -> list[str]:
        """Labels of the roles held that the acting person can't change."""
        kept = self.held - {role.value for role in getattr(self, "offered", ())}
        return [str(label) for role, label in RoleAssignment.ROLES.items() if role.value in kept]

    def clean_roles(self) -> frozenset[str]:
        """All roles the person would hold then: those chosen, and those that this form may not touch."""
        chosen = frozenset(self.cleaned_data["roles"])
        after = chosen | self.held - {role.value for role in self.offered}
        try:
            founding.check_roles(self.organisation, after)
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return after


class NewPersonForm(PersonForm):
    """A person who is not there yet."""

    email = forms.EmailField(label=_("メールアドレス"), widget=forms.EmailInput(_OFF))
    field_order = ["email", "name", "title", "tier", "roles", "subcommittees"]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("roles", [Role.MEMBER.value])
        self.fields["email"].help_text = _("サインインに使います。あとから変えられません。")

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(email=email).exists():
            raise ValidationError(gettext("このメールアドレスでは登録できません。アドレスを確かめてください。"))
        return email


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
