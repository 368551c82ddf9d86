"""Keeping what an author types before they save it, and throwing it away. It is nobody's but the author's."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.subject import subject_of
from bulletins.access import NotVisible, refuse
from bulletins.actions.verb import Conflict, verb
from bulletins.desk import allow, get_revision_for, may_begin
from bulletins.models import Scratch
from bulletins.scratches import Fields, Page, Unsaved, label_for, moment_of, never_saved, seal_into
from council.access.facts import Label, Subject
from council.access.policy import Action, Decision, Reason, decide
from council.access.tiers import Tier
from council.audit.events import Event
from council.audit.record import record


class KeptElsewhere(Conflict):
    """Another window has kept other words of the same form since: those are not written over in silence."""

    def __init__(self) -> None:
        super().__init__(_("別の画面で書いたものが自動保存されています。この画面の内容は自動保存していません。"))


def keep_new(scratch_id: UUID, page: Page, fields: Fields, *, acting_user: User) -> Scratch:
    """What is typed of a bulletin that was never saved. NotVisible without the publisher's role, Invalid for what may not be kept."""
    subject = subject_of(acting_user)
    may_begin(subject)
    label = label_for(fields, subject)
    try:
        with transaction.atomic():
            row = Scratch.objects.select_for_update().filter(pk=scratch_id).first()
            if row and (str(row.person_id) != subject.person or row.bulletin_id):
                raise NotVisible(Reason.NOT_FOUND)
            row = row or Scratch(pk=scratch_id, person_id=UUID(subject.person))
            return _keep(subject, row, page, fields, label)
    except NotVisible:
        refused = Decision(allowed=False, reason=Reason.NOT_FOUND)
        refuse(subject, Action.DRAFT, scratch_id, refused, tier=Tier.ONE)
        raise


@verb(Action.EDIT)
def keep_of(bulletin_id: UUID, subject: Subject, page: Page, fields: Fields) -> Scratch:
    """What is typed of a draft, or of the next revision of a published bulletin. Raises as saving it would, and what keep_new() raises."""
    revision, about = get_revision_for(subject, bulletin_id)
    if not decide(subject, Action.REVISE, about):
        allow(subject, Action.EDIT, about)
    label = label_for(fields, subject, at_least=Label(Tier(revision.tier), frozenset(revision.all_subcommittees)))
    row = Scratch.objects.select_for_update().filter(person=subject.person, bulletin=bulletin_id).first()
    row = row or Scratch(person_id=UUID(subject.person), bulletin_id=bulletin_id)
    return _keep(subject, row, page, fields, label)


def _keep(subject: Subject, row: Scratch, page: Page, fields: Fields, label: Label) -> Scratch:
    begins = row._state.adding
    if not begins and row.saved_at != moment_of(page.scratch_at):
        raise KeptElsewhere
    seal_into(row, fields, label)
    row.base, row.saved_at = moment_of(page.started_from), timezone.now()
    try:
        with transaction.atomic():
            row.save(force_insert=begins)
    except IntegrityError:
        raise KeptElsewhere from None
    if begins:
        _note(subject, Event.SCRATCH_KEPT, row)
    return row


def _note(subject: Subject, event: Event, row: Scratch) -> None:
    record(
        event, actor=subject.person, organisation=subject.organisation, object=str(row.bulletin_id or row.pk), tier=row.tier,
    )  # fmt: skip


def drop(scratch_id: UUID, *, acting_user: User) -> UUID | None:
    """Throws an unsaved state away; of which bulletin it was. NotVisible for what is not the person's own."""
    subject = subject_of(acting_user)
    with transaction.atomic():
        row = Scratch.objects.select_for_update().filter(pk=scratch_id, person=subject.person).first()
        if row:
            _note(subject, Event.SCRATCH_DROPPED, row)
            row.delete()
            return row.bulletin_id
    refuse(subject, Action.DRAFT, scratch_id, Decision(allowed=False, reason=Reason.NOT_FOUND), tier=Tier.ONE)
    raise NotVisible(Reason.NOT_FOUND)


def _untouched(before: datetime) -> QuerySet[Scratch]:
    """What was neither written in nor opened since."""
    return Scratch.objects.filter(Q(opened_at=None) | Q(opened_at__lt=before), saved_at__lt=before)


def sweep_old() -> int:
    """Drops what nobody has touched for SCRATCH_DAYS, each with an event of the portal; how many. Safe to run at any time."""
    before = timezone.now() - timedelta(days=settings.SCRATCH_DAYS)
    return sum(_expire(pk, before) for pk in list(_untouched(before).values_list("pk", flat=True)))


def _expire(scratch_id: UUID, before: datetime) -> bool:
    with transaction.atomic():
        # Asked again under the lock: its author may have come back this moment.
        row = _untouched(before).select_for_update(of=("self",)).filter(pk=scratch_id).select_related("person").first()
        if row is None:
            return False
        home, about = str(row.person.organisation_id), str(row.bulletin_id or row.pk)
        detail = {"of": str(row.person_id), "since": row.saved_at.isoformat()}
        record(Event.SCRATCH_EXPIRED, actor=None, organisation=home, object=about, tier=row.tier, detail=detail)
        row.delete()
    return True


def list_never_saved(subject: Subject) -> list[Unsaved]:
    """What the subject has begun and never saved, for the list of their desk; an event when there is any."""
    found = never_saved(subject)
    if found:
        look(subject, found)
    return found


def open_over(subject: Subject, found: Unsaved) -> None:
    """Writes down that its author has an editor open over it: look(), and the sweep leaves it alone as if it were written in."""
    with transaction.atomic():
        Scratch.objects.filter(pk=found.id).update(opened_at=timezone.now())
        look(subject, [found])


def look(subject: Subject, shown: list[Unsaved]) -> None:
    """Writes down that somebody was shown their own unsaved words."""
    with transaction.atomic():
        record(
            Event.PAGE_SHOWN, actor=subject.person, organisation=subject.organisation, object=str(shown[0].id),
            tier=max(each.tier for each in shown), detail={"unsaved": [str(each.id) for each in shown]},
        )  # fmt: skip
