"""A write is one function with its event; a task takes ids; nobody asks guardian who may read."""

import ast

import pytest

from tests.rules import code

WRITES_EVENT = {"record", "record_many", "note", "record_refusal", "refuse", "_note", "get_bulletin_for", "inspect_for"}
# Public functions of actions/ that are no verbs, each with its reason.
NO_VERBS = {
    "accounts/actions/verb.py:verb": "what makes a verb",
    "accounts/actions/verb.py:note": "what writes its event",
    "accounts/actions/verb.py:days": "how an event names a period",
    "accounts/actions/designation_extension.py:facts_of": "what a proposal of an extension says",
    "accounts/actions/review_ending.py:end_right": "calls the verb that ends the right, which writes its event",
    "accounts/actions/review_ending.py:the_portal": "who acts where the clock does",
    "bulletins/actions/verb.py:verb": "what makes a verb",
    "bulletins/actions/verb.py:note": "what writes its event",
    "bulletins/actions/discard.py:may_discard": "asks whether it could be thrown away",
    "bulletins/actions/draft.py:need_the_same": "asks whether a draft was saved meanwhile",
    "bulletins/actions/close.py:due_for_expiry": "asks what is due",
    "bulletins/actions/publish.py:due_for_publishing": "asks what is due",
    "bulletins/actions/look.py:tier_of": "computes from rows that were shown",
    "bulletins/actions/compare.py:previous_for": "asks whether there is something to compare; opens nothing",
    "bulletins/actions/compare.py:may_inspect_changes": "asks whether there is something to compare; opens nothing",
    "bulletins/actions/read.py:recalled_meanwhile": "turns what a recall took away into what is not there",
    "bulletins/actions/read.py:rendition_for": "the parts, still sealed, of what passed the door",
    "bulletins/actions/read.py:unsealed": "opens what open_bulletin or inspect has recorded",
}
_PURE = {"accounts/actions/limits.py"}
_CHANGES = {"save", "delete", "update", "create", "bulk_create", "get_or_create", "update_or_create"}
ID_TYPES = {"str", "int", "UUID"}


def _public_functions() -> list:
    paths = [path for app in ("accounts", "bulletins") for path in code.python(f"{app}/actions")]
    return [
        pytest.param(path, node, id=f"{code.name(path)}:{node.name}")
        for path in paths
        if code.name(path) not in _PURE
        for node in code.tree(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def _reaches_an_event(path, function) -> bool:
    """Whether the function, or one beside it in its file that it calls, writes an event."""
    beside = {node.name: node for node in code.tree(path).body if isinstance(node, ast.FunctionDef)}
    seen, todo = set(), [function]
    while todo:
        now = todo.pop()
        called = code.calls(now) | code.names(now)
        if called & WRITES_EVENT:
            return True
        todo += [beside[name] for name in called & set(beside) - seen]
        seen |= called
    return False


@pytest.mark.parametrize(("path", "function"), _public_functions())
def test_every_verb_writes_an_event(path, function):
    assert _reaches_an_event(path, function) or f"{code.name(path)}:{function.name}" in NO_VERBS


@pytest.mark.parametrize(("path", "function"), _public_functions())
def test_what_changes_rows_says_who_acts_or_is_the_clock(path, function):
    if not code.calls(function) & _CHANGES:
        return
    said = {argument.arg for argument in [*function.args.args, *function.args.kwonlyargs]}
    clock = function.name in {"expire", "publish_scheduled"}
    assert "verb" in code.decorators(function) or said & {"acting_user", "subject", "deed"} or clock


def test_only_verbs_named_here_write_no_event():
    known = {f"{code.name(path)}:{function.name}" for path, function in (row.values for row in _public_functions())}
    assert set(NO_VERBS) - known <= {"accounts/actions/verb.py:note"}


@pytest.mark.parametrize("path", [path for path in code.python(*code.PACKAGES) if path.stem == "tasks"], ids=code.name)
def test_tasks_take_ids_only(path):
    tasks = [node for node in code.functions(code.tree(path)) if "app.task" in code.decorators(node)]
    assert tasks
    for task in tasks:
        arguments = [*task.args.args, *task.args.kwonlyargs]
        assert {ast.unparse(argument.annotation) for argument in arguments if argument.annotation} <= ID_TYPES
        assert all(argument.annotation for argument in arguments)
        assert not task.args.vararg
        assert not task.args.kwarg


def test_tasks_run_in_a_worker_and_never_in_place():
    assert not [
        code.name(p) for p in code.python(*code.PACKAGES) if "task_always_eager" in p.read_text("utf-8").lower()
    ]


GUARDIANS = {
    "has_perm",
    "has_perms",
    "get_objects_for_user",
    "get_objects_for_group",
    "get_perms",
    "ObjectPermissionChecker",
}


def _asks_guardian(path) -> bool:
    imported = {
        alias.name for node in ast.walk(code.tree(path)) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    return bool(GUARDIANS & (code.attributes(path) | imported))


def test_nobody_asks_guardian_who_may_read():
    assert not [code.name(path) for path in code.python(*code.PACKAGES) if _asks_guardian(path)]


def test_nobody_asks_whether_somebody_is_a_superuser():
    words = {"is_superuser", "is_staff", "user_permissions"}
    assert not [code.name(path) for path in code.python(*code.PACKAGES) if words & code.attributes(path)]
