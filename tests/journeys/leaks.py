"""Leaks to plant: each is a mistake that was made somewhere once, and the property has to find every one of them.

A plant takes pytest's monkeypatch. Beside it stand who notices and in which rows of tests/journeys/routes.py.
"""

import hashlib
from copy import copy
from dataclasses import replace
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Value

from accounts.models import Subcommittee
from bulletins import access, browse, facts, rendition, returns
from bulletins.actions import read
from bulletins.actions.read import Opened
from bulletins.api import answers
from bulletins.api import reading as reading_api
from bulletins.models import Bulletin, Part
from council.access.facts import Subject
from council.access.policy import Decision, Reason
from council.audit import names
from tests.journeys.stories import Piece, Story


def story(name: str, tier: int, floor: int, pieces: list[Piece], **change: object) -> Story:
    facts = {
        "by": "publisher", "kind": "threat", "words": 7, "low_words": 8, "own": (), "later": (), "release": ("company",),
        "end": "published", "readers": ("reader_two",), **change,
    }  # fmt: skip
    return Story(name=name, tier=tier, floor=floor, pieces=tuple(pieces), **facts)


# Parts above and beside the reader in one bulletin, one above them, one beside them, a draft, and one above them that was recalled.
TELLING = (
    story("b0", 2, 1, [Piece(1, 2, marks=("印刷禁止",)), Piece(2, 1), Piece(3, 1, ("infrastructure",)), Piece(4, 1)]),
    story("b1", 1, 1, [Piece(5, 1)], own=("infrastructure",)),
    story("b2", 2, 2, [Piece(6, 2)]),
    story("b3", 1, 1, [Piece(7, 1)], end="draft"),
    story("b4", 2, 2, [Piece(8, 2)], end="recalled"),
)

# Four on an agency's desk, two of them above or beside a desk at tier two in the first subcommittee.
CROWDED = (
    story("b0", 1, 1, [Piece(1, 1)], end="draft"),
    story("b1", 3, 3, [Piece(2, 3)], end="draft"),
    story("b2", 2, 2, [Piece(3, 2)], own=("infrastructure",), end="in_review"),
    story("b3", 2, 2, [Piece(4, 1)], end="in_review"),
)


def _whole_banner(patched: pytest.MonkeyPatch) -> None:
    """The handling strip says what the whole bulletin asks for."""

    def render(portions: list, subject: Subject, bulletin: object) -> object:
        portions = list(portions)
        whole = rendition.compose(portions, bulletin)
        return replace(rendition.render(portions, subject, bulletin), banner=whole.banner)

    patched.setattr(read, "render", render)


def _titles_above(patched: pytest.MonkeyPatch) -> None:
    """Lists show, and searches find, the highest title."""

    def render(portions: list, subject: Subject, bulletin: object) -> object:
        portions = list(portions)
        return replace(rendition.render(portions, subject, bulletin), title=rendition.compose(portions, bulletin).title)

    patched.setattr(browse, "render", render)


def _no_compartments(patched: pytest.MonkeyPatch) -> None:
    """The list forgets the need to know."""
    honest, everything = access._reach, frozenset(map(str, Subcommittee.objects.values_list("pk", flat=True)))
    patched.setattr(access, "_reach", lambda who, around: honest(replace(copy(who), subcommittees=everything), around))


def _a_total(patched: pytest.MonkeyPatch) -> None:
    """A list tells how many bulletins there are."""
    honest = reading_api.listing

    def listing(*given: object) -> object:
        answer = honest(*given)
        answer["X-Total"] = str(Bulletin.unrestricted.count())
        return answer

    patched.setattr(reading_api, "listing", listing)


def _places(patched: pytest.MonkeyPatch) -> None:
    """Parts are numbered by their place in the whole."""
    honest = answers.parts_read

    def parts(request: object, subject: object, opened: Opened, *rest: object) -> list[dict]:
        bodies = honest(request, subject, opened, *rest)
        portions = opened.rendition.portions
        return [{**body, "n": each.content.part.position} for body, each in zip(bodies, portions, strict=True)]

    patched.setattr(answers, "parts_read", parts)


def _tag_of_the_whole(patched: pytest.MonkeyPatch) -> None:
    """An entity tag is made of everything there is."""

    def whole() -> str:
        return hashlib.sha256(b"".join(map(bytes, Part.unrestricted.values_list("ciphertext", flat=True)))).hexdigest()

    patched.setattr(reading_api, "_tag", lambda subject, body: f'"{whole()}"')


def _early_return(patched: pytest.MonkeyPatch) -> None:
    """What is missing takes one query less than what is hidden."""
    honest = facts.served

    def served(bulletin: UUID, **how: object) -> tuple:
        return honest(bulletin, **how) if Bulletin.unrestricted.filter(pk=bulletin).exists() else (None, None)

    patched.setattr(facts, "served", served)


def _known_to_all(patched: pytest.MonkeyPatch) -> None:
    """The log names everything that a company's people touched."""
    patched.setattr(names, "known_to", lambda subject, ids: set(ids))


def _owed_by_everybody(patched: pytest.MonkeyPatch) -> None:
    """What an organisation owes is shown to all of its people."""
    patched.setattr(returns, "_held", lambda subject: Value(True))  # noqa: FBT003


def _another_page(patched: pytest.MonkeyPatch) -> None:
    """What is hidden is forbidden, what is missing is missing."""
    honest = access.refuse

    def refuse(subject: Subject, action: str, bulletin: UUID, decision: Decision, **about: object) -> None:
        honest(subject, action, bulletin, decision, **about)
        if decision.reason is not Reason.NOT_FOUND:
            raise PermissionDenied

    patched.setattr(access, "refuse", refuse)


LEAKS = [
    (_whole_banner, "reader_one", ("details",)),
    (_titles_above, "reader_one", ("lists",)),
    (_no_compartments, "reader_one", ("lists",)),
    (_a_total, "reader_one", ("lists",)),
    (_places, "reader_one", ("details",)),
    (_tag_of_the_whole, "reader_one", ("details",)),
    (_early_return, "reader_one", ("details",)),
    (_known_to_all, "administrator", ("events",)),
    (_another_page, "reader_one", ("details",)),
    (_owed_by_everybody, "reader_one", ("returns",)),
]
