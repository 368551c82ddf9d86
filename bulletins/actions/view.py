"""Looking at an attachment page by page: its words and its pictures are each one event, committed before the first byte leaves.

It is reading, not taking: what a caveat keeps from being downloaded is still looked at here, with the reader's watermark burned in.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from bulletins.access import NotVisible, get_bulletin_for, refuse
from bulletins.actions.read import rendition_for
from bulletins.models import Bulletin, Part
from bulletins.rendition import Portion
from bulletins.sealed import KeysDestroyed, Words, open_file, open_parts
from council.access import facts as known
from council.access.facts import Subject
from council.access.policy import Action, Decision, Reason
from council.audit.record import record


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that its reader may look at, opened. `ordinal` counts the parts of their own rendition from 1."""

    bulletin: Bulletin
    about: known.Bulletin
    portion: Portion[Part]
    ordinal: int
    words: Words
    data: bytes


def open_attachment(subject: Subject, bulletin_id: UUID, ordinal: int, page: int, *, picture: bool) -> Attachment:
    """The attachment that is this part of the subject's own rendition, and the event that one page of it was looked at.

    NotVisible when bulletin, part or file is not there for the subject, also when it was recalled a moment ago.
    """
    bulletin, about = get_bulletin_for(subject, bulletin_id, Action.READ)
    # The parts of a rendition are those that decide(READ) has let through, each for itself.
    portions = rendition_for(subject, bulletin, about, words=False).portions
    portion = portions[ordinal - 1] if 0 < ordinal <= len(portions) else None
    if portion is None or not portion.content.stored_file:
        decision = Decision(allowed=False, reason=Reason.NOT_FOUND)
        refuse(subject, Action.READ, bulletin_id, decision, tier=about.banner.tier)
        raise NotVisible(decision.reason)
    part = portion.content
    with transaction.atomic():
        record(
            Action.READ, actor=subject.person, organisation=subject.organisation, object=str(bulletin.pk),
            revision=bulletin.served.number, tier=part.tier,
            detail={"part": part.position, "page": page, "as": "picture" if picture else "words"},
        )  # fmt: skip
    try:
        return Attachment(bulletin, about, portion, ordinal, open_parts([part])[part.pk], open_file(part))
    except KeysDestroyed:
        raise NotVisible(Reason.STATE) from None
