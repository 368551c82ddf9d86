"""Reading: each opened bulletin and each file that is taken is one event, committed before the first byte leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bulletins.access import NotVisible, get_bulletin_for, refuse
from bulletins.acknowledged import Standing, since, standing_of
from bulletins.facts import portion_of
from bulletins.file_names import attached_name, covering
from bulletins.models import Bulletin, Part, Receipt
from bulletins.rendition import Portion, Rendition, render
from bulletins.sealed import KeysDestroyed, Words, open_file, open_parts
from council.access import facts as known
from council.access.facts import Label, Subject
from council.access.policy import Action, Decision, Reason, decide
from council.access.tiers import Tier
from council.audit.record import record


@dataclass(frozen=True, slots=True)
class Shown:
    """One part as it is shown: its row and what it says."""

    part: Part
    words: Words


@dataclass(frozen=True, slots=True)
class Opened:
    """A bulletin opened by a reader."""

    bulletin: Bulletin
    rendition: Rendition[Shown]
    receipt: Standing
    facts: known.Bulletin


def rendition_for(
    subject: Subject, bulletin: Bulletin, about: known.Bulletin, *, words: bool = True
) -> Rendition[Part]:
    """The parts that the subject gets, still sealed; without `words` their ciphertext waits until somebody opens it."""
    parts = Part.unrestricted.filter(revision=bulletin.served_id).select_related("revision")
    if not words:
        parts = parts.defer("ciphertext")
    portions = [portion_of(part) for part in parts]
    return render(portions, subject, about)


def unsealed(rendition: Rendition[Part]) -> Rendition[Shown]:
    """The same rendition with its words."""
    every = [portion for portion in (rendition.title, rendition.changes, *rendition.portions) if portion]
    words = open_parts(portion.content for portion in every)

    def show(portion: Portion[Part]) -> Portion[Shown]:
        return replace(portion, content=Shown(portion.content, words[portion.content.pk]))

    title, changes = (show(each) if each else None for each in (rendition.title, rendition.changes))
    return Rendition(title, tuple(map(show, rendition.portions)), rendition.banner, changes)


def open_bulletin(subject: Subject, bulletin_id: UUID) -> Opened:
    """The rendition for the subject. NotVisible (and an event) when it does not exist for them."""
    bulletin, about = get_bulletin_for(subject, bulletin_id, Action.READ)
    rendition = rendition_for(subject, bulletin, about)
    with transaction.atomic():
        record(
            Action.READ,
            actor=subject.person,
            organisation=subject.organisation,
            object=str(bulletin.pk),
            revision=bulletin.served.number,
            tier=int(rendition.banner.tier),
            detail={"parts": [portion.content.position for portion in rendition.portions]},
        )
        receipt = _opened(subject, bulletin)
    with recalled_meanwhile():
        return Opened(bulletin, unsealed(rendition), receipt, about)


@contextmanager
def recalled_meanwhile() -> Iterator[None]:
    """A recall between the decision and the opening answers as one before the decision would have."""
    try:
        yield
    except KeysDestroyed:
        raise NotVisible(Reason.STATE) from None


def _opened(subject: Subject, bulletin: Bulletin) -> Standing:
    receipt, _created = Receipt.objects.get_or_create(
        person_id=subject.person,
        bulletin=bulletin,
        revision=bulletin.served.number,
        defaults={"organisation_id": subject.organisation, "opened_at": timezone.now()},
    )
    if receipt.opened_at is None:
        receipt.opened_at = timezone.now()
        receipt.save(update_fields=["opened_at"])
    # Only a small correction has anything earlier to rest on.
    alone = since(bulletin.served) == bulletin.served.number
    own = [receipt] if alone else Receipt.objects.filter(person=subject.person, bulletin=bulletin)
    return standing_of(own, bulletin.served)


def take_file(subject: Subject, bulletin_id: UUID, ordinal: int) -> tuple[str, bytes]:
    """Name (with its marks) and bytes of the attachment that is the ordinal-th part of the subject's own rendition, counted from 1.

    NotVisible when bulletin, part or file is not there for the subject, or when a caveat stops it.
    """
    bulletin, about = get_bulletin_for(subject, bulletin_id, Action.DOWNLOAD)
    portions = rendition_for(subject, bulletin, about, words=False).portions
    portion = portions[ordinal - 1] if 0 < ordinal <= len(portions) else None
    if portion is None or not portion.content.stored_file:
        decision = Decision(allowed=False, reason=Reason.NOT_FOUND)
    else:
        decision = decide(subject, Action.DOWNLOAD, known.Part(about, portion.label))
    if not decision:
        refuse(subject, Action.DOWNLOAD, bulletin_id, decision, tier=about.banner.tier)
        raise NotVisible(decision.reason)
    part = portion.content
    with recalled_meanwhile():
        words, data = open_parts([part])[part.pk], open_file(part)
    with transaction.atomic():
        record(
            Action.DOWNLOAD, actor=subject.person, organisation=subject.organisation, object=str(bulletin.pk),
            revision=bulletin.served.number, tier=part.tier, detail={"part": part.position, "bytes": len(data)},
        )  # fmt: skip
    label = covering([portion.label, Label(Tier.ONE, caveats=about.floor.caveats)])
    return attached_name(bulletin.reference, bulletin.served.number, label, ordinal, words.name), data
