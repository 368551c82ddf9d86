"""Imports point one way. The directions are contracts in pyproject.toml; `make lint` runs the same ones."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules import code

FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager", "managers", "services", "util", "helper", "misc"}
STAND_ALONE = (
    "council.access",
    "council.sealing",
    "council.audit.leaf",
    "council.audit.release",
    "council.audit.events",
    "council.audit.context",
)


def test_imports_keep_to_their_contracts():
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run([linter, "--no-cache"], cwd=code.ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("kernel", STAND_ALONE)
def test_a_kernel_loads_without_django(kernel):
    path = code.ROOT / kernel.replace(".", "/")
    modules = [kernel] if not path.is_dir() else [f"{kernel}.{each.stem}" for each in path.glob("[!_]*.py")]
    program = f"import sys, {', '.join(modules)}; sys.exit('django' in sys.modules or 'rest_framework' in sys.modules)"
    clean = {key: value for key, value in os.environ.items() if not key.startswith("DJANGO")}
    ran = subprocess.run([sys.executable, "-c", program], cwd=code.ROOT, env=clean, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()


def _imports_inside(path: Path) -> bool:
    inside = (node for function in code.functions(code.tree(path)) for node in ast.walk(function))
    return any(isinstance(node, ast.Import | ast.ImportFrom) for node in inside)


def test_nothing_is_imported_inside_a_function():
    assert not [code.name(path) for path in code.python(*code.PACKAGES) if _imports_inside(path)]


def test_every_module_has_a_name_that_says_something():
    assert not [code.name(path) for path in code.python(*code.PACKAGES, "tests") if path.stem in FORBIDDEN_NAMES]


def test_there_are_no_signals():
    places = [code.name(path) for path in code.python(*code.PACKAGES) if "receiver" in code.calls(code.tree(path))]
    words = ("django.db.models.signals", "django.core.signals", "django.dispatch")
    assert not places + [
        code.name(path) for path in code.python(*code.PACKAGES) if any(w in path.read_text("utf-8") for w in words)
    ]
