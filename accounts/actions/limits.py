"""Who may run whose affairs, on top of decide(): nobody gives what they do not hold, and nobody gives to themselves.

An administrator reaches only people of their own organisation who may see no more than they do, and only the roles
member and administrator. The operator reaches everybody, but takes over no account of somebody who may see more.
"""

from enum import StrEnum
from uuid import UUID

from accounts.actions.verb import Refused
from accounts.models import Organisation, RecipientKey, Subcommittee, User
from accounts.subject import subject_of
from council.access import facts
from council.access.facts import Role, Subject
from council.access.policy import Action, Reason, decide

ADMINISTRATORS_ROLES = frozenset({Role.MEMBER, Role.ADMINISTRATOR})


class Limit(StrEnum):
    """Reasons of this module, next to those of decide()."""

    ONESELF = "oneself"
    ABOVE_OWN = "above_own_tier"
    OTHER_AGENCY = "other_agency"
    REGISTRANT = "registrant"
    HOLDER = "holder"


def operates(subject: Subject) -> bool:
    """Whether the subject acts for the whole council."""
    return Role.OPERATOR in subject.roles


def need(subject: Subject, action: Action, resource: facts.Resource, about: object) -> None:
    """Refused with the reason of decide()."""
    decision = decide(subject, action, resource)
    if not decision:
        raise Refused(decision.reason, about)


def need_people_of(subject: Subject, organisation: Organisation, about: object = None) -> None:
    """Refused unless the subject runs this organisation's people; `about` is the person, when it is about one."""
    need(subject, Action.MANAGE_PEOPLE, facts.Organisation(str(organisation.pk)), about or organisation.pk)


def need_council(subject: Subject, about: object = "") -> None:
    """Refused unless the subject is an operator in good standing."""
    need(subject, Action.MANAGE_COUNCIL, facts.Council(), about)


def need_keys_of(subject: Subject, organisation: UUID) -> None:
    """Refused unless the subject runs this organisation's keys."""
    need(subject, Action.MANAGE_KEYS, facts.Organisation(str(organisation)), organisation)


def asked_for_revoking(subject: Subject, organisation: UUID) -> tuple[Action, facts.Resource]:
    """What decide() is asked about whoever revokes a key: the operator's affair, or the organisation's own."""
    if operates(subject):
        return Action.MANAGE_COUNCIL, facts.Council()
    return Action.MANAGE_KEYS, facts.Organisation(str(organisation))


def why_not_confirm(subject: Subject, key: RecipientKey) -> Limit | Reason | None:
    """Why this subject, who may confirm keys, can't confirm this one; None when they can. Counts prefetched rows."""
    if subject.person == str(key.registered_by_id):
        return Limit.REGISTRANT
    if any(subject.person == str(held.person_id) for held in key.holders.all()):
        return Limit.HOLDER
    if any(subject.person == str(given.person_id) for given in key.approvals.all()):
        return Reason.ALREADY_APPROVED
    return None


def refuse_oneself(subject: Subject, person: User) -> None:
    if subject.person == str(person.pk):
        raise Refused(Limit.ONESELF, person.pk)


def refuse_above(subject: Subject, person: User) -> None:
    """Refused when the person may see more than the subject."""
    if subject_of(person).ceiling > subject.ceiling:
        raise Refused(Limit.ABOVE_OWN, person.pk)


def refuse_takeover(subject: Subject, person: User) -> None:
    """Refused when whoever signs in as the person could do more: see more, sit elsewhere, act in a role not to be given."""
    refuse_above(subject, person)
    if not subject_of(person).subcommittees <= subject.subcommittees:
        raise Refused(Limit.ABOVE_OWN, person.pk)
    for role in person.role_assignments.values_list("role", flat=True):
        need_giveable_role(subject, role, person.pk)


def may_run(subject: Subject, person: User) -> bool:
    """Whether the verbs about this person would be refused: for pages, which offer nothing that is."""
    try:
        need_people_of(subject, person.organisation, person.pk)
        if not operates(subject):
            refuse_above(subject, person)
    except Refused:
        return False
    return True


def may_reset(subject: Subject, person: User) -> bool:
    """Whether set_password() would be refused."""
    try:
        refuse_oneself(subject, person)
        refuse_takeover(subject, person)
    except Refused:
        return False
    return may_run(subject, person)


def need_person(subject: Subject, person: User) -> User:
    """The person, read anew and locked. Refused unless the subject may run their affairs."""
    need_people_of(subject, person.organisation, person.pk)
    if not operates(subject):
        refuse_above(subject, person)
    return User.objects.select_related("organisation").select_for_update(of=("self",)).get(pk=person.pk)


def need_somebody_else(subject: Subject, person: User) -> User:
    """need_person(), and never oneself."""
    refuse_oneself(subject, person)
    return need_person(subject, person)


def need_giveable_seat(subject: Subject, subcommittee: Subcommittee, about: object) -> None:
    """Refused unless the subject sits there too: who names a member and knows their first password could read along."""
    if not operates(subject) and str(subcommittee.pk) not in subject.subcommittees:
        raise Refused(Limit.ABOVE_OWN, about)


def need_giveable_tier(subject: Subject, tier: int, about: object) -> None:
    """Refused when the tier is above what the subject may handle by themselves."""
    if tier > subject.tier:
        raise Refused(Limit.ABOVE_OWN, about)


def need_giveable_role(subject: Subject, role: str, about: object) -> None:
    """Refused unless the subject may give and take this role."""
    if not operates(subject) and role not in ADMINISTRATORS_ROLES:
        raise Refused(Reason.ROLE, about)


def need_officer(subject: Subject, agency: Organisation, people_of: Organisation, about: object) -> None:
    """Refused unless the subject is a clearance officer of this agency."""
    need(subject, Action.VIEW_PEOPLE, facts.Organisation(str(people_of.pk)), about)
    if Role.CLEARANCE_OFFICER not in subject.roles:
        raise Refused(Reason.ROLE, about)
    if subject.organisation != str(agency.pk):
        raise Refused(Limit.OTHER_AGENCY, about)
