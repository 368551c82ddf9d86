"""How far a recall has got: 41件中37件確認・4件超過, its steps, and those who are still missing. For the desk, behind its door."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Min
from django.utils.translation import gettext as _

from accounts.models import Contact, Notice
from bulletins.models import Delivery, Package, Receipt, Revision
from bulletins.returns import ONCE_IN, TOLD, Return, is_late


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a recall. `number` of `of` are done; `at` is when the last of them was, None until then."""

    number: int
    of: int
    at: datetime | None

    @property
    def done(self) -> bool:
        return self.at is not None


@dataclass(frozen=True, slots=True)
class Steps:
    """Serving stopped, the keys of packages destroyed, organisations told (a notice has left), and returns until `deadline`."""

    stopped: Step
    destroyed: Step
    told: Step
    confirmed: Step
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class Telephone:
    """Whom to call: the name of a deputy, or the word for the mailbox."""

    who: str
    number: str


@dataclass(frozen=True, slots=True)
class Missing:
    """An organisation that has not confirmed. `delivery` is what note_call() takes.

    `opened` counts its people who opened the bulletin, `packages` the packages that it fetched; other copies nobody knows.
    """

    delivery: UUID
    organisation: str
    deadline: datetime
    overdue: bool
    opened: int
    packages: int
    reminded_at: datetime | None
    telephones: tuple[Telephone, ...]
    called_at: datetime | None
    called_by: str

    def may_be_reminded(self, now: datetime) -> bool:
        """Whether remind_returns() would write to it now."""
        return self.reminded_at is None or self.reminded_at <= now - ONCE_IN


@dataclass(frozen=True, slots=True)
class Tally:
    """The sum and what it is made of. `answered` are the confirmations, the newest first; each says whether it was late."""

    asked: int
    steps: Steps
    missing: tuple[Missing, ...] = ()
    answered: tuple[Return, ...] = field(default=())

    @property
    def confirmed(self) -> int:
        return len(self.answered)

    @property
    def overdue(self) -> int:
        return sum(row.overdue for row in self.missing)

    @property
    def late(self) -> int:
        """How many of the confirmations came after the deadline."""
        return sum(row.late for row in self.answered)

    @property
    def copies(self) -> tuple[int, int]:
        """Digital and paper copies that were destroyed or handed back, by what the organisations say."""
        return sum(row.copies_digital for row in self.answered), sum(row.copies_paper for row in self.answered)

    @property
    def sentence(self) -> str:
        """41件中37件確認・4件超過."""
        numbers = {"asked": self.asked, "confirmed": self.confirmed, "overdue": self.overdue}
        if self.overdue:
            return _("%(asked)d件中%(confirmed)d件確認・%(overdue)d件超過") % numbers
        return _("%(asked)d件中%(confirmed)d件確認") % numbers


def tally_of(revision: Revision) -> Tally:
    """The tally of a revision that was asked back; with `asked` 0 when it was not. Six queries, however many organisations.

    Asks no door: only for a revision that passed one.
    """
    rows = Delivery.objects.filter(revision=revision, recalled_at__isnull=False).order_by("organisation__name", "pk")
    rows = list(
        rows.select_related("organisation", "revision__bulletin__originator", "returned_by", "called_by"),
    )
    waiting = [row for row in rows if row.returned_at is None]
    answered = sorted((row for row in rows if row.returned_at), key=lambda row: row.returned_at, reverse=True)
    return Tally(
        asked=len(rows),
        steps=_steps(revision, rows),
        missing=tuple(_missing(revision, waiting)),
        answered=tuple(map(Return.of, answered)),
    )


def _missing(revision: Revision, rows: list[Delivery]) -> Iterable[Missing]:
    """Those over their deadline before the others, each by name."""
    opened, packages, telephones = _opened(revision), _packages(revision), _telephones(rows)
    found = [_one_missing(row, opened, packages, telephones) for row in rows]
    return sorted(found, key=lambda row: not row.overdue)


