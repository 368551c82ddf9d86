"""Looking at a revision as one of its members would: by the same decisions and the same rendition, and with a trace of who looked.

Nothing comes of it for the member: no receipt, no notice, nothing is delivered.
"""

from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.subject import subjects_of
from bulletins import facts
from bulletins.access import NotVisible, judge, refuse
from bulletins.actions.read import Opened, unsealed
from bulletins.desk import inspect_for
from bulletins.facts import portion_of
from bulletins.models import Part, Receipt, Revision
from bulletins.preview import Audience, audience_now, once_published
from bulletins.rendition import render
from bulletins.sealed import KeysDestroyed
from council.access import facts as known
from council.access.facts import Subject
from council.access.policy import Action, Decision, Reason, decide, standing
from council.access.tiers import Tier
from council.audit.events import Event
from council.audit.record import record

MOST_PEOPLE = 30


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person gets of a revision: `opened` as reading gives it to them, or None and why not."""

    revision: Revision
    person: User
    subject: Subject
    decision: Decision
    opened: Opened | None


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody to choose from: the audience, and those whose name or organisation has the words."""

    revision: Revision
    audience: Audience
    found: tuple[User, ...]


def whom_to_view_as(subject: Subject, bulletin_id: UUID, words: str) -> Whom:
    """The people to choose from. NotVisible, with the refusal in the log, for a bulletin that is not on the subject's desk."""
    revision, about = inspect_for(subject, bulletin_id)
    audience = audience_now(revision, about)
    with transaction.atomic():
        record(
            Action.INSPECT, actor=subject.person, organisation=subject.organisation, object=str(bulletin_id),
            revision=revision.number, tier=revision.tier, detail={"audience": audience.people, "sought": words},
        )  # fmt: skip
    return Whom(revision, audience, tuple(_people(words)))


def _people(words: str) -> list[User]:
    people = User.objects.filter(is_active=True).select_related("organisation")
    for word in words.split():
        people = people.filter(Q(name__icontains=word) | Q(organisation__name__icontains=word))
    return list(people.order_by("organisation__name", "name")[:MOST_PEOPLE]) if words.strip() else []


def view_as(subject: Subject, bulletin_id: UUID, person_id: UUID, *, served: bool = False) -> Seen:
    """The newest revision as the person would get it once it is published, or the served one as they get it now.

    NotVisible, with the refusal in the log, for a bulletin that is not on the subject's desk, and for a person who is not there.
    The event is committed before anything is opened.
    """
    revision, about = _served(subject, bulletin_id) if served else _newest(subject, bulletin_id)
    person = User.objects.select_related("organisation").filter(pk=person_id).first()
    if person is None:
        refuse(subject, Action.INSPECT, bulletin_id, _not_there(), tier=about.banner.tier)
        raise NotVisible(Reason.NOT_FOUND)
    # Of a row without a request the session reaches as far as any: it is what they get once they have used their passkey.
    their = subjects_of([person])[person.pk]
    decision = decide(their, Action.READ, about)
    with transaction.atomic():
        record(
            Event.VIEWED_AS, actor=subject.person, organisation=subject.organisation, object=str(bulletin_id),
            revision=revision.number, tier=revision.tier, detail={"person": str(person.pk), "visible": bool(decision)},
        )  # fmt: skip
    told = decision if decision else _told(decision, their, about)
    return Seen(revision, person, their, told, _opened(their, revision, about) if decision else None)


def _told(refused: Decision, their: Subject, about: known.Bulletin) -> Decision:
    """The refusal as the desk is told of it. Of tier three the rules that are no secret are asked first, and all the others are one:
    neither which of them objects nor that none of them does says whether somebody is cleared.
    """
    if about.floor.tier is not Tier.CRITICAL or standing(their, Action.READ, about):
        return refused
    reason = refused.reason
    if reason is Reason.TIER:
        reason = Reason.CLEARANCE
    if not about.released_to.includes(their):
        reason = Reason.NOT_RELEASED
    elif not about.floor.subcommittees <= their.subcommittees:
        reason = Reason.NEED_TO_KNOW
    return Decision(allowed=False, reason=reason)


def _not_there() -> Decision:
    return Decision(allowed=False, reason=Reason.NOT_FOUND)


def _newest(subject: Subject, bulletin_id: UUID) -> tuple[Revision, known.Bulletin]:
    revision, about = inspect_for(subject, bulletin_id)
    return revision, once_published(about)


def _served(subject: Subject, bulletin_id: UUID) -> tuple[Revision, known.Bulletin]:
    """The revision that readers get. Its label may be above the newest one's: it is asked about by itself."""
    inspect_for(subject, bulletin_id)
    bulletin, about = facts.served(bulletin_id)
    if bulletin is None:
        refuse(subject, Action.INSPECT, bulletin_id, _not_there(), tier=Tier.ONE)
        raise NotVisible(Reason.NOT_FOUND)
    decision = judge(subject, Action.INSPECT, about)
    if not decision:
        refuse(subject, Action.INSPECT, bulletin_id, decision, tier=about.banner.tier)
        raise NotVisible(decision.reason)
    return bulletin.served, about


def _opened(their: Subject, revision: Revision, about: known.Bulletin) -> Opened | None:
    """As bulletins.actions.read opens it, without its traces; None when its keys are destroyed."""
    parts = Part.unrestricted.filter(revision=revision).select_related("revision")
    rendition = render([portion_of(part) for part in parts], their, about)
    # For the page alone: never saved.
    bulletin = copy(revision.bulletin)
    bulletin.served = revision
    with suppress(KeysDestroyed):
        return Opened(bulletin, unsealed(rendition), Receipt(), about)
    return None
