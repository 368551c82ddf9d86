"""What goes out by the clock: reminders before a deadline, questions that are asked again, and the ladder after it.

For the scheduler. Everything here can be run again, and by two workers at once: rows are locked, and what was sent is kept beside
them (`reminded_at`, `level`); the notices themselves can't be written twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from bulletins import dispatch, facts, notifying
from bulletins.deadlines import MORNING, at, day_of
from bulletins.ladder import Step, last_morning, steps
from bulletins.models import Answer, Delivery, Revision
from bulletins.owing import Addressees, Named, owing, reached
from bulletins.rungs import Rungs
from council.access.policy import Action
from council.audit.events import Event
from council.audit.record import Entry, record, record_many
from council.business_days import add_business_days

BATCH = 200
# A step that could not be taken for so long is not taken any more: the board has shown it all the time.
_GIVEN_UP = timedelta(days=60)
_DAY = timedelta(days=1)


# --- reminders ----------------------------------------------------------------------------------------------------------


def remind_due(now: datetime) -> int:
    """Reminds whoever owes an acknowledgement on the business day before the deadline and on its own day, from nine o'clock in Japan;
    asks those again who wanted to say more by now. How many organisations were reminded.
    """
    return _before_deadlines(now) + _ask_again(now)


def send_round(
    revision: Revision, to: Addressees, rows: Sequence[Delivery], rounds: dict[UUID, str], now: datetime
) -> tuple[int, int]:
    """Writes a round of reminders for locked deliveries; how many organisations and people are told.

    `rounds` names the round by the delivery's id. Organisations without a reader are passed over. Writes no event.
    """
    told = [row for row in rows if to.readers.get(row.organisation_id)]
    for row in told:
        row.revision = revision
    notifying.reminders((row, to.of(row), rounds[row.pk]) for row in told)
    for chunk in _chunks([row.pk for row in told]):
        Delivery.objects.filter(pk__in=chunk).update(reminded_at=now)
    dispatch.soon(dispatch.SEND_NOTICES)
    return len(told), sum(len(to.readers[row.organisation_id]) for row in told)


def _before_deadlines(now: datetime) -> int:
    """Every deadline whose eve has come lies before the end of the next business day."""
    horizon = at(add_business_days(last_morning(now), 1) + _DAY, time.min)
    soon = Q(deadline__gt=now, deadline__lt=horizon)
    return sum(_in_batches(about, soon, now) for about in _served_with(soon))


def _served_with(condition: Q) -> list[Named]:
    """The served revisions with deliveries that meet the condition."""
    rows = Delivery.objects.filter(condition, revision=F("bulletin__served"))
    named = (
        rows.order_by().values_list("revision_id", "revision__number", "bulletin_id", "revision__asks_since").distinct()
    )
    return [Named(*row) for row in named]


def _in_batches(about: Named, soon: Q, now: datetime) -> int:
    rows = owing(about).filter(soon).filter(reached(about))
    revision = _still_served(about) if rows.exists() else None
    if revision is None:
        return 0
    due = [
        pk
        for pk, deadline, reminded_at in rows.values_list("pk", "deadline", "reminded_at")
        if round_due(deadline, reminded_at, revision.published_at, now)
    ]
    to = Addressees.for_all(revision) if due else None
    return sum(_remind_batch(revision, to, rows.filter(pk__in=chunk), now) for chunk in _chunks(due))


def _still_served(about: Named) -> Revision | None:
    bulletin, _facts = facts.served(about.bulletin_id)
    return bulletin.served if bulletin and bulletin.served_id == about.pk else None


def round_due(deadline: datetime, reminded_at: datetime | None, since: datetime, now: datetime) -> str:
    """The name of the round whose moment has come and which has not been sent; empty when there is none.

    No round before `since`, when people were told for the first time, and of two that have come only the later one.
    """
    day = day_of(deadline)
    for name, on in (("day", day), ("eve", add_business_days(day, -1))):
        moment = at(on, MORNING)
        if since < moment <= now < deadline:
            return f"{name}-{day}" if reminded_at is None or reminded_at < moment else ""
    return ""


def _remind_batch(revision: Revision, to: Addressees, rows: QuerySet[Delivery], now: datetime) -> int:
    with transaction.atomic():
        locked = _locked(rows)
        rounds = {row.pk: round_due(row.deadline, row.reminded_at, revision.published_at, now) for row in locked}
        return _send(revision, to, [row for row in locked if rounds[row.pk]], rounds, now)


def _send(revision: Revision, to: Addressees, rows: list[Delivery], rounds: dict[UUID, str], now: datetime) -> int:
    organisations, people = send_round(revision, to, rows, rounds, now) if rows else (0, 0)
    if organisations:
        record(
            Action.REMIND, actor=None, organisation=None, object=str(revision.bulletin_id), revision=revision.number,
            tier=revision.tier, detail={"organisations": organisations, "people": people},
        )  # fmt: skip
    return organisations


def _locked(rows: QuerySet[Delivery]) -> list[Delivery]:
    """Those of the rows that no other worker has in hand."""
    return list(rows.select_for_update(of=("self",), skip_locked=True).order_by("pk"))


def _chunks(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


# --- what is asked again ------------------------------------------------------------------------------------------------


def _ask_again(now: datetime) -> int:
    """The organisations whose last word on a served revision is 確認中 and who wanted to say more by now."""
    newer = Answer.objects.filter(
        bulletin=OuterRef("bulletin"), organisation=OuterRef("organisation"), answered_at__gt=OuterRef("answered_at"),
    )  # fmt: skip
    rows = Answer.objects.filter(
        ~Exists(newer),
        value=Answer.Value.CHECKING,
        until__lte=last_morning(now),
        revision__gte=Coalesce("bulletin__served__asks_since", "bulletin__served__number"),
        revision__lte=F("bulletin__served__number"),
    )
    waiting: dict[UUID, dict[UUID, Answer]] = defaultdict(dict)
    for row in rows.defer("ciphertext"):
        waiting[row.bulletin_id][row.organisation_id] = row
    return sum(_ask_again_about(bulletin_id, answers, now) for bulletin_id, answers in waiting.items())


def asked_again_from(answer: Answer) -> datetime:
    """Nine o'clock on the day they named; on the next one for what was said on that day itself, later."""
    moment = at(answer.until, MORNING)
    return moment if moment > answer.answered_at else at(day_of(answer.answered_at) + _DAY, MORNING)


