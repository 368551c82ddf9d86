"""Everything that a person owes by some moment: bulletins to acknowledge, copies to account for after a recall, numbered copies to bring
back. Reading alone; only what exists for the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from bulletins import browse
from bulletins.browse import Row
from bulletins.copies import Held, copies_of_person
from bulletins.returns import Return, owed_by
from council.access.facts import Subject
from council.access.tiers import Tier


@dataclass(frozen=True, slots=True)
class HandBack:
    """A numbered copy that is out and has a day on which it is back: due when that day is over."""

    held: Held

    @property
    def deadline(self) -> datetime:
        day = self.held.copy.return_by + timedelta(days=1)
        return timezone.make_aware(datetime.combine(day, time.min)) - timedelta(minutes=1)

    @property
    def reference(self) -> str:
        return self.held.reference


@dataclass(frozen=True, slots=True)
class Dues:
    """What is owed, each by its deadline; all three lists may be cut at the top (browse.LONGEST_DUTIES, and those of their own)."""

    to_acknowledge: Sequence[Row]
    to_return: Sequence[Return]
    to_hand_back: Sequence[HandBack]

    @property
    def in_order(self) -> list[Row | Return | HandBack]:
        """The earliest deadline first."""
        return sorted([*self.to_return, *self.to_hand_back, *self.to_acknowledge], key=lambda due: due.deadline)

    @property
    def by_day(self) -> list[tuple[date, Row | Return | HandBack]]:
        """Each with its last day in Japan."""
        return [(timezone.localdate(due.deadline), due) for due in self.in_order]

    @property
    def tier(self) -> Tier:
        """The tier of a screen that shows the titles."""
        return max((row.banner.tier for row in self.to_acknowledge), default=Tier.ONE)


def dues_of(subject: Subject) -> Dues:
    """What the subject owes now. As many queries whether or not there is something."""
    held = [HandBack(each) for each in copies_of_person(subject) if each.open and each.copy.return_by]
    return Dues(browse.to_acknowledge(subject), owed_by(subject), held)
