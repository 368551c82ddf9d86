"""Who calls whom in the source of this house, as far as names tell: functions that change rows, and functions that write events."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.rules import code

Function = tuple[str, str]
# What changes rows, by the names of Django's methods; and what writes an event of something that happened. A refusal is none.
CHANGES = {"save", "delete", "create", "update", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
RECORDS = {("council.audit.record", "record"), ("council.audit.record", "record_many")}
# A verb gets its deed handed in; what it calls on it stands in one place.
_DEED = ("accounts.actions.verb", "Deed.note")


class House:
    """Modules by name, out of syntax trees."""

    def __init__(self, trees: dict[str, ast.Module]) -> None:
        self._trees = trees
        self._functions = {(module, name): node for module, tree in trees.items() for name, node in _functions(tree)}
        self._known = {module: dict(_imports(tree)) for module, tree in trees.items()}

    def public(self, prefix: str) -> Iterator[Function]:
        """Every public function at the top of the modules whose name begins so."""
        for module, tree in self._trees.items():
            if module.startswith(prefix):
                yield from (
                    (module, each.name)
                    for each in tree.body
                    if isinstance(each, ast.FunctionDef) and each.name[0] != "_"
                )

    def decorated(self, decorator: str) -> Iterator[Function]:
        return (each for each, node in self._functions.items() if decorator in code.decorators(node))

    def changes_rows(self, function: Function) -> bool:
        return any(
            code.calls(self._functions[each]) & CHANGES for each in self._reached(function) if each in self._functions
        )

    def writes_event(self, function: Function) -> bool:
        return bool(RECORDS & self._reached(function))

    def _reached(self, function: Function) -> set[Function]:
        seen, todo = set(), [function]
        while todo:
            now = todo.pop()
            if now in seen or now in RECORDS:
                seen.add(now)
                continue
            seen.add(now)
            todo += self._called(now)
        return seen

    def _called(self, function: Function) -> Iterator[Function]:
        """What the function names: called, or handed on to be called."""
        node, (module, _) = self._functions.get(function), function
        for each in ast.walk(node) if node else ():
            if isinstance(each, ast.Name):
                yield self._known[module].get(each.id, (module, each.id))
            elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
                yield from self._of_attribute(module, each.value.id, each.attr)

    def _of_attribute(self, module: str, name: str, attribute: str) -> Iterator[Function]:
        if name == "deed" and attribute == "note":
            yield _DEED
        elif name in self._known[module]:
            yield ".".join(self._known[module][name]), attribute


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for each in tree.body:
        if isinstance(each, ast.FunctionDef):
            yield each.name, each
        elif isinstance(each, ast.ClassDef):
            yield from (
                (f"{each.name}.{inner.name}", inner) for inner in each.body if isinstance(inner, ast.FunctionDef)
            )


def _imports(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Name -> (module, name) of everything that is imported by name."""
    for each in tree.body:
        if isinstance(each, ast.ImportFrom) and each.module:
            yield from ((alias.asname or alias.name, (each.module, alias.name)) for alias in each.names)


@cache
def house() -> House:
    """This house."""
    return House({_module(path): code.tree(path) for path in code.python(*code.PACKAGES)})


def _module(path: Path) -> str:
    return code.name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
