"""Typst, offline, with the fonts beside this file: the values of a document become a tagged PDF. In a process of its own (apart.py)."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from typst import Compiler, Fonts, TypstError

from bulletins.paper.apart import Answer, Broken, serve
from bulletins.paper.coverage import hopeless, written_out
from bulletins.paper.press import STANDARDS, Pressed

_HERE = Path(__file__).parent


def set_in_type(document: Mapping[str, object], *, plain: bool = False) -> Pressed:
    """press() in this process. Characters that no font has are written out only when there are some; `plain` asks for no standard."""
    words = json.dumps(document, ensure_ascii=False)
    tries = [(written_out(words), standard) for standard in STANDARDS[-1 if plain else 0 :]]
    for text, standard in tries if plain or hopeless(words) else [(words, STANDARDS[0]), *tries]:
        try:
            return Pressed(_compiled(text, [standard] if standard else []), standard)
        except TypstError:
            continue
    raise Broken


def _compiled(words: str, standards: list[str]) -> bytes:
    return _compiler().compile(_template(), format="pdf", sys_inputs={"document": words}, pdf_standards=standards)


@cache
def _template() -> bytes:
    return (_HERE / "paper.typ").read_bytes()


@cache
def _compiler() -> Compiler:
    """Rooted in the folder of the fonts: a template can read no other file of this machine, and there are no packages."""
    only = str(_HERE / "fonts")
    fonts = Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[only])
    return Compiler(
        _template(), root=only, font_paths=fonts, ignore_system_fonts=True, package_path=only, package_cache_path=only
    )


def _work(document: dict[str, object], _data: bytes) -> Answer:
    made = set_in_type(document)
    return {"standard": made.standard}, made.pdf


if __name__ == "__main__":
    serve(_work)
