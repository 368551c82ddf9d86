"""What a notice may still say, asked of decide() at the moment when it is to be said: when a mail leaves, when a digest is made."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from accounts.clock_notices import still_due
from accounts.credentials import may_enter
from accounts.designation_notices import is_silent
from accounts.enrolment_notices import is_due
from accounts.idle import still_idle
from accounts.log_notices import tiers_for
from accounts.models import Contact, Notice, User
from accounts.review_notices import still_asked
from accounts.subject import subjects_of
from bulletins import attached, facts, saved_searches
from bulletins.access import judge
from bulletins.acknowledged import earliest_counting
from bulletins.copy_notices import is_out
from bulletins.models import Answer, Bulletin, Delivery, Receipt
from bulletins.notifying import REMINDER, asks_answer
from bulletins.review_days import is_due as is_due_for_review
from bulletins.stopped_plans import still_waits
from council.access import facts as known
from council.access.facts import Subject
from council.access.policy import Action, Reason
from council.access.tiers import Tier

Kind = Notice.Kind
ASKS_READ = {Kind.PUBLISHED, Kind.REMINDER}
CLOSING = {Kind.RECALLED, Kind.SUPERSEDED}
NEWER = "newer_revision"
DONE = "done"
OPENED = "opened"
# Of a saved search: that it does not find it, and that it does but the person has had a mail of the publication.
NOT_FOUND = "not_found"
TOLD = "told"
CONTACT_ENDED = "contact_ended"
NO_READER = "no_reader"


class Withheld(Exception):
    """The notice is not sent. The argument is the reason in a word of the code, often one of decide(); it is shown to nobody."""


def may_name(notice: Notice) -> bool:
    """Whether the notice may name what it is about; Withheld when it is not to be sent at all. Not for digests.

    The notice's person (with organisation) or contact must have been loaded just now.
    """
    return _to_mailbox(notice) if notice.contact_id else _to_person(notice)


def _to_person(notice: Notice) -> bool:
    subject = subjects_of([notice.person])[notice.person_id]
    if notice.kind in ASKS_READ:
        _withhold_unless_read(notice, subject)
        return True
    if notice.kind == Kind.SEARCH:
        _withhold_unless_found(notice, subject)
        return True
    if notice.kind in CLOSING:
        # Whoever held it is told, also after they have left: their duty stays. Only what was handed back is not asked for again.
        _withhold_if_returned(notice)
        return True
    if notice.kind == Kind.DESIGNATION:
        # So is whoever ever handled what was designated; only who has confirmed it is not told again.
        if not is_silent(notice):
            raise Withheld(DONE)
        return True
    if notice.kind == Kind.COPY and not is_out(notice):
        raise Withheld(DONE)
    # Who left holds it still.
    if notice.kind in (Kind.LEAVING, Kind.COPY):
        return True
    if not may_enter(notice.person):
        raise Withheld(str(Reason.SUSPENDED))
    if notice.kind == Kind.ENROLMENT and not is_due(notice):
        raise Withheld(DONE)
    if notice.kind == Kind.LOG and not tiers_for(subject):
        raise Withheld(str(Reason.ROLE))
    if notice.kind == Kind.REVIEW and not still_asked(notice):
        raise Withheld(DONE)
    if notice.kind == Kind.CLOCK and not still_due(notice):
        raise Withheld(DONE)
    if notice.kind == Kind.REVIEW_DAY and not is_due_for_review(notice, subject):
        raise Withheld(DONE)
    if notice.kind == Kind.PLAN and not still_waits(notice, subject):
        raise Withheld(DONE)
    if notice.kind == Kind.IDLE and not still_idle(notice):
        raise Withheld(DONE)
    return notice.kind != Kind.ESCALATION or knows(subject, notice)


def knows(subject: Subject, notice: Notice) -> bool:
    """Whether the person may read what the notice is about, or was told by name to hand it back."""
    _, about = facts.served(notice.about)
    told = Notice.objects.filter(person=subject.person, about=notice.about, kind__in=CLOSING).exists()
    return told or bool(judge(subject, Action.READ, about))


def _withhold_unless_read(notice: Notice, subject: Subject) -> None:
    bulletin, about = facts.served(notice.about)
    decision = judge(subject, Action.READ, about)
    if not decision:
        raise Withheld(str(decision.reason))
    if bulletin.served.number != notice.revision:
        raise Withheld(NEWER)
    if notice.kind == Kind.REMINDER and _is_done(notice, person=subject.person):
        raise Withheld(DONE)


def _withhold_unless_found(notice: Notice, subject: Subject) -> None:
    """Nobody gets two mails about one publication: whoever was mailed of it at once has this one in the inbox alone."""
    _withhold_unless_read(notice, subject)
    bulletin, _about = facts.served(notice.about)
    attached.read_files(bulletin.served_id)
    if not saved_searches.finds(subject, notice.about):
        raise Withheld(NOT_FOUND)
    held = {"key": f"published:{bulletin.served_id}:{subject.person}", "state": Notice.State.HELD}
    if not Notice.objects.filter(**held).exists():
        raise Withheld(TOLD)


def _is_done(notice: Notice, **whose: object) -> bool:
    """Whether they (or anybody, where an answer is asked for) did what it asks for in the meantime."""
    if not asks_answer(notice):
        return _receipts(notice).filter(**whose).exists()
    said = Answer.objects.filter(bulletin=notice.about, organisation=notice.organisation_id, **_counting(notice))
    return said.filter(answered_at__gt=notice.created_at).exists()


def _receipts(notice: Notice) -> QuerySet[Receipt]:
    """Receipts by which what the notice asks for is done: the acknowledgement where there is a deadline, else the opening."""
    if notice.deadline:
        return Receipt.objects.filter(bulletin=notice.about, acknowledged_at__isnull=False, **_counting(notice))
    return Receipt.objects.filter(bulletin=notice.about, opened_at__isnull=False, revision=notice.revision)


def _counting(notice: Notice) -> dict[str, int]:
    return {"revision__gte": earliest_counting(notice.about, notice.revision), "revision__lte": notice.revision}


def _withhold_if_returned(notice: Notice) -> None:
    if not notice.key.startswith(f"{REMINDER}:"):
        return
    back = Delivery.objects.filter(
        bulletin=notice.about, organisation=notice.organisation_id, returned_at__isnull=False
    )
    if back.filter(revision__number=notice.revision).exists():
        raise Withheld(DONE)


def _to_mailbox(notice: Notice) -> bool:
    """A mailbox has nobody behind it who could be cleared: it stands for the people of its organisation who may read."""
    if notice.contact.ended_at:
        raise Withheld(CONTACT_ENDED)
    if notice.kind in ASKS_READ:
        _withhold_unless_somebody_reads(notice, notice.contact)
    if notice.kind in CLOSING:
        _withhold_if_returned(notice)
    return notice.tier < Tier.CRITICAL


def _withhold_unless_somebody_reads(notice: Notice, contact: Contact) -> None:
    bulletin, about = facts.served(notice.about)
    if about is None:
        raise Withheld(str(Reason.STATE))
    if bulletin.served.number != notice.revision:
        raise Withheld(NEWER)
    people = User.objects.select_related("organisation").filter(organisation=contact.organisation_id, is_active=True)
    if not any(judge(subject, Action.READ, about) for subject in subjects_of(people).values()):
        raise Withheld(NO_READER)
    if notice.kind == Kind.REMINDER and _is_done(notice, organisation=contact.organisation_id):
        raise Withheld(DONE)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Notices that were held for a digest: those that may be told now, and the others, each with its reason."""

    told: list[Notice] = field(default_factory=list)
    withheld: dict[UUID, str] = field(default_factory=dict)


