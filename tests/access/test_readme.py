"""The page beside the kernel says what the kernel does: every reason, every action, the states and the roles."""

import re
from pathlib import Path

import pytest

from council.access import caveats, policy
from council.access.facts import State
from council.access.policy import Action, Reason

PAGE = Path(policy.__file__).with_name("README.md").read_text("utf-8")
_LABELS = {state: state.value.replace("_", " ") for state in State}
_ROWS = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("word", [*Reason, *Action])
def test_every_reason_and_every_action_stands_on_the_page(word):
    assert f"`{word}`" in PAGE


@pytest.mark.parametrize("action", sorted(policy._REACHES))
def test_the_states_on_the_page_are_those_that_the_action_reaches(action):
    states = next(row[2].strip() for row in _ROWS if f"`{action}`" in row[0])
    named = {state for state in State if re.search(rf"\b{_LABELS[state]}\b", states)}
    assert (set(State) - named if states.startswith("all but") else named) == policy._REACHES[action]


@pytest.mark.parametrize("action", sorted(policy._DESK))
def test_the_roles_on_the_page_are_those_of_the_desk(action):
    roles = next(row[3] for row in _ROWS if f"`{action}`" in row[0])
    assert {word for word in ("publisher", "approver") if word in roles} == policy._DESK[action]


@pytest.mark.parametrize("path", caveats.Path)
def test_what_closes_a_way_out_stands_on_the_page(path):
    needs = next(row[1] for row in _ROWS if row[0].strip() == f"`{path}`")
    assert set(re.findall(r"`(\w+)`", needs)) == caveats.NEEDS[path]


def _uses_on_the_page(words: str) -> set[str]:
    rows = [line.split("|") for line in PAGE.splitlines() if line.startswith("|")]
    return set(re.findall(r"`(\w+)`", next(row[2] for row in rows if words in row[1].strip().split(", "))))


@pytest.mark.parametrize("words", caveats.WORDS)
def test_what_the_portal_stops_for_a_caveat_stands_on_the_page(words):
    assert _uses_on_the_page(words) == caveats.parse(words).stops


@pytest.mark.parametrize("ending", caveats.WITH_ARGUMENT)
def test_what_becomes_of_every_word_with_an_argument_stands_on_the_page(ending):
    assert _uses_on_the_page("○年○月○日まで" if ending == "まで" else f"○○{ending}") <= set(caveats.Use)
