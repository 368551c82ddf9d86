"""How far a revision has got with each organisation: silence, too, is a state of its own (design §4)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q
from django.utils import timezone

from accounts.keys_in_use import waiting_for_confirmation
from accounts.models import Notice, Organisation
from bulletins import standing_words
from bulletins.acknowledged import counted
from bulletins.answering import notes_of
from bulletins.models import Answer, Delivery, Package, Receipt, Revision
from bulletins.owing import TELL, possible_again, readers_by_organisation, rested
from bulletins.stages import LABELS, Stage, stage


@dataclass(frozen=True, slots=True)
class Parcel:
    """The sealed package: the state of its newest version, when one was last released (sealed) and fetched."""

    state: str = ""
    sealed_at: datetime | None = None
    fetched_at: datetime | None = None
    key_waits: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """The notices to an organisation's people and mailboxes: the first that was sent, and how many wait or did not arrive."""

    told_at: datetime | None = None
    waiting: int = 0
    bounced: int = 0

    @property
    def failed(self) -> bool:
        """All of them bounced."""
        return bool(self.bounced) and not self.waiting and self.told_at is None


@dataclass(frozen=True, slots=True)
class People:
    """How many of an organisation's people opened this revision and acknowledged it, or an earlier one that counts; the first moments."""

    opened_at: datetime | None = None
    opened: int = 0
    acknowledged_at: datetime | None = None
    acknowledged: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """One organisation. `readers` is their number now, or at publishing once the revision is not served any more."""

    delivery: Delivery
    organisation: Organisation
    readers: int
    served: bool
    parcel: Parcel
    mail: Mail
    people: People
    answer: Answer | None
    asked_at: datetime

    @property
    def deadline(self) -> datetime | None:
        return self.delivery.deadline

    @property
    def late(self) -> bool:
        """The deadline has passed, whether or not anything was owed."""
        return self.deadline is not None and self.deadline < self.asked_at

    @property
    def sealed_at(self) -> datetime | None:
        return self.parcel.sealed_at

    @property
    def fetched_at(self) -> datetime | None:
        return self.parcel.fetched_at

    @property
    def told_at(self) -> datetime | None:
        return self.mail.told_at

    @property
    def opened_at(self) -> datetime | None:
        return self.people.opened_at

    @property
    def acknowledged_at(self) -> datetime | None:
        return self.people.acknowledged_at

    @property
    def delivered(self) -> bool:
        """A package was released or a notice sent."""
        return bool(self.sealed_at or self.told_at)

    @property
    def unreachable(self) -> bool:
        """Nobody is left who may read it, or no notice arrives."""
        return self.mail.failed or (self.served and not self.readers)

    @property
    def state(self) -> Stage:
        return stage(
            answer=self.answer.value if self.answer else "",
            acknowledged=bool(self.people.acknowledged),
            opened=bool(self.people.opened),
            delivered=self.delivered,
            late=self.late,
        )

    @property
    def owes(self) -> bool:
        """Reached, and nothing said yet: whom 再通知 is for."""
        return self.state in (Stage.DELIVERED, Stage.OPENED, Stage.OVERDUE)

    @property
    def remindable(self) -> bool:
        """Whether a press of the button would remind them now."""
        return self.owes and bool(self.readers) and rested(self.delivery, self.asked_at)

    @property
    def label(self) -> str:
        return str(LABELS[self.state])

    @property
    def mark(self) -> str:
        """The word of components/status.html."""
        return self.state.replace("_", "-")

    @property
    def why(self) -> str:
        """A few words beside the state; empty where it says it all."""
        return standing_words.why(self)


