"""What came before on the desk: the revisions of a bulletin, and where in the newest one a part lies."""

from uuid import UUID

from django.db import transaction

from bulletins.actions.verb import note
from bulletins.desk import inspect_for
from bulletins.facts import designation_facts, revision_facts
from bulletins.models import Part, Revision
from council.access.facts import Audience, Subject
from council.access.policy import Action, dominates

NOWHERE = -1


def revisions_for(subject: Subject, bulletin_id: UUID) -> list[Revision]:
    """The revisions that the desk lists, newest first: those whose whole banner the subject reaches.

    Looking is an event. NotVisible (and a refusal in the log) when the bulletin is not on the subject's desk.
    """
    newest, _about = inspect_for(subject, bulletin_id)
    rows = Revision.unrestricted.filter(bulletin=bulletin_id).select_related("bulletin", "designation")
    with transaction.atomic():
        note(subject, Action.INSPECT, newest, {"revisions": "all"})
    return [row for row in rows.order_by("-number") if _reaches(subject, row)]


def _reaches(subject: Subject, revision: Revision) -> bool:
    banner = revision_facts(revision, Audience()).banner
    return dominates(subject, banner, designation_facts(revision.designation)) is None


def place_on_desk(subject: Subject, bulletin_id: UUID, ordinal: int) -> int:
    """The position of the ordinal-th part (from 1, titles not counted) of the newest revision, or NOWHERE."""
    revision, _about = inspect_for(subject, bulletin_id)
    body = Part.unrestricted.filter(revision=revision).exclude(kind=Part.Kind.TITLE).order_by("position")
    places = list(body.values_list("position", flat=True))
    return places[ordinal - 1] if 0 < ordinal <= len(places) else NOWHERE
