"""What came before on the desk: the revisions of a bulletin, and where in the newest one a part lies."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from bulletins.actions.verb import note
from bulletins.desk import inspect_for
from bulletins.facts import designation_facts, revision_facts
from bulletins.models import Part, PartWrap, Revision
from bulletins.sealed import open_parts
from council.access.facts import Audience, Subject
from council.access.policy import Action, dominates

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
    rows = Revision.unrestricted.filter(bulletin=bulletin_id).select_related("bulletin", "designation")
    with transaction.atomic():
        note(subject, Action.INSPECT, newest, {"revisions": "all"})
    reached = [row for row in rows.order_by("-number") if _reaches(subject, row)]
    changes = _changes_in(reached)
    return [Past(row, changes.get(row.pk, "")) for row in reached]


def _changes_in(revisions: list[Revision]) -> dict[UUID, str]:
    sealed = Part.unrestricted.filter(revision__in=revisions, kind=Part.Kind.CHANGES).select_related("revision")
    kept = set(PartWrap.objects.filter(part__in=sealed).values_list("part_id", flat=True))
    words = open_parts(part for part in sealed if part.pk in kept)
    return {part.revision_id: words[part.pk].text for part in sealed if part.pk in words}


def _reaches(subject: Subject, revision: Revision) -> bool:
    banner = revision_facts(revision, Audience()).banner
    return dominates(subject, banner, designation_facts(revision.designation)) is None


def place_on_desk(subject: Subject, bulletin_id: UUID, ordinal: int) -> int:
    """The position of the ordinal-th part (from 1, titles not counted) of the newest revision, or NOWHERE."""
    revision, _about = inspect_for(subject, bulletin_id)
    body = Part.unrestricted.filter(revision=revision).exclude(kind__in=Part.OF_THE_WHOLE).order_by("position")
    places = list(body.values_list("position", flat=True))
    return places[ordinal - 1] if 0 < ordinal <= len(places) else NOWHERE
