"""Ending service: recall, supersede, expire, dispose. Access ends in the same transaction, for everybody at once."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bulletins import release
from bulletins.actions.verb import note, verb
from bulletins.desk import get_revision_for, get_served_for
from bulletins.drafting import refuse_marked
from bulletins.facts import on_the_desk
from bulletins.models import Bulletin, Listing, Revision
from bulletins.sealed import destroy_wraps
from council.access.facts import State, Subject
from council.access.policy import Action
from council.audit.events import Event
from council.audit.record import record


def _close(bulletin: Bulletin, state: State) -> Revision:
    """Takes the served revision out of service: no pointer, no grants, no listings. Returns it."""
    revision = bulletin.served
    revision.state, revision.closed_at = state, timezone.now()
    revision.save(update_fields=["state", "closed_at", "saved_at"])
    bulletin.served = None
    bulletin.save(update_fields=["served"])
    release.revoke(bulletin)
    release.unlist(bulletin)
    return revision


@verb(Action.RECALL)
def recall(bulletin_id: UUID, subject: Subject, why: str = "") -> Revision:
    """published → recalled. Nobody reads it from the next request on; the keys of its parts are destroyed."""
    served = get_served_for(subject, bulletin_id, Action.RECALL)
    refuse_marked("why", why)
    revision = _close(served, State.RECALLED)
    destroy_wraps(revision)
    note(subject, Action.RECALL, revision, {"why": why, "within": revision.all_subcommittees})
    return revision


@verb(Action.RECALL)
def supersede(bulletin_id: UUID, subject: Subject) -> Revision:
    """published → superseded: another bulletin has taken its place. The desk can still open it."""
    revision = _close(get_served_for(subject, bulletin_id, Action.RECALL), State.SUPERSEDED)
    note(subject, Event.BULLETIN_SUPERSEDED, revision)
    return revision


@verb(Action.DISPOSE)
def dispose(bulletin_id: UUID, subject: Subject) -> Revision:
    """recalled, expired or superseded → disposed: the keys of every revision are destroyed, nothing opens again."""
    revision, _about = get_revision_for(subject, bulletin_id, Action.DISPOSE, lock=True)
    for each in Revision.unrestricted.filter(bulletin=bulletin_id):
        destroy_wraps(each)
    revision.state, revision.closed_at = State.DISPOSED, timezone.now()
    revision.save(update_fields=["state", "closed_at", "saved_at"])
    note(subject, Action.DISPOSE, revision)
    return revision


def expire(bulletin_id: UUID) -> bool:
    """published → expired once its last moment has passed; False when there is nothing to do. For the scheduler.

    Readers were refused from that moment on already; this tidies the lists and says so in the log.
    """
    with transaction.atomic():
        revision, _about = on_the_desk(bulletin_id, lock=True)
        bulletin = Bulletin.unrestricted.select_related("served__bulletin").filter(pk=bulletin_id).first()
        served = bulletin.served if bulletin else None
        if not served or not served.expires_at or served.expires_at > timezone.now():
            return False
        _close(bulletin, State.EXPIRED)
        record(
            Event.BULLETIN_EXPIRED, actor=None, organisation=str(bulletin.originator_id), object=str(bulletin_id),
            revision=served.number, tier=served.tier,
        )  # fmt: skip
    return True


def due_for_expiry() -> list[UUID]:
    """The listed bulletins whose last moment has passed."""
    rows = Listing.objects.filter(expires_at__lte=timezone.now())
    return list(rows.values_list("bulletin_id", flat=True).distinct())
