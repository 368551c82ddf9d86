"""What a change of one field would do to the audience: who would come to read, and who would not any more. By decide() alone.

The people asked about are bounded. Whether somebody is cleared for 重要経済安保情報 is told to no desk: there only numbers are given.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from accounts.models import Organisation, Subcommittee, User
from accounts.subject import subjects_of
from bulletins.facts import planned, revision_facts
from bulletins.models import Release, Revision
from bulletins.preview import once_published
from council.access import caveats
from council.access import facts as known
from council.access.caveats import Path
from council.access.facts import Audience, Subject
from council.access.policy import Action, decide
from council.access.tiers import Tier

# Beyond so many people in the council only those already named are asked about: what could be added is then not said.
MOST_PEOPLE = 2000


@dataclass(frozen=True, slots=True)
class Swap:
    """One change, in words, and whom it would bring or take away. `named`: their names may be shown."""

    words: str
    gained: tuple[User, ...] = ()
    lost: tuple[User, ...] = ()
    named: bool = True

    @property
    def organisations_gained(self) -> int:
        return len({person.organisation_id for person in self.gained})

    @property
    def organisations_lost(self) -> int:
        return len({person.organisation_id for person in self.lost})


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways out that a caveat would close or open for every reader, in words."""

    words: str
    closed: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Every change that was weighed, by field. `bounded`: there are too many people to say what could be added."""

    label: list[Swap] = field(default_factory=list)
    scope: list[Swap] = field(default_factory=list)
    fewer: list[Swap] = field(default_factory=list)
    more: list[Swap] = field(default_factory=list)
    caveats: list[Ways] = field(default_factory=list)
    bounded: bool = False


def what_if(subject: Subject, revision: Revision) -> WhatIf:
    """What each change of one field would do to the audience of this revision (its bulletin and designation must be loaded).

    Of subcommittees the subject's own alone are weighed, as they alone stand in the form: of the others neither names nor members are told.
    """
    about = once_published(revision_facts(revision, planned(revision)))
    everybody = (
        User.objects.filter(is_active=True).select_related("organisation").order_by("organisation__name", "name")
    )
    bounded = everybody.count() > MOST_PEOPLE
    seats = list(Subcommittee.objects.filter(pk__in=subject.subcommittees).order_by("name"))
    pool = _Pool(list(_named(everybody, about) if bounded else everybody), about)
    return WhatIf(
        label=list(_tiers(revision, about, pool)),
        scope=list(_scopes(seats, about, pool)),
        fewer=list(_fewer(revision, about, pool)),
        more=[] if bounded else list(_more(seats, about, pool)),
        caveats=list(_caveats(about)),
        bounded=bounded,
    )


def _named(everybody: Iterable[User], about: known.Bulletin) -> list[User]:
    audience = about.released_to
    inside = everybody.filter(organisation__group__in=audience.groups) | everybody.filter(pk__in=audience.people)
    seated = everybody.filter(memberships__subcommittee__group__in=audience.groups)
    return list({person.pk: person for person in (*inside, *seated)}.values())


class _Pool:
    """The people asked about, what is known of them, and who of them reads it as it stands."""

    def __init__(self, people: list[User], about: known.Bulletin) -> None:
        subjects = subjects_of(people)
        self.people = [(person, subjects[person.pk]) for person in people]
        # Whoever could be added to what is for cleared people alone is cleared: of them only the number is told.
        self._only_cleared = about.floor.tier is Tier.CRITICAL
        self.now = frozenset(person.pk for person, subject in self.people if decide(subject, Action.READ, about))

    def weigh(self, words: str, changed: known.Bulletin, *, named: bool = True) -> Swap:
        then = {person.pk for person, subject in self.people if self._reads(subject, changed)}
        gained = tuple(person for person, _subject in self.people if person.pk in then - self.now)
        lost = tuple(person for person, _subject in self.people if person.pk in self.now - then)
        return Swap(words, gained, lost, named and not (self._only_cleared and gained))

    @staticmethod
    def _reads(subject: Subject, changed: known.Bulletin) -> bool:
        # Most people are named by nobody, and decide() asks about the release late.
        return changed.released_to.includes(subject) and bool(decide(subject, Action.READ, changed))


def _tiers(revision: Revision, about: known.Bulletin, pool: _Pool) -> Iterator[Swap]:
    """The floor decides who reads; where it is not lowered, it goes with the tier of the whole."""
    words = {Tier.ONE: _("機密性1"), Tier.TWO: _("機密性2"), Tier.CRITICAL: _("重要経済安保情報")}
    for tier in Tier:
        if abs(tier - revision.floor) != 1 or (tier is Tier.CRITICAL and about.designation is None):
            continue
        alone = revision.floor < revision.tier or tier < revision.floor
        said = _("見える下限を%(tier)sにする") if alone else _("資料の格付と見える下限を%(tier)sにする")
        secret = Tier.CRITICAL in (tier, revision.floor)
        changed = replace(about, floor=replace(about.floor, tier=tier))
        yield pool.weigh(said % {"tier": words[tier]}, changed, named=not secret)


def _scopes(seats: Iterable[Subcommittee], about: known.Bulletin, pool: _Pool) -> Iterator[Swap]:
    own = about.floor.subcommittees
    for row in seats:
        inside = str(row.pk) in own
        changed = own - {str(row.pk)} if inside else own | {str(row.pk)}
        words = _("「%(name)s限り」を外す") if inside else _("「%(name)s限り」にする")
        yield pool.weigh(words % {"name": row.name}, replace(about, floor=replace(about.floor, subcommittees=changed)))


def _without(audience: Audience, release: Release) -> Audience:
    if release.person_id:
        return replace(audience, people=audience.people - {str(release.person_id)})
    return replace(audience, groups=audience.groups - {release.group.pk})


def _fewer(revision: Revision, about: known.Bulletin, pool: _Pool) -> Iterator[Swap]:
    rows = Release.objects.filter(revision=revision).select_related(
        "person", "organisation__group", "subcommittee__group"
    )
    for row in rows:
        changed = replace(about, released_to=_without(about.released_to, row))
        name = (row.person or row.organisation or row.subcommittee).name
        yield pool.weigh(_("公開先から%(name)sを外す") % {"name": name}, changed)


def _more(seats: Iterable[Subcommittee], about: known.Bulletin, pool: _Pool) -> Iterator[Swap]:
    """Every organisation, and subcommittee of the author's, that is not among the targets and would bring somebody."""
    audience = about.released_to
    for model in (seats, Organisation.objects.filter(is_active=True).order_by("name")):
        for row in model:
            if row.group_id in audience.groups:
                continue
            changed = replace(about, released_to=replace(audience, groups=audience.groups | {row.group_id}))
            swap = pool.weigh(_("公開先に%(name)sを加える") % {"name": row.name}, changed)
            if swap.gained:
                yield swap


def _caveats(about: known.Bulletin) -> Iterator[Ways]:
    """A caveat lets nobody in and keeps nobody out: it closes ways by which the words go further."""
    words = {
        Path.SELECTION: _("複写"), Path.PRINT: _("印刷"), Path.PDF: _("紙の写し"), Path.FILE: _("付属資料の受け取り"),
        Path.PACKAGE: _("包みでの配付"), Path.API: _("プログラムからの取得"), Path.FORWARD: _("転送"),
        Path.REUSE: _("新しい資料への写し"), Path.DISPOSAL: _("廃棄"),
    }  # fmt: skip
    own = about.floor.caveats
    for each in map(caveats.parse, caveats.WORDS):
        before = caveats.closed(own)
        after = caveats.closed(tuple(c for c in own if c != each) if each in own else (*own, each))
        said = _("「%(words)s」を外す") if each in own else _("「%(words)s」を付ける")
        closed, opened = (
            tuple(words[path] for path in Path if path in ways) for ways in (after - before, before - after)
        )
        if closed or opened:
            yield Ways(said % {"words": _(each.words)}, closed, opened)
