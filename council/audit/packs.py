"""Evidence packs: events that an auditor asked for, with their proofs, as one encrypted file that the worker makes and the sweep removes.

Asking, making and taking are events. The row says how far the making is; one whose worker died is made again from its beginning.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from council.access.facts import Subject
from council.audit import pack_file, pack_store
from council.audit.events import Event, Outcome
from council.audit.filters import EventFilter
from council.audit.models import AuditEvent, EvidencePack
from council.audit.pack_store import Made, Opened
from council.audit.record import record
from council.audit.status import unfinished
from council.audit.verifying import STALLED, Pace
from council.failpoints import passing
from council.hints import hint, soon
from council.only_one import only_one

logger = logging.getLogger(__name__)

MAKE = "council.audit.tasks.make_pack"
# More than this is taken as whole logs, which the commands write without a limit.
MOST = 200_000
KEPT = timedelta(days=7)
LISTED = 50
State = EvidencePack.State


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pack would hold: how many events (MOST + 1: more than it may), whether each has its proof, whether all logs go along."""

    events: int
    proofs: bool
    logs: bool

    @property
    def too_many(self) -> bool:
        return self.events > MOST

    @property
    def empty(self) -> bool:
        return not self.events and not self.logs

    @property
    def count(self) -> str:
        return f"{self.events:,}"


def rows_of(query: Mapping) -> QuerySet[AuditEvent]:
    """The events of a filter that was found valid, up to the newest event at the time it was asked."""
    rows = EventFilter(query["filter"], queryset=AuditEvent.objects.all()).qs
    return rows.filter(id__lte=UUID(query["last"])) if query.get("last") else rows


def plan_of(rows: QuerySet[AuditEvent], *, logs: bool) -> Plan:
    """Counted no further than MOST + 1. So many events that each can't have its proof need the whole logs to prove them."""
    events = rows.order_by()[: MOST + 1].count()
    proofs = events <= pack_file.MOST_PROOFS
    return Plan(events, proofs, logs or not proofs)


def ask_for(query: Mapping[str, str], plan: Plan, *, subject: Subject) -> EvidencePack:
    """Asks for a pack, with its event, and hands it to the worker; the person's own one when the same is being made already."""
    wanted = {"filter": dict(query), "logs": plan.logs}
    with transaction.atomic():
        # One asking of each person at a time: pressing twice is asking once.
        get_user_model().objects.select_for_update(no_key=True).filter(pk=subject.person).first()
        for each in EvidencePack.objects.filter(asked_by=subject.person, state__in=unfinished()):
            if wanted.items() <= each.query.items():
                return each
        now, newest = timezone.now(), AuditEvent.objects.order_by("-id").values_list("pk", flat=True).first()
        pack = EvidencePack.objects.create(
            asked_by=subject.person, asked_at=now, moved_at=now, query={**wanted, "last": str(newest or "")}
        )
        _record(pack, subject, {"step": "ask", **wanted})
        soon(MAKE, pack.pk)
    return pack


def last() -> list[EvidencePack]:
    """The newest packs, LISTED of them, whoever asked for them."""
    return list(EvidencePack.objects.defer("wrap")[:LISTED])


def one(pack_id: UUID) -> EvidencePack | None:
    """That pack, or None."""
    return EvidencePack.objects.filter(pk=pack_id).first()


def is_there(pack: EvidencePack, now: datetime) -> bool:
    """Whether its file can be taken."""
    return pack.state == State.DONE and bool(pack.wrap) and pack.expires_at > now


def run(pack_id: UUID) -> bool:
    """Makes a pack that is asked for; False when it is over, or when another worker has it in hand."""
    with only_one(f"audit.pack.{pack_id}") as mine:
        pack = EvidencePack.objects.filter(pk=pack_id, state__in=unfinished()).first() if mine else None
        if pack is None:
            return False
        EvidencePack.objects.filter(pk=pack.pk).update(state=State.RUNNING, done=0, total=0, moved_at=timezone.now())
        try:
            ids = list(rows_of(pack.query).order_by("id").values_list("pk", flat=True)[:MOST])
            made = pack_store.write(pack, pack_file.pieces(pack, ids, Pace(pack)))
            passing("pack.file_written")
        except Exception:
            logger.exception("An evidence pack was not made.")
            _end(pack, None, 0)
            return False
        _end(pack, made, len(ids))
    return True


def take(pack: EvidencePack, *, subject: Subject) -> Opened:
    """The bytes of the file, piece by piece, once the event is committed; LookupError when it is gone or does not open any more."""
    pieces = pack_store.opened(pack)
    try:
        with transaction.atomic():
            _record(pack, subject, {"step": "take", "bytes": pack.size, "sha256": pack.sha256})
    except BaseException:
        pieces.close()
        raise
    return pieces


def drive(now: datetime) -> None:
    """Takes up again what stands still."""
    # One that moved in the future stands still too: a clock was set back.
    still = EvidencePack.objects.filter(~Q(moved_at__range=(now - STALLED, now + STALLED)), state__in=unfinished())
    for pack_id in still.values_list("pk", flat=True):
        hint(MAKE, pack_id)


def remove_expired(now: datetime) -> int:
    """Destroys key and file of packs whose days are over, and files that belong to no pack; how many packs. The rows stay."""
    over = list(EvidencePack.objects.filter(expires_at__lte=now).exclude(epoch=0))
    for pack in over:
        EvidencePack.objects.filter(pk=pack.pk).update(wrap=b"", epoch=0, algorithm="", key_id="")
        with suppress(FileNotFoundError):
            default_storage.delete(pack_store.name_of(pack))
    pack_store.remove_orphans(
        now, {pack.hex for pack in EvidencePack.objects.exclude(epoch=0).values_list("pk", flat=True)}
    )
    return len(over)


def _end(pack: EvidencePack, made: Made | None, events: int) -> None:
    now = timezone.now()
    facts = {"ended_at": now, "moved_at": now, "events": events}
    if made:
        facts |= {"state": State.DONE, "expires_at": now + KEPT, **made._asdict()}
    else:
        facts |= {"state": State.FAILED, "reason": "not_made"}
    with transaction.atomic():
        if EvidencePack.objects.filter(pk=pack.pk, state=State.RUNNING).update(**facts):
            said = {"outcome": Outcome.ALLOW} if made else {"outcome": Outcome.DENY, "reason": "not_made"}
            _record(pack, None, {"step": "made", "events": events, "sha256": made.sha256 if made else ""}, **said)


def _record(pack: EvidencePack, subject: Subject | None, detail: Mapping, **facts: object) -> None:
    record(
        Event.AUDIT_EXPORT, actor=subject and subject.person, organisation=subject and subject.organisation,
        object=str(pack.pk), detail=detail, **facts,
    )  # fmt: skip
