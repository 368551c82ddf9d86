"""The door to sealed packages: packages_for(), package_for(), package_of(). Asked anew on each request.

A package is there for a person when it is their organisation's, released and sealed to a key that is not revoked, and decide(FETCH)
lets them take out the bulletin *and* everything that the package holds: who is not cleared for what is inside does not learn that
it exists. packages_for() is the SQL twin; decide() speaks again on each of its rows.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast

from accounts.models import Subcommittee
from bulletins import facts
from bulletins.access import NotVisible, cleared_items, judge, refuse, visible_to
from bulletins.models import Bulletin, Package, PackageSeal, Payload
from council.access import facts as known
from council.access.facts import Audience, Subject
from council.access.policy import Action, Decision, Reason, decide, dominates
from council.access.tiers import Tier
from council.sealing.manifest import FileNames, Manifest, file_names

PAGE = 20

Position = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A package that passed the door, and what its manifest says."""

    seal: PackageSeal
    manifest: Manifest

    @property
    def package(self) -> Package:
        return self.seal.package

    @property
    def payload(self) -> Payload:
        return self.seal.payload

    @property
    def tier(self) -> Tier:
        """That of what is inside."""
        return Tier(self.payload.tier)

    @property
    def header_size(self) -> int:
        return len(self.seal.header)

    @property
    def size(self) -> int:
        """The bytes of the age file."""
        return self.header_size + self.payload.size

    @property
    def names(self) -> FileNames:
        return file_names(str(self.seal.pk))

    @property
    def tag(self) -> str:
        """The strong entity tag of the age file: another header or payload is another tag."""
        return f'"{hashlib.sha256((self.manifest.header + self.manifest.payload).encode()).hexdigest()}"'


def package_for(subject: Subject, package_id: UUID) -> Parcel:
    """The package; NotVisible, with the refusal in the log, when it is not there for the subject. The number of queries is the same
    for an id that was never used."""
    package = Package.objects.filter(pk=package_id).first()
    seal = _seals().filter(pk=package_id).first()
    bulletin, about = facts.served(package.bulletin_id if package else package_id)
    decision = _decision(subject, package, seal, bulletin, about)
    if not decision:
        refuse(subject, Action.FETCH, package_id, decision, tier=about.banner.tier if about else Tier.ONE)
        raise NotVisible(decision.reason)
    return _parcel(seal)


def package_of(subject: Subject, bulletin: Bulletin, about: known.Bulletin) -> UUID | None:
    """The id of the package that package_for() would give for the opened bulletin; one query, whether there is one or not."""
    mine = _released_to(subject).filter(package__revision=bulletin.served_id)
    seal = mine.order_by("-package__version").first()
    return seal.pk if seal and _may_fetch(subject, about, seal.payload) else None


def packages_for(
    subject: Subject, *, before: Position | None = None, size: int = PAGE
) -> tuple[list[Parcel], Position | None]:
    """Up to `size` packages after the position, newest first, and the position to go on from (None at the end).

    The number of queries depends on the subject alone. A caveat whose last day has passed can make a page shorter.
    """
    rows = _within(subject, _released_to(subject))
    if before:
        later = Q(package__released_at__lt=before[0]) | Q(package__released_at=before[0], package__lt=before[1])
        rows = rows.filter(later)
    seals = list(rows.order_by("-package__released_at", "-package")[: size + 1])
    parcels = [_parcel(seal) for seal in seals[:size] if _listed(subject, seal)]
    return parcels, _position(seals[size - 1]) if len(seals) > size else None


def still_released(package_id: UUID) -> bool:
    """Whether the package may go on leaving: no recall, no new version, no revoked key came meanwhile. One query."""
    newest = Q(package__revision=F("package__bulletin__served"))
    return _in_force(PackageSeal.objects.filter(newest, pk=package_id)).exists()


