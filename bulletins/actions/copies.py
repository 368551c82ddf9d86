"""Numbered copies: taking one is opening the bulletin, counting the copy and writing it down, before its first byte leaves.

The number stands on every page, so the file is made for a number that was free, and counted in a transaction that asks the door again
and whether the number still is. Nobody waits with a lock while a file is made.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.subject import subject_of
from bulletins import facts
from bulletins.access import NotVisible, get_bulletin_for, judge, refuse
from bulletins.actions.read import Opened, open_bulletin, rendition_for
from bulletins.actions.verb import Conflict
from bulletins.copies import (
    Held,
    copies_of_person,
    copy_of_person,
    is_day_for,
    may_be_on_paper,
    next_number,
    on_paper,
    page_of_person,
)
from bulletins.drafting import Invalid
from bulletins.models import Bulletin, Part, TakenCopy
from bulletins.rendition import Rendition
from council.access.facts import Subject
from council.access.policy import Action, Decision, Reason
from council.access.tiers import Tier
from council.audit.events import Event, Outcome
from council.audit.record import record, record_refusal

# How often somebody else may have been faster before the person is asked to try again.
_TRIES = 5


class Made(Protocol):
    """A file that was made: its bytes, and the standard that they were checked against."""

    pdf: bytes
    standard: str


# When a copy was taken, and its id.
Place = tuple[datetime, UUID]
Make = Callable[[Opened, int], Made]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants a copy for. `id` is drawn for the form: the same form sent twice is the same copy."""

    id: UUID
    revision: int
    reason: str
    return_by: date | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What the form needs to know: the bulletin, the label of what would go onto paper, and whether anything may at all."""

    bulletin: Bulletin
    rendition: Rendition[Part]
    allowed: Decision
    kept_back: bool

    @property
    def tier(self) -> Tier:
        return self.rendition.banner.tier


class NoPaper(Exception):
    """There is no copy of this to be had, for anybody: its handling closes that way."""


def offer_copy(subject: Subject, bulletin_id: UUID) -> Offer:
    """What could be taken, and the event that somebody asked. NotVisible when the bulletin does not exist for them."""
    offer = _offer(subject, bulletin_id)
    with transaction.atomic():
        record(
            Event.PAGE_SHOWN, actor=subject.person, organisation=subject.organisation, object=str(bulletin_id),
            revision=offer.bulletin.served.number, tier=int(offer.tier), detail={"page": "copy"},
        )  # fmt: skip
    return offer


def _offer(subject: Subject, bulletin_id: UUID) -> Offer:
    bulletin, about = get_bulletin_for(subject, bulletin_id, Action.READ)
    rendition = rendition_for(subject, bulletin, about, words=False)
    allowed = may_be_on_paper(subject, about, rendition)
    paper = on_paper(subject, about, rendition)
    return Offer(bulletin, paper if allowed else rendition, allowed, len(paper.portions) < len(rendition.portions))


def take_copy(subject: Subject, bulletin_id: UUID, wish: Wish, make: Make) -> tuple[TakenCopy, Made]:
    """The copy with its number, and the file that `make` makes of what was opened and the number.

    NotVisible as ever; NoPaper, with the refusal in the log, where the handling stops it; Invalid without a day where one is needed, or
    with one that lies too far; Conflict when there is a newer revision than the one that was asked for, when the copy has ended, or when
    others were faster too often.
    """
    offer = _offer(subject, bulletin_id)
    if not offer.allowed:
        refuse(subject, Action.PRINT, bulletin_id, offer.allowed, tier=offer.tier)
        raise NoPaper
    _need_the_revision(offer.bulletin, wish)
    if not is_day_for(offer.tier, wish.return_by):
        raise Invalid({"return_by": [_("今日から90日以内の日を選んでください。")]})
    opened = open_bulletin(subject, bulletin_id)
    _need_the_revision(opened.bulletin, wish)
    opened = replace(opened, rendition=on_paper(subject, opened.facts, opened.rendition))
    for _attempt in range(_TRIES):
        number = _number_for(subject, bulletin_id, wish)
        made = make(opened, number)
        copy = _count(subject, bulletin_id, wish, number, opened, made)
        if copy:
            return copy, made
    raise Conflict(_("ほかの人の受け取りと重なりました。もう一度押してください。"))


def _need_the_revision(bulletin: Bulletin, wish: Wish) -> None:
    if bulletin.served.number != wish.revision:
        raise Conflict(_("開いたあとに新しい版が公開されました。新しい版を読んでから、もう一度受け取ってください。"))


def _number_for(subject: Subject, bulletin_id: UUID, wish: Wish) -> int:
    known = TakenCopy.objects.filter(pk=wish.id).first()
    if known is None:
        return next_number(bulletin_id)
    same = (known.person_id, known.bulletin_id, known.revision) == (UUID(subject.person), bulletin_id, wish.revision)
    if not same or known.ended_at:
        raise Conflict(_("この写しは、もう始末が済んでいます。要るときは、ページを開き直してください。"))
    return known.number


def _count(
    subject: Subject, bulletin_id: UUID, wish: Wish, number: int, opened: Opened, made: Made
) -> TakenCopy | None:
    """The row, counted with its event; None when the number was taken in the meantime. NotVisible when the bulletin was."""
    decision = Decision(allowed=True, reason=Reason.ALLOWED)
    copy = None
    with transaction.atomic():
        bulletin, about = facts.served(bulletin_id, lock=True)
        decision = judge(_as_of_now(subject), Action.READ, about)
        if decision and bulletin.served_id == opened.bulletin.served_id:
            copy = _row(subject, bulletin, wish, number)
        if copy:
            record(
                Event.COPY_TAKEN, actor=subject.person, organisation=subject.organisation, object=str(bulletin_id),
                revision=copy.revision, tier=int(opened.rendition.banner.tier),
                detail={
                    "copy": copy.number, "why": copy.reason, "until": str(copy.return_by or ""), "bytes": len(made.pdf),
                    "standard": made.standard or "none",
                    "parts": [each.content.part.position for each in opened.rendition.portions],
                },
            )  # fmt: skip
    if not decision:
        refuse(subject, Action.READ, bulletin_id, decision, tier=opened.rendition.banner.tier)
        raise NotVisible(decision.reason)
    return copy


def _as_of_now(subject: Subject) -> Subject:
    """The person as they are now, in the same session: making a file takes seconds, in which somebody may have ended their access."""
    person = User(pk=UUID(subject.person))
    person.session = subject.session
    return subject_of(person)


def _row(subject: Subject, bulletin: Bulletin, wish: Wish, number: int) -> TakenCopy | None:
    known = TakenCopy.objects.filter(pk=wish.id).first()
    if known:
        return known if known.number == number else None
    if next_number(bulletin.pk) != number:
        return None
    return TakenCopy.objects.create(
        id=wish.id, bulletin=bulletin, revision=wish.revision, number=number, person_id=subject.person,
        organisation_id=subject.organisation, reason=wish.reason, taken_at=timezone.now(), return_by=wish.return_by,
    )  # fmt: skip


def look_at_copies(subject: Subject) -> list[Held]:
    """One's own copies, and the event that they were looked at."""
    return _shown(subject, copies_of_person(subject))


