"""Running people's affairs: who belongs, what they may handle, where they sit. It counts on the very next request."""

from collections.abc import Iterable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts import founding
from accounts.actions import limits
from accounts.actions.verb import Deed, verb
from accounts.credentials import end_sessions, temporary_password
from accounts.models import ApiToken, Organisation, RoleAssignment, Subcommittee, SubcommitteeMembership, User
from council.access.facts import Role
from council.audit.events import Event


@verb(Event.PEOPLE_CREATE)
def create_person(
    deed: Deed,
    organisation: Organisation,
    email: str,
    name: str,
    *,
    title: str = "",
    roles: Iterable[str] = (Role.MEMBER,),
    tier: int = 1,
    subcommittees: Iterable[Subcommittee] = (),
    password: str | None = None,
) -> User:
    """A new person of the organisation. Refused beyond what the acting person may give; ValidationError by field."""
    roles, subcommittees = list(roles), list(subcommittees)
    limits.need_people_of(deed.subject, organisation)
    limits.need_giveable_tier(deed.subject, tier, organisation.pk)
    for role in roles:
        limits.need_giveable_role(deed.subject, role, organisation.pk)
    for subcommittee in subcommittees:
        limits.need_giveable_seat(deed.subject, subcommittee, organisation.pk)
    person = founding.found_person(
        organisation, email, name, title=title, tier=tier, roles=roles, subcommittees=subcommittees, password=password
    )
    sits_in = [str(subcommittee.pk) for subcommittee in subcommittees]
    deed.note(person.pk, {"roles": [str(role) for role in roles], "tier": tier, "subcommittees": sits_in})
    return person


@verb(Event.PEOPLE_CHANGE)
def change_person(deed: Deed, person: User, *, name: str, title: str = "") -> User:
    """Another name or post. The address stays: it is who somebody is."""
    person = limits.need_person(deed.subject, person)
    person.name, person.title = name, title
    person.full_clean(exclude=["password"])
    person.save(update_fields=["name", "title"])
    deed.note(person.pk, {"name": name, "title": title})
    return person


@verb(Event.PEOPLE_SUSPEND)
def suspend_person(deed: Deed, person: User) -> User:
    """Ends sessions and tokens of the person at once; what they pledged stays."""
    person = limits.need_somebody_else(deed.subject, person)
    person.is_active = False
    person.save(update_fields=["is_active"])
    # Gone, and not only at rest: a stolen token must not come back to life with the person.
    deed.note(person.pk, _end_what_is_open(person))
    return person


def _end_what_is_open(person: User) -> dict[str, int]:
    return {"sessions": end_sessions([person.pk]), "tokens": ApiToken.objects.filter(person=person).delete()[0]}


@verb(Event.PEOPLE_RESUME)
def resume_person(deed: Deed, person: User) -> User:
    """Lets a suspended person sign in again."""
    person = limits.need_somebody_else(deed.subject, person)
    person.is_active = True
    person.save(update_fields=["is_active"])
    deed.note(person.pk)
    return person


@verb(Event.ROLE_GRANT)
def grant_role(deed: Deed, person: User, role: str) -> User:
    """One more role. ValidationError when it does not go with the organisation or with the roles held."""
    limits.need_giveable_role(deed.subject, role, person.pk)
    person = limits.need_somebody_else(deed.subject, person)
    founding.found_role(person, role)
    deed.note(person.pk, {"role": str(role)})
    return person


@verb(Event.ROLE_REVOKE)
def revoke_role(deed: Deed, person: User, role: str) -> User:
    """One role less."""
    limits.need_giveable_role(deed.subject, role, person.pk)
    person = limits.need_somebody_else(deed.subject, person)
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


@verb(Event.PASSWORD_CHANGED)
def set_password(deed: Deed, person: User, password: str | None = None) -> str:
    """A temporary password for somebody else, returned once; ends their sessions and tokens.

    Whoever knows it can sign in as the person, so that nobody sets it for somebody who can do more, nor the operator.
    """
    person = limits.need_somebody_else(deed.subject, person)
    limits.refuse_takeover(deed.subject, person)
    password = password or temporary_password()
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    person.set_password(password)
    person.save(update_fields=["password"])
    deed.note(person.pk, _end_what_is_open(person))
    return password
