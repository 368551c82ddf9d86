"""Ending service: recall, supersede, expire, dispose. Access ends in the same transaction, for everybody at once.

What is recalled or superseded is also asked back: every organisation that has or may have copies owes an answer about them
(bulletins.returns), and whoever held it is told.
"""

from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Notice
from bulletins import dispatch, distribution, facts, indexing, notifying, release
from bulletins.actions.publish import cancel_plan
from bulletins.actions.verb import note, verb
from bulletins.answering import destroy_notes
from bulletins.deadlines import return_deadline
from bulletins.desk import allow, get_revision_for, get_served_for
from bulletins.drafting import refuse_marked
from bulletins.facts import on_the_desk
from bulletins.holders import Holders, holders_of
from bulletins.models import Bulletin, Delivery, Listing, Revision, Scratch
from bulletins.sealed import destroy_wraps
from council.access.facts import State, Subject
from council.access.policy import Action
from council.access.tiers import Tier
from council.audit.events import Event
from council.audit.record import record
from council.failpoints import passing

_TELLS = {State.RECALLED: Notice.Kind.RECALLED, State.SUPERSEDED: Notice.Kind.SUPERSEDED}


def _close(bulletin: Bulletin, state: State) -> Revision:
    """Takes the served revision out of service: no pointer, no grants, no listings, no packages. Returns it."""
    # First of what follows the commit: a process that dies here leaves files of packages behind, and the sweep removes them.
    transaction.on_commit(partial(passing, "close.committed"))
    revision = bulletin.served
    revision.state, revision.closed_at = state, timezone.now()
    revision.save(update_fields=["state", "closed_at", "saved_at"])
    bulletin.served = None
    bulletin.save(update_fields=["served"])
    release.revoke(bulletin)
    release.unlist(bulletin)
    indexing.drop(bulletin)
    distribution.end(bulletin)
    return revision


def _take_back(bulletin: Bulletin, state: State) -> tuple[Revision, dict[str, int]]:
    """Closes the bulletin and asks for what has left the portal. What the event says of it: who was asked and told.

    Who holds it is asked before: once it is closed, nobody could have read it.
    """
    _, about = facts.served(bulletin.pk)
    holders = holders_of(bulletin, about)
    revision = _close(bulletin, state)
    _ask_back(revision, holders)
    notifying.closed(revision, _TELLS[state], holders.by_organisation)
    dispatch.soon(dispatch.SEND_NOTICES)
    return revision, {"organisations": holders.organisations, "people": holders.people, "packages": holders.packages}


def _cancel_newer_plan(subject: Subject, bulletin: Bulletin) -> None:
    """A newer revision that waits for its moment would bring the bulletin back by itself; whoever still wants it plans it anew."""
    revision = Revision.unrestricted.filter(bulletin=bulletin, state=State.SCHEDULED).select_related("bulletin").first()
    if revision is not None:
        cancel_plan(revision, subject)


def _ask_back(revision: Revision, holders: Holders) -> None:
    """Every organisation that holds it owes a return. Those that had an earlier revision only get a delivery without readers.

    The deadline follows from the floor: by the banner, a reader could tell that there was more than they saw.
    """
    known = {"bulletin_id": revision.bulletin_id, "revision": revision, "readers": 0}
    rows = [Delivery(organisation_id=organisation, **known) for organisation in holders.by_organisation]
    Delivery.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    asked_at = revision.closed_at
    # Reminders and escalation begin anew: from here on they are about the return.
    Delivery.objects.filter(revision=revision).update(
        recalled_at=asked_at, return_deadline=return_deadline(Tier(revision.floor), asked_at),
        reminded_at=None, level=0, escalated_at=None,
    )  # fmt: skip


def _forget_what_was_typed(revision: Revision) -> None:
    """Somebody's unsaved form over the revision holds its words, and goes with its keys; a form over a newer draft is another text."""
    newer = Revision.unrestricted.filter(bulletin=revision.bulletin_id, number__gt=revision.number)
    if not newer.exists():
        Scratch.objects.filter(bulletin=revision.bulletin_id).delete()


@verb(Action.RECALL)
def recall(bulletin_id: UUID, subject: Subject, why: str = "") -> Revision:
    """published → recalled. Nobody reads it from the next request on; the keys of its parts and packages are destroyed.

    Every organisation that has or may have copies is asked what became of them, and whoever held it is told.
    A newer revision that was planned is published by nobody but people.
    """
    served = get_served_for(subject, bulletin_id, Action.RECALL)
    refuse_marked("why", why)
    _cancel_newer_plan(subject, served)
    revision, asked = _take_back(served, State.RECALLED)
    destroy_wraps(revision)
    _forget_what_was_typed(revision)
    note(subject, Action.RECALL, revision, {"why": why, "within": revision.all_subcommittees, **asked})
    return revision


@verb(Action.RECALL)
def supersede(bulletin_id: UUID, subject: Subject, why: str = "") -> Revision:
    """published → superseded: another bulletin has taken its place, and copies are asked back. The desk can still open it."""
    served = get_served_for(subject, bulletin_id, Action.RECALL)
    refuse_marked("why", why)
    _cancel_newer_plan(subject, served)
    revision, asked = _take_back(served, State.SUPERSEDED)
    note(subject, Event.BULLETIN_SUPERSEDED, revision, {"why": why, "within": revision.all_subcommittees, **asked})
    return revision


@verb(Action.DISPOSE)
def dispose(bulletin_id: UUID, subject: Subject, why: str = "") -> Revision:
    """recalled, expired or superseded → disposed: the keys of every revision and of the notes on it are destroyed, nothing opens again.

    Refused where a caveat of any revision or part says that it stays: 削除禁止, or 「○○まで保存」 through that day.
    """
    revision, about = get_revision_for(subject, bulletin_id, Action.DISPOSE, lock=True)
    allow(subject, Action.DISPOSE, facts.with_what_goes(about, bulletin_id))
    refuse_marked("why", why)
    for each in Revision.unrestricted.filter(bulletin=bulletin_id):
        destroy_wraps(each)
        destroy_notes(each)
    _forget_what_was_typed(revision)
    revision.state, revision.closed_at = State.DISPOSED, timezone.now()
    revision.save(update_fields=["state", "closed_at", "saved_at"])
    note(subject, Action.DISPOSE, revision, {"why": why, "within": revision.all_subcommittees})
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
