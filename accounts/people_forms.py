"""Forms of the pages about people. They offer what the acting person may give, and nothing else."""

from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import founding
from accounts.actions.limits import ADMINISTRATORS_ROLES, operates
from accounts.models import Organisation, Proposal, RoleAssignment, Subcommittee, SubcommitteeMembership, User
from council.access.facts import Role, Subject
from council.access.tiers import Tier
from council.templatetags.portal import tier_label

_OFF = {"autocomplete": "off"}
TAKEN = "address_taken"


def tier_choices(tiers: Iterable[int]) -> list[tuple[int, str]]:
    """Choices of a select: number and words, lowest first."""
    return [(int(tier), tier_label(tier)) for tier in sorted(set(tiers))]


def roles_to_give(subject: Subject, organisation: Organisation) -> list[Role]:
    """The roles that this subject may give to people of this organisation, in the order they are shown in."""
    given = founding.ROLES_OF[Organisation.Kind(organisation.kind)]
    offered = given if operates(subject) else given & ADMINISTRATORS_ROLES
    return [role for role in RoleAssignment.ROLES if role in offered]


def _labels(roles: Iterable[str]) -> list[str]:
    wanted = set(roles)
    return [str(label) for role, label in RoleAssignment.ROLES.items() if role.value in wanted]


class PersonForm(forms.Form):
    """Name, post, department, tier, roles and subcommittees; of oneself only name and post."""

    name = forms.CharField(label=_("氏名"), max_length=60, widget=forms.TextInput(_OFF))
    department = forms.CharField(
        label=_("所属部署"),
        max_length=80,
        required=False,
        help_text=_("契約に部署の定めがあるときは、契約のとおりに書きます。"),
        widget=forms.TextInput(_OFF),
    )
    title = forms.CharField(label=_("役職"), max_length=80, required=False, widget=forms.TextInput(_OFF))
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
        self.proposed: frozenset[str] = frozenset()
        if person:
            self._fill(person)
        if person and str(person.pk) == subject.person:
            for field in ("department", "tier", "roles", "subcommittees"):
                del self.fields[field]
            return
        self._offer(subject, person)

    def _fill(self, person: User) -> None:
        self.held = frozenset(person.role_assignments.values_list("role", flat=True))
        waiting = Proposal.objects.filter(kind=Proposal.Kind.ROLE, about=person.pk, confirmed_at=None)
        self.proposed = frozenset(each["role"] for each in waiting.values_list("facts", flat=True)) - self.held
        sits_in = Subcommittee.objects.filter(memberships__person=person)
        self.initial = {
            "name": person.name,
            "department": person.department,
            "title": person.title,
            "tier": person.tier,
            "roles": sorted(self.held),
            "subcommittees": sits_in,
        }

    def _offer(self, subject: Subject, person: User | None) -> None:
        highest = min(self.organisation.tier, subject.tier)
        held = [person.tier] if person else []
        self.fields["tier"].choices = tier_choices([*(tier for tier in Tier if tier <= highest), *held])
        self.offered = [role for role in roles_to_give(subject, self.organisation) if role.value not in self.proposed]
        self.fields["roles"].help_text = _(
            "閲覧者のほかの役割は、別の人が確認してから有効になります。外すのは、すぐに効きます。"
        )
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
        return _labels(self.held - {role.value for role in getattr(self, "offered", ())})

    def proposed_roles(self) -> list[str]:
        """Labels of the roles that wait for a second person."""
        return _labels(self.proposed)

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
    field_order = ["email", "name", "department", "title", "tier", "roles", "subcommittees"]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("roles", [Role.MEMBER.value])
        self.fields["email"].help_text = _("登録の案内を送ります。あとから変えられません。")

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(email=email).exists():
            said = gettext("このメールアドレスでは登録できません。アドレスを確かめてください。")
            raise ValidationError(said, code=TAKEN)
        return email


class LeaveForm(forms.Form):
    """That it is known what leaving means."""

    sure = forms.BooleanField(
        label=_("この人は離れました。元に戻せないことを確かめました"),
        error_messages={"required": _("元に戻せません。印を付けてから押してください。")},
    )


class TransferForm(forms.Form):
    """Where somebody moves to."""

    organisation = forms.ModelChoiceField(label=_("移る先の組織"), queryset=Organisation.objects.none())

    def __init__(self, *args: object, person: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        there = Organisation.objects.filter(is_active=True)
        # Whoever has left may come back to where they were.
        self.fields["organisation"].queryset = there if person.left_at else there.exclude(pk=person.organisation_id)