def look_at_copies_taken(subject: Subject, before: Place | None, size: int) -> tuple[list[Held], Place | None]:
    """look_at_copies() in pages, the one taken last first; and the place after which there are more."""
    found = page_of_person(subject, before, size + 1)
    last = found[size - 1].copy if len(found) > size else None
    return _shown(subject, found[:size]), (last.taken_at, last.pk) if last else None


def _shown(subject: Subject, held: list[Held]) -> list[Held]:
    with transaction.atomic():
        who = {"actor": subject.person, "organisation": subject.organisation}
        record(Event.PAGE_SHOWN, **who, detail={"page": "copies", "shown": len(held)})
    return held


def end_copy(subject: Subject, copy_id: UUID, ending: str) -> tuple[TakenCopy, bool]:
    """Writes down what became of one's own copy; whether it was not known yet. NotVisible for what is not one's own."""
    with transaction.atomic():
        copy = copy_of_person(subject, copy_id, lock=True)
        new = copy is not None and copy.ended_at is None
        if new:
            copy.ended_at, copy.ending = timezone.now(), TakenCopy.Ending(ending)
            copy.save(update_fields=["ended_at", "ending"])
            record(
                Event.COPY_ENDED, actor=subject.person, organisation=subject.organisation, object=str(copy.bulletin_id),
                revision=copy.revision, detail={"copy": copy.number, "ending": copy.ending},
            )  # fmt: skip
    if copy is None:
        record_refusal(
            Event.COPY_ENDED, actor=subject.person, organisation=subject.organisation, object=str(copy_id),
            outcome=Outcome.DENY, reason=str(Reason.NOT_FOUND),
        )  # fmt: skip
        raise NotVisible(Reason.NOT_FOUND)
    return copy, new
