"""Looking at one's notices: one event, and whatever was shown is new no longer."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Notice
from bulletins.inbox import Line, lines_for, tier_of
from council.access.facts import Subject
from council.audit.events import Event
from council.audit.record import record

_NOTHING = UUID(int=0)


def look_at_notices(subject: Subject) -> list[Line]:
    """The lines of the inbox as they were until now: what is new still says so, for this one time."""
    with transaction.atomic():
        lines = lines_for(subject)
        # An id that nothing has: an empty list would save the query, and so tell that nothing was new.
        shown = [_NOTHING, *(line.notice.pk for line in lines if line.new)]
        Notice.objects.filter(pk__in=shown, person=subject.person).update(seen_at=timezone.now())
        record(
            Event.NOTICE_LIST,
            actor=subject.person,
            organisation=subject.organisation,
            tier=int(tier_of(lines)),
            detail={"shown": len(lines)},
        )
    return lines
