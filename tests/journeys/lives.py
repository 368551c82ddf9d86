"""Lives a history: each step of each story by the desk's own verbs and the routes of readers, each at its own moment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts import founding
from accounts.actions import people as people_verbs
from accounts.actions.verb import Refused as PeopleRefused
from accounts.models import User
from bulletins.access import NotVisible
from bulletins.actions.close import recall, supersede
from bulletins.actions.draft import create_draft, start_revision
from bulletins.actions.publish import publish, schedule
from bulletins.actions.returned import confirm_return
from bulletins.actions.review import approve, submit
from bulletins.actions.verb import Conflict
from bulletins.desk import Refused
from bulletins.drafting import Draft, Invalid, PartDraft
from bulletins.world import session_cookie
from council.access.facts import Role
from council.access.tiers import Tier
from tests import cast
from tests.bulletins import shelf
from tests.journeys.stage import Stage
from tests.journeys.stories import Change, Piece, Story

DAY = 24 * 60
_REFUSALS = (NotVisible, Refused, Invalid, Conflict, PeopleRefused, ValidationError)


@dataclass
class Scene:
    """The cast by name, and the ids of the bulletins by the name of their story."""

    named: SimpleNamespace
    ids: dict[str, UUID] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)


def council() -> Scene:
    """The cast with a second desk, and an approver who is cleared for nothing."""
    world = cast.council()
    both, first = (world.materials, world.infrastructure), (world.materials,)
    made = {
        "other_publisher": cast.person(world.other_agency, Role.PUBLISHER, name="別府 翠", tier=2, subcommittees=both),
        "other_approver": cast.person(world.other_agency, Role.APPROVER, name="唐津 尚", tier=2, subcommittees=both),
        "junior": cast.person(world.agency, Role.APPROVER, name="三隅 葵", tier=2, subcommittees=first),
    }
    version = founding.found_pledge("知り得た秘密を守ります。", in_force_from=timezone.localdate()).version
    for person in User.objects.all():
        founding.found_acceptance(person.pk, version)
    User.objects.update(last_login=timezone.now())
    return Scene(SimpleNamespace(**vars(world), **made))


def _part(scene: Scene, piece: Piece) -> PartDraft:
    inner = tuple(str(getattr(scene.named, name).pk) for name in piece.inner)
    words = {
        "text": "## 見出し{0}\n\n本文{0}です。",
        "table": "| 項目 | 値 |\n|---|---|\n| 甲 | {0} |",
        "attachment": "添付{0}",
    }
    text = words[piece.kind].format(piece.words)
    name, data = (f"資料{piece.words}.csv", b"a,b\n" * (piece.words + 1)) if piece.kind == "attachment" else ("", None)
    return PartDraft(text, piece.tier, piece.kind, inner, piece.marks, name, data)


def _draft(scene: Scene, story: Story, pieces: tuple[Piece, ...], change: str = "") -> Draft:
    named = [getattr(scene.named, name) for name in story.release]
    kinds = {"Organisation": "organisations", "Subcommittee": "to_subcommittees", "User": "people"}
    release: dict[str, list] = {name: [] for name in kinds.values()}
    for row in named:
        release[kinds[type(row).__name__]].append(row)
    return shelf.draft(
        kind=story.kind,
        title=f"題名{story.words}",
        floor_title=f"下の題名{story.low_words}" if story.floor < story.tier else "",
        tier=story.tier,
        floor=story.floor,
        subcommittees=[getattr(scene.named, name) for name in story.own],
        caveats=story.marks,
        designation=scene.named.item if story.tier == 3 else None,
        deadline=timezone.now() + timedelta(days=20) if story.deadline else None,
        parts=[_part(scene, piece) for piece in pieces],
        change_summary=change,
        **release,
    )


Step = tuple[float, str, Callable[[], object]]


def _desk(scene: Scene, story: Story) -> tuple[User, list[User]]:
    named = scene.named
    if story.by == "publisher":
        return named.publisher, [named.approver, named.second_approver][: 2 if story.tier == 3 else 1]
    return named.other_publisher, [named.other_approver]


def _steps_of(scene: Scene, story: Story, slot: int) -> Iterator[Step]:
    author, approvers = _desk(scene, story)

    def ident() -> UUID:
        return scene.ids[story.name]

    def begin() -> None:
        revision = create_draft(_draft(scene, story, story.pieces), acting_user=author)
        scene.ids[story.name] = revision.bulletin_id
        scene.references[story.name] = revision.bulletin.reference

    yield slot, "begin", begin
    if story.end == "draft":
        return
    yield DAY + slot, "submit", lambda: submit(ident(), acting_user=author)
    if story.end == "in_review":
        return
    for turn, approver in enumerate(approvers):
        yield 2 * DAY + slot + turn / 10, f"approve {turn}", lambda who=approver: approve(ident(), acting_user=who)
    if story.end in ("approved", "scheduled"):
        if story.end == "scheduled":
            yield (
                3 * DAY + slot,
                "schedule",
                lambda: schedule(ident(), timezone.now() + timedelta(days=99), acting_user=author),
            )
        return
    yield 3 * DAY + slot, "publish", lambda: publish(ident(), acting_user=author)
    for turn, name in enumerate(story.readers):
        yield 4 * DAY + slot + turn / 10, f"read {name}", lambda name=name: _read(getattr(scene.named, name), ident())
    yield from _after(scene, story, slot, ident)


def _after(scene: Scene, story: Story, slot: int, ident: Callable[[], UUID]) -> Iterator[Step]:
    author, approvers = _desk(scene, story)
    if story.end in ("revising", "revised"):
        again = lambda: _draft(scene, story, story.later, "書き改めた")  # noqa: E731
        yield 5 * DAY + slot, "revise", lambda: start_revision(ident(), again(), acting_user=author)
    if story.end == "revised":
        yield 6 * DAY + slot, "submit again", lambda: submit(ident(), acting_user=author)
        for turn, approver in enumerate(approvers):
            yield 7 * DAY + slot + turn / 10, f"again {turn}", lambda who=approver: approve(ident(), acting_user=who)
        yield 8 * DAY + slot, "publish again", lambda: publish(ident(), acting_user=author)
    if story.end == "recalled":
        yield 8 * DAY + slot, "recall", lambda: recall(ident(), acting_user=author)
    if story.end == "superseded":
        yield 8 * DAY + slot, "supersede", lambda: supersede(ident(), acting_user=author)
    if story.end in ("recalled", "superseded"):
        for turn, name in enumerate(story.readers[1:]):
            holder = getattr(scene.named, name)
            confirm = lambda who=holder: confirm_return(ident(), "destroyed", 1, acting_user=who)  # noqa: E731
            yield 9 * DAY + slot + turn / 10, f"confirm {name}", confirm


def _read(person: User, bulletin: UUID) -> None:
    """Opens it in the browser and says so, as people do; nobody minds a page that is not there."""
    client = _browser(person)
    client.get(f"/bulletins/{bulletin}/")
    client.post(f"/api/v1/bulletins/{bulletin}/acknowledge/", data={}, content_type="application/json")


def _browser(person: User) -> Client:
    """In a session that is there, whenever they signed in: administrators may know that day, and reading does not move it."""
    client = Client()
    name, _, key = session_cookie(person, Tier.CRITICAL).partition("=")
    client.cookies[name] = key
    return client


def _do(scene: Scene, change: Change) -> None:
    named = scene.named
    who = User.objects.select_related("organisation").get(pk=getattr(named, change.who).pk)
    operator = {"acting_user": named.operator}
    deeds = {
        "suspend": lambda: people_verbs.suspend_person(who, **operator),
        "promote": lambda: people_verbs.set_tier(who, 2, **operator),
        "demote": lambda: people_verbs.set_tier(who, 1, **operator),
        "join": lambda: people_verbs.join_subcommittee(who, named.infrastructure, **operator),
        "leave": lambda: people_verbs.leave_subcommittee(who, named.materials, **operator),
        "hire": lambda: people_verbs.create_person(
            who.organisation, f"new.{change.who}@kaisha.example", "新人", **operator
        ),
        "read a list": lambda: _browser(who).get("/bulletins/"),
    }
    deeds[change.what]()


def live(scene: Scene, stage: Stage, stories: list[Story | None], changes: list[Change | None]) -> None:
    """Everything in the order of its moments. What a verb refuses has its traces in the log and goes on."""
    steps = [
        (minutes, f"{story.name} {name}", deed)
        for slot, story in enumerate(stories)
        if story
        for minutes, name, deed in _steps_of(scene, story, slot)
    ]
    for turn, change in enumerate(changes):
        if change:
            steps.append(
                ((3 + 2 * turn) * DAY + 600 + turn, f"change {turn}", lambda change=change: _do(scene, change))
            )
    for minutes, name, deed in sorted(steps, key=lambda step: step[:2]):
        stage.step(name, minutes)
        try:
            deed()
        except _REFUSALS:
            continue
