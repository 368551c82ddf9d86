"""Related bulletins: an author names them by reference, of those they may see themselves; each reader gets those they may read now.

What somebody may not see has no line, no count and no gap, and asking costs the same queries whatever there is.
"""

import re
import unicodedata
from collections.abc import Iterable
from uuid import UUID

from bulletins.access import NotVisible, visible_to
from bulletins.desk import get_revision_for
from bulletins.models import Bulletin, Revision
from council.access.facts import Subject

MOST = 20
# An id that nothing has: an empty list would save a query, and so tell that it was empty.
_NOTHING = UUID(int=0)


def references_in(text: str) -> tuple[str, ...]:
    """The references that somebody typed, apart by anything but letters, digits and hyphens, each once, in their order."""
    words = re.split(r"[^0-9A-Za-z-]+", unicodedata.normalize("NFKC", text).upper())
    return tuple(dict.fromkeys(word for word in words if word))


def found_for(subject: Subject, references: Iterable[str]) -> list[str]:
    """The ids of those that the author may read, or inspect on their desk, in their order, MOST at most.

    A reference that nothing has and one of something hidden are both left out.
    """
    wanted = list(dict.fromkeys(each.strip().upper() for each in references))[:MOST]
    found = dict(visible_to(subject).filter(reference__in=wanted).values_list("reference", "pk"))
    for reference in [each for each in wanted if each not in found]:
        row = Bulletin.unrestricted.filter(reference=reference).values_list("pk", flat=True).first()
        if inspects(subject, row or _NOTHING):
            found[reference] = row
    return [str(found[reference]) for reference in wanted if reference in found]


def inspects(subject: Subject, bulletin_id: UUID) -> bool:
    """Whether the bulletin is on the subject's desk."""
    try:
        # As many queries for an id that nothing has.
        get_revision_for(subject, bulletin_id)
    except NotVisible:
        return False
    return True


def references_for(subject: Subject, ids: Iterable[str]) -> list[str]:
    """The references of those of these bulletins that the author may see, for their form."""
    wanted = [UUID(each) for each in ids]
    names = dict(Bulletin.unrestricted.filter(pk__in=wanted).values_list("pk", "reference"))
    readable = set(visible_to(subject).filter(pk__in=wanted).values_list("pk", flat=True))
    return [names[pk] for pk in wanted if pk in names and (pk in readable or inspects(subject, pk))]


def unseen_by(subject: Subject, ids: Iterable[str]) -> list[str]:
    """Those of the ids that the author can neither see nor name in their form: whoever saves a draft does not take them out unseen."""
    wanted = list(ids)
    names = dict(Bulletin.unrestricted.filter(pk__in=map(UUID, wanted)).values_list("pk", "reference"))
    seen = set(references_for(subject, wanted))
    return [each for each in wanted if UUID(each) in names and names[UUID(each)] not in seen]


def related_to(subject: Subject, revision: Revision) -> list[Bulletin]:
    """What is related and the reader may read now, newest first. They are shown by reference: no title is opened for it."""
    ids = [_NOTHING, *(UUID(each) for each in revision.related or ()), _NOTHING]
    return list(visible_to(subject).filter(pk__in=ids).exclude(pk=revision.bulletin_id)[:MOST])
