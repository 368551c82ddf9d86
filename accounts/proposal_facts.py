"""A proposal as decide() sees it, and the open ones that are somebody's affair: theirs to confirm, or made by them."""

from django.db.models import Q, QuerySet

from accounts.actions import limits
from accounts.models import Proposal, User
from accounts.subject import subjects_of
from council.access import facts
from council.access.facts import Role, Subject
from council.access.policy import Action, decide, proved, standing

# What the operators confirm everywhere; everything else is confirmed where it belongs.
_EVERYWHERE = (Proposal.Kind.ROLE, Proposal.Kind.RECOVERY)


def as_asked(proposal: Proposal) -> facts.Proposal:
    """The facts that a decision about it needs."""
    return facts.Proposal(
        proposal.kind, str(proposal.organisation_id), str(proposal.proposed_by_id), str(proposal.about)
    )


def ever_confirms(subject: Subject) -> bool:
    """Whether there are proposals at all that the subject could confirm, had others made them; no row is looked at."""
    kinds = [facts.Proposal(kind, subject.organisation, proposed_by="") for kind in Proposal.Kind.values]
    return any(decide(subject, Action.DECIDE_PROPOSAL, each) for each in kinds)


def to_confirm(subject: Subject) -> list[Proposal]:
    """The open proposals of others that the subject may confirm without being refused, the oldest first; five queries at most."""
    if not ever_confirms(subject):
        return []
    theirs = Q(organisation=subject.organisation)
    if Role.OPERATOR in subject.roles:
        theirs |= Q(kind__in=_EVERYWHERE)
    second = [each for each in _open().filter(theirs) if decide(subject, Action.DECIDE_PROPOSAL, as_asked(each))]
    return _within_limits(subject, second)


def _within_limits(subject: Subject, proposals: list[Proposal]) -> list[Proposal]:
    """Without those about the role or the recovery of somebody beyond the subject's limits; nobody else needs to be within them."""
    wanted = {each.about for each in proposals if each.kind in _EVERYWHERE}
    people = User.objects.select_related("organisation").in_bulk(wanted)
    known = subjects_of(people.values())

    def reaches(proposal: Proposal) -> bool:
        if proposal.kind not in _EVERYWHERE:
            return True
        within = limits.may_take_over if proposal.kind == Proposal.Kind.RECOVERY else limits.may_run
        return within(subject, people[proposal.about], known[proposal.about])

    return [each for each in proposals if reaches(each)]


def made_by(subject: Subject) -> list[Proposal]:
    """The open proposals of the subject themselves."""
    asked = facts.Proposal("", subject.organisation, subject.person)
    if standing(subject, Action.DECIDE_PROPOSAL, asked) or proved(subject, Action.DECIDE_PROPOSAL, asked):
        return []
    return list(_open().filter(proposed_by=subject.person))


def _open() -> QuerySet[Proposal]:
    return Proposal.objects.filter(confirmed_at=None).select_related("organisation", "proposed_by__organisation")
