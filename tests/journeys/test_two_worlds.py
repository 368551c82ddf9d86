"""What a person receives is the same in every world that differs only in what that person may not see.

World A is drawn: bulletins with labels, releases, corrections and withdrawals, readers, people's changes. World B is the same
history with everything that the observer may not see gone, reworded, multiplied or relabelled. Each request of
tests/journeys/routes.py must then be answered alike: status, headers, bytes, number of queries; and so must every mail.
"""

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.db import transaction
from hypothesis import given, seed
from hypothesis import strategies as st

from tests.draws import drawn
from tests.journeys import lives
from tests.journeys.askers import WHO_ASKS_WHAT
from tests.journeys.leaks import CROWDED, LEAKS, TELLING
from tests.journeys.lives import Scene
from tests.journeys.masks import MASKS
from tests.journeys.observing import NEVER, Answer, Observer, View, about, small_pages, view_of
from tests.journeys.routes import Subject
from tests.journeys.stage import Stage, a_world_of_its_own, on_stage
from tests.journeys.stories import Change, Story, another, changes, histories, replaced, reworded

pytestmark = pytest.mark.django_db
_SEES_OTHERS = {"operator", "officer", "auditor", "publisher", "other_publisher", "junior"}


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker) -> Iterator[Stage]:
    with django_db_blocker.unblock(), on_stage() as stage, transaction.atomic():
        stage.scene = lives.council()
        yield stage
        transaction.set_rollback(True)


def _scene(stage: Stage) -> Scene:
    return Scene(SimpleNamespace(**vars(stage.scene.named)))


def _other_story(story: Story, view: View, observer: str, dice: int) -> Story | None:
    """The story as it is in world B."""
    if observer == "auditor":
        return reworded(story)
    if view.desk:
        return story
    if view.asked and not view.reads:
        # They know that they had it, and nothing more of what it said.
        return reworded(story)
    if not view.reads:
        return replaced(story, dice)
    turned = replace(
        story,
        pieces=another(story.pieces, view.first, dice),
        later=another(story.later, view.later, dice),
        words=story.words if view.title else story.words + 100,
    )
    company = {"reader_one", "reader_two", "reader_three", "administrator"}
    kept = company if observer in company else {observer}
    return replace(turned, readers=tuple(name for name in story.readers if name in kept))


def _other_changes(happened: tuple[Change, ...], observer: str) -> list[Change | None]:
    """Without what happened to people of other organisations, for those who have no business with them."""
    if observer in _SEES_OTHERS:
        return list(happened)
    own = (
        {"other_reader"}
        if observer.startswith("other")
        else {"analyst"}
        if observer == "analyst"
        else {"reader_one", "reader_two"}
    )
    return [change if change.who in own else None for change in happened]


def play(
    stage: Stage,
    observer: str,
    history: tuple[Story, ...],
    happened: tuple[Change, ...],
    dice: list[int],
    rows: tuple[str, ...] = (),
) -> tuple[dict[str, Answer], dict[str, Answer], Subject]:
    """The answers of both worlds, and what there was to be asked about in the first."""
    with a_world_of_its_own(), small_pages():
        scene = _scene(stage)
        lives.live(scene, stage, list(history), list(happened))
        person = getattr(scene.named, observer)
        stage.step("curtain", 20 * lives.DAY)
        views = {story.name: view_of(person, scene.ids[story.name]) for story in history}
        hidden = {name for name, view in views.items() if not (view.desk or view.reads or view.asked)}
        subject = about(scene, hidden)
        first = Observer(observer, person, stage).receives(subject, dice[0], rows)
    others = [_other_story(story, views[story.name], observer, die) for story, die in zip(history, dice, strict=False)]
    with a_world_of_its_own(), small_pages():
        scene = _scene(stage)
        lives.live(scene, stage, others, _other_changes(happened, observer))
        person = getattr(scene.named, observer)
        second = Observer(observer, person, stage).receives(subject, dice[0], rows)
    return first, second, subject


def _where(one: bytes, two: bytes) -> str:
    """The first place where they differ, with what stands around it."""
    place = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    around = slice(max(0, place - 200), place + 200)
    return "\n".join(f"{name}: …{each[around].decode('utf-8', 'replace')}…" for name, each in (("A", one), ("B", two)))


def difference(first: dict[str, Answer], second: dict[str, Answer]) -> str:
    """The first answer that differs, in a form that a person can read; empty when none does."""
    if list(first) != list(second):
        return "other requests: " + ", ".join(sorted(set(first) ^ set(second)))[:600]
    for asked, one in first.items():
        two = second[asked]
        if one == two:
            continue
        pair = (
            (one.body, two.body)
            if one.queries == two.queries
            else ("\n".join(each.sql).encode() for each in (one, two))
        )
        heads = sorted(set(one.headers) ^ set(two.headers))
        return (
            f"{asked}: {one.status}/{two.status}, queries {one.queries}/{two.queries}, headers {heads}\n{_where(*pair)}"
        )
    return ""


observers = st.sampled_from(sorted(WHO_ASKS_WHAT))
dices = st.lists(st.integers(0, 11), min_size=5, max_size=5)


@pytest.mark.parametrize("observer", sorted(WHO_ASKS_WHAT))
def test_nobody_notices_what_they_may_not_see(stage, observer):
    @seed(sum(map(ord, observer)))
    @drawn(2, shrink=False)
    @given(histories(5), changes, dices)
    def in_both_worlds(history: tuple[Story, ...], happened: tuple[Change, ...], dice: list[int]) -> None:
        first, second, _subject = play(stage, observer, history, happened, dice)
        assert difference(first, second) == ""

    in_both_worlds()


@drawn(2, shrink=False)
@given(observers, histories(3), dices)
def test_an_id_that_may_not_be_seen_answers_like_one_that_was_never_used(stage, observer, history, dice):
    first, _second, subject = play(stage, observer, history, (), dice, ("details", "files", "forbidden deeds"))
    answers = {asked.split(" ", 1)[1]: answer for asked, answer in first.items() if " " in asked}
    # The list of events grows with every look at it, so that no two looks are alike.
    for asked in [asked for asked in answers if str(NEVER) in asked and "/audit/" not in asked]:
        for hidden in subject.hidden:
            other = answers.get(asked.replace(str(NEVER), str(hidden)))
            if other:
                bare = other.body.replace(str(hidden).encode(), str(NEVER).encode())
                assert (other.status, other.queries, bare) == (
                    answers[asked].status,
                    answers[asked].queries,
                    answers[asked].body,
                )


def test_what_is_above_a_desk_pushes_nothing_off_it(stage):
    first, second, _subject = play(stage, "junior", CROWDED, (), [1, 1, 1, 1, 1], ("front", "desk"))
    assert difference(first, second) == ""


def test_there_are_few_masks():
    assert len(MASKS) <= 5


@pytest.mark.parametrize(("plant", "observer", "rows"), LEAKS, ids=[row[0].__name__.strip("_") for row in LEAKS])
def test_a_planted_leak_is_found(stage, monkeypatch, plant, observer, rows):
    plant(monkeypatch)
    first, second, _subject = play(stage, observer, TELLING, (), [1, 1, 1, 1, 1], rows)
    assert difference(first, second)


@pytest.mark.parametrize(("observer", "rows"), sorted({(observer, rows) for _plant, observer, rows in LEAKS}))
def test_without_a_plant_the_same_history_tells_nothing(stage, observer, rows):
    first, second, _subject = play(stage, observer, TELLING, (), [1, 1, 1, 1, 1], rows)
    assert difference(first, second) == ""
