"""A page of twenty: what knowing who may read costs beside the same page without asking (design §10).

"The same page" is `visible_to(subject, newest=20)[:20]` with the facts about the person at hand: the request has gathered them before
any view runs. Finding the audience classes is part of it. What gathering the facts costs is told beside it, without a goal.
"""

from collections.abc import Iterator

import pytest
from django.db import connection
from guardian.shortcuts import get_objects_for_user

from accounts.subject import subject_of
from bulletins.access import visible_to
from bulletins.models import Bulletin
from bulletins.release import PERMISSION
from council.access.facts import Subject
from tests.benchmarks import volume
from tests.benchmarks.report import Line, amounts, ratio, tell
from tests.benchmarks.stopwatch import Case, Cost, measure

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db]
SIZES = {"small": 10_000, "large": 1_000_000}
PAGE, DEEP = 20, 1000
GOALS = {1: 1.5, 6: 1.5, 50: 3.0}
GUARDIAN = {1: {"at_least": 5}, 6: {"at_least": 10}, 50: {}}
ORDER = ("-published_at", "-pk")


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[volume.Crowd]:
    """The council with its volume; PostgreSQL has both sizes side by side."""
    with django_db_blocker.unblock():
        found = volume.found_crowd()
        volume.lay_patterns(found)
        if connection.vendor == "postgresql":
            for schema, size in SIZES.items():
                volume.fill_schema(schema, size)
        else:
            volume.fill_here(100_000)
        yield found
        volume.clear(SIZES)


def _plain() -> list[Bulletin]:
    return list(Bulletin.unrestricted.order_by(*ORDER)[:PAGE])


def _page(subject: Subject, before: tuple | None = None) -> list[Bulletin]:
    return list(visible_to(subject, newest=PAGE, before=before)[:PAGE])


def _guardian(reader: volume.User) -> list[Bulletin]:
    return list(get_objects_for_user(reader, PERMISSION, Bulletin.unrestricted).order_by(*ORDER)[:PAGE])


def _deep(subject: Subject) -> tuple:
    """The position DEEP bulletins down the list, or as far as leaves a full page (nearly the top where there are few)."""
    rows = list(visible_to(subject).values_list("published_at", "pk")[: DEEP + PAGE])
    return rows[max(len(rows) - PAGE - 1, 0)]


def _cases(crowd: volume.Crowd, schema: str) -> list[Case]:
    def look() -> None:
        if schema:
            volume.look_into(schema)

    look()
    cases = [Case(f"{schema} no filter", _plain, look)]
    for groups, reader in crowd.readers.items():
        subject = subject_of(reader)
        place, name = _deep(subject), f"{schema} {groups} groups"
        cases += [
            Case(f"{name}, page", lambda subject=subject: _page(subject), look),
            Case(f"{name}, deep page", lambda subject=subject, place=place: _page(subject, place), look),
            Case(f"{name}, page and facts", lambda reader=reader: _page(subject_of(reader)), look, repeats=8),
        ]
        if schema != "small":
            cases.append(Case(f"{name}, guardian", lambda reader=reader: _guardian(reader), look, repeats=3))
    return cases


def _against(costs: dict[str, Cost], schema: str) -> list[Line]:
    plain, lines = costs[f"{schema} no filter"], []
    for groups, goal in GOALS.items():
        name = f"{schema} {groups} groups"
        page = costs[f"{name}, page"]
        lines += [
            ratio(f"{name}: page / no filter", page, plain, at_most=goal),
            ratio(f"{name}: deep page / no filter", costs[f"{name}, deep page"], plain, at_most=goal),
            ratio(f"{name}: page and facts / no filter", costs[f"{name}, page and facts"], plain),
        ]
        if f"{name}, guardian" in costs:
            lines.append(ratio(f"{name}: guardian / page", costs[f"{name}, guardian"], page, **GUARDIAN[groups]))
    return lines


def _growth(costs: dict[str, Cost]) -> list[Line]:
    large, small = "large {} groups, page", "small {} groups, page"
    return [
        ratio(f"{each} groups: 1,000,000 / 10,000", costs[large.format(each)], costs[small.format(each)], at_most=1.2)
        for each in GOALS
    ]


def test_a_page_of_twenty_costs_what_the_person_is_in_and_not_what_there_is(crowd):
    schemas = list(SIZES) if connection.vendor == "postgresql" else [""]
    cases = [case for schema in schemas for case in _cases(crowd, schema)]
    for subject in map(subject_of, crowd.readers.values()):
        assert _page(subject) == list(visible_to(subject)[:PAGE])
    costs = measure(cases)
    size = "10,000 and 1,000,000" if len(schemas) == 2 else "100,000"
    lines = [*_against(costs, schemas[-1]), *(_growth(costs) if len(schemas) == 2 else [])]
    note = f"{size} bulletins, three group grants each; the persons are in 1, 11 and 59 audience classes."
    tell(f"A page of twenty, {connection.vendor}", [*lines, *amounts(costs)], note)
