"""Writing: begin a bulletin, save its draft, begin the next revision of a published one."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.subject import subject_of
from bulletins.access import NotVisible, refuse
from bulletins.actions.verb import Conflict, note, verb
from bulletins.begun import need_not_begun
from bulletins.desk import Refused, allow, get_revision_for, inspect_for
from bulletins.drafting import Checked, Draft, Invalid, PartDraft, check
from bulletins.facts import may_be_reused
from bulletins.history import copied_from, last_saved_by
from bulletins.models import Bulletin, Nomination, Part, Release, Revision
from bulletins.placing import discard_parts, place, with_files
from bulletins.related import unseen_by
from bulletins.scratches import Page, forget, moment_of, version_of
from bulletins.wording import not_reusable
from council.access.facts import Council, Subject
from council.access.policy import Action, decide
from council.access.tiers import Tier
from council.ids import opaque_id, reference


class SavedSince(Conflict):
    """The draft was saved after the form that is to replace it was opened. Nothing is changed.

    `by` and `at` say by whom and when, `version` is what the form has to name to replace just that.
    """

    def __init__(self, revision: Revision) -> None:
        super().__init__(_("この下書きは、開いたあとに保存し直されています。"))
        self.by, self.at, self.version = last_saved_by(revision), revision.saved_at, version_of(revision.saved_at)


def need_the_same(revision: Revision, page: Page) -> None:
    if page.started_from and moment_of(page.started_from) != revision.saved_at:
        raise SavedSince(revision)


def create_draft(
    draft: Draft, *, acting_user: User, imported_from: str | None = None, page: Page | None = None
) -> Revision:
    """A new bulletin with its first draft. Refused without the publisher's role, Invalid when it does not hold.

    `page`, here and below, is what the form says of itself: what was kept of it unsaved goes in the same transaction. A copy of another
    bulletin takes over the files that its parts keep, and the event says where its labels come from.
    BegunBefore for a form that has begun one.
    """
    subject = subject_of(acting_user)
    decision = decide(subject, Action.DRAFT, Council())
    if not decision:
        refuse(subject, Action.DRAFT, opaque_id(), decision, tier=Tier.ONE)
        raise Refused(decision.reason, Action.DRAFT)
    page = page or Page()
    source = _copied(subject, page.copied) if page.copied else None
    checked = check(draft, subject)
    with transaction.atomic():
        bulletin = Bulletin(kind=draft.kind, originator_id=UUID(subject.organisation), imported_from=imported_from)
        if page.scratch:
            need_not_begun(subject, page.scratch, bulletin, draft)
        _save_under_a_new_reference(bulletin)
        revision = Revision(bulletin=bulletin, number=1, author_id=UUID(subject.person))
        _write(revision, checked, source=source)
        forget(subject, page, None)
        note(subject, Action.DRAFT, revision, copied_from(source) if source else None)
    return revision


def _copied(subject: Subject, bulletin_id: UUID) -> Revision:
    """The revision that a copy is made of, for somebody who may inspect it, and unless its caveats forbid that."""
    try:
        source = inspect_for(subject, bulletin_id)[0]
    except NotVisible:
        raise Conflict(
            _("写した元の資料を、もう開けません。付属資料を外し、文章だけで新しく作ってください。")
        ) from None
    if not may_be_reused(source):
        raise Conflict(not_reusable())
    return source


def _save_under_a_new_reference(bulletin: Bulletin) -> None:
    prefix = Bulletin.PREFIXES[Bulletin.Kind(bulletin.kind)]
    for length in (4, 4, 5, 6, 8):
        bulletin.reference = reference(prefix, length)
        try:
            with transaction.atomic():
                bulletin.save(force_insert=True)
        except IntegrityError:
            if bulletin.imported_from and Bulletin.unrestricted.filter(imported_from=bulletin.imported_from).exists():
                raise Conflict(_("この文書はもう取り込まれています。")) from None
            continue
        return
    raise Conflict(_("資料番号を割り当てられませんでした。もう一度試してください。"))


def _same_kind(draft: Draft, revision: Revision) -> None:
    if draft.kind != revision.bulletin.kind:
        raise Invalid({"kind": [_("種類は作成したあとには変えられません。")]})


def _says_what_changed(draft: Draft, number: int) -> None:
    if number > 1 and not draft.change_summary.strip():
        raise Invalid({"change_summary": [_("何を変えたかを書いてください。")]})


def _label(revision: Revision, checked: Checked, banner: Tier) -> None:
    draft = checked.draft
    revision.tier, revision.floor = banner, checked.floor
    revision.subcommittees = sorted(set(draft.subcommittees))
    revision.all_subcommittees = checked.all_subcommittees
    revision.caveats = list(dict.fromkeys(draft.caveats))
    revision.designation = checked.designation
    revision.deadline, revision.standard_deadline = draft.deadline, draft.standard_deadline
    revision.expires_at = checked.expires_at
    # A first revision asks everybody. Of a correction it takes a clear word that nobody is asked again.
    revision.important = draft.important is not False if revision.number > 1 else None
    revision.review_on, revision.related = draft.review_on, checked.related or None


def _write(revision: Revision, checked: Checked, *, source: Revision | None = None) -> None:
    """Saves the revision with exactly these labels, parts, releases and nominations; kept files come from `source`."""
    titles, body = _titles(checked), with_files(revision, checked.parts, source)
    _label(revision, checked, Tier(max(part.tier for part in (*titles, *body))))
    given = [*titles, *_changes(revision, checked), *body]
    revision.save()
    stays = {part.keep for part in given if part.keep}
    discard_parts(Part.unrestricted.filter(revision=revision).exclude(pk__in=stays))
    place(revision, given)
    Release.objects.filter(revision=revision).delete()
    Release.objects.bulk_create(
        [
            *(Release(revision=revision, organisation=row) for row in checked.organisations),
            *(Release(revision=revision, subcommittee=row) for row in checked.to_subcommittees),
            *(Release(revision=revision, person=row) for row in checked.people),
        ]
    )
    Nomination.objects.filter(revision=revision).delete()
    Nomination.objects.bulk_create([Nomination(revision=revision, person=row) for row in checked.nominated])


def _titles(checked: Checked) -> list[PartDraft]:
    """The title at the banner's tier, and one at the floor where that is lower. A single title stands at the floor."""
    draft = checked.draft
    own = tuple(sorted(set(draft.subcommittees)))
    if draft.floor_title and checked.floor < checked.tier:
        return [
            PartDraft(draft.floor_title.strip(), checked.floor, Part.Kind.TITLE, own),
            PartDraft(draft.title.strip(), checked.tier, Part.Kind.TITLE, own),
        ]
    return [PartDraft(draft.title.strip(), checked.floor, Part.Kind.TITLE, own)]