def standings(revision: Revision, *, now: datetime | None = None) -> list[Standing]:
    """Every organisation with a delivery of the revision, by name. A constant number of queries (readers: one more for 4,000 people).

    Only for a revision whose desk the person may track: it tells of every organisation.
    """
    now = now or timezone.now()
    deliveries = list(
        Delivery.objects.filter(revision=revision)
        .select_related("organisation")
        .order_by("organisation__name", "organisation")
    )
    readers = readers_by_organisation(revision)
    parcels, mails = _parcels(revision, now), _mails(revision)
    people, answers = _people(revision), _last_answers(revision)
    for row in deliveries:
        row.revision = revision
    return [
        Standing(
            delivery=row,
            organisation=row.organisation,
            readers=row.readers if readers is None else len(readers.get(row.organisation_id, ())),
            served=readers is not None,
            parcel=parcels.get(row.organisation_id, Parcel()),
            mail=mails.get(row.organisation_id, Mail()),
            people=people.get(row.organisation_id, People()),
            answer=answers.get(row.organisation_id),
            asked_at=now,
        )
        for row in deliveries
    ]


def tally(rows: Iterable[Standing]) -> dict[Stage, int]:
    """How many organisations stand in each state; every state is there."""
    counted = Counter(row.state for row in rows)
    return {state: counted[state] for state in Stage}


def again_at(rows: Iterable[Standing]) -> datetime | None:
    """From when on the first of those who owe and were reminded of late can be reminded once more; None when there are none."""
    return possible_again(row.delivery for row in rows if row.owes and row.readers and not row.remindable)


def notes_in(revision: Revision, rows: Iterable[Standing]) -> dict[UUID, str]:
    """Organisation -> the note of its last answer to this very revision, where there is one that still opens (two queries).

    The banner of an earlier revision may have been higher: what was written about its parts stays there.
    """
    last = [row.answer.pk for row in rows if row.answer and row.answer.revision == revision.number]
    answers = list(Answer.objects.filter(pk__in=last))
    notes = notes_of(answers, revision)
    return {answer.organisation_id: notes[answer.pk] for answer in answers if answer.pk in notes}


def _parcels(revision: Revision, now: datetime) -> dict[UUID, Parcel]:
    rows = Package.objects.filter(revision=revision).order_by("version")
    found: dict[UUID, Parcel] = {}
    for organisation, state, released_at, fetched_at in rows.values_list(
        "organisation_id", "state", "released_at", "fetched_at"
    ):
        before = found.get(organisation, Parcel())
        found[organisation] = Parcel(state, released_at or before.sealed_at, fetched_at or before.fetched_at)
    without_key = [pk for pk, parcel in found.items() if parcel.state == Package.State.NO_KEY]
    for pk in waiting_for_confirmation(without_key, now):
        found[pk] = Parcel(found[pk].state, found[pk].sealed_at, found[pk].fetched_at, key_waits=True)
    return found


def _mails(revision: Revision) -> dict[UUID, Mail]:
    state = Notice.State
    rows = (
        Notice.objects.filter(about=revision.bulletin_id, revision=revision.number, kind__in=TELL)
        .order_by()
        .values_list("organisation")
        .annotate(
            told=Min("sent_at", filter=Q(state=state.SENT)),
            waiting=Count("pk", filter=Q(state__in=[state.QUEUED, state.SENDING, state.HELD])),
            bounced=Count("pk", filter=Q(state__in=[state.BOUNCED, state.FAILED])),
        )
    )
    return {organisation: Mail(*told) for organisation, *told in rows}


def _people(revision: Revision) -> dict[UUID, People]:
    opened, said = Q(revision=revision.number, opened_at__isnull=False), Q(acknowledged_at__isnull=False)
    rows = (
        Receipt.objects.filter(bulletin=revision.bulletin_id, **counted(revision))
        .order_by()
        .values_list("organisation")
        .annotate(
            first_opened=Min("opened_at", filter=opened), opened=Count("pk", filter=opened),
            first_said=Min("acknowledged_at"), said=Count("person", filter=said, distinct=True),
        )
    )  # fmt: skip
    return {organisation: People(*facts) for organisation, *facts in rows}


def _last_answers(revision: Revision) -> dict[UUID, Answer]:
    rows = Answer.objects.filter(bulletin=revision.bulletin_id, **counted(revision))
    rows = rows.select_related("person").defer("ciphertext").order_by("answered_at")
    return {row.organisation_id: row for row in rows}
