"""Review: hand in, approve, send back. The author never approves; who changes something asks again."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bulletins.actions.verb import Conflict, note, verb
from bulletins.approval import approvals_held, approvals_needed, digest
from bulletins.desk import get_revision_for
from bulletins.drafting import Invalid, refuse_marked
from bulletins.leak_sight import cautions_of
from bulletins.models import Approval, Release, Revision
from council.access.facts import State, Subject
from council.access.policy import Action


@verb(Action.SUBMIT)
def submit(bulletin_id: UUID, subject: Subject, *, looked: bool | None = None) -> Revision:
    """draft → in review. Invalid without anybody to release to: nobody is never everybody.

    `looked`: whether the author says that they looked at what may tell too much; Conflict when they did not and something was found.
    None for programs, which nobody asks. The numbers of what was found go into the event, never its words.
    """
    revision, _about = get_revision_for(subject, bulletin_id, Action.SUBMIT, lock=True)
    if not Release.objects.filter(revision=revision).exists():
        raise Invalid({"released_to": [_("公開先がひとつもありません。だれに見せるかを選んでください。")]})
    cautions = cautions_of(subject, revision)
    if cautions and looked is False:
        ask = _(
            "もれの点検で見つかったものがあります。ひとつずつ確かめ、「確かめました」に印を付けてから出してください。"
        )
        raise Conflict(ask)
    revision.state, revision.submitted_at = State.IN_REVIEW, timezone.now()
    revision.save(update_fields=["state", "submitted_at", "saved_at"])
    note(subject, Action.SUBMIT, revision, {**cautions.for_the_log, "looked": looked})
    return revision


@verb(Action.APPROVE)
def approve(bulletin_id: UUID, subject: Subject, *, seen: str | None = None) -> Revision:
    """in review → approved, once as many people as the tier asks for have approved the same thing.

    `seen` is the digest of what the approver had on screen; Conflict when the revision has changed since.
    """
    revision, _about = get_revision_for(subject, bulletin_id, Action.APPROVE, lock=True)
    now = digest(revision)
    if seen is not None and seen != now:
        raise Conflict(_("開いたあとに内容が変わりました。もう一度読んでから承認してください。"))
    _approve(revision, subject, now)
    if approvals_held(revision) >= approvals_needed(revision):
        revision.state = State.APPROVED
        revision.save(update_fields=["state", "saved_at"])
    note(subject, Action.APPROVE, revision, {"digest": now, **cautions_of(subject, revision).for_the_log})
    return revision


def _approve(revision: Revision, subject: Subject, covered: str) -> None:
    """One approval. The lock of the row has queued the others; the constraint stands behind it."""
    try:
        with transaction.atomic():
            Approval.objects.create(
                revision=revision, person_id=subject.person, digest=covered, approved_at=timezone.now()
            )
    except IntegrityError:
        raise Conflict(_("この資料はもう承認しています。")) from None


@verb(Action.RETURN)
def send_back(bulletin_id: UUID, subject: Subject, comment: str = "") -> Revision:
    """in review, approved or scheduled → draft; approvals are void. The comment is kept in the log's sealed detail."""
    revision, _about = get_revision_for(subject, bulletin_id, Action.RETURN, lock=True)
    refuse_marked("comment", comment)
    revision.approvals.all().delete()
    revision.state, revision.scheduled_for = State.DRAFT, None
    revision.save(update_fields=["state", "scheduled_for", "saved_at"])
    note(subject, Action.RETURN, revision, {"comment": comment, "within": revision.all_subcommittees})
    return revision