def _one_missing(
    row: Delivery,
    opened: Mapping[UUID, int],
    packages: Mapping[UUID, int],
    telephones: Mapping[UUID, tuple[Telephone, ...]],
) -> Missing:
    organisation = row.organisation_id
    return Missing(
        delivery=row.pk,
        organisation=row.organisation.name,
        deadline=row.return_deadline,
        overdue=is_late(row.return_deadline, None),
        opened=opened.get(organisation, 0),
        packages=packages.get(organisation, 0),
        reminded_at=row.reminded_at,
        telephones=telephones.get(organisation, ()),
        called_at=row.called_at,
        called_by=row.called_by.name if row.called_by else "",
    )


def _opened(revision: Revision) -> dict[UUID, int]:
    """How many people of each organisation opened the bulletin, in this revision or one before."""
    rows = Receipt.objects.filter(bulletin=revision.bulletin_id, revision__lte=revision.number, opened_at__isnull=False)
    counted = rows.order_by().values("organisation").annotate(people=Count("person", distinct=True))
    return {row["organisation"]: row["people"] for row in counted}


def _packages(revision: Revision) -> dict[UUID, int]:
    """How many packages each organisation fetched."""
    rows = Package.objects.filter(
        bulletin=revision.bulletin_id, revision__number__lte=revision.number, fetched_at__isnull=False
    )
    counted = rows.order_by().values("organisation").annotate(packages=Count("pk"))
    return {row["organisation"]: row["packages"] for row in counted}


def _telephones(rows: list[Delivery]) -> dict[UUID, tuple[Telephone, ...]]:
    """The telephones of each organisation's mailbox and deputies, deputies first."""
    contacts = Contact.objects.filter(organisation__in=[row.organisation_id for row in rows], ended_at=None)
    found: dict[UUID, tuple[Telephone, ...]] = {}
    for each in contacts.exclude(telephone="").select_related("person").order_by("kind", "pk"):
        who = each.person.name if each.person else str(each.get_kind_display())
        found[each.organisation_id] = (*found.get(each.organisation_id, ()), Telephone(who, each.telephone))
    return found


def _steps(revision: Revision, rows: list[Delivery]) -> Steps:
    # It was asked back in the moment in which it was closed.
    asked_at = max((row.recalled_at for row in rows), default=None)
    confirmed = [row.returned_at for row in rows if row.returned_at]
    return Steps(
        stopped=Step(1, 1, asked_at),
        destroyed=_destroyed(revision, asked_at),
        told=_organisations_told(revision, len(rows)),
        confirmed=Step(len(confirmed), len(rows), max(confirmed) if rows and len(confirmed) == len(rows) else None),
        deadline=max((row.return_deadline for row in rows), default=None),
    )


def _destroyed(revision: Revision, asked_at: datetime | None) -> Step:
    """The keys of the packages that could be fetched until the bulletin was closed. All of them, in the same transaction."""
    if asked_at is None:
        return Step(0, 0, None)
    ended = Package.objects.filter(revision=revision, state=Package.State.CLOSED, released_at__isnull=False)
    # Packages that ended before, with a key that was revoked, had lost theirs by then.
    found = ended.filter(closed_at__gte=asked_at).aggregate(number=Count("pk"), at=Max("closed_at"))
    return Step(found["number"], found["number"], found["at"] or asked_at)


def _organisations_told(revision: Revision, asked: int) -> Step:
    """Organisations of which somebody was sent the notice; the time is that of the last one's first."""
    sent = Notice.objects.filter(
        about=revision.bulletin_id, revision=revision.number, kind__in=TOLD, sent_at__isnull=False
    )
    first = [row["first"] for row in sent.order_by().values("organisation").annotate(first=Min("sent_at"))]
    return Step(len(first), asked, max(first) if first and len(first) >= asked else None)
