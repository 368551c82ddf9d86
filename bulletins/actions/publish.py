"""Publishing: what was approved, and nothing else, reaches exactly the named audience, in one transaction."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bulletins import dispatch, distribution, indexing, notifying, release
from bulletins.access import readers_given
from bulletins.acknowledged import first_asked
from bulletins.actions.verb import Conflict, note, verb
from bulletins.approval import approvals_held, approvals_needed
from bulletins.deadlines import standard_deadline
from bulletins.desk import get_revision_for
from bulletins.drafting import Invalid
from bulletins.facts import on_the_desk, planned, revision_facts
from bulletins.models import Release, Revision
from council.access import facts as known
from council.access.facts import State, Subject
from council.access.policy import Action, Reason
from council.audit.events import Event, Outcome
from council.audit.record import record


def _put_out(revision: Revision) -> dict[str, int]:
    """Serves the revision: grants, listings, pointer. The size of the audience, for the event."""
    if approvals_held(revision) < approvals_needed(revision):
        raise Conflict(_("承認のあとに内容、格付、公開先のどれかが変わっています。もう一度承認を受けてください。"))
    if revision.expires_at and revision.expires_at <= timezone.now():
        raise Conflict(_("閲覧の期限がもう過ぎています。期限を直してから承認を受けてください。"))
    bulletin = revision.bulletin
    revision.asks_since = first_asked(revision, bulletin.served)
    if bulletin.served_id:
        Revision.unrestricted.filter(pk=bulletin.served_id).update(state=State.SUPERSEDED, closed_at=timezone.now())
    revision.state, revision.published_at, revision.scheduled_for = State.PUBLISHED, timezone.now(), None
    if revision.standard_deadline:
        # By the floor: by the banner, a reader could tell that there is more than they see.
        revision.deadline = standard_deadline(bulletin.kind, revision.floor, revision.published_at)
    revision.save(update_fields=["state", "published_at", "deadline", "scheduled_for", "asks_since", "saved_at"])
    bulletin.served, bulletin.published_at = revision, revision.published_at
    bulletin.save(update_fields=["served", "published_at"])
    releases = Release.objects.filter(revision=revision)
    release.grant(bulletin, releases.select_related("person", "organisation__group", "subcommittee__group"))
    release.list_anew(revision)
    indexing.put(revision)
    readers = readers_given(revision_facts(revision, planned(revision)))
    distribution.plan(revision, readers)
    notifying.published(revision, readers)
    dispatch.soon(dispatch.DISTRIBUTE, revision.pk)
    dispatch.soon(dispatch.READ_FILES, revision.pk)
    dispatch.soon(dispatch.SEND_NOTICES)
    return {"people": len(readers), "organisations": len({person.organisation_id for person, _ in readers})}


@verb(Action.PUBLISH)
def publish(bulletin_id: UUID, subject: Subject, *, expected_people: int | None = None) -> Revision:
    """approved → published.

    Conflict when the approvals do not cover what is there any more, or the audience is not of the expected size.
    """
    revision, _about = get_revision_for(subject, bulletin_id, Action.PUBLISH, lock=True)
    reach = _put_out(revision)
    if expected_people is not None and reach["people"] != expected_people:
        raise Conflict(_("見る人の数が変わりました。もう一度確かめてから公開してください。"))
    note(subject, Action.PUBLISH, revision, reach)
    return revision


@verb(Action.SCHEDULE)
def schedule(bulletin_id: UUID, subject: Subject, moment: datetime, *, expected_people: int | None = None) -> Revision:
    """approved → scheduled for a moment to come (with its zone).

    Conflict when not so many people would see it now as expected. At the moment itself it goes to whoever may see it then.
    """
    revision, _about = get_revision_for(subject, bulletin_id, Action.SCHEDULE, lock=True)
    if timezone.is_naive(moment) or moment <= timezone.now():
        raise Invalid({"moment": [_("これから来る日時を、時差つきで指定してください。")]})
    if revision.expires_at and revision.expires_at <= moment:
        raise Invalid({"moment": [_("閲覧の期限より前の日時を指定してください。")]})
    people = len(readers_given(_once_published(revision)))
    if expected_people is not None and people != expected_people:
        raise Conflict(_("見る人の数が変わりました。もう一度確かめてから公開してください。"))
    revision.state, revision.scheduled_for = State.SCHEDULED, moment
    revision.save(update_fields=["state", "scheduled_for", "saved_at"])
    note(subject, Action.SCHEDULE, revision, {"moment": moment.isoformat(), "people": people})
    return revision


def _once_published(revision: Revision) -> known.Bulletin:
    return replace(revision_facts(revision, planned(revision)), state=State.PUBLISHED)


@verb(Action.PUBLISH)
def unschedule(bulletin_id: UUID, subject: Subject) -> Revision:
    """scheduled → approved: nothing happens by itself any more. Conflict when nothing was planned, or it has happened meanwhile."""
    revision, _about = get_revision_for(subject, bulletin_id, Action.PUBLISH, lock=True)
    if revision.state != State.SCHEDULED:
        raise Conflict(_("公開の予定はありません。"))
    planned_for = revision.scheduled_for
    revision.state, revision.scheduled_for = State.APPROVED, None
    revision.save(update_fields=["state", "scheduled_for", "saved_at"])
    note(subject, Event.BULLETIN_UNSCHEDULED, revision, {"moment": planned_for.isoformat()})
    return revision


def publish_scheduled(bulletin_id: UUID) -> bool:
    """Publishes a scheduled revision whose moment has come; False when there is nothing to do (any more).

    For the scheduler. What can't be published as it stands goes back to approved, with the refusal in the log.
    """
    with transaction.atomic():
        revision, _about = on_the_desk(bulletin_id, lock=True)
        due = revision and revision.state == State.SCHEDULED and revision.scheduled_for <= timezone.now()
        if not due:
            return False
        by_the_clock = partial(
            record, Action.PUBLISH, actor=None, organisation=str(revision.bulletin.originator_id),
            object=str(bulletin_id), revision=revision.number, tier=revision.tier,
        )  # fmt: skip
        try:
            reach = _put_out(revision)
        except Conflict as conflict:
            revision.state, revision.scheduled_for = State.APPROVED, None
            revision.save(update_fields=["state", "scheduled_for", "saved_at"])
            by_the_clock(outcome=Outcome.DENY, reason=str(Reason.STATE), detail={"why": str(conflict)})
            return False
        by_the_clock(detail=reach)
    return True


def due_for_publishing() -> list[UUID]:
    """The bulletins whose scheduled moment has come."""
    rows = Revision.unrestricted.filter(state=State.SCHEDULED, scheduled_for__lte=timezone.now())
    return list(rows.values_list("bulletin_id", flat=True))
