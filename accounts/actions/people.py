"""Running people's affairs: who belongs, what they may handle, where they sit. It counts on the very next request."""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import founding
from accounts.actions import limits
from accounts.actions.plan import Plan
from accounts.actions.verb import Deed, Refused, verb
from accounts.credentials import end_what_is_open
from accounts.enrolments import end_ways
from accounts.models import Organisation, Proposal, RoleAssignment, Subcommittee, SubcommitteeMembership, User
from council.access.facts import Role, Subject
from council.access.policy import Reason
from council.audit.events import Event


@verb(Event.PEOPLE_CREATE)
def create_person(
    deed: Deed,
    organisation: Organisation,
    email: str,
    name: str,
    *,
    title: str = "",
    department: str = "",
    roles: Iterable[str] = (Role.MEMBER,),
    tier: int = 1,
    subcommittees: Iterable[Subcommittee] = (),
) -> User:
    """A new person of the organisation, who gets in when they are invited; roles above member take a second person.

    Refused beyond what the acting person may give; ValidationError by field.
    """
    roles, subcommittees = list(roles), list(subcommittees)
    limits.need_people_of(deed.subject, organisation)
    limits.need_giveable_tier(deed.subject, tier, organisation.pk)
    for role in roles:
        limits.need_giveable_role(deed.subject, role, organisation.pk)
        limits.need_single_role(role, organisation.pk)
    for subcommittee in subcommittees:
        limits.need_giveable_seat(deed.subject, subcommittee, organisation.pk)
    person = founding.found_person(
        organisation,
        email,
        name,
        title=title,
        department=department,
        tier=tier,
        roles=roles,
        subcommittees=subcommittees,
    )
    sits_in = [str(subcommittee.pk) for subcommittee in subcommittees]
    deed.note(person.pk, {"roles": [str(role) for role in roles], "tier": tier, "subcommittees": sits_in})
    return person


@verb(Event.PEOPLE_CHANGE)
def change_person(deed: Deed, person: User, *, name: str, title: str = "", department: str | None = None) -> User:
    """Another name, post or department (None: as it is). The address stays: it is who somebody is.

    Contracts name departments, so that nobody moves themselves into another.
    """
    person = limits.need_person(deed.subject, person)
    department = person.department if department is None else department
    if department != person.department:
        limits.refuse_oneself(deed.subject, person)
    person.name, person.title, person.department = name, title, department
    person.full_clean(exclude=["password"])
    person.save(update_fields=["name", "title", "department"])
    deed.note(person.pk, {"name": name, "title": title, "department": department})
    return person


@verb(Event.PEOPLE_SUSPEND)
def suspend_person(deed: Deed, person: User) -> User:
    """Ends sessions, tokens and ways in of the person at once; what they pledged stays."""
    person = limits.need_to_let_go(deed.subject, person)
    person.is_active = False
    person.save(update_fields=["is_active"])
    # Gone, and not only at rest: a stolen token or code must not come back to life with the person.
    deed.note(person.pk, {**end_what_is_open(person), "enrolments": end_ways(person)})
    return person


@verb(Event.PEOPLE_RESUME)
def resume_person(deed: Deed, person: User) -> User:
    """Lets a suspended person sign in again; whoever has left is invited anew instead."""
    person = limits.need_somebody_else(deed.subject, person)
    person.is_active = True
    person.save(update_fields=["is_active"])
    deed.note(person.pk)
    return person


@verb(Event.ROLE_GRANT)
def grant_role(deed: Deed, person: User, role: str) -> User:
    """Makes somebody a member; every other role is proposed, and given when a second person confirms it (ROLE).

    ValidationError when it does not go with the organisation or with the roles held.
    """
    limits.need_giveable_role(deed.subject, role, person.pk)
    person = limits.need_somebody_else(deed.subject, person)
    limits.need_single_role(role, person.pk)
    founding.found_role(person, role)
    deed.note(person.pk, {"role": str(role)})
    return person


@verb(Event.ROLE_REVOKE)
def revoke_role(deed: Deed, person: User, role: str) -> User:
    """One role less."""
    limits.need_giveable_role(deed.subject, role, person.pk)
    person = limits.need_to_let_go(deed.subject, person)
    RoleAssignment.objects.filter(person=person, role=role).delete()
    deed.note(person.pk, {"role": str(role)})
    return person


@verb(Event.TIER_CHANGE)
def set_tier(deed: Deed, person: User, tier: int) -> User:
    """What the person may handle by themselves: 1 or 2, at most what their organisation and the acting person may."""
    limits.need_giveable_tier(deed.subject, tier, person.pk)
    person = limits.need_somebody_else(deed.subject, person)
    founding.check_tier(person.organisation, tier)
    before, person.tier = person.tier, tier
    person.save(update_fields=["tier"])
    deed.note(person.pk, {"before": before, "after": tier})
    return person


@verb(Event.SUBCOMMITTEE_JOIN)
def join_subcommittee(deed: Deed, person: User, subcommittee: Subcommittee) -> User:
    """A seat for the person, when their organisation has one."""
    person = limits.need_somebody_else(deed.subject, person)
    limits.need_giveable_seat(deed.subject, subcommittee, person.pk)
    founding.found_membership(person, subcommittee)
    deed.note(person.pk, {"subcommittee": str(subcommittee.pk)})
    return person


@verb(Event.SUBCOMMITTEE_LEAVE)
def leave_subcommittee(deed: Deed, person: User, subcommittee: Subcommittee) -> User:
    """The person sits there no more."""
    person = limits.need_person(deed.subject, person)
    SubcommitteeMembership.objects.filter(person=person, subcommittee=subcommittee).delete()
    deed.note(person.pk, {"subcommittee": str(subcommittee.pk)})
    return person


def _check_role(subject: Subject, organisation: Organisation, about: UUID, wanted: dict) -> None:
    """Refused as giving any role is; ValidationError when the role does not go with what the person is."""
    person = User.objects.select_related("organisation").filter(pk=about, organisation=organisation).first()
    if person is None or wanted.get("role") not in set(Role):
        raise Refused(Reason.NOT_FOUND, about)
    limits.need_giveable_role(subject, wanted["role"], person.pk)
    person = limits.need_somebody_else(subject, person)
    if not person.is_active:
        raise ValidationError(_("この人の利用は止められています。"))
    held = set(person.role_assignments.values_list("role", flat=True))
    founding.check_roles(person.organisation, held | {wanted["role"]})


def _give_role(deed: Deed, proposal: Proposal) -> None:
    person = limits.need_somebody_else(deed.subject, User.objects.select_related("organisation").get(pk=proposal.about))
    role = proposal.facts["role"]
    founding.found_role(person, role)
    Deed(Event.ROLE_GRANT, deed.subject).note(person.pk, {"role": role, "proposal": str(proposal.pk)})


def _says_role(proposal: Proposal, person: User) -> str:
    return _("%(name)sさんを%(role)sにします。") % {
        "name": person.name,
        "role": RoleAssignment.ROLES[Role(proposal.facts["role"])],
    }


# Whoever confirms must reach the person too; which roles there are to give is asked of who proposed it.
ROLE = Plan(check=_check_role, carry_out=_give_role, says=_says_role)
