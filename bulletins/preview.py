"""Who will read, why, and what: the audience of a revision before it is published, and each rendition there will be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from accounts.models import User
from bulletins import facts
from bulletins.access import readers_given
from bulletins.facts import label_of, portion_of
from bulletins.models import Part, Release, Revision
from bulletins.rendition import Rendition, compose
from council.access import facts as known
from council.access.facts import Label, State, Subject
from council.access.policy import Action, decide
from council.access.tiers import Tier


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who will read: the rules that let them in, the tier up to which they get parts (in words), and their positions.

    Never up to where they could see at most: that would tell the desk who is cleared, and on which day no more.
    """

    person: User
    rules: str
    reach: str
    parts: frozenset[int]


@dataclass(frozen=True, slots=True)
class Group:
    """The readers of one organisation. `rules` says it once where it is the same for all of them."""

    name: str
    readers: tuple[Reader, ...]

    @property
    def rules(self) -> str:
        rules = {reader.rules for reader in self.readers}
        return rules.pop() if len(rules) == 1 else ""


@dataclass(frozen=True, slots=True)
class Shape:
    """One rendition that will exist: which positions it shows, to how many people of how many organisations."""

    number: int
    positions: frozenset[int]
    people: int
    organisations: int


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody who will read, by organisation, and the distinct renditions they get, the fullest first."""

    groups: tuple[Group, ...]
    shapes: tuple[Shape, ...]

    @property
    def people(self) -> int:
        return sum(len(group.readers) for group in self.groups)

    @property
    def organisations(self) -> int:
        return len(self.groups)


@dataclass(frozen=True, slots=True)
class Change:
    """How an organisation's readers change against what is served now: `people` more, or fewer when negative."""

    name: str
    people: int


def once_published(about: known.Bulletin) -> known.Bulletin:
    """The facts as they will be when this revision is served."""
    return replace(about, state=State.PUBLISHED)


def _rules(revision: Revision) -> dict[int, str]:
    """What membership of each group that the revision is released to is called, subcommittees first."""
    organisations, subcommittees = {}, {}
    for row in Release.objects.filter(revision=revision).select_related("organisation", "subcommittee"):
        if row.organisation:
            organisations[row.organisation.group_id] = _("組織に公開")
        elif row.subcommittee:
            subcommittees[row.subcommittee.group_id] = _("%(name)sの一員") % {"name": row.subcommittee.name}
    return subcommittees | organisations


def _reach(shown: frozenset[int], labels: dict[int, Label]) -> str:
    words = {Tier.ONE: _("機密性1まで"), Tier.TWO: _("機密性2まで"), Tier.CRITICAL: _("重要経済安保情報まで")}
    return words[max((labels[position].tier for position in shown), default=Tier.ONE)]


def _why(subject: Subject, about: known.Bulletin, rules: dict[int, str]) -> str:
    """The rules that let somebody in; of tier three the roster as well, on which everybody who reads it stands."""
    held = [words for group, words in rules.items() if group in subject.groups]
    if subject.person in about.released_to.people:
        held.append(_("個人に公開"))
    if about.floor.tier is Tier.CRITICAL:
        held.append(_("取扱者名簿"))
    return _("、").join(held)


def _shown_to(subject: Subject, about: known.Bulletin, labels: dict[int, Label]) -> frozenset[int]:
    """The positions that the subject gets, titles among them. Each distinct label is decided once."""
    allowed = {label: bool(decide(subject, Action.READ, known.Part(about, label))) for label in set(labels.values())}
    return frozenset(position for position, label in labels.items() if allowed[label])


def audience_of(revision: Revision, about: known.Bulletin, parts: Sequence[Part]) -> Audience:
    """Who will read the revision once it is served, and in which renditions. `parts` are all its parts."""
    facts_then = once_published(about)
    labels = {part.position: label_of(part) for part in parts}
    rules = _rules(revision)
    readers: dict[str, list[Reader]] = {}
    names = {}
    for person, subject in readers_given(facts_then):
        shown = _shown_to(subject, facts_then, labels)
        reader = Reader(person, _why(subject, facts_then, rules), _reach(shown, labels), shown)
        readers.setdefault(subject.organisation, []).append(reader)
        names[subject.organisation] = person.organisation.name
    groups = tuple(Group(names[pk], tuple(people)) for pk, people in readers.items())
    return Audience(groups, _shapes(groups))


def audience_now(revision: Revision, about: known.Bulletin) -> Audience:
    """audience_of() for somebody who has no parts at hand."""
    return audience_of(revision, about, list(Part.unrestricted.filter(revision=revision).defer("ciphertext")))


def _shapes(groups: Iterable[Group]) -> tuple[Shape, ...]:
    found: dict[frozenset[int], list[Reader]] = {}
    for group in groups:
        for reader in group.readers:
            found.setdefault(reader.parts, []).append(reader)
    fullest_first = sorted(found, key=lambda positions: (-len(positions), sorted(positions)))
    return tuple(
        Shape(number, positions, len(found[positions]), len({r.person.organisation_id for r in found[positions]}))
        for number, positions in enumerate(fullest_first, start=1)
    )


def rendition_of(
    parts: Iterable[Part], about: known.Bulletin, positions: frozenset[int] | None = None
) -> Rendition[Part]:
    """The rendition made of the parts at these positions; all of them when none are named."""
    portions = [portion_of(part) for part in parts]
    if positions is not None:
        portions = [portion for portion in portions if portion.content.position in positions]
    return compose(portions, about)


def changes_against_served(revision: Revision, audience: Audience) -> list[Change]:
    """Organisations that gain or lose readers when this revision takes the place of the served one."""
    if not revision.bulletin.served_id or revision.bulletin.served_id == revision.pk:
        return []
    _bulletin, about = facts.served(revision.bulletin_id)
    before: dict[str, int] = {}
    for person, _subject in readers_given(about) if about else []:
        before[person.organisation.name] = before.get(person.organisation.name, 0) + 1
    after = {group.name: len(group.readers) for group in audience.groups}
    differences = {name: after.get(name, 0) - before.get(name, 0) for name in sorted({*before, *after})}
    return [Change(name, people) for name, people in differences.items() if people]