def known_ids(subject: Subject, ids: Iterable[UUID]) -> set[UUID]:
    """Those of the packages, ended ones too, of which the log may tell the subject: their organisation's, with nothing inside that is
    above them. As many queries whichever the ids are, unless there are none."""
    ids = list(ids)
    mine = Package.objects.filter(
        pk__in=ids, organisation=subject.organisation, bulletin__in=visible_to(subject).order_by()
    ).select_related("revision__bulletin", "revision__designation")
    payloads = {seal.pk: seal.payload for seal in PackageSeal.objects.filter(pk__in=ids).select_related("payload")}
    return {package.pk for package in mine if _may_know(subject, package, payloads.get(package.pk))}


def _may_know(subject: Subject, package: Package, payload: Payload | None) -> bool:
    """What an ended package held is not kept: it is taken for the whole of its revision."""
    about = facts.revision_facts(package.revision, Audience())
    return dominates(subject, facts.label_of(payload) if payload else about.banner, about.designation) is None


def _seals() -> QuerySet[PackageSeal]:
    return PackageSeal.objects.select_related(
        "package__bulletin", "package__revision__bulletin", "package__revision__designation", "payload", "key"
    )


def _in_force(seals: QuerySet[PackageSeal]) -> QuerySet[PackageSeal]:
    return seals.filter(package__state=Package.State.RELEASED, key__revoked_at=None, payload__destroyed_at=None)


def _released_to(subject: Subject) -> QuerySet[PackageSeal]:
    return _in_force(_seals()).filter(package__organisation=subject.organisation)


def _parcel(seal: PackageSeal) -> Parcel:
    return Parcel(seal, Manifest.parse(bytes(seal.manifest)))


def _decision(
    subject: Subject,
    package: Package | None,
    seal: PackageSeal | None,
    bulletin: Bulletin | None,
    about: known.Bulletin | None,
) -> Decision:
    """What stands against it first, in words of the log."""
    if package is None:
        return Decision(allowed=False, reason=Reason.NOT_FOUND)
    if str(package.organisation_id) != subject.organisation:
        return Decision(allowed=False, reason=Reason.NOT_INVOLVED)
    if package.state != Package.State.RELEASED or not _holds(seal) or not _is_newest(package, bulletin):
        return Decision(allowed=False, reason=Reason.STATE)
    return _may_fetch(subject, about, seal.payload)


def _holds(seal: PackageSeal | None) -> bool:
    return seal is not None and seal.key.revoked_at is None and seal.payload.destroyed_at is None


def _is_newest(package: Package, bulletin: Bulletin | None) -> bool:
    return bulletin is not None and bulletin.served_id == package.revision_id


def _may_fetch(subject: Subject, about: known.Bulletin, payload: Payload) -> Decision:
    """decide(FETCH) for the bulletin, and for the whole of what the package holds."""
    decision = judge(subject, Action.FETCH, about)
    return decision and decide(subject, Action.FETCH, known.Part(about, facts.label_of(payload)))


def _listed(subject: Subject, seal: PackageSeal) -> bool:
    """What SQL was not asked: whether the revision is the newest (as a condition it misleads PostgreSQL's planner), and the caveats."""
    # visible_to() has asked the grants.
    about = facts.revision_facts(seal.package.revision, Audience(frozenset({subject.person})))
    return _is_newest(seal.package, seal.package.bulletin) and bool(_may_fetch(subject, about, seal.payload))


def _position(seal: PackageSeal) -> Position:
    return seal.package.released_at, seal.pk


def _within(subject: Subject, seals: QuerySet[PackageSeal]) -> QuerySet[PackageSeal]:
    """Those of bulletins that the subject reads, with a payload whose label the subject's dominates."""
    cleared = Q(payload__tier__lt=Tier.CRITICAL) | Q(package__revision__designation__in=cleared_items(subject))
    seals = seals.filter(
        cleared, package__bulletin__in=visible_to(subject).order_by(), payload__tier__lte=subject.ceiling
    )
    # SQLite can't ask one JSON list for being within another, but every id is found in the text of the list.
    others = Subcommittee.objects.exclude(pk__in=subject.subcommittees).values_list("pk", flat=True)
    foreign = reduce(or_, (Q(compartments__contains=str(pk)) for pk in others), Q(pk=None))
    return seals.annotate(compartments=Cast("payload__subcommittees", TextField())).exclude(foreign)