def weigh(held: Iterable[Notice]) -> Weighed:
    """Asks may(READ) again for each of the notices, and leaves out what was opened already.

    Their people are asked about together, and each bulletin once: three queries for a bulletin, four for everybody.
    """
    held, found = list(held), Weighed()
    subjects = _subjects(held)
    about = {each: facts.served(each) for each in {notice.about for notice in held}}
    opened = _opened(held)
    for notice in held:
        reason = _why_not(notice, subjects[notice.person_id], *about[notice.about], opened)
        if reason:
            found.withheld[notice.pk] = reason
        else:
            found.told.append(notice)
    return found


def _subjects(held: list[Notice]) -> dict[UUID, Subject]:
    people = User.objects.select_related("organisation").filter(pk__in={notice.person_id for notice in held})
    return subjects_of(people)


def _opened(held: list[Notice]) -> set[tuple[UUID, UUID, int]]:
    rows = Receipt.objects.filter(
        person__in={notice.person_id for notice in held},
        bulletin__in={notice.about for notice in held},
        opened_at__isnull=False,
    )
    return set(rows.values_list("person_id", "bulletin_id", "revision"))


def _why_not(
    notice: Notice,
    subject: Subject,
    bulletin: Bulletin | None,
    about: known.Bulletin | None,
    opened: set[tuple[UUID, UUID, int]],
) -> str:
    decision = judge(subject, Action.READ, about)
    if not decision:
        return str(decision.reason)
    if bulletin.served.number != notice.revision:
        return NEWER
    return OPENED if (notice.person_id, notice.about, notice.revision) in opened else ""
