"""Writing: begin a bulletin, save its draft, begin the next revision of a published one."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.subject import subject_of
from bulletins.access import refuse
from bulletins.actions.verb import Conflict, note, verb
from bulletins.desk import Refused, get_revision_for
from bulletins.drafting import Checked, Draft, Invalid, PartDraft, check
from bulletins.models import Bulletin, Nomination, Part, PartWrap, Release, Revision
from bulletins.sealed import seal_part
from council.access.facts import Council, Subject
from council.access.policy import Action, decide
from council.access.tiers import Tier
from council.ids import opaque_id, reference


def create_draft(draft: Draft, *, acting_user: User, imported_from: str | None = None) -> Revision:
    """A new bulletin with its first draft. Refused without the publisher's role, Invalid when the draft does not hold."""
    subject = subject_of(acting_user)
    decision = decide(subject, Action.DRAFT, Council())
    if not decision:
        refuse(subject, Action.DRAFT, opaque_id(), decision, tier=Tier.ONE)
        raise Refused(decision.reason)
    checked = check(draft, subject)
    with transaction.atomic():
        bulletin = Bulletin(
            kind=draft.kind, originator_id=UUID(subject.organisation), imported_from=imported_from
        )
        _save_under_a_new_reference(bulletin)
        revision = Revision(bulletin=bulletin, number=1, author=acting_user)
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


def _label(revision: Revision, checked: Checked) -> None:
    draft = checked.draft
    revision.tier, revision.floor = checked.tier, checked.floor
    revision.subcommittees = sorted(set(draft.subcommittees))
    revision.all_subcommittees = checked.all_subcommittees
    revision.caveats = list(dict.fromkeys(draft.caveats))
    revision.designation = checked.designation
    revision.deadline = draft.deadline
    revision.expires_at = checked.expires_at
    revision.change_summary = draft.change_summary.strip()


def _write(revision: Revision, checked: Checked) -> None:
    """Saves the revision with exactly these labels, parts, releases and nominations."""
    kept = {part.pk: part for part in Part.unrestricted.filter(revision=revision).exclude(stored_file="")}
    _label(revision, checked)
    revision.save()
    wanted = {part.keep for part in checked.parts if part.keep}
    Part.unrestricted.filter(revision=revision).exclude(pk__in=wanted).delete()
    _place_parts(revision, checked, kept)
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


def _place_parts(revision: Revision, checked: Checked, kept: dict[UUID, Part]) -> None:
    parts, wraps = [], []
    # Positions are unique: parts that stay move out of the way before they find their new place.
    for offset, part in enumerate(kept.values()):
        Part.unrestricted.filter(pk=part.pk).update(position=1_000_000 + offset)
    for position, given in enumerate((*_titles(checked), *checked.parts)):
        if given.keep:
            _keep(kept, given, position)
            continue
        part = Part(
            revision=revision,
            position=position,
            kind=given.kind,
            tier=given.tier,
            subcommittees=list(given.subcommittees),
            caveats=list(given.caveats),
        )
        wraps += seal_part(revision, part, given.text, name=given.name, data=given.data)
        parts.append(part)
    Part.unrestricted.bulk_create(parts)
    PartWrap.objects.bulk_create(wraps)


def _keep(kept: dict[UUID, Part], given: PartDraft, position: int) -> None:
    """An attachment that stays as it is: its seal is bound to its label, so a new label needs the file again."""
    part = kept.get(given.keep)
    where = f"parts.{position}.file"
    if part is None:
        raise Invalid({where: [_("この付属資料はもうありません。もう一度付けてください。")]})
    same = (part.tier, tuple(part.subcommittees)) == (given.tier, given.subcommittees)
    if not same:
        raise Invalid({where: [_("格付か分科会を変えた付属資料は、もう一度付けてください。")]})
    Part.unrestricted.filter(pk=part.pk).update(position=position, caveats=list(given.caveats))


@verb(Action.EDIT)
def save_draft(bulletin_id: UUID, subject: Subject, draft: Draft) -> Revision:
    """Replaces the words, labels and audience of a draft. Approvals lapse, as what they covered has changed."""
    revision, _about = get_revision_for(subject, bulletin_id, Action.EDIT, lock=True)
    checked = check(draft, subject)
    if draft.kind != revision.bulletin.kind:
        raise Invalid({"kind": [_("種類は作成したあとには変えられません。")]})
    revision.approvals.all().delete()
    _write(revision, checked)
    note(subject, Action.EDIT, revision)
    return revision


@verb(Action.REVISE)
def start_revision(bulletin_id: UUID, subject: Subject, draft: Draft) -> Revision:
    """The next revision of a published bulletin, as a draft; readers keep the published one until this is published."""
    last, _about = get_revision_for(subject, bulletin_id, Action.REVISE, lock=True)
    checked = check(draft, subject)
    if not draft.change_summary.strip():
        raise Invalid({"change_summary": [_("何を変えたかを書いてください。")]})
    if draft.kind != last.bulletin.kind:
        raise Invalid({"kind": [_("種類は作成したあとには変えられません。")]})
    revision = Revision(bulletin=last.bulletin, number=last.number + 1, author_id=UUID(subject.person))
    _write(revision, checked)
    note(subject, Action.REVISE, revision)
    return revision