def _ask_again_about(bulletin_id: UUID, answers: dict[UUID, Answer], now: datetime) -> int:
    moments = {pk: asked_again_from(answer) for pk, answer in answers.items()}
    come = [pk for pk, moment in moments.items() if moment <= now]
    rows = Delivery.objects.filter(bulletin=bulletin_id, revision=F("bulletin__served"), organisation__in=come)
    if not _not_asked(rows, moments):
        return 0
    bulletin, _facts = facts.served(bulletin_id)
    if bulletin is None:
        return 0
    to = Addressees.for_all(bulletin.served)
    with transaction.atomic():
        due = _not_asked(_locked(rows.filter(revision=bulletin.served)), moments)
        rounds = {row.pk: f"{notifying.ANSWER}-{answers[row.organisation_id].until}" for row in due}
        return _send(bulletin.served, to, due, rounds, now)


def _not_asked(rows: Iterable[Delivery], moments: dict[UUID, datetime]) -> list[Delivery]:
    return [row for row in rows if row.reminded_at is None or row.reminded_at < moments[row.organisation_id]]


# --- the ladder ---------------------------------------------------------------------------------------------------------


def escalate_due(now: datetime) -> int:
    """Takes each step of the ladder whose moment has come, once, for every organisation that still owes. How many organisations."""
    ladder = steps()
    due = Q(pk__in=[])
    for level, step in enumerate(ladder):
        due |= Q(level=level, deadline__lt=step.latest_deadline(now), deadline__gt=now - _GIVEN_UP)
    return sum(_escalate(about, due, ladder, now) for about in _served_with(due))


def _escalate(about: Named, due: Q, ladder: Sequence[Step], now: datetime) -> int:
    late = owing(about).filter(due)
    ids = list(late.values_list("pk", flat=True))
    revision = _still_served(about) if ids else None
    if revision is None:
        return 0
    return sum(_escalate_batch(revision, late.filter(pk__in=chunk), ladder, now) for chunk in _chunks(ids))


def _escalate_batch(revision: Revision, late: QuerySet[Delivery], ladder: Sequence[Step], now: datetime) -> int:
    with transaction.atomic():
        rows = _locked(late)
        rungs = Rungs(revision, [row.organisation_id for row in rows])
        entries = [entry for row in rows for entry in _climb(revision, row, rungs, ladder, now)]
        Delivery.objects.bulk_update(rows, ["level", "escalated_at"])
        record_many(Event.ESCALATED, entries, actor=None)
        dispatch.soon(dispatch.SEND_NOTICES)
    return len(rows)


def _climb(revision: Revision, row: Delivery, rungs: Rungs, ladder: Sequence[Step], now: datetime) -> Iterator[Entry]:
    """Takes the steps that are due; one with nobody on it leads to the next at once. The events of those that told somebody, and of
    the last one, so that it is known when nobody was there at all.
    """
    row.revision, nobody = revision, False
    while row.level < len(ladder) and (nobody or ladder[row.level].moment(row.deadline) <= now):
        people = rungs.of(ladder[row.level].to, row)
        row.level, row.escalated_at, nobody = row.level + 1, now, not people
        if people:
            notifying.escalation(row, row.level, people)
        if people or row.level == len(ladder):
            yield _event(revision, row, len(people))


def _event(revision: Revision, row: Delivery, people: int) -> Entry:
    return Entry(
        None, object=str(revision.bulletin_id), revision=revision.number, tier=revision.tier,
        detail={"level": row.level, "organisation": str(row.organisation_id), "people": people},
    )  # fmt: skip
