"""What the home page says of the clock: how many things wait at the desk of one's roles, and what of one's own ends soon."""

from dataclasses import dataclass

from accounts.clock import OVER, THRESHOLDS, Ending, own_endings, queues
from accounts.clock_queues import Desk, endings
from accounts.roster_sight import waits_for_signature
from council.access.facts import Role, Subject
from council.access.tiers import Tier

_SOON = THRESHOLDS[1]


@dataclass(frozen=True, slots=True)
class Line:
    """Numbers of the desk by nearness, and own endings within thirty days. `works` is False for who has no such desk."""

    over: int = 0
    near: int = 0
    soon: int = 0
    own: tuple[Ending, ...] = ()
    # Items whose agency has accepted the person, and that they have yet to sign for.
    to_sign: int = 0

    @property
    def works(self) -> bool:
        return bool(self.over or self.near or self.soon)

    def __bool__(self) -> bool:
        return self.works or bool(self.own or self.to_sign)


def line_of(subject: Subject) -> Line:
    """For the home page; the desk is counted only in a session that may open it."""
    if Role.AUDITOR in subject.roles:
        return Line()
    desk = Desk.of(subject) if subject.session >= Tier.TWO else Desk()
    count = {queue.days: len(queue.endings) for queue in queues(endings(subject.today, desk), subject.today)}
    own = tuple(row for row in own_endings(subject) if row.within(subject.today) <= _SOON)
    to_sign = waits_for_signature(subject.person, subject.today)
    return Line(count[OVER], count[THRESHOLDS[0]], count[_SOON], own, to_sign)
