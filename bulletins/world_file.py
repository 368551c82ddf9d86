"""World files: what one says, read strictly. Unknown keys, unknown words and dangling references are errors. Pure.

Source of the format: interface "A world file". Beyond it people may carry `name` and `title`, bulletins `published_at`,
`floor_title` and `correction` (what their second revision says), attachments `tier`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from council.access.facts import Role, State
from council.access.tiers import Tier, TierRefused

ORGANISATION_KINDS = ("agency", "company", "thinktank", "audit")
BULLETIN_KINDS = ("flash", "alert", "threat", "scenario", "supply_chain", "technology", "region")


class WorldRefused(ValueError):
    """The file can't be built; the message says where and why."""


@dataclass(frozen=True, slots=True)
class OrganisationSpec:
    key: str
    kind: str
    name: str
    corporate_number: str | None = None
    tier: int = 2
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class SubcommitteeSpec:
    key: str
    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonSpec:
    key: str
    email: str
    org: str
    name: str
    title: str = ""
    roles: tuple[Role, ...] = (Role.MEMBER,)
    tier: Tier = Tier.ONE
    subcommittees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PartSpec:
    text: str
    tier: Tier
    kind: str = "text"
    subcommittees: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionSpec:
    """The second revision of a published bulletin: all of its parts, and in words what changed."""

    parts: tuple[PartSpec, ...]
    change_summary: str
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BulletinSpec:
    key: str
    title: str
    tier: Tier
    by: str
    parts: tuple[PartSpec, ...]
    kind: str = "alert"
    floor: Tier | None = None
    floor_title: str = ""
    subcommittees: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    approved_by: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    to_subcommittees: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    state: State = State.PUBLISHED
    deadline: datetime | None = None
    published_at: datetime | None = None
    correction: CorrectionSpec | None = None


@dataclass(frozen=True, slots=True)
class World:
    organisations: tuple[OrganisationSpec, ...] = ()
    subcommittees: tuple[SubcommitteeSpec, ...] = ()
    people: tuple[PersonSpec, ...] = ()
    bulletins: tuple[BulletinSpec, ...] = ()


