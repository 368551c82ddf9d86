"""Events as people and programs are shown them: a sentence, and the members of the leaf that this reader is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from council.audit import names, wording
from council.audit.details import details_of
from council.audit.events import Event
from council.audit.filters import organisations, uuid_or_none
from council.audit.leaf import MEMBERS, fields_of, moment_of, time_text
from council.audit.models import AuditEvent, LogEntry, Signal
from council.audit.reading import Reader

# Reason and tier would tell an administrator what a colleague lacks, and that a document has parts above their own.
_AUDITORS_ONLY = ("v", "tier", "reason", "policy", "detail")
# What the table has besides the leaf, to be searched.
_COLUMNS = ("actor", "org", "action", "object", "revision", "tier", "outcome", "reason", "request")
_STRANGERS = {Event.SIGN_IN_FAILED, Event.TOKEN_REFUSED}


@dataclass(frozen=True, slots=True)
class Shown:
    """One event for one reader. `fields` has every member of the leaf, None where the reader is not told.

    `organisation` and `name` are whose event and whose deed it was, empty where the reader is not told; `leaf` is the event's place
    in the log of its tier, for auditors, once it has one; `links` lead to the timelines of who and what the sentence names.
    """

    id: UUID
    moment: datetime
    outcome: str
    outcome_label: str
    sentence: str
    person: str
    organisation: str
    name: str
    leaf: int | None
    links: list[tuple[str, str]]
    fields: Mapping[str, str | int | None]

    @property
    def clock(self) -> str:
        """10:26:03, in Japan."""
        return f"{timezone.localtime(self.moment):%H:%M:%S}"

    @property
    def day(self) -> date:
        """The day in Japan, for grouping."""
        return timezone.localdate(self.moment)

    @property
    def raw(self) -> list[tuple[str, str | int]]:
        """The members that the reader is told; the longest two at the ends, where the page has a whole line."""
        order = ("id", *(member for member in MEMBERS if member not in ("id", "detail")), "detail")
        told = [(member, self.fields[member]) for member in order if self.fields[member] is not None]
        return [(member, "—" if value == "" else value) for member, value in told]


@dataclass(frozen=True, slots=True)
class _Book:
    """Names for the ids on one page."""

    persons: Mapping[UUID, str]
    people: Mapping[str, str]
    organisations: Mapping[str, str]
    references: Mapping[str, str]
    signals: Mapping[str, str]
    leaves: Mapping[UUID, int]

    def person(self, event: AuditEvent) -> str:
        """The name of who did it, or nothing."""
        return self.people.get(self.persons.get(event.pk, ""), "")

    def links(self, event: AuditEvent) -> list[tuple[str, str]]:
        """The timelines of who and what the sentence names: words and address."""
        people = {self.persons.get(event.pk, ""), event.object} & set(self.people)
        found = [
            (_("%(person)sさんの時系列") % {"person": self.people[each]}, reverse("audit-timeline-person", args=[each]))
            for each in sorted(people, key=lambda each: each == event.object)
        ]
        reference = self.references.get(event.object)
        if reference and names.is_content(event.action):
            words = _("%(reference)sの時系列") % {"reference": reference}
            found.append((words, reverse("audit-timeline-bulletin", args=[reference])))
        return found

    def who(self, event: AuditEvent) -> str:
        person, organisation = self.person(event), self.organisations.get(event.org)
        if person and organisation:
            return _("%(organisation)sの%(person)sさん") % {"organisation": organisation, "person": person}
        if event.actor:
            return _("%(organisation)sの担当者") % {"organisation": organisation or event.org}
        # What the clock or the worker does belongs to an organisation too, but nobody of it did it.
        return _("サインインしていない人") if event.action in _STRANGERS else _("ポータル")

    def about(self, event: AuditEvent) -> str:
        if event.object in self.people:
            return _("%(person)sさん") % {"person": self.people[event.object]}
        books = (self.references, self.organisations, self.signals)
        named = next((book[event.object] for book in books if event.object in book), event.object)
        if event.revision and names.is_content(event.action):
            return _("%(reference)s 第%(revision)s版") % {"reference": named, "revision": event.revision}
        return named


def show(reader: Reader, events: list[AuditEvent]) -> list[Shown]:
    """The events with names put to them, in as many queries however many there are."""
    book = _book(reader, events)
    return [_shown(reader, event, book) for event in events]


def _book(reader: Reader, events: list[AuditEvent]) -> _Book:
    persons = {key: detail.get("person", "") for key, detail in details_of(events).items()}
    objects = {event.object for event in events if event.object}
    people = get_user_model().objects.filter(pk__in=_uuids({*persons.values(), *objects}))
    if not reader.auditor:
        people = people.filter(organisation=reader.organisation)
    offices = organisations().objects.filter(pk__in=_uuids({*objects, *(event.org for event in events)}))
    if not reader.auditor:
        offices = offices.filter(Q(pk=reader.organisation))
    return _Book(
        persons=persons,
        people={str(key): name for key, name in people.values_list("pk", "name")},
        organisations={str(key): name for key, name in offices.values_list("pk", "name")},
        references=names.references_of({event.object for event in events if names.is_content(event.action)}),
        signals=_signals(objects) if reader.auditor else {},
        leaves=_leaves(events) if reader.auditor else {},
    )


def _signals(ids: Iterable[str]) -> dict[str, str]:
    """Signal -> the words of its rule."""
    found = Signal.objects.filter(pk__in=_uuids(ids)).values_list("pk", "rule")
    return {str(key): str(wording.RULES.get(rule, rule)) for key, rule in found}


def _leaves(events: list[AuditEvent]) -> dict[UUID, int]:
    """Event -> its place in the log of its tier, for those that have one."""
    return dict(LogEntry.objects.filter(pk__in=[event.pk for event in events]).values_list("pk", "index"))


def _uuids(ids: Iterable[str]) -> list[UUID]:
    return [found for found in map(uuid_or_none, ids) if found]


def _fields(event: AuditEvent) -> tuple[Mapping[str, str | int | None], bool]:
    """The members of the leaf, and whether the columns agree with it. Of a leaf that is none, what the columns say."""
    columns = {member: getattr(event, member) for member in _COLUMNS}
    try:
        fields = fields_of(bytes(event.leaf))
    except (ValueError, RecursionError):
        return {**dict.fromkeys(MEMBERS), **columns, "id": str(event.pk), "time": time_text(moment_of(event.pk))}, False
    return fields, fields["id"] == str(event.pk) and all(fields[member] == value for member, value in columns.items())


def _shown(reader: Reader, event: AuditEvent, book: _Book) -> Shown:
    fields, whole = _fields(event)
    if not reader.auditor:
        fields = {member: None if member in _AUDITORS_ONLY else fields[member] for member in MEMBERS}
    words = wording.sentence(
        event.action,
        who=book.who(event),
        about=book.about(event),
        outcome=event.outcome,
        reason=str(fields["reason"] or ""),
    )
    return Shown(
        id=event.pk,
        moment=event.time,
        outcome=event.outcome,
        outcome_label=str(wording.OUTCOMES.get(event.outcome, event.outcome)),
        sentence=words if whole else words + _("この出来事は書き換えられた疑いがあります。記録を検証してください。"),
        person=book.persons.get(event.pk, ""),
        organisation=book.organisations.get(event.org, ""),
        name=book.person(event),
        leaf=book.leaves.get(event.pk),
        links=book.links(event),
        fields=fields,
    )
