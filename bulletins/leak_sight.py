"""The leak lint over a revision: its words, what is inside of its files as far as it is known, and against whom they are held."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from bulletins import facts
from bulletins.access import readers_given
from bulletins.attached import read_beforehand
from bulletins.excerpts import plain
from bulletins.indexing import attached_texts
from bulletins.leak_lint import Known, Leak, Passage, look, references_in
from bulletins.leak_words import why
from bulletins.models import Bulletin, Part, Revision
from bulletins.preview import Audience, audience_now
from bulletins.related import found_for
from bulletins.sealed import Words, open_parts
from council.access.facts import State, Subject

# Only while something can still be done about it.
LOOKED_AT = {State.DRAFT, State.IN_REVIEW, State.APPROVED, State.SCHEDULED}


@dataclass(frozen=True, slots=True)
class Caution:
    """A finding as the desk reads it: which part, the words, why."""

    code: str
    where: str
    words: str
    why: str


@dataclass(frozen=True, slots=True)
class Cautions:
    """What was found, and the names of the files that could not be looked into."""

    found: tuple[Caution, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def for_the_log(self) -> dict[str, object]:
        """How many of each kind, and of files that were not looked into: what the log may hold of it."""
        return {"cautions": dict(Counter(each.code for each in self.found)), "unread": len(self.unread)}

    def __bool__(self) -> bool:
        return bool(self.found)


def cautions_of(subject: Subject, revision: Revision) -> Cautions:
    """cautions_in() for a verb, which holds the bulletin's row: files that nobody has looked into yet are not read for it.

    `revision.bulletin` must be loaded.
    """
    parts = list(Part.unrestricted.filter(revision=revision).select_related("revision"))
    words = open_parts(parts, leave_out_destroyed=True)
    about = facts.revision_facts(revision, facts.planned(revision))
    said = [(part, words[part.pk]) for part in parts if part.pk in words]
    return _found_in(subject, revision, said, audience_now(revision, about))


def read_files_of(revision: Revision) -> None:
    """Looks into the files of a revision before a verb holds its row, so that cautions_of() knows what is inside of them."""
    files = list(Part.unrestricted.filter(revision=revision).exclude(stored_file="").select_related("revision"))
    read_beforehand(files, open_parts(files, leave_out_destroyed=True) if files else {})


def cautions_in(
    subject: Subject, revision: Revision, said: Iterable[tuple[Part, Words]], audience: Audience
) -> Cautions:
    """What in these words of a revision its audience may not be meant to learn, by what the subject may know."""
    said = list(said)
    read_beforehand((part for part, _words in said), {part.pk: words for part, words in said})
    return _found_in(subject, revision, said, audience)


def _found_in(subject: Subject, revision: Revision, said: list[tuple[Part, Words]], audience: Audience) -> Cautions:
    inside = attached_texts(part for part, _words in said)
    passages = [passage for place, pair in _numbered(said) for passage in _passages(place, *pair, inside)]
    known = _known(subject, revision, audience, passages)
    unread = [words.name for part, words in said if part.stored_file and not inside.get(part.pk)]
    return Cautions(tuple(map(_told, look(passages, known))), tuple(unread))


def _told(leak: Leak) -> Caution:
    return Caution(leak.code, leak.where, leak.words, why(leak.code))


def _numbered(said: list[tuple[Part, Words]]) -> list[tuple[str, tuple[Part, Words]]]:
    """The parts of the body are counted as the editor and the page of the work count them."""
    body = [part.pk for part, _words in said if part.kind not in Part.OF_THE_WHOLE]
    numbers = {pk: number for number, pk in enumerate(body, start=1)}
    return [(" ".join(filter(None, (str(numbers.get(p.pk, "")), p.get_kind_display()))), (p, w)) for p, w in said]


def _passages(place: str, part: Part, words: Words, inside: dict) -> list[Passage]:
    indicators = part.kind == Part.Kind.INDICATORS
    # In the rendered text no mark of Markdown stands between two letters of a name.
    text = words.text if part.kind == Part.Kind.TITLE else plain(words.rendered("p"))
    found = [Passage(place, "\n".join(filter(None, (words.name, text))), indicators)]
    if inside.get(part.pk):
        found.append(Passage(_("%(place)sの中身") % {"place": place}, inside[part.pk]))
    return found


def _known(subject: Subject, revision: Revision, audience: Audience, passages: list[Passage]) -> Known:
    people = {reader.person.pk: reader.person for group in audience.groups for reader in group.readers}
    own = revision.bulletin.originator
    inside = {own.pk, *(person.organisation_id for person in people.values())}
    organisations = dict(Organisation.objects.filter(is_active=True).values_list("pk", "name"))
    others = User.objects.filter(is_active=True).exclude(pk__in=people).values_list("name", flat=True)
    readers = {own.name, *(person.name for person in people.values())}
    return Known(
        organisations=frozenset(name for pk, name in organisations.items() if pk not in inside),
        people=frozenset(others),
        readers=frozenset(readers | {name for pk, name in organisations.items() if pk in inside}),
        references=frozenset(_shared(subject, revision, set(people), references_in(passages))),
    )


def _shared(subject: Subject, revision: Revision, readers: set, references: set[str]) -> list[str]:
    """Those that each of the readers may see. One that the subject does not see is as one that nothing has: not known to be shared,
    and asked about in as many queries.
    """
    shared = [revision.bulletin.reference]
    for row in Bulletin.unrestricted.filter(pk__in=found_for(subject, sorted(references))).order_by("pk"):
        _served, about = facts.served(row.pk)
        if about and readers <= {person.pk for person, _subject in readers_given(about)}:
            shared.append(row.reference)
    return shared
