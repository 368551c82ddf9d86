"""Looking at what is on the desk: every look is one event, committed before the first byte leaves."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from bulletins.access import NotVisible, refuse
from bulletins.actions.read import Shown, unsealed
from bulletins.approval import digest
from bulletins.desk import desk_of, has_desk, inspect_for
from bulletins.facts import label_of
from bulletins.file_names import attached_name, covering
from bulletins.models import Part, PartWrap, Revision
from bulletins.preview import Audience, Shape, audience_of, rendition_of
from bulletins.rendition import Rendition
from bulletins.sealed import KeysDestroyed, open_file, open_parts
from bulletins.what_if import WhatIf, what_if
from council.access import facts as known
from council.access.facts import Label, Subject
from council.access.policy import Action, Decision, Reason
from council.access.tiers import Tier
from council.audit.events import Event
from council.audit.record import record
from council.ids import opaque_id


@dataclass(frozen=True, slots=True)
class Inspected:
    """A revision as its desk sees it. `rendition` is the whole, or that of `shape` when one was asked for.

    `digest` was taken before the words were opened: an approval of it covers nothing that came later. `titles` are all
    titles, the lowest tier first. When the keys are destroyed `rendition` is None and nothing is left to read.
    """

    revision: Revision
    facts: known.Bulletin
    digest: str
    parts: tuple[Part, ...]
    titles: tuple[Shown, ...]
    rendition: Rendition[Shown] | None
    audience: Audience
    shape: Shape | None = None

    @property
    def title(self) -> str:
        """The title at the banner's tier; empty when nothing can be opened."""
        return self.titles[-1].words.text if self.titles else ""

    @property
    def changes(self) -> str:
        """The author's summary of changes; empty in a first revision, and in a rendition that does not reach it."""
        return self.rendition.changes.content.words.text if self.rendition and self.rendition.changes else ""


def _note(subject: Subject, revision: Revision, detail: Mapping[str, object]) -> None:
    with transaction.atomic():
        record(
            Action.INSPECT, actor=subject.person, organisation=subject.organisation, object=str(revision.bulletin_id),
            revision=revision.number, tier=revision.tier, detail=detail,
        )  # fmt: skip


def inspect(subject: Subject, bulletin_id: UUID, *, as_number: int | None = None) -> Inspected:
    """The newest revision, its audience and its words; with `as_number` the words of exactly that rendition.

    NotVisible when the bulletin does not exist for the subject (a refusal in the log), or has no such rendition.
    """
    revision, about = inspect_for(subject, bulletin_id)
    covered = digest(revision)
    parts = tuple(Part.unrestricted.filter(revision=revision).select_related("revision"))
    audience = audience_of(revision, about, parts)
    shape = next((each for each in audience.shapes if each.number == as_number), None)
    if as_number is not None and shape is None:
        raise NotVisible(Reason.NOT_FOUND)
    _note(subject, revision, {"rendition": sorted(shape.positions) if shape else "all"})
    rendition, titles = None, ()
    # Suppressed: the keys may also be destroyed between these two lines.
    if PartWrap.objects.filter(part__revision=revision).exists():
        with suppress(KeysDestroyed):
            opened = unsealed(rendition_of(parts, about, shape.positions if shape else None))
            rendition, titles = opened, _titles(parts)
    return Inspected(revision, about, covered, parts, titles, rendition, audience, shape)


def weigh(subject: Subject, bulletin_id: UUID) -> tuple[Revision, WhatIf]:
    """The newest revision and what changes of it would do to its audience. NotVisible as ever."""
    revision, _about = inspect_for(subject, bulletin_id)
    _note(subject, revision, {"weighed": True})
    return revision, what_if(subject, revision)


def _titles(parts: Iterable[Part]) -> tuple[Shown, ...]:
    titles = sorted((part for part in parts if part.kind == Part.Kind.TITLE), key=lambda part: part.tier)
    words = open_parts(titles)
    return tuple(Shown(part, words[part.pk]) for part in titles)


def take_desk_file(subject: Subject, bulletin_id: UUID, position: int) -> tuple[str, bytes]:
    """Name (with its marks) and bytes of an attachment of the newest revision. NotVisible when there is none for the subject."""
    revision, about = inspect_for(subject, bulletin_id)
    parts = Part.unrestricted.filter(revision=revision, position=position).exclude(stored_file="")
    part = parts.select_related("revision").first()
    if part is None or not PartWrap.objects.filter(part=part).exists():
        raise NotVisible(Reason.NOT_FOUND)
    name, data = open_parts([part])[part.pk].name, open_file(part)
    _note(subject, revision, {"part": position, "bytes": len(data)})
    label = covering([label_of(part), Label(Tier.ONE, caveats=about.floor.caveats)])
    return attached_name(revision.bulletin.reference, revision.number, label, position, name), data


@dataclass(frozen=True, slots=True)
class Work:
    """One line of the desk: the newest revision of a bulletin and its title, empty once its keys are destroyed."""

    revision: Revision
    title: str


def works_of(subject: Subject) -> list[Work]:
    """What is on the person's desk, last saved first, titles opened in one go. NotVisible, with the refusal in the log, for people
    without a desk."""
    if not has_desk(subject):
        refuse(subject, Action.INSPECT, opaque_id(), Decision(allowed=False, reason=Reason.ROLE), tier=Tier.ONE)
        raise NotVisible(Reason.ROLE)
    revisions = desk_of(subject)
    titles = _highest_titles(revisions)
    with transaction.atomic():
        record(
            Event.BULLETIN_LIST, actor=subject.person, organisation=subject.organisation,
            tier=max((row.tier for row in revisions), default=1), detail={"desk": len(revisions)},
        )  # fmt: skip
    return [Work(row, titles.get(row.pk, "")) for row in revisions]


def _highest_titles(revisions: list[Revision]) -> dict[UUID, str]:
    parts = Part.unrestricted.filter(revision__in=revisions, kind=Part.Kind.TITLE).select_related("revision")
    highest: dict[UUID, Part] = {}
    for part in parts.order_by("tier"):
        highest[part.revision_id] = part
    whole = set(PartWrap.objects.filter(part__in=highest.values()).values_list("part_id", flat=True))
    words = open_parts(part for part in highest.values() if part.pk in whole)
    return {part.revision_id: words[part.pk].text for part in highest.values() if part.pk in words}
