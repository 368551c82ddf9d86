"""Review: hand in, approve, send back. The author never approves; who changes something asks again."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.subject import subject_of
from bulletins.access import NotVisible
from bulletins.actions.verb import Conflict, note, verb
from bulletins.approval import approvals_held, approvals_needed, digest
from bulletins.desk import Refused, get_revision_for
from bulletins.drafting import Invalid, refuse_marked
from bulletins.leak_confirmed import is_confirmed
from bulletins.leak_sight import Cautions, cautions_of, read_files_of
from bulletins.models import Approval, Release, Revision
from council.access.facts import State, Subject
from council.access.policy import Action


@dataclass(frozen=True, slots=True)
class Seen:
    """What a verb has done to a revision, and what in it may tell more than its author means to."""

    revision: Revision
    cautions: Cautions


def submit(bulletin_id: UUID, *, looked: bool | None = None, acting_user: User) -> Revision:
    """draft → in review. Invalid without anybody to release to: nobody is never everybody.

    `looked`: whether the author says that they looked at what may tell too much; Conflict when they did not and something was found.
    None for programs, which nobody asks. The numbers of what was found go into the event, never its words.
    """
    return _submit(bulletin_id, looked=looked, acting_user=acting_user).revision


def hand_in(bulletin_id: UUID, *, acting_user: User) -> Seen:
    """submit() for programs: nobody is asked, and they are told what was found, inside of files too. The event says that nobody looked."""
    with suppress(NotVisible, Refused):
        read_files_of(get_revision_for(subject_of(acting_user), bulletin_id, Action.SUBMIT)[0])
    return _submit(bulletin_id, acting_user=acting_user)


@verb(Action.SUBMIT)
def _submit(bulletin_id: UUID, subject: Subject, *, looked: bool | None = None) -> Seen:
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
    note(subject, Action.SUBMIT, revision, {**_found(cautions, confirmed=bool(looked)), "looked": looked})
    return Seen(revision, cautions)


def _found(cautions: Cautions, *, confirmed: bool) -> dict[str, object]:
    """What the log holds of what was found; with findings also whether somebody has said that they looked at them."""
    return cautions.for_the_log | ({"confirmed": confirmed} if cautions else {})


def approve(bulletin_id: UUID, *, seen: str | None = None, acting_user: User) -> Revision:
    """in review → approved, once as many people as the tier asks for have approved the same thing.

    `seen` is the digest of what the approver had on screen; Conflict when the revision has changed since.
    """
    return approve_seeing(bulletin_id, seen=seen, acting_user=acting_user).revision


@verb(Action.APPROVE)
def approve_seeing(bulletin_id: UUID, subject: Subject, *, seen: str | None = None) -> Seen:
    """approve(), and what was found in what is approved: the event says whether its author has confirmed that."""
    revision, _about = get_revision_for(subject, bulletin_id, Action.APPROVE, lock=True)
    now = digest(revision)
    if seen is not None and seen != now:
        raise Conflict(_("開いたあとに内容が変わりました。もう一度読んでから承認してください。"))
    _approve(revision, subject, now)
    cautions = cautions_of(subject, revision)
    confirmed = is_confirmed(revision, cautions)
    if approvals_held(revision) >= approvals_needed(revision):
        revision.state = State.APPROVED
        revision.save(update_fields=["state", "saved_at"])
    note(subject, Action.APPROVE, revision, {"digest": now, **_found(cautions, confirmed=confirmed)})
    return Seen(revision, cautions)


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
    revision.state, revision.scheduled_for, revision.scheduled_by = State.DRAFT, None, None
    revision.save(update_fields=["state", "scheduled_for", "scheduled_by", "saved_at"])
    note(subject, Action.RETURN, revision, {"comment": comment, "within": revision.all_subcommittees})
    return revision
