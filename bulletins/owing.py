"""Which organisations still owe an acknowledgement of a revision, which it has reached, and who there could give it: one meaning for
the board, for reminders and for the ladder. An answer settles it too: who says whether it concerns them has read it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Contact, Notice, User
from bulletins import facts
from bulletins.access import readers_given
from bulletins.acknowledged import counted
from bulletins.models import Answer, Delivery, Package, Receipt, Revision

# The notices that tell readers of a revision; those about its return and to the ladder are others.
TELL = (Notice.Kind.PUBLISHED, Notice.Kind.REMINDER)
# An organisation is reminded by hand at most once in this time, counted from its last reminder of any kind.
PAUSE = timedelta(hours=24)


class Named(NamedTuple):
    """What identifies a revision, without its row."""

    pk: UUID
    number: int
    bulletin_id: UUID
    asks_since: int | None = None


def rested(row: Delivery, now: datetime) -> bool:
    """Whether the organisation can be reminded by hand now."""
    return row.reminded_at is None or row.reminded_at + PAUSE <= now


def possible_again(rows: Iterable[Delivery]) -> datetime | None:
    """From when on the first of these organisations can be reminded by hand; None when none was reminded."""
    return min((row.reminded_at + PAUSE for row in rows if row.reminded_at), default=None)


def owing(revision: Revision | Named) -> QuerySet[Delivery]:
    """The deliveries of organisations of which nobody has acknowledged the revision or answered, or an earlier one that still counts."""
    of_it = {"bulletin": revision.bulletin_id, **counted(revision)}
    acknowledged = Receipt.objects.filter(**of_it, acknowledged_at__isnull=False)
    answered = Answer.objects.filter(**of_it).order_by()
    # Subqueries of their own and not one EXISTS for each row: the database reads each of them once.
    settled = Q(organisation__in=acknowledged.values("organisation"))
    settled |= Q(organisation__in=answered.values("organisation"))
    return Delivery.objects.filter(revision=revision.pk).exclude(settled)


def reached(revision: Revision | Named) -> Q:
    """Of deliveries: a package was released, a notice was sent, or somebody opened it without either."""
    released = Package.objects.filter(revision=revision.pk, released_at__isnull=False)
    told = Notice.objects.filter(
        about=revision.bulletin_id, revision=revision.number, kind__in=TELL, state=Notice.State.SENT
    )
    opened = Receipt.objects.filter(bulletin=revision.bulletin_id, revision=revision.number, opened_at__isnull=False)
    return (
        Q(organisation__in=released.values("organisation"))
        | Q(organisation__in=told.filter(organisation__isnull=False).values("organisation"))
        | Q(organisation__in=opened.values("organisation"))
    )


def readers_by_organisation(revision: Revision) -> dict[UUID, list[User]] | None:
    """Who may read the revision now, by organisation; None when it is not the served one, so that nobody can be asked."""
    bulletin, about = facts.served(revision.bulletin_id)
    if about is None or bulletin.served_id != revision.pk:
        return None
    found: dict[UUID, list[User]] = defaultdict(list)
    for person, _subject in readers_given(about):
        found[person.organisation_id].append(person)
    return found


@dataclass(frozen=True, slots=True)
class Addressees:
    """Whom a reminder of a revision goes to, by organisation: all who may read it now, and the role mailboxes."""

    readers: Mapping[UUID, list[User]]
    mailboxes: Mapping[UUID, list[Contact]]

    @classmethod
    def for_all(cls, revision: Revision) -> "Addressees":
        """Asked once for a whole revision: it costs as much for one organisation as for all."""
        boxes: dict[UUID, list[Contact]] = defaultdict(list)
        for box in Contact.objects.filter(kind=Contact.Kind.MAILBOX, ended_at=None):
            boxes[box.organisation_id].append(box)
        return cls(readers_by_organisation(revision) or {}, boxes)

    def of(self, delivery: Delivery) -> list[User | Contact]:
        """Those of one organisation."""
        organisation = delivery.organisation_id
        return [*self.readers.get(organisation, ()), *self.mailboxes.get(organisation, ())]
