"""Writing: begin a bulletin, save its draft, begin the next revision of a published one."""

from dataclasses import replace
from functools import partial
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.subject import subject_of
from bulletins.access import refuse
from bulletins.actions.verb import Conflict, note, verb
from bulletins.desk import Refused, allow, get_revision_for
from bulletins.drafting import Checked, Draft, Invalid, PartDraft, check
from bulletins.models import Bulletin, Nomination, Part, PartWrap, Release, Revision
from bulletins.sealed import Words, open_file, open_parts, seal_part
from council.access.facts import Council, Subject
from council.access.policy import Action, decide
from council.access.tiers import Tier
from council.ids import opaque_id, reference

# Above every position that a revision can have.
_OUT_OF_THE_WAY = 1_000_000


def create_draft(draft: Draft, *, acting_user: User, imported_from: str | None = None) -> Revision:
    """A new bulletin with its first draft. Refused without the publisher's role, Invalid when it does not hold."""
    subject = subject_of(acting_user)
    decision = decide(subject, Action.DRAFT, Council())
    if not decision:
        refuse(subject, Action.DRAFT, opaque_id(), decision, tier=Tier.ONE)
        raise Refused(decision.reason, Action.DRAFT)
    checked = check(draft, subject)
    with transaction.atomic():
        bulletin = Bulletin(kind=draft.kind, originator_id=UUID(subject.organisation), imported_from=imported_from)
        _save_under_a_new_reference(bulletin)
        revision = Revision(bulletin=bulletin, number=1, author_id=UUID(subject.person))
        _write(revision, checked)
        note(subject, Action.DRAFT, revision)
    return revision


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


def _label(revision: Revision, checked: Checked, banner: Tier) -> None:
    draft = checked.draft
    revision.tier, revision.floor = banner, checked.floor
    revision.subcommittees = sorted(set(draft.subcommittees))
    revision.all_subcommittees = checked.all_subcommittees
    revision.caveats = list(dict.fromkeys(draft.caveats))
    revision.designation = checked.designation
    revision.deadline, revision.standard_deadline = draft.deadline, draft.standard_deadline
    revision.expires_at = checked.expires_at


def _write(revision: Revision, checked: Checked, *, source: Revision | None = None) -> None:
    """Saves the revision with exactly these labels, parts, releases and nominations; kept files come from `source`."""
    titles, body = _titles(checked), _with_files(revision, checked, source)
    _label(revision, checked, Tier(max(part.tier for part in (*titles, *body))))
    given = [*titles, *_changes(revision, checked), *body]
    revision.save()
    stays = {part.keep for part in given if part.keep}
    _discard(Part.unrestricted.filter(revision=revision).exclude(pk__in=stays))
    _place_parts(revision, given)
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


def _discard(parts: QuerySet[Part]) -> None:
    """Deletes parts, and their sealed files once that is certain."""
    files = [name for name in parts.values_list("stored_file", flat=True) if name]
    parts.delete()
    for name in files:
        transaction.on_commit(partial(default_storage.delete, name), robust=True)


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


def _with_files(revision: Revision, checked: Checked, source: Revision | None) -> list[PartDraft]:
    """The parts, each kept attachment left where it lies or with its bytes carried over. Invalid when one is not there.

    A seal is bound to revision and label: what changes one of them is sealed anew, and so are new words beside a file.
    """
    rows = Part.unrestricted.filter(revision=source).exclude(stored_file="").select_related("revision")
    held = {row.pk: row for row in rows} if source else {}
    words = open_parts(held.values())
    parts = []
    for place, given in enumerate(checked.parts, start=1):
        row = held.pop(given.keep, None) if given.keep else None
        if given.keep and row is None:
            raise Invalid({f"parts.{place}.file": [_("この付属資料はもうありません。もう一度付けてください。")]})
        if row is None or given.data is not None:
            parts.append(replace(given, keep=None))
        elif source == revision and _is_sealed_as(row, words[row.pk], given):
            parts.append(given)
        else:
            parts.append(replace(given, keep=None, name=words[row.pk].name, data=open_file(row)))
    return parts


def _is_sealed_as(row: Part, words: Words, given: PartDraft) -> bool:
    return (row.tier, tuple(row.subcommittees), words.text) == (given.tier, given.subcommittees, given.text)


def _place_parts(revision: Revision, given: list[PartDraft]) -> None:
    parts, wraps = [], []
    # Positions are unique: parts that stay move out of the way before they find their new place.
    Part.unrestricted.filter(revision=revision).update(position=F("position") + _OUT_OF_THE_WAY)
    for position, each in enumerate(given):
        if each.keep:
            Part.unrestricted.filter(pk=each.keep).update(position=position, caveats=list(each.caveats))
            continue
        part = Part(
            revision=revision,
            position=position,
            kind=each.kind,
            tier=each.tier,
            subcommittees=list(each.subcommittees),
            caveats=list(each.caveats),
        )
        wraps += seal_part(revision, part, each.text, name=each.name, data=each.data)
        parts.append(part)
    Part.unrestricted.bulk_create(parts)
    PartWrap.objects.bulk_create(wraps)


@verb(Action.EDIT)
def save_draft(bulletin_id: UUID, subject: Subject, draft: Draft) -> Revision:
    """Replaces the words, labels and audience of a draft. Approvals lapse, as what they covered has changed."""
    revision, _about = get_revision_for(subject, bulletin_id, Action.EDIT, lock=True)
    checked = check(draft, subject)
    _same_kind(draft, revision)
    revision.approvals.all().delete()
    _write(revision, checked, source=revision)
    note(subject, Action.EDIT, revision)
    return revision


@verb(Action.REVISE)
def start_revision(bulletin_id: UUID, subject: Subject, draft: Draft) -> Revision:
    """The next revision of a published bulletin, as a draft; readers keep the published one until this is published."""
    last, about = get_revision_for(subject, bulletin_id, Action.INSPECT, lock=True)
    if last.bulletin.served_id and last.bulletin.served_id != last.pk:
        raise Conflict(_("作りかけの改訂がもうあります。それを直すか、公開してから次の改訂を始めてください。"))
    allow(subject, Action.REVISE, about)
    checked = check(draft, subject)
    if not draft.change_summary.strip():
        raise Invalid({"change_summary": [_("何を変えたかを書いてください。")]})
    _same_kind(draft, last)
    revision = Revision(bulletin=last.bulletin, number=last.number + 1, author_id=UUID(subject.person))
    _write(revision, checked, source=last)
    note(subject, Action.REVISE, revision)
    return revision
