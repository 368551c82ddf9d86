"""Publishing: what was approved, and nothing else, reaches exactly the named audience, in one transaction."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bulletins import dispatch, distribution, indexing, notifying, release
from bulletins.access import readers_given
from bulletins.acknowledged import first_asked
from bulletins.actions.verb import Conflict, note, verb
from bulletins.approval import approvals_held, approvals_needed, approvers_are_gone
from bulletins.deadlines import standard_deadline
from bulletins.desk import get_revision_for
from bulletins.drafting import Invalid
from bulletins.facts import on_the_desk, planned, revision_facts
from bulletins.models import Release, Revision
from bulletins.planners import refusal_of
from bulletins.review_telling import publishers_of
from bulletins.stopped_plans import key_of
from council.access import facts as known
from council.access.facts import State, Subject
from council.access.policy import Action, Reason
from council.audit.events import Event, Outcome
from council.audit.record import record


def _why_not_approved(revision: Revision) -> str:
    if approvers_are_gone(revision):
        return _(
            "承認した人が、いまは承認者でないか、利用を止められています。差し戻してから、ほかの承認者の承認を受けてください。"
        )
    return _("承認のあとに内容、格付、公開先のどれかが変わっています。もう一度承認を受けてください。")


def _put_out(revision: Revision) -> dict[str, int]:
    """Serves the revision: grants, listings, pointer. The size of the audience, for the event."""
    if approvals_held(revision) < approvals_needed(revision):
        raise Conflict(_why_not_approved(revision))
    if revision.expires_at and revision.expires_at <= timezone.now():
        raise Conflict(_("閲覧の期限がもう過ぎています。期限を直してから承認を受けてください。"))
    bulletin = revision.bulletin
    revision.asks_since = first_asked(revision, bulletin.served)
    if bulletin.served_id:
        Revision.unrestricted.filter(pk=bulletin.served_id).update(state=State.SUPERSEDED, closed_at=timezone.now())
    revision.state, revision.published_at = State.PUBLISHED, timezone.now()
    revision.scheduled_for = revision.scheduled_by = None
    if revision.standard_deadline:
        # By the floor: by the banner, a reader could tell that there is more than they see.
        revision.deadline = standard_deadline(bulletin.kind, revision.floor, revision.published_at)
    revision.save(
        update_fields=["state", "published_at", "deadline", "scheduled_for", "scheduled_by", "asks_since", "saved_at"]
    )
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

    Conflict when not so many people would see it now as expected. At the moment itself it goes to whoever may see it then, if whoever
    planned it could still publish it.
    """
    revision, _about = get_revision_for(subject, bulletin_id, Action.SCHEDULE, lock=True)
    if timezone.is_naive(moment) or moment <= timezone.now():
        raise Invalid({"moment": [_("これから来る日時を、時差つきで指定してください。")]})
    if revision.expires_at and revision.expires_at <= moment:
        raise Invalid({"moment": [_("閲覧の期限より前の日時を指定してください。")]})
    people = len(readers_given(_once_published(revision)))
    if expected_people is not None and people != expected_people:
        raise Conflict(_("見る人の数が変わりました。もう一度確かめてから公開してください。"))
    _plan(revision, State.SCHEDULED, moment, UUID(subject.person))
    note(subject, Action.SCHEDULE, revision, {"moment": moment.isoformat(), "people": people})
    return revision


def _plan(revision: Revision, state: State, moment: datetime | None = None, person: UUID | None = None) -> None:
    revision.state, revision.scheduled_for, revision.scheduled_by_id = state, moment, person
    revision.save(update_fields=["state", "scheduled_for", "scheduled_by", "saved_at"])


def _once_published(revision: Revision) -> known.Bulletin:
    return replace(revision_facts(revision, planned(revision)), state=State.PUBLISHED)


@verb(Action.PUBLISH)
def unschedule(bulletin_id: UUID, subject: Subject) -> Revision:
    """scheduled → approved: nothing happens by itself any more. Conflict when nothing was planned, or it has happened meanwhile."""
    revision, _about = get_revision_for(subject, bulletin_id, Action.PUBLISH, lock=True)
    if revision.state != State.SCHEDULED:
        raise Conflict(_("公開の予定はありません。"))
    cancel_plan(revision, subject)
    return revision


def cancel_plan(revision: Revision, subject: Subject) -> None:
    """scheduled → approved, with its event, in the transaction of the caller, who holds the bulletin."""
    planned_for = revision.scheduled_for
    _plan(revision, State.APPROVED)
    note(subject, Event.BULLETIN_UNSCHEDULED, revision, {"moment": planned_for.isoformat()})


def publish_scheduled(bulletin_id: UUID) -> bool:
    """Publishes a scheduled revision whose moment has come; False when there is nothing to do (any more).

    For the scheduler. What whoever planned it could not publish now, or can't be published as it stands, goes back to approved: with
    the refusal in the log, and a notice to those who publish for its originator.
    """
    with transaction.atomic():
        revision, about = on_the_desk(bulletin_id, lock=True)
        due = revision and revision.state == State.SCHEDULED and revision.scheduled_for <= timezone.now()
        if not due:
            return False
        refused = refusal_of(revision, about)
        if refused:
            return _stop(revision, refused, _the_planner())
        try:
            reach = _put_out(revision)
        except Conflict as conflict:
            return _stop(revision, Reason.STATE, str(conflict))
        _by_the_clock(revision, detail=reach)
    return True


def _the_planner() -> str:
    """The desk reads that they can't, and not which of their rights has ended."""
    return _(
        "公開の予定を決めた人が、いまはこの資料を公開できません。公開できる人が、日時を決め直すか、いま公開してください。"
    )


def _stop(revision: Revision, reason: Reason, why: str) -> bool:
    """The plan comes to nothing. Always False: nothing was published."""
    key = key_of(revision)
    _plan(revision, State.APPROVED)
    _by_the_clock(revision, outcome=Outcome.DENY, reason=str(reason), detail={"why": why})
    notifying.plan_stopped(revision, publishers_of(revision), key=key)
    dispatch.soon(dispatch.SEND_NOTICES)
    return False


def _by_the_clock(revision: Revision, **facts: object) -> None:
    record(
        Action.PUBLISH, actor=None, organisation=str(revision.bulletin.originator_id), object=str(revision.bulletin_id),
        revision=revision.number, tier=revision.tier, **facts,
    )  # fmt: skip


def due_for_publishing() -> list[UUID]:
    """The bulletins whose scheduled moment has come."""
    rows = Revision.unrestricted.filter(state=State.SCHEDULED, scheduled_for__lte=timezone.now())
    return list(rows.values_list("bulletin_id", flat=True))
