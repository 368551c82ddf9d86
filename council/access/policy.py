"""decide(): the only place that says who may do what. Pure; the table in README.md is its specification.

Each rule answers None (nothing against it) or the Reason it refuses for. Rules are asked in the order of design §2;
the first reason speaks. An action that no table names is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass

from council.access import caveats
from council.access.actions import Action, Reason
from council.access.caveats import Use
from council.access.duties import (
    clears_people,
    confirms,
    disposes,
    keeps_records,
    nominates,
    operates,
    reads_events,
    runs_people,
    runs_reviews,
)
from council.access.facts import (
    Bulletin,
    Designation,
    Label,
    Part,
    Resource,
    Role,
    State,
    Subject,
)
from council.access.tiers import Tier


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer and the reason that spoke."""

    allowed: bool
    reason: Reason

    def __bool__(self) -> bool:
        return self.allowed


Rule = Callable[[Subject, Action, Resource], Reason | None]

READING = {
    Action.READ,
    Action.ACKNOWLEDGE,
    Action.ANSWER,
    Action.PRINT,
    Action.COPY,
    Action.DOWNLOAD,
    Action.FORWARD,
    Action.FETCH,
}
_STOPPED_BY = {
    Action.PRINT: Use.PRINT,
    Action.COPY: Use.COPY,
    Action.DOWNLOAD: Use.DOWNLOAD,
    Action.FORWARD: Use.FORWARD,
    # A package is a copy that leaves the portal.
    Action.FETCH: Use.DOWNLOAD,
    Action.DISPOSE: Use.DELETE,
}
_SENT = {State.PUBLISHED, State.SUPERSEDED, State.RECALLED, State.EXPIRED}
_REACHES = {
    **dict.fromkeys(READING, {State.PUBLISHED}),
    Action.INSPECT: set(State) - {State.DISPOSED},
    Action.EDIT: {State.DRAFT},
    Action.SUBMIT: {State.DRAFT},
    Action.RETURN: {State.IN_REVIEW, State.APPROVED, State.SCHEDULED},
    Action.APPROVE: {State.IN_REVIEW},
    Action.SCHEDULE: {State.APPROVED},
    Action.PUBLISH: {State.APPROVED, State.SCHEDULED},
    Action.REVISE: {State.PUBLISHED},
    Action.RECALL: {State.PUBLISHED},
    Action.DISPOSE: {State.RECALLED, State.EXPIRED, State.SUPERSEDED},
    Action.TRACK: _SENT | {State.DISPOSED},
    Action.REMIND: _SENT,
    Action.CONFIRM_RETURN: {State.RECALLED, State.SUPERSEDED},
}
_DESK = {
    Action.INSPECT: {Role.PUBLISHER, Role.APPROVER},
    Action.EDIT: {Role.PUBLISHER},
    Action.SUBMIT: {Role.PUBLISHER},
    Action.RETURN: {Role.APPROVER},
    Action.APPROVE: {Role.APPROVER},
    Action.SCHEDULE: {Role.PUBLISHER},
    Action.PUBLISH: {Role.PUBLISHER},
    Action.REVISE: {Role.PUBLISHER},
    Action.RECALL: {Role.PUBLISHER, Role.APPROVER},
    Action.DISPOSE: {Role.PUBLISHER, Role.APPROVER},
    Action.TRACK: {Role.PUBLISHER, Role.APPROVER},
    Action.REMIND: {Role.PUBLISHER, Role.APPROVER},
}


