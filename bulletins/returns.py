"""The door to returns: what became of an organisation's copies of something recalled or superseded. It shows no content.

Those who held it know of it: they opened it, or were told by name to hand it back. For everybody else a return does not exist,
in their own organisation too. The desk comes in by to_be_returned() and return_on_the_desk().
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Notice
from bulletins import facts
from bulletins.access import NotVisible, refuse
from bulletins.browse import Position
from bulletins.desk import allow
from bulletins.ended_marks import mark_of
from bulletins.models import Delivery, Receipt, Revision
from council.access.facts import Audience, State, Subject
from council.access.policy import Action, Decision, Reason, decide
from council.access.tiers import Tier

LONGEST = 50
STATES = (State.RECALLED, State.SUPERSEDED)
TOLD = (Notice.Kind.RECALLED, Notice.Kind.SUPERSEDED)
Kind = Delivery.Return
_EVERYTHING = ("revision__bulletin__originator", "revision__designation", "returned_by", "organisation")


@dataclass(frozen=True, slots=True)
class Return:
    """A return as those see it who owe it: the reference, never the title."""

    id: UUID
    bulletin: UUID
    reference: str
    originator: str
    organisation: str
    state: str
    asked_at: datetime
    deadline: datetime
    kind: str
    copies_digital: int
    copies_paper: int
    confirmed_at: datetime | None
    confirmed_by: str
    # What stands in the place of the frame, once the designation is over.
    mark: str

    @classmethod
    def of(cls, row: Delivery) -> Self:
        """From a row with everything around it loaded."""
        bulletin = row.revision.bulletin
        return cls(
            id=row.pk,
            bulletin=bulletin.pk,
            reference=bulletin.reference,
            originator=bulletin.originator.name,
            organisation=row.organisation.name,
            state=row.revision.state,
            asked_at=row.recalled_at,
            deadline=row.return_deadline,
            kind=row.return_kind,
            copies_digital=row.copies_digital,
            copies_paper=row.copies_paper,
            confirmed_at=row.returned_at,
            confirmed_by=row.returned_by.name if row.returned_by else "",
            mark=mark_of(row.revision),
        )

    @property
    def kind_words(self) -> str:
        """写しを消しました, …; nothing while it is not confirmed."""
        return str(Kind(self.kind).label) if self.kind else ""

    @property
    def late(self) -> bool:
        """Whether it was confirmed after the deadline, or was not and the deadline has passed."""
        return is_late(self.deadline, self.confirmed_at)

    @property
    def open(self) -> bool:
        """Whether an answer can be given: there is none, or it was that there are no copies, and some were found since."""
        return is_open(self.confirmed_at, self.kind)


def is_late(deadline: datetime, confirmed_at: datetime | None) -> bool:
    """Whether it was, or is by now, later than the deadline."""
    return (confirmed_at or timezone.now()) > deadline


def is_open(confirmed_at: datetime | None, kind: str) -> bool:
    """Whether an answer is still taken."""
    return confirmed_at is None or kind == Kind.NONE


# --- for those who held it ----------------------------------------------------------------------------------------------


def owed_by(subject: Subject) -> list[Return]:
    """What the subject's organisation has still to confirm and the subject knows of, the earliest deadline first; one query."""
    rows = _held_by(subject).filter(returned_at=None).order_by("return_deadline", "pk")
    return _shown(subject, rows[:LONGEST])


def confirmed_for(subject: Subject) -> list[Return]:
    """What was confirmed, the newest first; one query."""
    return _shown(subject, _held_by(subject).filter(returned_at__isnull=False).order_by("-returned_at", "pk")[:LONGEST])


def page_for(subject: Subject, before: Position | None, size: int) -> list[Return]:
    """Up to `size` of both, the newest recall first, after the position (moment of the recall and id of the last one given)."""
    rows = _held_by(subject).order_by("-recalled_at", "-pk")
    if before:
        rows = rows.filter(Q(recalled_at__lt=before[0]) | Q(recalled_at=before[0], pk__lt=before[1]))
    return _shown(subject, rows[:size])


