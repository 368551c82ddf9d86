"""What the page of retention shows: rows with names put to them. References and names, never a title."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from council.access.facts import Role, Subject
from council.audit import names, retention
from council.audit.holds import lifted_for_good
from council.audit.models import Disposal, LegalHold
from council.audit.parties import organisations_named, people_named

Names = Mapping[str, str]
_SHOWN = 50
_OPEN = {Disposal.State.PROPOSED, Disposal.State.APPROVED}
_TIER_OF_THE_PAGE = 2  # who is looked into is 機密性2情報


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class, the moment before which its time is over, how many details are, and whether a disposal of it is open."""

    of: retention.Class
    before: datetime
    count: int
    open: bool

    @property
    def many(self) -> bool:
        """Whether counting stopped."""
        return self.count >= retention.COUNTED_AT_MOST


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold with what it covers, who placed and who lifted it; `lifted`: an event says so too. `mine`: by whoever looks."""

    hold: LegalHold
    covers: str
    by: str
    lifted_by: str
    lifted: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class DisposalRow:
    """A disposal with the name of its class, who proposed it and who decided. `mine`: by whoever looks."""

    disposal: Disposal
    label: str
    by: str
    decided_by: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """The page for one person: an auditor may approve what others proposed and lift what others placed, and is told numbers."""

    classes: list[ClassRow]
    holds: list[HoldRow]
    disposals: list[DisposalRow]
    auditor: bool
    tier: int


def sight(subject: Subject, now: datetime) -> Sight:
    """Everything the page shows; a number of queries that grows with the documents on hold alone."""
    holds, disposals = list(LegalHold.objects.all()[:_SHOWN]), list(Disposal.objects.all()[:_SHOWN])
    about = {hold.object for hold in holds if hold.object}
    people = people_named(
        [*(each for row in holds for each in (row.placed_by, row.lifted_by)),
         *(each for row in disposals for each in (row.proposed_by, row.decided_by)), *about]
    )  # fmt: skip
    auditor = Role.AUDITOR in subject.roles
    told = about if auditor else names.known_to(subject, about)
    called = {**names.references_of(told), **organisations_named(about), **people}
    lifted = lifted_for_good()
    return Sight(
        _classes(now, {row.kind for row in disposals if row.state in _OPEN}),
        [_hold(hold, called, people, subject, lifted) for hold in holds],
        [_disposal(row, people, subject) for row in disposals],
        auditor=auditor,
        tier=_TIER_OF_THE_PAGE if auditor else min(_TIER_OF_THE_PAGE, subject.ceiling),
    )


def _classes(now: datetime, running: set[str]) -> list[ClassRow]:
    kept, rows = retention.held(), [(each, retention.ended_before(each, now)) for each in retention.classes()]
    return [ClassRow(each, day, retention.count(each.kind, day, kept), each.kind in running) for each, day in rows]


def _hold(hold: LegalHold, called: Names, people: Names, subject: Subject, lifted: Collection[str]) -> HoldRow:
    covers = called.get(hold.object, _("ある資料")) if hold.object else _("すべての記録")
    return HoldRow(
        hold, covers, people.get(str(hold.placed_by), ""), people.get(str(hold.lifted_by), ""),
        lifted=hold.lifted_at is not None and str(hold.pk) in lifted, mine=str(hold.placed_by) == subject.person,
    )  # fmt: skip


def _disposal(row: Disposal, people: Names, subject: Subject) -> DisposalRow:
    known = retention.class_of(row.kind)
    label = str(known.label) if known else row.kind
    mine = str(row.proposed_by) == subject.person
    return DisposalRow(row, label, people.get(str(row.proposed_by), ""), people.get(str(row.decided_by), ""), mine)
