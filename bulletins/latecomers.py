"""Organisations that gain their first reader after a bulletin was published: they are told, and get their package like the others."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from bulletins import dispatch, distribution, notifying
from bulletins.deadlines import standard_deadline
from bulletins.models import Bulletin, Revision


def reach() -> int:
    """Plans delivery, package and notices for every such organisation; for how many revisions. Safe to run at any time."""
    late = distribution.latecomers()
    for revision, readers in late:
        with transaction.atomic():
            # Of two workers that come at once, the second finds the deliveries of the first.
            Bulletin.unrestricted.select_for_update().get(pk=revision.bulletin_id)
            distribution.plan(revision, readers, deadline=_deadline(revision))
            notifying.published(revision, readers)
            dispatch.soon(dispatch.DISTRIBUTE, revision.pk)
            dispatch.soon(dispatch.SEND_NOTICES)
    return len(late)


def _deadline(revision: Revision) -> datetime | None:
    """Never sooner than whoever hears of it only now could manage."""
    if revision.deadline is None:
        return None
    now = timezone.now()
    return max(revision.deadline, standard_deadline(revision.bulletin.kind, revision.floor, now))
