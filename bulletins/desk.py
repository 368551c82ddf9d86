"""The door to the publishing desk: revisions on their way, for those who write, approve and publish them."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from accounts.models import Designation
from bulletins import facts
from bulletins.access import NotVisible, judge, refuse
from bulletins.models import Approval, Bulletin, Nomination, Release, Revision
from council.access import facts as known
from council.access.facts import Audience, Label, Role, State, Subject
from council.access.policy import Action, Decision, Reason, decide, dominates
from council.access.tiers import Tier
from council.ids import opaque_id

# A desk shows this many of its newest pieces of work; older ones are found through the list of bulletins.
DESK_LENGTH = 200
# An id that nothing has: an empty list would save a query, and so tell that it was empty.
_NOTHING = UUID(int=0)


class Refused(Exception):
    """The person may know of the revision but not do this to it; `reason` says why, and may be told to them.

    `action` is what was refused, where it passed through a verb.
    """

    def __init__(self, reason: Reason, action: Action | None = None) -> None:
        super().__init__(str(reason))
        self.reason, self.action = reason, action


def get_revision_for(
    subject: Subject, bulletin_id: UUID, action: Action = Action.INSPECT, *, lock: bool = False
) -> tuple[Revision, known.Bulletin]:
    """The newest revision and its facts.

    NotVisible when the person may not inspect it, Refused when they may but not do this. Writes no event: verbs record
    their own, and bulletins.actions.verb records what they refuse.
    """
    revision, about = _look(bulletin_id, lock=lock)
    allow(subject, action, about)
    return revision, about


def get_served_for(subject: Subject, bulletin_id: UUID, action: Action) -> Bulletin:
    """The bulletin, locked, for an action on the served revision, whatever newer draft there is. Raises as above."""
    bulletin, about = facts.served(bulletin_id, lock=True)
    # Asked for always, so that an id that was never used costs the same queries as one that is served.
    _, newest = _look(bulletin_id)
    allow(subject, action, about or newest)
    return bulletin


def _look(bulletin_id: UUID, *, lock: bool = False) -> tuple[Revision | None, known.Bulletin | None]:
    """facts.on_the_desk(), in as many queries for an id that was never used."""
    revision, about = facts.on_the_desk(bulletin_id, lock=lock)
    if revision is None:
        for model in (Release, Nomination, Approval):
            model.objects.filter(revision=bulletin_id).first()
    return revision, about


def allow(subject: Subject, action: Action, about: known.Bulletin | None) -> None:
    """NotVisible when the person may not even inspect what the facts tell of, Refused when they may but not do this."""
    decision = judge(subject, action, about)
    if decision:
        return
    if action is not Action.INSPECT and judge(subject, Action.INSPECT, about):
        raise Refused(decision.reason)
    raise NotVisible(decision.reason)


def inspect_for(subject: Subject, bulletin_id: UUID) -> tuple[Revision, known.Bulletin]:
    """get_revision_for(INSPECT) for pages: the refusal goes into the log."""
    revision, about = _look(bulletin_id)
    decision: Decision = judge(subject, Action.INSPECT, about)
    if not decision:
        refuse(subject, Action.INSPECT, bulletin_id, decision, tier=about.banner.tier if about else Tier.ONE)
        raise NotVisible(decision.reason)
    return revision, about


def may_begin(subject: Subject) -> None:
    """NotVisible, with the refusal in the log, for somebody who may begin no bulletin."""
    decision = decide(subject, Action.DRAFT, known.Council())
    if not decision:
        refuse(subject, Action.DRAFT, opaque_id(), decision, tier=Tier.ONE)
        raise NotVisible(decision.reason)


def has_desk(subject: Subject) -> bool:
    """Whether the person has a desk at all: those who write or approve do."""
    return not subject.roles.isdisjoint({Role.PUBLISHER, Role.APPROVER}) and Role.AUDITOR not in subject.roles


def desk_of(subject: Subject) -> list[Revision]:
    """The newest revision of each bulletin that the subject may inspect, last saved first (four queries)."""
    nominated = set(Nomination.objects.filter(person=subject.person).values_list("revision_id", flat=True))
    newest = Revision.unrestricted.filter(bulletin=OuterRef("bulletin")).order_by("-number").values("pk")[:1]
    rows = (
        Revision.unrestricted.filter(Q(bulletin__originator=subject.organisation) | Q(pk__in=nominated))
        .filter(pk=Subquery(newest))
        .exclude(state=State.DISPOSED)
    )
    shown = (
        rows.filter(within_reach(subject, rows))
        .select_related("bulletin__originator", "bulletin__served", "designation", "author")
        .order_by(F("saved_at").desc(), "-pk")[:DESK_LENGTH]
    )
    mine = frozenset({subject.person})
    return [
        row
        for row in shown
        if decide(
            subject,
            Action.INSPECT,
            replace(facts.revision_facts(row, Audience()), nominated=mine if row.pk in nominated else frozenset()),
        )
    ]


def within_reach(subject: Subject, rows: QuerySet[Revision]) -> Q:
    """Those of the rows whose banner the subject dominates. Cut before this is asked, a list would have gaps that tell."""
    labels = {
        (tier, tuple(names), item)
        for tier, names, item in rows.values_list("tier", "all_subcommittees", "designation").distinct()
    }
    items = {
        row.pk: row for row in Designation.objects.filter(pk__in=[_NOTHING, *(item for *_, item in labels if item)])
    }
    reached = Q(pk=_NOTHING)
    for tier, names, item in labels:
        banner = Label(Tier(tier), frozenset(names))
        if dominates(subject, banner, facts.designation_facts(items.get(item))) is None:
            reached |= Q(tier=tier, all_subcommittees=list(names), designation=item)
    return reached


def revisions_reached(subject: Subject, bulletin_id: UUID) -> list[Revision]:
    """The revisions whose whole banner the subject reaches, newest first, of a bulletin that they may inspect."""
    rows = Revision.unrestricted.filter(bulletin=bulletin_id).select_related("bulletin", "designation")
    reached = []
    for row in rows.order_by("-number"):
        about = facts.revision_facts(row, Audience())
        if dominates(subject, about.banner, about.designation) is None:
            reached.append(row)
    return reached


def approvals_of(revision: Revision) -> list[Approval]:
    """Who has approved the revision, in the order they did."""
    rows = Approval.objects.filter(revision=revision).select_related("person__organisation")
    return list(rows.order_by("approved_at"))


# What somebody would want to do next with a revision in this state, the way forward first.
_NEXT = {
    State.DRAFT: (Action.SUBMIT, Action.EDIT),
    State.IN_REVIEW: (Action.APPROVE, Action.RETURN),
    State.APPROVED: (Action.PUBLISH, Action.SCHEDULE, Action.RETURN),
    State.SCHEDULED: (Action.PUBLISH, Action.RETURN),
    State.PUBLISHED: (Action.REVISE, Action.RECALL),
    State.RECALLED: (Action.DISPOSE,),
    State.EXPIRED: (Action.DISPOSE,),
    State.SUPERSEDED: (Action.DISPOSE,),
}


@dataclass(frozen=True, slots=True)
class Move:
    """Something to do next, and whether the person may; `reason` says why not."""

    action: Action
    allowed: bool
    reason: Reason


def moves_for(subject: Subject, revision: Revision, about: known.Bulletin) -> dict[Action, Move]:
    """The moves from here. While a newer revision is on its way, the served one can still be recalled."""
    actions = _NEXT.get(State(revision.state), ())
    if Action.DISPOSE in actions:
        about = facts.with_what_goes(about, revision.bulletin_id)
    decisions = {action: decide(subject, action, about) for action in actions}
    if Action.RECALL not in decisions and revision.bulletin.served_id:
        decisions[Action.RECALL] = judge(subject, Action.RECALL, facts.served(revision.bulletin_id)[1])
    return {action: Move(action, bool(decision), decision.reason) for action, decision in decisions.items()}
