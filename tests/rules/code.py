"""The source of this house, as files and as syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("council", "accounts", "bulletins")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def python(*folders: str, migrations: bool = False) -> list[Path]:
    """The Python files below these folders of the repository, without migrations unless asked for."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in found if migrations or "migrations" not in path.parts]


def name(path: Path) -> str:
    """The path as it stands in the repository."""
    return path.relative_to(ROOT).as_posix()


def functions(module: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def decorators(function: ast.FunctionDef) -> set[str]:
    """The names of what decorates the function: verb, guarded_by, app.task …"""
    return {ast.unparse(each.func if isinstance(each, ast.Call) else each) for each in function.decorator_list}


def calls(node: ast.AST) -> set[str]:
    """The names of everything called below the node, without what stands before the last dot."""
    found = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
    return {func.attr if isinstance(func, ast.Attribute) else ast.unparse(func) for func in found}


def names(node: ast.AST) -> set[str]:
    """Every name that is used below the node, called or handed on."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def attributes(path: Path) -> set[str]:
    """Every attribute that the file touches."""
    return {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}


def kept_files() -> list[Path]:
    """What the repository holds or is about to: tracked files and new ones that it does not ignore, as they are now."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for path in (ROOT / line for line in listed.stdout.splitlines()) if path.is_file()]
