"""Rule 7 beyond the desk: which role runs whose people, records and clearances, and who confirms what another proposed. Pure."""

from council.access.actions import Action, Reason
from council.access.facts import Council, Disposal, Ledger, Organisation, Proposal, Resource, Role, Subject

_PEOPLE = {
    Action.VIEW_PEOPLE: {Role.ADMINISTRATOR, Role.CLEARANCE_OFFICER, Role.OPERATOR},
    Action.MANAGE_PEOPLE: {Role.ADMINISTRATOR, Role.OPERATOR},
    Action.MANAGE_KEYS: {Role.ADMINISTRATOR},
    Action.CONFIRM_KEY: {Role.CLEARANCE_OFFICER, Role.OPERATOR},
}
_REVIEWERS = {Role.OPERATOR, Role.CLEARANCE_OFFICER}
# Who confirms what another has proposed: these roles at the organisation whose affair it is, and those everywhere.
_CONFIRMS = {
    "clearance": ({Role.CLEARANCE_OFFICER}, set()),
    "certification": ({Role.CLEARANCE_OFFICER}, set()),
    "extension": ({Role.CLEARANCE_OFFICER}, set()),
    "role": ({Role.ADMINISTRATOR}, {Role.OPERATOR}),
    "recovery": ({Role.ADMINISTRATOR}, {Role.OPERATOR}),
}


def runs_people(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """7. Administrators run their own organisation's people and keys; operators and clearance officers work across it."""
    if not isinstance(resource, Organisation) or subject.roles.isdisjoint(_PEOPLE[action]):
        return Reason.ROLE
    across = subject.roles & _PEOPLE[action] - {Role.ADMINISTRATOR}
    return None if across or resource.organisation == subject.organisation else Reason.NOT_INVOLVED


def operates(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """7. What belongs to no organisation is the operator's."""
    return None if isinstance(resource, Council) and Role.OPERATOR in subject.roles else Reason.ROLE


def reads_events(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """7. Auditors read every event; an administrator those of their own organisation's people."""
    if not isinstance(resource, Ledger) or subject.roles.isdisjoint({Role.AUDITOR, Role.ADMINISTRATOR}):
        return Reason.ROLE
    if Role.AUDITOR in subject.roles:
        return None
    return None if resource.organisation == subject.organisation else Reason.NOT_INVOLVED


def keeps_records(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """7. Operators and auditors hold records back and propose what may go."""
    whole = isinstance(resource, Ledger) and resource.organisation is None
    return None if whole and subject.roles & {Role.AUDITOR, Role.OPERATOR} else Reason.ROLE


def disposes(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """7. An auditor decides about the evidence that goes, and never about their own proposal."""
    if not isinstance(resource, Disposal) or Role.AUDITOR not in subject.roles:
        return Reason.ROLE
    return Reason.AUTHOR if subject.person == resource.proposed_by else None


def runs_reviews(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """7. Operators and clearance officers ask every organisation who still needs what."""
    return None if isinstance(resource, Council) and subject.roles & _REVIEWERS else Reason.ROLE


def clears_people(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """7. Clearances, certifications, rosters and the register are the clearance officer's, each at their own agency."""
    if not isinstance(resource, Organisation) or Role.CLEARANCE_OFFICER not in subject.roles:
        return Reason.ROLE
    return None if resource.organisation == subject.organisation else Reason.NOT_INVOLVED


def nominates(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """7. An administrator names their own organisation's people for a roster; the agency accepts them or does not."""
    if not isinstance(resource, Organisation) or Role.ADMINISTRATOR not in subject.roles:
        return Reason.ROLE
    return None if resource.organisation == subject.organisation else Reason.NOT_INVOLVED


def confirms(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """7. A second person, who neither proposed it nor is whom it is about."""
    if not isinstance(resource, Proposal) or resource.kind not in _CONFIRMS:
        return Reason.ROLE
    here, everywhere = _CONFIRMS[resource.kind]
    if subject.roles.isdisjoint(here | everywhere):
        return Reason.ROLE
    if subject.roles.isdisjoint(everywhere) and resource.organisation != subject.organisation:
        return Reason.NOT_INVOLVED
    if subject.person == resource.about:
        return Reason.ONESELF
    return Reason.AUTHOR if subject.person == resource.proposed_by else None
