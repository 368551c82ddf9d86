"""A draft that went nowhere is thrown away by who wrote it. That it was there, and under which number, stays in the log."""

from uuid import UUID

from django.utils.translation import gettext as _

from bulletins.actions.verb import Conflict, note, verb
from bulletins.desk import Refused, get_revision_for
from bulletins.models import Bulletin, Part, Revision, Scratch
from bulletins.placing import discard_parts
from council.access.facts import Subject
from council.access.policy import Action, Reason
from council.audit.events import Event


def may_discard(subject: Subject, revision: Revision) -> bool:
    """Whether this draft is the subject's own and was never handed in."""
    return str(revision.author_id) == subject.person and revision.submitted_at is None


@verb(Action.EDIT)
def discard(bulletin_id: UUID, subject: Subject) -> bool:
    """A draft that was never handed in, gone with its parts, keys and files; of a first revision the bulletin too. Whether that went.

    Refused for everybody but its author, Conflict once it was handed in: from then on others have seen it.
    """
    revision, _about = get_revision_for(subject, bulletin_id, Action.EDIT, lock=True)
    if str(revision.author_id) != subject.person:
        raise Refused(Reason.AUTHOR)
    if not may_discard(subject, revision):
        raise Conflict(_("一度査読に出した下書きは消せません。直して出し直すか、そのままにしてください。"))
    bulletin, first = revision.bulletin, revision.number == 1
    told = {"reference": bulletin.reference, "kind": bulletin.kind, "whole": first}
    note(subject, Event.BULLETIN_DISCARDED, revision, told)
    unsaved = Scratch.objects.filter(bulletin=bulletin_id)
    unsaved.filter(person=subject.person).delete()
    if first:
        # A colleague keeps what they typed, as something that was never saved.
        unsaved.update(bulletin=None)
    discard_parts(Part.unrestricted.filter(revision=revision))
    revision.delete()
    if first:
        Bulletin.unrestricted.filter(pk=bulletin_id).delete()
    return first
