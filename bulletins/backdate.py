"""Gives a demo bulletin the day on which it would have been published. Only worlds that are built may use this; no event is changed."""

from datetime import datetime

from django.db import transaction

from accounts.models import Notice
from bulletins.models import Listing, Package, Revision


@transaction.atomic
def backdate(revision: Revision, moment: datetime) -> None:
    """Moves the publication of the revision, and its place in every list, to the moment."""
    if revision.published_at is None:
        return
    Revision.unrestricted.filter(pk=revision.pk).update(published_at=moment)
    revision.bulletin.published_at = moment
    revision.bulletin.save(update_fields=["published_at"])
    Listing.objects.filter(bulletin=revision.bulletin_id).update(published_at=moment)
    Package.objects.filter(revision=revision).update(queued_at=moment)
    # Nobody wants a mail today about something that came out weeks ago.
    Notice.objects.filter(about=revision.bulletin_id, state__in=[Notice.State.QUEUED, Notice.State.HELD]).update(
        state=Notice.State.SENT, created_at=moment, sent_at=moment
    )
