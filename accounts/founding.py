"""How organisations, people and what they hold come to be. Verbs and loaders of worlds build with these functions.

Nobody acts here and no event is written: callers decide who may, open the transaction and write the event. What can not
be at all (a company's publisher, a seat that is not there) is refused here with a ValidationError, whoever asks.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.credentials import new_token, token_digest
from accounts.models import (
    ApiToken,
    CouncilPeriod,
    Organisation,
    PledgeAcceptance,
    PledgeText,
    RoleAssignment,
    Subcommittee,
    SubcommitteeMembership,
    SubcommitteeSeat,
    User,
)
from accounts.subject import council_period
from council.access.facts import Role
from council.access.tiers import Tier
from council.ids import opaque_id

Kind = Organisation.Kind
ROLES_OF = {
    Kind.AGENCY: frozenset(Role) - {Role.AUDITOR},
    Kind.COMPANY: frozenset({Role.MEMBER, Role.ADMINISTRATOR, Role.OPERATOR}),
    Kind.THINKTANK: frozenset({Role.MEMBER, Role.ADMINISTRATOR, Role.PUBLISHER, Role.APPROVER, Role.OPERATOR}),
    Kind.AUDIT: frozenset({Role.MEMBER, Role.ADMINISTRATOR, Role.AUDITOR}),
}


def _group() -> Group:
    # The name says nothing: guardian's grants name the group, and a name would put an organisation into their tables.
    return Group.objects.create(name=str(opaque_id()))


@transaction.atomic
def found_organisation(
    kind: str, name: str, *, joined_on: date | None = None, corporate_number: str | None = None, tier: int = 2
) -> Organisation:
    """An organisation with its group. ValidationError by field for a wrong kind, number or tier, or a number in use."""
    organisation = Organisation(kind=kind, name=name, corporate_number=corporate_number or None, tier=tier)
    organisation.joined_on = joined_on or timezone.localdate()
    organisation.full_clean(exclude=["group"])
    organisation.group = _group()
    organisation.save(force_insert=True)
    return organisation


@transaction.atomic
def found_subcommittee(name: str) -> Subcommittee:
    """A subcommittee with its group. ValidationError when the name is empty or in use."""
    subcommittee = Subcommittee(name=name)
    subcommittee.full_clean(exclude=["group"])
    subcommittee.group = _group()
    subcommittee.save(force_insert=True)
    return subcommittee


def found_seat(organisation: Organisation, subcommittee: Subcommittee) -> SubcommitteeSeat:
    """The organisation takes part in the subcommittee; done twice it stays one seat."""
    return SubcommitteeSeat.objects.get_or_create(organisation=organisation, subcommittee=subcommittee)[0]


@transaction.atomic
def found_person(
    organisation: Organisation,
    email: str,
    name: str,
    *,
    title: str = "",
    department: str = "",
    tier: int = 1,
    roles: Iterable[str] = (Role.MEMBER,),
    subcommittees: Iterable[Subcommittee] = (),
    password: str | None = None,
) -> User:
    """A person with roles and memberships; without a password nobody signs in as them. ValidationError by field."""
    roles, subcommittees = {Role(role) for role in roles}, list(subcommittees)
    check_tier(organisation, tier)
    check_roles(organisation, roles)
    _check_seats(organisation, subcommittees)
    person = User(organisation=organisation, email=email.strip().lower(), name=name, title=title, tier=tier)
    person.department = department
    person.set_password(password)
    person.full_clean(validate_constraints=False)  # the only one is about the tier, checked above with better words
    person.save(force_insert=True)
    RoleAssignment.objects.bulk_create([RoleAssignment(person=person, role=role) for role in sorted(roles)])
    SubcommitteeMembership.objects.bulk_create(
        [SubcommitteeMembership(person=person, subcommittee=subcommittee) for subcommittee in subcommittees]
    )
    return person


def check_tier(organisation: Organisation, tier: int) -> None:
    """ValidationError unless the tier is 1 or 2 and the organisation itself may handle it."""
    if tier not in (1, 2):
        raise ValidationError({"tier": _("格付は機密性1か機密性2です。重要経済安保情報は適性評価と名簿で決まります。")})
    if tier > organisation.tier:
        raise ValidationError({"tier": _("組織が扱える格付より上にはできません。")})


def check_roles(organisation: Organisation, roles: Iterable[str]) -> None:
    """ValidationError unless people of this kind of organisation can hold these roles together."""
    wanted = {Role(role) for role in roles}
    if wanted - ROLES_OF[Kind(organisation.kind)]:
        raise ValidationError({"roles": _("この種別の組織の人には付けられない役割です。")})
    if Role.AUDITOR in wanted and len(wanted) > 1:
        raise ValidationError({"roles": _("監査人は、ほかの役割と兼ねられません。")})


def _check_seats(organisation: Organisation, subcommittees: list[Subcommittee]) -> None:
    wanted = {subcommittee.pk for subcommittee in subcommittees}
    seats = SubcommitteeSeat.objects.filter(organisation=organisation, subcommittee__in=wanted)
    if wanted and seats.count() < len(wanted):
        raise ValidationError({"subcommittees": _("所属する組織がこの分科会に参加していません。")})


def found_role(person: User, role: str) -> RoleAssignment:
    """One more role; ValidationError when it does not go with the organisation or with the roles already held."""
    held = set(person.role_assignments.values_list("role", flat=True))
    check_roles(person.organisation, held | {Role(role).value})
    return RoleAssignment.objects.get_or_create(person=person, role=Role(role))[0]


def found_membership(person: User, subcommittee: Subcommittee) -> SubcommitteeMembership:
    """The person sits in the subcommittee. ValidationError unless their organisation has a seat there."""
    _check_seats(person.organisation, [subcommittee])
    return SubcommitteeMembership.objects.get_or_create(person=person, subcommittee=subcommittee)[0]


def found_token(person: User, tier: int = Tier.CRITICAL) -> str:
    """A new bearer token of the person that reaches the tier, told this once; only its digest is kept."""
    token = new_token()
    ApiToken.objects.create(person=person, digest=token_digest(token), tier=tier)
    return token


def found_pledge(body: str, *, in_force_from: date, version: int | None = None) -> PledgeText:
    """The next version of the pledge, or the version named. ValidationError when empty or the number is in use."""
    last = PledgeText.objects.values_list("version", flat=True).first() or 0
    pledge = PledgeText(version=version or last + 1, body=body.strip(), in_force_from=in_force_from)
    pledge.full_clean()
    pledge.save(force_insert=True)
    return pledge


def found_period(number: int, *, first_day: date, last_day: date | None = None) -> CouncilPeriod:
    """A period of the council; done again it keeps the first days."""
    days = {"first_day": first_day, "last_day": last_day}
    return CouncilPeriod.objects.get_or_create(number=number, defaults=days)[0]


def found_acceptance(person: UUID, version: int) -> PledgeAcceptance:
    """The person has accepted this version in today's period of the council; done twice it keeps the first moment."""
    period, defaults = council_period(timezone.localdate()), {"accepted_at": timezone.now()}
    return PledgeAcceptance.objects.get_or_create(person_id=person, version=version, period=period, defaults=defaults)[
        0
    ]
