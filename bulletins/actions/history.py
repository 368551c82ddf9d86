"""What came before on the desk: the revisions of a bulletin, and where in the newest one a part lies."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from bulletins.actions.verb import note
from bulletins.desk import inspect_for, revisions_reached
from bulletins.models import Part, PartWrap, Revision
from bulletins.sealed import open_parts
from council.access.facts import Subject
from council.access.policy import Action

NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Past:
    """A revision as the desk lists it, with the author's summary of changes ("" where there is none that still opens)."""

    revision: Revision
    changes: str


def revisions_for(subject: Subject, bulletin_id: UUID) -> list[Past]:
    """The revisions that the desk lists, newest first: those whose whole banner the subject reaches.

    Looking is an event. NotVisible (and a refusal in the log) when the bulletin is not on the subject's desk.
    """
    newest, _about = inspect_for(subject, bulletin_id)
    with transaction.atomic():
        note(subject, Action.INSPECT, newest, {"revisions": "all"})
    reached = revisions_reached(subject, bulletin_id)
    changes = _changes_in(reached)
    return [Past(row, changes.get(row.pk, "")) for row in reached]


def _changes_in(revisions: list[Revision]) -> dict[UUID, str]:
    sealed = Part.unrestricted.filter(revision__in=revisions, kind=Part.Kind.CHANGES).select_related("revision")
    kept = set(PartWrap.objects.filter(part__in=sealed).values_list("part_id", flat=True))
    words = open_parts(part for part in sealed if part.pk in kept)
    return {part.revision_id: words[part.pk].text for part in sealed if part.pk in words}


def place_on_desk(subject: Subject, bulletin_id: UUID, ordinal: int) -> int:
    """The position of the ordinal-th part (from 1, titles not counted) of the newest revision, or NOWHERE."""
    revision, _about = inspect_for(subject, bulletin_id)
    body = Part.unrestricted.filter(revision=revision).exclude(kind__in=Part.OF_THE_WHOLE).order_by("position")
    places = list(body.values_list("position", flat=True))
    return places[ordinal - 1] if 0 < ordinal <= len(places) else NOWHERE