def get_return_for(subject: Subject, return_id: UUID, *, lock: bool = False) -> Delivery:
    """The delivery that is to be returned, by its own id or by the bulletin's, as notices name it. One query, also for an id that
    was never used. NotVisible unless the subject held it; writes no event, for verbs record their own.
    """
    mine = Q(bulletin=return_id, organisation=subject.organisation)
    rows = _asked().filter(Q(pk=return_id) | mine).select_related(*_EVERYTHING).order_by("-recalled_at")
    rows = rows.annotate(held=_held(subject))
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    decision = _decision(subject, row)
    if not decision:
        raise NotVisible(decision.reason)
    return row


def look_at_return(subject: Subject, return_id: UUID) -> Return:
    """get_return_for() for pages: the refusal goes into the log."""
    try:
        return Return.of(get_return_for(subject, return_id))
    except NotVisible as hidden:
        decision = Decision(allowed=False, reason=hidden.args[0])
        refuse(subject, Action.CONFIRM_RETURN, return_id, decision, tier=Tier.ONE)
        raise


def _asked() -> QuerySet[Delivery]:
    return Delivery.objects.filter(recalled_at__isnull=False)


def _held(subject: Subject) -> Exists:
    """Whether the subject had the revision of a delivery, or one before it, or was told to hand it back."""
    until = {"revision__lte": OuterRef("revision__number")}
    opened = Receipt.objects.filter(person=subject.person, bulletin=OuterRef("bulletin"), **until)
    told = Notice.objects.filter(person=subject.person, about=OuterRef("bulletin"), kind__in=TOLD, **until)
    return Exists(opened) | Exists(told)


def _held_by(subject: Subject) -> QuerySet[Delivery]:
    rows = _asked().filter(organisation=subject.organisation, revision__state__in=STATES)
    return rows.annotate(held=_held(subject)).filter(held=True).select_related(*_EVERYTHING)


def _shown(subject: Subject, rows: QuerySet[Delivery]) -> list[Return]:
    return [Return.of(row) for row in rows if _decision(subject, row)]


def _decision(subject: Subject, row: Delivery | None) -> Decision:
    if row is None:
        return Decision(allowed=False, reason=Reason.NOT_FOUND)
    holds = row.held and str(row.organisation_id) == subject.organisation
    audience = Audience(people=frozenset({subject.person} if holds else ()))
    return decide(subject, Action.CONFIRM_RETURN, facts.revision_facts(row.revision, audience))


# --- for the desk -------------------------------------------------------------------------------------------------------

ONCE_IN = timedelta(hours=24)


def return_on_the_desk(subject: Subject, delivery_id: UUID, action: Action) -> Delivery:
    """The return, locked, for the desk that put the revision out. NotVisible or Refused, as bulletins.desk raises them."""
    rows = _asked().select_related(*_EVERYTHING).select_for_update(of=("self",))
    row = rows.filter(pk=delivery_id).first()
    allow(subject, action, facts.revision_facts(row.revision, Audience()) if row else None)
    return row


def asked_back_for(subject: Subject, bulletin_id: UUID, action: Action) -> Revision:
    """The revision of the bulletin that was asked back last, whatever newer draft there is. Raises as above."""
    rows = _asked().filter(bulletin=bulletin_id).select_related(*_EVERYTHING).order_by("-recalled_at")
    row = rows.first()
    allow(subject, action, facts.revision_facts(row.revision, Audience()) if row else None)
    return row.revision


def to_be_reminded(revision: Revision, now: datetime) -> list[Delivery]:
    """Those who have not confirmed and were not reminded of it within ONCE_IN, locked."""
    due = Q(reminded_at=None) | Q(reminded_at__lte=now - ONCE_IN)
    rows = _asked().filter(due, revision=revision, returned_at=None).select_related("revision__bulletin")
    return list(rows.select_for_update(of=("self",)).order_by("pk"))
