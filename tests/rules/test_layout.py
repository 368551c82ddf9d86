"""Sizes, migrations, and what must never stand in a file."""

import ast
import re
from importlib import import_module

import pytest

from tests.rules import code

LONGEST_FILE = 300
LONGEST_FUNCTION = 45
# Test files that hold one long table of cases each.
LONG_TESTS = {
    "tests/sealing/test_open.py": "every way to spoil a package",
}
TEXT = {
    ".py",
    ".html",
    ".txt",
    ".md",
    ".toml",
    ".in",
    ".css",
    ".js",
    ".json",
    ".yaml",
    ".yml",
    ".sh",
    ".cfg",
    ".po",
    "",
}
# Made by a tool, or data of its own kind.
_GENERATED = ("bulletins/demo/", "requirements", "docs/openapi", "council/locale/", "council/static/css/fonts.css")
_MACHINE = re.compile(
    r"/root/|/home/(?!app\b|council\b)\w+|/work/(?:main|shared)|/Users/\w+|artifactory|nexus\d*\.|(?:pypi|npm)\.[\w.-]*internal|"
    r"--(?:extra-)?index-url|registry=http",
)


def _files(*suffixes: str) -> list:
    kept = [path for path in code.kept_files() if path.suffix in suffixes]
    return [path for path in kept if not code.name(path).startswith(_GENERATED)]


def test_a_file_fits_into_one_head():
    paths = code.python(*code.PACKAGES, "tests")
    long = {code.name(path) for path in paths if len(path.read_text("utf-8").splitlines()) > LONGEST_FILE}
    assert long == set(LONG_TESTS)


def _functions() -> list:
    return [(path, function) for path in code.python(*code.PACKAGES) for function in code.functions(code.tree(path))]


def test_a_function_fits_on_one_screen():
    long = [f"{code.name(path)}:{f.name}" for path, f in _functions() if f.end_lineno - f.lineno > LONGEST_FUNCTION]
    assert not long


def test_every_function_says_what_it_returns():
    silent = [f"{code.name(path)}:{function.name}" for path, function in _functions() if function.returns is None]
    assert not silent


def test_no_file_knows_a_machine_or_a_registry():
    found = {code.name(path): _MACHINE.search(path.read_text("utf-8", errors="ignore")) for path in _files(*TEXT)}
    assert not {name: match[0] for name, match in found.items() if match and name != "tests/rules/test_layout.py"}


MIGRATIONS = [path for path in code.python(*code.PACKAGES, migrations=True) if path.parent.name == "migrations"]
NUMBERED = [path for path in MIGRATIONS if path.name != "__init__.py"]


@pytest.mark.parametrize("path", NUMBERED, ids=code.name)
def test_a_migration_has_a_name_that_says_what_it_does(path):
    assert re.fullmatch(r"\d{4}_[a-z][a-z0-9_]+", path.stem)
    assert "_auto_" not in path.stem


@pytest.mark.parametrize("path", NUMBERED, ids=code.name)
def test_every_migration_can_be_taken_back(path):
    module = import_module(".".join(path.relative_to(code.ROOT).with_suffix("").parts))
    assert all(operation.reversible for operation in module.Migration.operations)


def test_nothing_is_left_for_later():
    left = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    found = [code.name(path) for path in code.python(*code.PACKAGES) if left.search(path.read_text("utf-8"))]
    assert not found


def test_no_module_prints():
    assert not [code.name(path) for path in code.python(*code.PACKAGES) if _prints(path)]


def _prints(path) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        for node in ast.walk(code.tree(path))
    )
