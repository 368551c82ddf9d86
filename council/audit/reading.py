"""The one door to the list of events: who may look, which rows they get, and that looking is itself an event.

Auditors get every event. An administrator gets those of the people of the own organisation, without any that would tell
of content the administrator may not read: for them it does not exist, and neither does a colleague's reading of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import NoReturn
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404

from council.access.facts import Ledger, Role, Subject
from council.access.policy import READING, Action, Reason, decide
from council.access.tiers import Tier
from council.audit import names
from council.audit.events import Event, Outcome
from council.audit.models import AuditEvent
from council.audit.record import record, record_refusal

PAGE = 50
_LONGEST_WORD = 120
# Objects that are asked for in one query. More than the content of any council, so that the number of queries tells nothing.
MOST_AT_ONCE = 20_000
# Between people, companies and the agency that clears them: of administrators only those learn of it who clear.
_CLEARING = {"certification", "clearance", "contract", "designation", "education", "proposal", "roster"}
# The first words of what an administrator is told of their people. A new word is told to nobody but auditors until it stands here:
# what auditors and operators do about records, and desks about what is not out yet, names what an administrator may not know of.
TOLD = {
    "bulletin", "contact", "copy", "factor", "identity", "key", "notice", "package", "page", "people", "pledge", "review", "role",
    "session", "subcommittee", "tier", "token", *_CLEARING,
}  # fmt: skip
_DESK = [
    *(str(action) for action in Action if action.startswith("bulletin.") and action not in READING),
    *map(str, (Event.BULLETIN_UNSCHEDULED, Event.BULLETIN_KEPT, Event.BULLETIN_DISCARDED, Event.VIEWED_AS)),
]


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who was let in. `organisation` is whose events they see, None for all."""

    subject: Subject
    organisation: str | None

    @property
    def auditor(self) -> bool:
        return self.organisation is None


@dataclass(frozen=True, slots=True)
class Window:
    """Some events, newest first, and the ids to go on from: `older` and `newer`, None where there is nothing more."""

    events: list[AuditEvent]
    older: UUID | None = None
    newer: UUID | None = None


def reader_of(subject: Subject) -> Reader:
    """Lets auditors and administrators in; Http404, with the refusal in the log, for everybody else."""
    return _let_in(subject, None if Role.AUDITOR in subject.roles else subject.organisation)


def auditor_of(subject: Subject) -> Reader:
    """Lets those in who may see every event; Http404, with the refusal in the log, for everybody else, administrators too."""
    return _let_in(subject, None)


def _let_in(subject: Subject, organisation: str | None) -> Reader:
    decision = decide(subject, Action.READ_EVENTS, Ledger(organisation))
    if not decision:
        record_refusal(
            Action.READ_EVENTS, actor=subject.person, organisation=subject.organisation, reason=str(decision.reason)
        )
        raise Http404
    return Reader(subject, organisation)


def refuse(reader: Reader, asked: str) -> NoReturn:
    """Http404, with the refusal and what was asked for in the log: for what is not there, or not for this reader."""
    who = {"actor": reader.subject.person, "organisation": reader.subject.organisation}
    record_refusal(Action.READ_EVENTS, **who, reason=str(Reason.NOT_FOUND), detail={"asked": asked[:_LONGEST_WORD]})
    raise Http404


def events_for(reader: Reader) -> QuerySet[AuditEvent]:
    """What the reader may ask about, before window() leaves out what would tell of content they may not read."""
    if reader.auditor:
        return AuditEvent.objects.all()
    told = TOLD if Role.CLEARANCE_OFFICER in reader.subject.roles else TOLD - _CLEARING
    within = Q(tier__lte=reader.subject.ceiling) | _of_content()
    # The desk's verbs tell of revisions that are not out yet: only reading is told to an administrator.
    rows = AuditEvent.objects.filter(within, _of(told), org=reader.organisation).exclude(action__in=_DESK)
    # Who handles an item knows everything that it takes of a colleague but the clearance: that they were refused tells of its end.
    rows = rows.exclude(_of_content(), outcome=str(Outcome.DENY), tier=int(Tier.CRITICAL))
    # Content that was asked for in vain does not exist for who asked: the ids are whatever somebody typed, and as many as they like.
    return rows.exclude(_of_content(), reason=str(Reason.NOT_FOUND))


def window(
    reader: Reader,
    rows: QuerySet[AuditEvent],
    *,
    before: UUID | None = None,
    after: UUID | None = None,
    size: int = PAGE,
) -> Window:
    """At most `size` events older than `before`, or newer than `after`, or the newest."""
    rows = known(reader, rows)
    if after:
        found = list(rows.filter(id__gt=after).order_by("id")[: size + 1])
        events, more = found[:size][::-1], len(found) > size
        return Window(events, older=events[-1].pk if events else None, newer=events[0].pk if more else None)
    rows = rows.order_by("-id")
    found = list((rows.filter(id__lt=before) if before else rows)[: size + 1])
    events, more = found[:size], len(found) > size
    newer = events[0].pk if before and events else None
    return Window(events, older=events[-1].pk if more else None, newer=newer)


def record_look(reader: Reader, query: Mapping[str, str], shown: int) -> None:
    """Writes down that the list was looked at and with which question. To be done before the first byte leaves."""
    with transaction.atomic():
        record(
            Event.AUDIT_LIST,
            actor=reader.subject.person,
            organisation=reader.subject.organisation,
            detail={"query": dict(query), "shown": shown},
        )


def known(reader: Reader, rows: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Those of the rows from events_for() that the reader may know of. As many queries whether there are others or not."""
    if reader.auditor:
        return rows
    tells = _of_content() & ~Q(object="")
    about = list(rows.filter(tells).order_by().values_list("object", flat=True).distinct())
    # One portion also when there is nothing to ask for.
    portions = [about[start : start + MOST_AT_ONCE] for start in range(0, max(len(about), 1), MOST_AT_ONCE)]
    may_know = {each for portion in portions for each in names.known_to(reader.subject, portion)}
    return rows.filter(~tells | Q(object__in=may_know))


def _of_content() -> Q:
    return _of(names.CONTENT)


def _of(words: Iterable[str]) -> Q:
    return reduce(or_, (Q(action__startswith=f"{word}.") for word in sorted(words)))
