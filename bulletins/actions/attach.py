"""A file that goes into a draft at once, before the rest of the form is saved."""

from uuid import UUID

from bulletins.actions.draft import need_the_same
from bulletins.actions.verb import note, verb
from bulletins.desk import get_revision_for
from bulletins.drafting import PartDraft, check_part
from bulletins.models import Part, Revision
from bulletins.placing import append
from bulletins.scratches import Page
from council.access.facts import Subject
from council.access.policy import Action
from council.access.tiers import Tier


@verb(Action.EDIT)
def attach(bulletin_id: UUID, subject: Subject, given: PartDraft, page: Page) -> tuple[Revision, Part]:
    """The attachment as the last part of the draft, under its own label; approvals lapse, as with every change.

    Invalid for what a form could not save either, SavedSince when the page began from an older save. The label has to be within that
    of the draft as it is saved: nothing else of the form is looked at.
    """
    revision, _about = get_revision_for(subject, bulletin_id, Action.EDIT, lock=True)
    need_the_same(revision, page)
    checked = check_part(given, Tier(revision.tier), subject)
    part = append(revision, checked)
    revision.all_subcommittees = sorted({*revision.all_subcommittees, *checked.subcommittees})
    revision.approvals.all().delete()
    revision.save(update_fields=["all_subcommittees", "saved_at"])
    note(subject, Action.EDIT, revision, {"attached": part.position, "bytes": len(checked.data or b"")})
    return revision, part
