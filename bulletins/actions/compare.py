"""Comparing two revisions: for readers the served one with the one before, for the desk the newest with the served one.

Each side is what the person gets of it, or would have got. Both are content: looking is one event for each, committed before the first
byte leaves.
"""

import hashlib
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from bulletins import facts
from bulletins.access import NotVisible, get_bulletin_for, judge, refuse
from bulletins.actions.read import Shown, recalled_meanwhile, rendition_for, unsealed
from bulletins.desk import inspect_for, revisions_reached
from bulletins.facts import portion_of, revision_facts
from bulletins.models import Bulletin, Part, PartWrap, Revision
from bulletins.preview import rendition_of
from bulletins.rendition import Portion, Rendition, render
from bulletins.sealed import open_file
from council.access import facts as known
from council.access.facts import Audience, State, Subject
from council.access.policy import Action, Decision, Reason
from council.audit.record import record

# An id that nothing has, so that what is not there costs the same queries.
_NOTHING = UUID(int=0)
# Files whose bytes are compared; of more only names and sizes.
MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its revision and what the person gets of it, with the SHA-256 of each file that was compared, by part."""

    revision: Revision
    facts: known.Bulletin
    rendition: Rendition[Shown]
    digests: dict[UUID, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """The two sides of a bulletin, the older one first."""

    bulletin: Bulletin
    before: Side
    after: Side


def previous_for(subject: Subject, bulletin: Bulletin) -> tuple[Revision, known.Bulletin] | None:
    """The revision that the served one replaced, if the subject could have read it and its keys are there; three queries, always."""
    earlier = Revision.unrestricted.filter(
        bulletin=bulletin, number__lt=bulletin.served.number, published_at__isnull=False
    )
    row = earlier.select_related("bulletin", "designation").order_by("-number").first()
    audience = facts.planned(row or Revision(pk=_NOTHING))
    whole = PartWrap.objects.filter(part__revision=row.pk if row else _NOTHING).exists()
    if row is None or not whole or row.state != State.SUPERSEDED:
        return None
    about = replace(revision_facts(row, audience), state=State.PUBLISHED)
    return (row, about) if judge(subject, Action.READ, about) else None


def open_changes(subject: Subject, bulletin_id: UUID) -> Compared:
    """The served revision beside the one before, each as the reader gets it.

    NotVisible, with the refusal in the log, when one of them does not exist for them, or is not there to be compared.
    """
    bulletin, about = get_bulletin_for(subject, bulletin_id, Action.READ)
    found = previous_for(subject, bulletin)
    if found is None:
        decision = Decision(allowed=False, reason=Reason.NOT_FOUND)
        refuse(subject, Action.READ, bulletin_id, decision, tier=about.banner.tier)
        raise NotVisible(Reason.NOT_FOUND)
    previous, about_then = found
    now = rendition_for(subject, bulletin, about)
    then = render(_portions(previous), subject, about_then)
    with transaction.atomic():
        for revision, rendition in ((previous, then), (bulletin.served, now)):
            record(
                Action.READ, actor=subject.person, organisation=subject.organisation, object=str(bulletin.pk),
                revision=revision.number, tier=int(rendition.banner.tier),
                detail={"parts": _positions(rendition), "compared": [previous.number, bulletin.served.number]},
            )  # fmt: skip
    with recalled_meanwhile():
        before = Side(previous, about_then, unsealed(then), _digests(then))
        return Compared(bulletin, before, Side(bulletin.served, about, unsealed(now), _digests(now)))


def _portions(revision: Revision) -> list[Portion[Part]]:
    return [portion_of(part) for part in Part.unrestricted.filter(revision=revision).select_related("revision")]


def _positions(rendition: Rendition[Part]) -> list[int]:
    return [portion.content.position for portion in rendition.portions]


def _digests(rendition: Rendition[Part]) -> dict[UUID, str]:
    files = [portion.content for portion in rendition.portions if portion.content.stored_file][:MOST_FILES]
    return {part.pk: hashlib.sha256(open_file(part)).hexdigest() for part in files}


def inspect_changes(subject: Subject, bulletin_id: UUID) -> Compared:
    """The newest revision beside the served one (beside the one before, when it is served itself), as their desk sees them.

    NotVisible when the bulletin is not on the subject's desk, or there is nothing that they may compare.
    """
    newest, about = inspect_for(subject, bulletin_id)
    base = _base_of(subject, newest)
    if base is None:
        decision = Decision(allowed=False, reason=Reason.NOT_FOUND)
        refuse(subject, Action.INSPECT, bulletin_id, decision, tier=about.banner.tier)
        raise NotVisible(Reason.NOT_FOUND)
    with transaction.atomic():
        for revision in (base, newest):
            record(
                Action.INSPECT, actor=subject.person, organisation=subject.organisation, object=str(bulletin_id),
                revision=revision.number, tier=revision.tier, detail={"compared": [base.number, newest.number]},
            )  # fmt: skip
    sides = [(base, revision_facts(base, Audience())), (newest, about)]
    with recalled_meanwhile():
        return Compared(newest.bulletin, *(_whole(revision, each) for revision, each in sides))


def may_inspect_changes(subject: Subject, newest: Revision) -> bool:
    """Whether inspect_changes() has something to show, for somebody whose desk the revision is on."""
    return newest.number > 1 and _base_of(subject, newest) is not None


def _base_of(subject: Subject, newest: Revision) -> Revision | None:
    served = newest.bulletin.served_id
    earlier = [row for row in revisions_reached(subject, newest.bulletin_id) if row.number < newest.number]
    base = next((row for row in earlier if served in (row.pk, newest.pk) or not served), None)
    both = [base, newest] if base else []
    wrapped = set(PartWrap.objects.filter(part__revision__in=both).values_list("part__revision", flat=True))
    return base if base and wrapped == {base.pk, newest.pk} else None


def _whole(revision: Revision, about: known.Bulletin) -> Side:
    parts = list(Part.unrestricted.filter(revision=revision).select_related("revision"))
    rendition = rendition_of(parts, about)
    return Side(revision, about, unsealed(rendition), _digests(rendition))