def _changes(revision: Revision, checked: Checked) -> list[PartDraft]:
    """The summary of changes: it speaks of the whole, so only those who reach the whole banner get it."""
    words = checked.draft.change_summary.strip()
    if not words:
        return []
    return [PartDraft(words, revision.tier, Part.Kind.CHANGES, tuple(revision.all_subcommittees))]


@verb(Action.EDIT)
def save_draft(bulletin_id: UUID, subject: Subject, draft: Draft, *, page: Page | None = None) -> Revision:
    """Replaces the words, labels and audience of a draft. Approvals lapse, as what they covered has changed.

    SavedSince when the page began from an older save, unless its author has seen the newer one and wants to replace it.
    """
    revision, _about = get_revision_for(subject, bulletin_id, Action.EDIT, lock=True)
    page = page or Page()
    need_the_same(revision, page)
    checked = check(draft, subject)
    _says_what_changed(draft, revision.number)
    _same_kind(draft, revision)
    checked.related += unseen_by(subject, revision.related or ())
    revision.approvals.all().delete()
    _write(revision, checked, source=revision)
    forget(subject, page, bulletin_id)
    note(subject, Action.EDIT, revision, {"replaced": page.over, "begun_from": page.base} if page.over else None)
    return revision


@verb(Action.REVISE)
def start_revision(bulletin_id: UUID, subject: Subject, draft: Draft, *, page: Page | None = None) -> Revision:
    """The next revision of a published bulletin, as a draft; readers keep the published one until this is published."""
    last, about = get_revision_for(subject, bulletin_id, Action.INSPECT, lock=True)
    if last.bulletin.served_id and last.bulletin.served_id != last.pk:
        raise Conflict(_("作りかけの改訂がもうあります。それを直すか、公開してから次の改訂を始めてください。"))
    allow(subject, Action.REVISE, about)
    need_the_same(last, page or Page())
    checked = check(draft, subject)
    _says_what_changed(draft, last.number + 1)
    _same_kind(draft, last)
    checked.related += unseen_by(subject, last.related or ())
    revision = Revision(bulletin=last.bulletin, number=last.number + 1, author_id=UUID(subject.person))
    _write(revision, checked, source=last)
    forget(subject, page or Page(), bulletin_id)
    note(subject, Action.REVISE, revision)
    return revision
