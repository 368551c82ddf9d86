"""The sealed details of events against their leaves.

Whoever can write rows has no keys: an event that nobody recorded has no detail that opens.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from council.audit import retention
from council.audit.details import details_of
from council.audit.events import Event
from council.audit.filters import first_id_at
from council.audit.leaf import digest_of
from council.audit.models import AuditDetail, AuditEvent, LogEntry
from council.audit.record import binding_of
from council.audit.rows import members
from council.keys import keyring
from council.sealing.envelope import Sealed, open_sealed
from council.sealing.errors import OpeningRefused

_AT_ONCE = 1000


class Amiss(NamedTuple):
    """What is wrong with the detail of one event: the code of the finding, the index of its entry, a sentence."""

    code: str
    index: int
    sentence: str


def amiss(tier: int, size: int, passed: Callable[[int], object]) -> Iterator[Amiss]:
    """What is wrong among the first `size` entries of a log; `passed(how many)` is called now and then. KeyringUnavailable without keys.

    Events whose rows are gone and leaves that are none are not told.
    """
    since = _kept_since()
    for first in range(0, size, _AT_ONCE):
        last = min(size, first + _AT_ONCE)
        yield from sorted(_of_batch(tier, first, last, since), key=lambda found: found.index)
        passed(last)


def _of_batch(tier: int, first: int, last: int, since: Mapping[str, datetime]) -> Iterator[Amiss]:
    places = dict(LogEntry.objects.filter(tier=tier, index__gte=first, index__lt=last).values_list("event", "index"))
    leaves = AuditEvent.objects.filter(pk__in=list(places)).values_list("pk", "leaf")
    said = {event: members(leaf) for event, leaf in leaves}
    details = AuditDetail.objects.in_bulk([event for event in said if "detail" in said[event]])
    for event, row in details.items():
        if not _fits(row, said[event]):
            index = places[event]
            yield Amiss("detail_differs", index, f"番号{index}の詳細が開かないか、記録のハッシュと合いません。")
    for event in _within_time((event for event in said if said[event] and event not in details), since):
        index = places[event]
        yield Amiss("detail_missing", index, f"番号{index}の詳細が、保存期間のうちなのにありません。")


def _fits(row: AuditDetail, said: Mapping[str, object]) -> bool:
    """Whether it opens as the detail of this event, and is what the leaf has the digest of."""
    try:
        sealed = Sealed(bytes(row.ciphertext), bytes(row.wrap), row.epoch, row.algorithm, row.key_id)
        private = open_sealed(keyring(), binding_of(row.pk, said["tier"]), sealed)
        return digest_of(bytes(row.salt), private) == said["detail"]
    except (OpeningRefused, KeyError, OverflowError, TypeError, ValueError):
        # What somebody else wrote into a row may be anything.
        return False


def _within_time(events: Iterable[UUID], since: Mapping[str, datetime]) -> list[UUID]:
    """Those of the events whose details ought to be there still."""
    asked = list(events)
    found = (
        AuditEvent.objects.filter(retention.events_of(kind), pk__in=asked, pk__gte=first_id_at(moment))
        for kind, moment in (since.items() if asked else ())
    )
    return [event for rows in found for event in rows.order_by().values_list("pk", flat=True)]


def _kept_since() -> dict[str, datetime]:
    """Class -> the moment from which details have to be there: its retention has not ended, and no disposal went so far.

    Years may have been lengthened since a disposal. It counts when its approval opens: a row of it alone could be anybody's.
    """
    since = {str(each.kind): retention.ended_before(each) for each in retention.classes()}
    approvals = AuditEvent.objects.filter(action=Event.DISPOSAL_APPROVED).values_list("pk", "leaf")
    said = {event: members(leaf) for event, leaf in approvals}
    for row in AuditDetail.objects.filter(pk__in=list(said)):
        if said[row.pk].get("action") == Event.DISPOSAL_APPROVED and _fits(row, said[row.pk]):
            facts = details_of([AuditEvent(pk=row.pk, tier=said[row.pk]["tier"])])[row.pk]["facts"]
            if (kind := facts["kind"]) in since:
                since[kind] = max(since[kind], datetime.fromisoformat(facts["before"]))
    return since
