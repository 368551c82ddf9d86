"""What the page of retention shows: rows with names put to them. References and names, never a title."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from council.access.facts import Role, Subject
from council.audit import names, retention
from council.audit.filters import organisations, uuid_or_none
from council.audit.models import Disposal, LegalHold

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
    """A hold with what it covers, who placed and who lifted it. `mine`: by whoever looks."""

    hold: LegalHold
    covers: str
    by: str
    lifted_by: str
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
    """Everything the page shows; a number of queries that does not grow with the rows."""
    holds, disposals = list(LegalHold.objects.all()[:_SHOWN]), list(Disposal.objects.all()[:_SHOWN])
    about = {hold.object for hold in holds if hold.object}
    people = _people(
        {hold.placed_by for hold in holds}
        | {hold.lifted_by for hold in holds}
        | {row.proposed_by for row in disposals}
        | {row.decided_by for row in disposals}
        | {uuid_or_none(each) for each in about}
    )
    auditor = Role.AUDITOR in subject.roles
    told = about if auditor else names.known_to(subject, about)
    called = {**names.references_of(told), **_offices(about), **{str(key): name for key, name in people.items()}}
    return Sight(
        _classes(now, {row.kind for row in disposals if row.state in _OPEN}),
        [_hold(hold, called, people, subject) for hold in holds],
        [_disposal(row, people, subject) for row in disposals],
        auditor=auditor,
        tier=_TIER_OF_THE_PAGE if auditor else min(_TIER_OF_THE_PAGE, subject.ceiling),
    )


def _classes(now: datetime, running: set[str]) -> list[ClassRow]:
    rows = [(each, retention.ended_before(each, now)) for each in retention.classes()]
    return [ClassRow(each, before, retention.count(each.kind, before), each.kind in running) for each, before in rows]


def _hold(hold: LegalHold, called: dict[str, str], people: dict[UUID, str], subject: Subject) -> HoldRow:
    covers = called.get(hold.object, _("ある資料")) if hold.object else _("すべての記録")
    mine = str(hold.placed_by) == subject.person
    return HoldRow(hold, covers, people.get(hold.placed_by, ""), people.get(hold.lifted_by, ""), mine)


def _disposal(row: Disposal, people: dict[UUID, str], subject: Subject) -> DisposalRow:
    known = retention.class_of(row.kind)
    label = str(known.label) if known else row.kind
    mine = str(row.proposed_by) == subject.person
    return DisposalRow(row, label, people.get(row.proposed_by, ""), people.get(row.decided_by, ""), mine)


def _people(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    return dict(get_user_model().objects.filter(pk__in=[each for each in ids if each]).values_list("pk", "name"))


def _offices(ids: Iterable[str]) -> dict[str, str]:
    wanted = [found for each in ids if (found := uuid_or_none(each))]
    return {str(key): name for key, name in organisations().objects.filter(pk__in=wanted).values_list("pk", "name")}
