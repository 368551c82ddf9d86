"""What decide() is told: frozen facts about a person and a thing, gathered by others, with no way to a database."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from council.access.caveats import Caveat
from council.access.tiers import Tier


class Role(StrEnum):
    """What somebody does for the council. A role never opens content by itself, except that AUDITOR closes it."""

    MEMBER = "member"
    ADMINISTRATOR = "administrator"
    PUBLISHER = "publisher"
    APPROVER = "approver"
    CLEARANCE_OFFICER = "clearance_officer"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class State(StrEnum):
    """Where a revision stands on its way (design §4)."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    RECALLED = "recalled"
    EXPIRED = "expired"
    DISPOSED = "disposed"


@dataclass(frozen=True, slots=True)
class Term:
    """Something that holds from one day to another, both included; None is open. `agency` and `item` say for what."""

    agency: str = ""
    item: str = ""
    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Subject:
    """A person as decide() sees them: standing, ceilings, need to know, and the terms behind tier three.

    `session` is how surely it is they who ask: a job that asks about a person, without a session, leaves it at the highest.
    """

    person: str
    organisation: str
    today: date
    now: datetime
    active: bool = True
    organisation_active: bool = True
    government: bool = False
    pledge_current: bool = True
    roles: frozenset[Role] = frozenset()
    tier: Tier = Tier.ONE
    organisation_tier: Tier = Tier.TWO
    session: Tier = Tier.CRITICAL
    zone: Tier = Tier.CRITICAL
    subcommittees: frozenset[str] = frozenset()
    groups: frozenset[int] = frozenset()
    clearances: frozenset[Term] = frozenset()
    certifications: frozenset[Term] = frozenset()
    agreements: frozenset[Term] = frozenset()
    contracts: frozenset[Term] = frozenset()
    department: str = ""
    departments: frozenset[Term] = frozenset()
    educations: frozenset[Term] = frozenset()
    rosters: frozenset[Term] = frozenset()

    @property
    def ceiling(self) -> Tier:
        """min(person's clearance, organisation's eligibility, session, zone), as design §2 line 3 has it."""
        return min(self.own_ceiling, self.session)

    @property
    def own_ceiling(self) -> Tier:
        """The ceiling of somebody who has proved beyond doubt who they are."""
        person = Tier.CRITICAL if any(term.holds(self.today) for term in self.clearances) else self.tier
        certified = self.government or any(term.holds(self.today) for term in self.certifications)
        organisation = Tier.CRITICAL if certified else self.organisation_tier
        return min(person, organisation, self.zone)


@dataclass(frozen=True, slots=True)
class Designation:
    """A designation as the register has it: its item, its agency, its days, and the day it was lifted, if it was."""

    item: str
    agency: str
    first: date
    last: date
    cancelled: date | None = None

    def in_force(self, day: date) -> bool:
        return self.first <= day <= self.last and (self.cancelled is None or day < self.cancelled)


@dataclass(frozen=True, slots=True)
class Label:
    """Tier, compartments and caveats of a bulletin or of one part."""

    tier: Tier
    subcommittees: frozenset[str] = frozenset()
    caveats: tuple[Caveat, ...] = ()


@dataclass(frozen=True, slots=True)
class Audience:
    """To whom something is released: people and groups by id. Empty means nobody."""

    people: frozenset[str] = frozenset()
    groups: frozenset[int] = frozenset()

    def includes(self, subject: Subject) -> bool:
        return subject.person in self.people or not self.groups.isdisjoint(subject.groups)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A revision of a bulletin as decide() sees it: from `floor` on it exists, `banner` covers all its parts.

    `marks` are the caveats of everything that would go with it, where it is to be destroyed.
    """

    state: State
    floor: Label
    banner: Label
    originator: str
    author: str
    designation: Designation | None = None
    released_to: Audience = field(default_factory=Audience)
    expires_at: datetime | None = None
    nominated: frozenset[str] = frozenset()
    approved_by: frozenset[str] = frozenset()
    marks: tuple[Caveat, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bulletin. Who may not see the bulletin sees none of its parts."""

    bulletin: Bulletin
    label: Label


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation whose people are looked at or changed."""

    organisation: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """The audit log: of one organisation's own people, or (None) of everybody."""

    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Disposal:
    """Records whose retention has ended, and the person who proposed to destroy them."""

    proposed_by: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one person proposed and another has to confirm: whose affair it is, who proposed it, and whom or what it is about."""

    kind: str
    organisation: str
    proposed_by: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Council:
    """The deployment itself: things that belong to no organisation."""


Resource = Bulletin | Part | Organisation | Ledger | Disposal | Proposal | Council
