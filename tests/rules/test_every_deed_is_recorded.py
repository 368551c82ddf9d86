"""Every deed writes its event: what changes rows reaches record(), and a refusal does not count for it.

The verbs of accounts are carried out one by one in tests/accounts/test_events_of_verbs.py; here nothing is left out for want of a call.
"""

import ast

import pytest

from tests.rules.deeds import House, house

ACTIONS = [each for app in ("accounts", "bulletins") for each in house().public(f"{app}.actions.")]
TASKS = list(house().decorated("app.task"))
# What changes rows and writes no event of its own, each with its reason.
EXEMPT: dict[tuple[str, str], str] = {
    ("bulletins.actions.read", "unsealed"): "opens what open_bulletin or inspect has recorded; no row changes",
    ("accounts.tasks", "forget_ended_sessions"): "removes what ran out by itself and signs nobody in any more",
    ("accounts.tasks", "tell_of_the_logs"): "writes notices; each is an event when it is sent",
    ("bulletins.tasks", "tell_of_review_days"): "writes notices; each is an event when it is sent",
    ("bulletins.tasks", "remind_of_copies"): "writes notices; each is an event when it is sent",
    ("bulletins.tasks", "gather_digests"): "writes notices; each is an event when it is sent",
    ("bulletins.tasks", "reconsider"): "queues packages again; each is an event when it is released or withheld",
    ("bulletins.tasks", "reach_latecomers"): "queues packages and notices; each is an event when it goes out",
    ("bulletins.tasks", "read_files"): "puts words into the index and shows nothing",
    ("bulletins.tasks", "read_missed_files"): "puts words into the index and shows nothing",
    ("bulletins.tasks", "sweep_files"): "removes files that no row names",
    ("council.audit.tasks", "remove_expired_packs"): "the day on which a pack ends is in the event of its making",
}


def _silent(function) -> bool:
    return house().changes_rows(function) and not house().writes_event(function)


def test_there_are_deeds_to_look_at():
    assert len(ACTIONS) > 60
    assert len(TASKS) > 8


@pytest.mark.parametrize("function", [*ACTIONS, *TASKS], ids=".".join)
def test_what_changes_rows_writes_an_event(function):
    assert function in EXEMPT or not _silent(function)


def test_what_is_exempt_is_still_there_and_still_silent():
    assert [each for each in EXEMPT if each not in [*ACTIONS, *TASKS] or not _silent(each)] == []


ADDED = """
from accounts.actions.verb import verb
from council.audit.events import Event
from council.audit.record import record, record_refusal

@verb(Event.PEOPLE_CHANGE)
def quiet(deed, person):
    person.save()

@verb(Event.PEOPLE_CHANGE)
def loud(deed, person):
    person.save()
    _told(deed, person)

def _told(deed, person):
    deed.note(person.pk)

def only_refuses(subject, row):
    row.delete()
    record_refusal("x", actor=None, organisation=None, reason="state")

def looks(subject):
    return subject
"""
VERB = """
from council.audit.record import record
class Deed:
    def note(self, about):
        record("x", actor=None, organisation=None)
"""


@pytest.mark.parametrize(
    ("name", "is_silent"), [("quiet", True), ("loud", False), ("only_refuses", True), ("looks", False)]
)
def test_an_added_verb_without_an_event_is_found(name, is_silent):
    made = House({"accounts.actions.added": ast.parse(ADDED), "accounts.actions.verb": ast.parse(VERB)})
    function = ("accounts.actions.added", name)
    assert (made.changes_rows(function) and not made.writes_event(function)) is is_silent