def standing(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """1. The person and their organisation are active, and the pledge is current."""
    if not subject.active:
        return Reason.SUSPENDED
    if not subject.organisation_active:
        return Reason.ORGANISATION_SUSPENDED
    return None if subject.pledge_current else Reason.PLEDGE


def proved(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """1. Whoever runs other people's access, or looks into the log, has proved who they are in a way that can't be phished."""
    return Reason.SESSION if subject.session < Tier.TWO else None


def reachable(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """2. The revision is in a state that this action reaches; neither it nor the part is past its end. A part is only read."""
    bulletin = resource.bulletin if isinstance(resource, Part) and action in READING else resource
    if not isinstance(bulletin, Bulletin) or bulletin.state not in _REACHES.get(action, ()):
        return Reason.STATE
    if action in READING and bulletin.expires_at and bulletin.expires_at <= subject.now:
        return Reason.EXPIRED
    last_day = caveats.last_day(resource.label.caveats) if isinstance(resource, Part) else None
    return Reason.EXPIRED if last_day and last_day < subject.today else None


def clears(subject: Subject, designation: Designation | None) -> Reason | None:
    """3, for CRITICAL: designation in force; for companies certification, contract and department; clearance; education; roster."""
    if designation is None:
        return Reason.NO_DESIGNATION
    today, agency = subject.today, designation.agency
    if not designation.in_force(today):
        return Reason.DESIGNATION_LAPSED
    if not subject.government:
        if not any(term.agency == agency and term.holds(today) for term in subject.certifications):
            return Reason.CERTIFICATION
        agreed = any(term.agency == agency and term.holds(today) for term in subject.agreements)
        covered = any(
            (term.agency, term.item) == (agency, designation.item) and term.holds(today) for term in subject.contracts
        )
        if not (agreed and covered):
            return Reason.CONTRACT
        # Nobody without a department is in one, whatever a contract names.
        inside = any((term.agency, term.item) == (agency, subject.department) for term in subject.departments)
        if not (subject.department and inside):
            return Reason.DEPARTMENT
    if not any(term.agency == agency and term.holds(today) for term in subject.clearances):
        return Reason.CLEARANCE
    if not any(term.agency == agency and term.holds(today) for term in subject.educations):
        return Reason.EDUCATION
    if not any(term.item == designation.item and term.holds(today) for term in subject.rosters):
        return Reason.ROSTER
    return None


def reaches_tier(subject: Subject, tier: Tier, designation: Designation | None) -> Reason | None:
    """3. The tier is within the ceiling; CRITICAL also needs everything that clears() asks."""
    if tier > subject.own_ceiling:
        return Reason.TIER
    if tier > subject.session:
        return Reason.SESSION
    return clears(subject, designation) if tier is Tier.CRITICAL else None


def dominates(subject: Subject, label: Label, designation: Designation | None) -> Reason | None:
    """3 and 4 for one label: the tier is reached and every subcommittee on it is one of the subject's."""
    refused = reaches_tier(subject, label.tier, designation)
    if refused:
        return refused
    return None if label.subcommittees <= subject.subcommittees else Reason.NEED_TO_KNOW


def within_label(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """3 and 4. Readers need the floor (and, for a part, the part's label); the desk needs the whole banner."""
    if isinstance(resource, Part):
        bulletin = resource.bulletin
        refused = within_label(subject, action, bulletin)
        return refused or dominates(subject, resource.label, bulletin.designation)
    label = resource.floor if action in READING else resource.banner
    return dominates(subject, label, resource.designation)


def released(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """5. A grant names the person or one of their groups."""
    bulletin = resource.bulletin if isinstance(resource, Part) else resource
    return None if bulletin.released_to.includes(subject) else Reason.NOT_RELEASED


def uncaveated(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """6. No caveat of the bulletin, of the part, or of what would go with it stops this use today."""
    bulletin = resource.bulletin if isinstance(resource, Part) else resource
    marks = (*bulletin.floor.caveats, *bulletin.marks, *(resource.label.caveats if isinstance(resource, Part) else ()))
    return Reason.CAVEAT if _STOPPED_BY.get(action) in caveats.stopped(marks, subject.today) else None


def no_auditor(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """7. Auditors never see content, whatever other role they hold."""
    return Reason.AUDITOR if Role.AUDITOR in subject.roles else None


def desk_duty(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """7. The desk's role, at the originator or by nomination; the author never approves, and nobody approves twice."""
    if subject.roles.isdisjoint(_DESK[action]):
        return Reason.ROLE
    if action in {Action.APPROVE, Action.RETURN} and subject.person == resource.author:
        return Reason.AUTHOR
    # Whoever may approve changes nobody else's draft: they would approve their own words.
    if action is Action.EDIT and subject.person != resource.author and Role.APPROVER in subject.roles:
        return Reason.AUTHOR
    nominated = subject.person in resource.nominated and action in {Action.INSPECT, Action.APPROVE, Action.RETURN}
    if subject.organisation != resource.originator and not nominated:
        return Reason.NOT_INVOLVED
    if action is Action.APPROVE and subject.person in resource.approved_by:
        return Reason.ALREADY_APPROVED
    return None


def drafts(subject: Subject, action: Action, resource: Resource) -> Reason | None:
    """7. Only publishers begin a bulletin (the role is never given to a company's people)."""
    return None if Role.PUBLISHER in subject.roles else Reason.ROLE


_RULES: dict[Action, tuple[Rule, ...]] = {
    **dict.fromkeys(READING, (standing, reachable, within_label, released, uncaveated, no_auditor)),
    **dict.fromkeys(_DESK, (standing, reachable, within_label, no_auditor, desk_duty)),
    # What is destroyed is gone for everybody: a caveat on any of it speaks.
    Action.DISPOSE: (standing, reachable, within_label, uncaveated, no_auditor, desk_duty),
    Action.DRAFT: (standing, no_auditor, drafts),
    Action.VIEW_PEOPLE: (standing, proved, runs_people),
    Action.MANAGE_PEOPLE: (standing, proved, runs_people),
    Action.MANAGE_KEYS: (standing, proved, runs_people),
    Action.CONFIRM_KEY: (standing, proved, runs_people),
    # Whoever held it still owes an answer about their copies when their clearance has ended since: no label is asked.
    Action.CONFIRM_RETURN: (standing, reachable, released, no_auditor),
    Action.MANAGE_COUNCIL: (standing, proved, operates),
    Action.READ_EVENTS: (standing, proved, reads_events),
    Action.KEEP_RECORDS: (standing, proved, keeps_records),
    Action.APPROVE_DISPOSAL: (standing, proved, disposes),
    Action.RUN_REVIEW: (standing, proved, runs_reviews),
    Action.MANAGE_CLEARANCES: (standing, proved, clears_people),
    Action.MANAGE_REGISTER: (standing, proved, clears_people),
    Action.NOMINATE: (standing, proved, nominates),
    Action.DECIDE_PROPOSAL: (standing, proved, confirms),
}


# What asks for a passkey, whatever it is done to.
PROVED = frozenset(action for action, rules in _RULES.items() if proved in rules)


def explain(subject: Subject, action: Action, resource: Resource) -> list[tuple[str, Reason | None]]:
    """Every rule that applies, in order, with what it says; rules after a refusal are still asked."""
    return [(rule.__name__, rule(subject, action, resource)) for rule in _RULES.get(action, ())]


def decide(subject: Subject, action: Action, resource: Resource) -> Decision:
    """Whether the subject may do this to the resource, and the reason that spoke. Default: no."""
    if action not in _RULES:
        return Decision(allowed=False, reason=Reason.UNKNOWN_ACTION)
    for rule in _RULES[action]:
        reason = rule(subject, action, resource)
        if reason:
            return Decision(allowed=False, reason=reason)
    return Decision(allowed=True, reason=Reason.ALLOWED)
