"""What happens to a bulletin, as plain data: drawn by Hypothesis, changed where an observer must not notice, then lived."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

KINDS = ("flash", "alert", "threat", "scenario", "supply_chain", "technology", "region")
ENDS = (
    "published", "draft", "in_review", "approved", "scheduled", "published", "published", "revising", "revised", "recalled",
    "superseded",
)  # fmt: skip
READERS = ("reader_one", "reader_two", "reader_three", "other_reader", "administrator", "analyst")


@dataclass(frozen=True)
class Piece:
    """A part: its words are made of `words`; `inner` lists subcommittees by name."""

    words: int
    tier: int
    inner: tuple[str, ...] = ()
    kind: str = "text"
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Story:
    """A bulletin from its draft to its end. `pieces` and `later` are the parts of its first and second revision."""

    name: str
    by: str
    kind: str
    words: int
    tier: int
    floor: int
    own: tuple[str, ...]
    pieces: tuple[Piece, ...]
    later: tuple[Piece, ...]
    release: tuple[str, ...]
    end: str
    deadline: bool = False
    marks: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    low_words: int = field(default=0)


@dataclass(frozen=True)
class Change:
    """Something that happens to a person meanwhile."""

    who: str
    what: str


_inner = st.sampled_from([(), (), (), ("materials",), ("infrastructure",)])
_marks = st.sampled_from([(), (), ("転送禁止",), ("印刷禁止",), ("複製禁止",)])


def _pieces(tier: int) -> st.SearchStrategy:
    piece = st.builds(
        Piece,
        words=st.integers(0, 99),
        tier=st.integers(1, tier),
        inner=_inner,
        kind=st.sampled_from(["text", "text", "table", "attachment"]),
        marks=_marks,
    )
    return st.lists(piece, min_size=1, max_size=4).map(tuple)


@st.composite
def stories(draw: st.DrawFn, name: str) -> Story:
    """One bulletin, of any label, release, state and history."""
    by = draw(st.sampled_from(["publisher", "publisher", "other_publisher"]))
    tier = draw(st.integers(1, 3 if by == "publisher" else 2))
    own = [(), (), ("materials",), ("infrastructure",), ("infrastructure", "materials")]
    releases = ["company", "company", "other_company", "agency", "other_agency", "materials", "infrastructure"]
    return Story(
        name=name,
        by=by,
        kind=draw(st.sampled_from(KINDS)),
        words=draw(st.integers(0, 99)),
        tier=tier,
        floor=draw(st.integers(1, tier)),
        own=draw(st.sampled_from(own)),
        pieces=draw(_pieces(tier)),
        later=draw(_pieces(tier)),
        release=tuple(draw(st.lists(st.sampled_from([*releases, *READERS]), min_size=1, max_size=3, unique=True))),
        end=draw(st.sampled_from(ENDS)),
        deadline=draw(st.booleans()),
        marks=draw(_marks),
        readers=tuple(draw(st.lists(st.sampled_from(READERS), max_size=3, unique=True))),
        low_words=draw(st.integers(0, 99)),
    )


def histories(most: int) -> st.SearchStrategy:
    """Up to so many bulletins, in the order of their moments."""
    return st.integers(2, most).flatmap(lambda many: st.tuples(*(stories(f"b{number}") for number in range(many))))


changes = st.lists(
    st.builds(
        Change,
        who=st.sampled_from(["reader_one", "other_reader", "analyst", "reader_two"]),
        what=st.sampled_from(["suspend", "promote", "demote", "join", "leave", "hire", "read a list"]),
    ),
    max_size=2,
).map(tuple)


# --- what the other world may look like -------------------------------------------------------------------------------


def another(pieces: tuple[Piece, ...], seen: list[bool], dice: int) -> tuple[Piece, ...]:
    """The same parts with those not seen gone, reworded or multiplied. Labels are kept, or they might come into sight.

    An empty `seen` says that none of them is.
    """

    def turned() -> Iterator[Piece]:
        for place, (piece, is_seen) in enumerate(zip(pieces, seen or [False] * len(pieces), strict=True)):
            if is_seen:
                yield piece
                continue
            for copy in range((dice + place) % 3):
                kind = ("text", "attachment", "table")[(dice + copy) % 3]
                yield replace(piece, words=piece.words + 100 + copy, kind=kind)

    left = tuple(turned())
    return left or tuple(replace(piece, words=piece.words + 100) for piece in pieces[:1])


def reworded(story: Story) -> Story:
    """Every word of it another, and nothing else."""
    return replace(
        story,
        words=story.words + 100,
        low_words=story.low_words + 100,
        pieces=tuple(replace(piece, words=piece.words + 100) for piece in story.pieces),
        later=tuple(replace(piece, words=piece.words + 100) for piece in story.later),
    )


def replaced(story: Story, dice: int) -> Story | None:
    """A bulletin of which nothing may be seen: gone, or another one under the same label and audience."""
    if dice % 2:
        return None
    whole = another(story.pieces, [], 1), another(story.later, [], 2)
    # Each label of the first world is there again, so that the banner stays as high as it was.
    kept = tuple(replace(piece, words=piece.words + 200) for piece in story.pieces), story.later
    return replace(
        reworded(story),
        kind=KINDS[(KINDS.index(story.kind) + 1) % len(KINDS)],
        pieces=kept[0] + whole[0],
        later=kept[1] + whole[1],
        deadline=not story.deadline,
        readers=READERS[dice % 4 : 4],
    )
