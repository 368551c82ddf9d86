"""Who may run whose affairs, on top of decide(): nobody gives what they do not hold, and nobody gives to themselves.

An administrator reaches only people of their own organisation who may see no more than they do, and only the roles
member and administrator. The operator reaches everybody, but takes over no account of somebody who may see more.
What people may see is compared as if each had proved beyond doubt who they are: how somebody signed in widens nothing here.
"""

from enum import StrEnum
from uuid import UUID

from accounts.actions.verb import Refused
from accounts.last_holders import lock_holders
from accounts.models import Organisation, RecipientKey, Subcommittee, User
from accounts.subject import subject_of
from council.access import facts
from council.access.facts import Role, Subject
from council.access.policy import Action, Reason, decide
from council.access.tiers import Tier

ADMINISTRATORS_ROLES = frozenset({Role.MEMBER, Role.ADMINISTRATOR})


class Limit(StrEnum):
    """Reasons of this module, next to those of decide()."""

    ONESELF = "oneself"
    ABOVE_OWN = "above_own_tier"
    OTHER_AGENCY = "other_agency"
    REGISTRANT = "registrant"
    HOLDER = "holder"
    LEFT = "left"
    SECOND = "second_person"


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


def weight(subject: Subject) -> Tier:
    """How far somebody reaches in the eyes of those who run people: to tier three while they are on a roster, as their company knows.

    Their clearance is not asked: an administrator who may suddenly do more would learn that it has ended.
    """
    by_themselves = min(subject.tier, subject.organisation_tier)
    return min(Tier.CRITICAL if subject.rosters else by_themselves, subject.zone)


def refuse_above(subject: Subject, person: User, known: Subject | None = None) -> None:
    """Refused when the person may see more than the subject. `known`: the facts about the person, where they are there already."""
    if weight(known or subject_of(person)) > weight(subject):
        raise Refused(Limit.ABOVE_OWN, person.pk)


def refuse_takeover(subject: Subject, person: User, known: Subject | None = None) -> None:
    """Refused when whoever signs in as the person could do more: see more, sit elsewhere, act in a role not to be given.

    Operators sit nowhere and are asked where an organisation has one administrator: they learn the code, and never the link.
    """
    known = known or subject_of(person)
    refuse_above(subject, person, known)
    if not operates(subject) and not known.subcommittees <= subject.subcommittees:
        raise Refused(Limit.ABOVE_OWN, person.pk)
    for role in known.roles:
        need_giveable_role(subject, role, person.pk)


def refuse_inviting(subject: Subject, person: User, known: Subject | None = None) -> None:
    """Refused when the person may see more, and to administrators also when they sit elsewhere or hold a role not to be given."""
    (refuse_above if operates(subject) else refuse_takeover)(subject, person, known)


def may_run(subject: Subject, person: User, known: Subject | None = None) -> bool:
    """Whether the verbs about this person would go through: for pages, which offer nothing that is refused."""
    try:
        need_reach(subject, person, known)
    except Refused:
        return False
    return True


def may_invite(subject: Subject, person: User, known: Subject | None = None) -> bool:
    """Whether the subject could open the way in for somebody whose affairs they run."""
    try:
        refuse_inviting(subject, person, known)
    except Refused:
        return False
    return True


def may_take_over(subject: Subject, person: User, known: Subject | None = None) -> bool:
    """Whether the subject could be one of the two who let the person begin anew."""
    try:
        refuse_oneself(subject, person)
        refuse_takeover(subject, person, known)
    except Refused:
        return False
    return may_run(subject, person, known)


def need_reach(subject: Subject, person: User, known: Subject | None = None) -> None:
    """Refused unless the subject may run the person's affairs, and for whoever has left. Nothing is locked."""
    need_people_of(subject, person.organisation, person.pk)
    if person.left_at is not None:
        raise Refused(Limit.LEFT, person.pk)
    if not operates(subject):
        refuse_above(subject, person, known)


def need_person(subject: Subject, person: User) -> User:
    """The person, read anew and locked. Refused unless the subject may run their affairs, and for whoever has left."""
    need_reach(subject, person)
    rows = User.objects.select_related("organisation").select_for_update(of=("self",), no_key=True)
    return _still_here(rows.get(pk=person.pk))


def _still_here(person: User) -> User:
    if person.left_at is not None:
        raise Refused(Limit.LEFT, person.pk)
    return person


def need_to_let_go(subject: Subject, person: User) -> User:
    """need_somebody_else() for whoever ends what the person can do, once everybody is locked without whom a role could be without anybody.

    The acting person as well, and they are asked about anew: of two who let each other go at the same moment, one stays.
    """
    refuse_oneself(subject, person)
    need_reach(subject, person)
    lock_holders([person.organisation_id], [person.pk, *([subject.person] if subject.person else [])])
    person = _still_here(User.objects.select_related("organisation").get(pk=person.pk))
    need_reach(as_of_now(subject), person)
    return person


def as_of_now(subject: Subject) -> Subject:
    """The same person in the same session, as they are once the locks are held; the portal itself stays as it is."""
    if not subject.person:
        return subject
    person = User(pk=UUID(subject.person))
    person.session = subject.session
    return subject_of(person)


def need_somebody_else(subject: Subject, person: User) -> User:
    """need_person(), and never oneself."""
    refuse_oneself(subject, person)
    return need_person(subject, person)


def need_giveable_seat(subject: Subject, subcommittee: Subcommittee, about: object) -> None:
    """Refused unless the subject sits there too: who names a member and knows the code of their way in is half of the way inside."""
    if not operates(subject) and str(subcommittee.pk) not in subject.subcommittees:
        raise Refused(Limit.ABOVE_OWN, about)


def need_giveable_tier(subject: Subject, tier: int, about: object) -> None:
    """Refused when the tier is above what the subject may handle by themselves."""
    if tier > subject.tier:
        raise Refused(Limit.ABOVE_OWN, about)


def need_single_role(role: str, about: object) -> None:
    """Refused for every role that takes two people to give: all but that of a member."""
    if role != Role.MEMBER:
        raise Refused(Limit.SECOND, about)


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


def need_officer_for(subject: Subject, agency: Organisation, person: User) -> None:
    """Refused unless the subject is a clearance officer of this agency, and somebody else than the person."""
    refuse_oneself(subject, person)
    need_officer(subject, agency, person.organisation, person.pk)
