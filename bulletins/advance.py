"""Takes a revision along the desk's own verbs to a wanted state, from wherever it stands: for imports, world files and the demo.

Running it again after an interruption goes on where it stopped.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from accounts.models import Organisation, User
from bulletins.actions.close import dispose, expire, recall, supersede
from bulletins.actions.draft import start_revision
from bulletins.actions.publish import publish, schedule
from bulletins.actions.review import approve, submit
from bulletins.approval import approvals_needed
from bulletins.drafting import Draft
from bulletins.models import Approval, Revision
from council.access.facts import Role, State

_WAY = (State.DRAFT, State.IN_REVIEW, State.APPROVED, State.PUBLISHED)
_ENDS: dict[State, tuple[State, ...]] = {
    **{state: _WAY[1 : place + 1] for place, state in enumerate(_WAY)},
    State.SCHEDULED: (*_WAY[1:3], State.SCHEDULED),
    State.SUPERSEDED: (*_WAY[1:], State.SUPERSEDED),
    State.RECALLED: (*_WAY[1:], State.RECALLED),
    State.EXPIRED: (*_WAY[1:], State.EXPIRED),
    State.DISPOSED: (*_WAY[1:], State.RECALLED, State.DISPOSED),
}


def advance(revision: Revision, wanted: State, *, author: User, approvers: Sequence[User]) -> Revision:
    """The revision in the wanted state. Whatever the verbs raise (Refused, Invalid, Conflict) comes through."""
    steps: dict[State, Callable[[Revision], object]] = {
        State.IN_REVIEW: lambda row: submit(row.bulletin_id, acting_user=author),
        State.APPROVED: lambda row: _approve(row, approvers),
        State.SCHEDULED: lambda row: schedule(row.bulletin_id, timezone.now() + timedelta(days=1), acting_user=author),
        State.PUBLISHED: lambda row: publish(row.bulletin_id, acting_user=author),
        State.SUPERSEDED: lambda row: supersede(row.bulletin_id, acting_user=author),
        State.RECALLED: lambda row: recall(row.bulletin_id, acting_user=author),
        State.EXPIRED: _expire,
        State.DISPOSED: lambda row: dispose(row.bulletin_id, acting_user=author),
    }
    way = _ENDS[wanted]
    done = way.index(State(revision.state)) + 1 if revision.state in way else 0
    for state in way[done:]:
        steps[state](revision)
        revision.refresh_from_db()
    return revision


def correct(bulletin_id: UUID, draft: Draft, *, author: User, approvers: Sequence[User]) -> Revision:
    """The second revision of a published bulletin, published; begun from the draft where it isn't there yet."""
    begun = Revision.unrestricted.select_related("bulletin").filter(bulletin=bulletin_id, number=2).first()
    second = begun or start_revision(bulletin_id, draft, acting_user=author)
    return advance(second, State.PUBLISHED, author=author, approvers=approvers)


def _approve(revision: Revision, approvers: Sequence[User]) -> None:
    signed = set(Approval.objects.filter(revision=revision).values_list("person_id", flat=True))
    for person in [person for person in approvers if person.pk not in signed][
        : approvals_needed(revision) - len(signed)
    ]:
        approve(revision.bulletin_id, acting_user=person)


def _expire(revision: Revision) -> None:
    Revision.unrestricted.filter(pk=revision.pk).update(expires_at=timezone.now())
    expire(revision.bulletin_id)


def approvers_beside(author: User) -> list[User]:
    """The active approvers of the author's organisation other than the author, by name."""
    return list(
        User.objects.filter(organisation=author.organisation_id, role_assignments__role=Role.APPROVER, is_active=True)
        .exclude(pk=author.pk)
        .select_related("organisation")
        .order_by("name", "pk")
    )


def made_from(mark: str) -> Revision | None:
    """The first revision of the bulletin that an import made from the file with this SHA-256, or None."""
    return Revision.unrestricted.select_related("bulletin").filter(bulletin__imported_from=mark, number=1).first()


def everybody() -> list[str]:
    """The ids of all organisations that take part."""
    return [str(pk) for pk in Organisation.objects.filter(is_active=True).values_list("pk", flat=True)]
