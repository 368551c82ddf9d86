"""What waits at the desk for one person: their own drafts, and what others have handed in for their approval."""

from dataclasses import dataclass

from bulletins.browse import titles_of
from bulletins.desk import desk_of
from bulletins.models import Approval, Revision
from council.access.facts import Role, State, Subject
from council.access.tiers import Tier

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Task:
    """One revision and its title."""

    revision: Revision
    title: str


@dataclass(frozen=True, slots=True)
class Work:
    """None where the person's role has no such list, so that nobody is told of a list they will never fill."""

    drafts: list[Task] | None = None
    to_approve: list[Task] | None = None

    @property
    def tier(self) -> Tier:
        """The highest tier of what is shown."""
        tasks = (*(self.drafts or ()), *(self.to_approve or ()))
        return max((Tier(task.revision.tier) for task in tasks), default=Tier.ONE)


def work_of(subject: Subject) -> Work:
    """The person's own drafts and approved revisions, and what they may approve; SHOWN of each, newest first."""
    if subject.roles.isdisjoint({Role.PUBLISHER, Role.APPROVER}):
        return Work()
    rows = desk_of(subject)
    drafts = [row for row in rows if _is_own(row, subject) and row.state in (State.DRAFT, State.APPROVED)][:SHOWN]
    waiting = _unapproved([row for row in rows if not _is_own(row, subject) and row.state == State.IN_REVIEW], subject)
    titles = titles_of((*drafts, *waiting))
    return Work(
        [Task(row, titles[row.pk]) for row in drafts] if Role.PUBLISHER in subject.roles else None,
        [Task(row, titles[row.pk]) for row in waiting] if Role.APPROVER in subject.roles else None,
    )


def _is_own(revision: Revision, subject: Subject) -> bool:
    return str(revision.author_id) == subject.person


def _unapproved(revisions: list[Revision], subject: Subject) -> list[Revision]:
    done = set(
        Approval.objects.filter(person=subject.person, revision__in=revisions).values_list("revision_id", flat=True)
    )
    return [row for row in revisions if row.pk not in done][:SHOWN]
