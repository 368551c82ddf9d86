"""The mark of what is no longer designated: 指定解除（…） or 指定有効期間満了（…） takes the place of the frame 重要経済安保情報.

Nothing of it opens any more. These are the places that still name it: what is to be handed back, and notices and mails of that. Below a
floor of tier three nothing said that anything was designated, and nothing says that it is no longer.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.models import Designation, Notice
from accounts.register_days import ended_words
from bulletins.models import Delivery, Revision
from council.access.tiers import Tier


def mark_of(revision: Revision) -> str:
    """The mark of a revision (its designation must be loaded); empty while the designation holds, and where there is none to see."""
    return ended_words(revision.designation, timezone.localdate()) if revision.floor == Tier.CRITICAL else ""


def marks_of(notices: Iterable[Notice]) -> dict[UUID, str]:
    """The mark of what each notice is about, by the notice; no query where none is about tier three, else two."""
    notices = [each for each in notices if each.tier == Tier.CRITICAL and each.revision]
    if not notices:
        return {}
    rows = Delivery.objects.filter(bulletin__in={each.about for each in notices}, revision__designation__isnull=False)
    items = {
        (about, number): item
        for about, number, item in rows.values_list("bulletin", "revision__number", "revision__designation").distinct()
    }
    today = timezone.localdate()
    over = Q(expires_on__lt=today) | Q(cancelled_on__isnull=False) | Q(lapsed_on__isnull=False)
    words = {row.pk: ended_words(row, today) for row in Designation.objects.filter(over, pk__in=items.values())}
    found = {each.pk: words.get(items.get((each.about, each.revision)), "") for each in notices}
    return {notice: mark for notice, mark in found.items() if mark}