class _Reader:
    """Takes keys out of one object of the file; what is left at the end is unknown, and an error."""

    def __init__(self, given: object, where: str) -> None:
        if not isinstance(given, Mapping):
            raise WorldRefused(f"{where} must be an object.")
        self.left, self.where = dict(given), where

    def text(self, name: str, default: str | None = None) -> str:
        value = self.left.pop(name, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise WorldRefused(f"{self.where}: {name} must be text.")
        return value

    def word(self, name: str, allowed: Iterable[str], default: str | None = None) -> str:
        value = self.text(name, default)
        if value not in list(allowed):
            raise WorldRefused(f"{self.where}: {name} can't be {value!r}; it is one of {', '.join(allowed)}.")
        return value

    def words(self, name: str, *, one: bool = False) -> tuple[str, ...]:
        value = self.left.pop(name, [])
        value = [value] if one and isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise WorldRefused(f"{self.where}: {name} must be a list of texts.")
        return tuple(dict.fromkeys(value))

    def tier(self, name: str, default: int | None = None) -> Tier:
        try:
            return Tier.parse(self.left.pop(name, default))
        except TierRefused as refused:
            raise WorldRefused(f"{self.where}: {name}: {refused}") from None

    def moment(self, name: str) -> datetime | None:
        value = self.left.pop(name, None)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            raise WorldRefused(f"{self.where}: {name} must be a moment in ISO 8601.") from None
        if moment.tzinfo is None:
            raise WorldRefused(f"{self.where}: {name} needs its offset from UTC.")
        return moment

    def objects(self, name: str) -> list[object]:
        value = self.left.pop(name, [])
        if not isinstance(value, list):
            raise WorldRefused(f"{self.where}: {name} must be a list.")
        return value

    def done(self) -> None:
        if self.left:
            raise WorldRefused(f"{self.where}: unknown key {', '.join(sorted(map(str, self.left)))}.")


def _organisation(given: object, place: int) -> OrganisationSpec:
    reader = _Reader(given, f"organisations[{place}]")
    spec = OrganisationSpec(
        key=reader.text("key"),
        kind=reader.word("kind", ORGANISATION_KINDS),
        name=reader.text("name"),
        corporate_number=reader.text("corporate_number", "") or None,
        tier=int(reader.tier("tier", 2)),
        recipient=reader.text("recipient", ""),
    )
    reader.done()
    return spec


def _subcommittee(given: object, place: int) -> SubcommitteeSpec:
    reader = _Reader(given, f"subcommittees[{place}]")
    spec = SubcommitteeSpec(reader.text("key"), reader.text("name"), reader.words("members"))
    reader.done()
    return spec


def _person(given: object, place: int) -> PersonSpec:
    reader = _Reader(given, f"people[{place}]")
    key, roles = reader.text("key"), reader.words("roles")
    unknown = [role for role in roles if role not in list(Role)]
    if unknown:
        raise WorldRefused(f"people[{place}]: roles can't hold {unknown[0]!r}.")
    spec = PersonSpec(
        key=key,
        email=reader.text("email").strip().lower(),
        org=reader.text("org"),
        name=reader.text("name", key),
        title=reader.text("title", ""),
        roles=tuple(map(Role, roles)) or (Role.MEMBER,),
        tier=reader.tier("tier", 1),
        subcommittees=reader.words("subcommittees"),
    )
    reader.done()
    return spec


def _part(given: object, where: str) -> PartSpec:
    reader = _Reader(given, where)
    spec = PartSpec(
        text=reader.text("text"),
        tier=reader.tier("tier", 1),
        kind=reader.text("kind", "text"),
        subcommittees=reader.words("subcommittees"),
        caveats=reader.words("caveats"),
    )
    reader.done()
    return spec


def _attachment(given: object, where: str, tier: Tier) -> PartSpec:
    """An attachment bears the bulletin's tier unless it says otherwise: never a lower one by omission."""
    reader = _Reader(given, where)
    spec = PartSpec(reader.text("text"), reader.tier("tier", tier), "attachment", name=reader.text("name"))
    reader.done()
    return spec


def _correction(given: object, where: str) -> CorrectionSpec | None:
    if given is None:
        return None
    reader = _Reader(given, where)
    spec = CorrectionSpec(
        parts=tuple(_part(each, f"{where}.parts[{n}]") for n, each in enumerate(reader.objects("parts"))),
        change_summary=reader.text("change_summary"),
        published_at=reader.moment("published_at"),
    )
    reader.done()
    return spec


def _check_way(spec: BulletinSpec, where: str) -> None:
    """Refuses what the desk would refuse half way, before anything is written."""
    if spec.correction and spec.state is not State.PUBLISHED:
        raise WorldRefused(f"{where}: only what is published can have a correction.")
    if spec.state is State.DRAFT:
        return
    if not (spec.organisations or spec.to_subcommittees or spec.people):
        raise WorldRefused(f"{where}: released_to names nobody, and nobody is never everybody.")
    needed = 0 if spec.state is State.IN_REVIEW else 2 if spec.tier is Tier.CRITICAL else 1
    if len(set(spec.approved_by) - {spec.by}) < needed:
        raise WorldRefused(f"{where}: approved_by must name {needed} other than its author.")


def _bulletin(given: object, place: int) -> BulletinSpec:
    where = f"bulletins[{place}]"
    reader = _Reader(given, where)
    released = _Reader(reader.left.pop("released_to", {}), f"{where}.released_to")
    tier = reader.tier("tier", 1)
    parts = [_part(each, f"{where}.parts[{n}]") for n, each in enumerate(reader.objects("parts"))]
    files = [
        _attachment(each, f"{where}.attachments[{n}]", tier) for n, each in enumerate(reader.objects("attachments"))
    ]
    spec = BulletinSpec(
        key=reader.text("key"),
        title=reader.text("title"),
        tier=tier,
        by=reader.text("by"),
        parts=(*parts, *files),
        kind=reader.word("kind", BULLETIN_KINDS, "alert"),
        floor=reader.tier("floor") if reader.left.get("floor") is not None else None,
        floor_title=reader.text("floor_title", ""),
        subcommittees=reader.words("subcommittees"),
        caveats=reader.words("caveats"),
        approved_by=reader.words("approved_by", one=True),
        organisations=released.words("organisations"),
        to_subcommittees=released.words("subcommittees"),
        people=released.words("people"),
        state=State(reader.word("state", list(State), State.PUBLISHED)),
        deadline=reader.moment("deadline"),
        published_at=reader.moment("published_at"),
        correction=_correction(reader.left.pop("correction", None), f"{where}.correction"),
    )
    released.done()
    reader.left.pop("floor", None)
    reader.done()
    _check_way(spec, where)
    return spec


def read_world(given: object) -> World:
    """The world that a parsed JSON document describes; WorldRefused with the place of the first fault."""
    reader = _Reader(given, "the file")
    world = World(
        tuple(_organisation(each, n) for n, each in enumerate(reader.objects("organisations"))),
        tuple(_subcommittee(each, n) for n, each in enumerate(reader.objects("subcommittees"))),
        tuple(_person(each, n) for n, each in enumerate(reader.objects("people"))),
        tuple(_bulletin(each, n) for n, each in enumerate(reader.objects("bulletins"))),
    )
    reader.done()
    for name in ("organisations", "subcommittees", "people", "bulletins"):
        keys = [spec.key for spec in getattr(world, name)]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise WorldRefused(f"{name}: the key {twice[0]!r} stands twice.")
    return world
