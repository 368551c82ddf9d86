"""What ends soon, or is over: clearances, certifications, contracts, education, designations and their reviews, the pledge, periods.

A clearance stands here only while it holds: of one that lapsed, was suspended or was withdrawn there is nothing, as everywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.pledge_sight import holds_until
from council.access.facts import Subject, Term

# Days before the end at which somebody is told; OVER stands for what has ended.
OVER, THRESHOLDS = 0, (7, 30, 90)
HORIZON = timedelta(days=THRESHOLDS[-1])


class What(StrEnum):
    """What ends."""

    CLEARANCE = "clearance"
    CERTIFICATION = "certification"
    CONTRACT = "contract"
    ITEM = "item"
    EDUCATION = "education"
    DESIGNATION = "designation"
    REVIEW = "review"
    PLEDGE = "pledge"
    PERIOD = "period"


LABELS = {
    What.CLEARANCE: _("適性評価"),
    What.CERTIFICATION: _("適合事業者の認定"),
    What.CONTRACT: _("契約"),
    What.ITEM: _("契約の対象の指定"),
    What.EDUCATION: _("教育"),
    What.DESIGNATION: _("指定の有効期間"),
    What.REVIEW: _("指定の見直し"),
    What.PLEDGE: _("守秘誓約"),
    What.PERIOD: _("協議会の期"),
}


@dataclass(frozen=True, slots=True)
class Ending:
    """Something with a last day. `thing` is the id of its row; `of` and `about` say in words whose it is and what it is about.

    `agency` and `company` are those whose officers and administrators act, `person` is whose own it is.
    """

    what: What
    thing: str
    day: date
    of: str = ""
    about: str = ""
    agency: UUID | None = None
    company: UUID | None = None
    person: UUID | None = None

    @property
    def label(self) -> str:
        return str(LABELS[self.what])

    def within(self, today: date) -> int:
        """The narrowest threshold that the end has crossed; OVER when the last day has passed."""
        if self.day < today:
            return OVER
        return next((days for days in THRESHOLDS if self.day - today <= timedelta(days=days)), THRESHOLDS[-1])


@dataclass(frozen=True, slots=True)
class Queue:
    """What is over (`days` is OVER), or ends within so many days and not within fewer."""

    days: int
    endings: list[Ending]


def queues(endings: Iterable[Ending], today: date) -> list[Queue]:
    """The endings by how near they are, what is over first, and in each those that end first."""
    rows = sorted(endings, key=lambda row: (row.day, row.what, row.of, row.thing))
    return [Queue(days, [row for row in rows if row.within(today) == days]) for days in (OVER, *THRESHOLDS)]


def own_endings(subject: Subject) -> list[Ending]:
    """What ends for the person themselves, from what every request knows of them; one query, for the pledge.

    Education counts only for who is on a roster. Of what was renewed, the longest counts.
    """
    today = subject.today
    held = (term for term in subject.clearances if term.holds(today))
    endings = [_own(What.CLEARANCE, agency, day, subject) for agency, day in _longest(held).items()]
    if subject.rosters:
        endings += [_own(What.EDUCATION, agency, day, subject) for agency, day in _longest(subject.educations).items()]
    if day := holds_until(today):
        endings.append(_own(What.PLEDGE, None, day, subject))
    return sorted((row for row in endings if row.day <= today + HORIZON), key=lambda row: row.day)


def _own(what: What, agency: str | None, day: date, subject: Subject) -> Ending:
    of = UUID(agency) if agency else None
    return Ending(what, "", day, agency=of, person=UUID(subject.person))


def _longest(terms: Iterable[Term]) -> dict[str, date]:
    found: dict[str, date] = {}
    for term in terms:
        if term.last:
            found[term.agency] = max(term.last, found.get(term.agency, term.last))
    return found
