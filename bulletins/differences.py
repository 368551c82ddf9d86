"""What differs between two texts, and between two lists of parts. Pure; the cost is bounded however long the texts are.

Tokens suit Japanese: words of Latin letters and digits, runs of katakana, and every other character by itself. Lines are compared first
and tokens only within what changed; a stretch that is too long for that is shown as taken out and put in as a whole.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby

# Lines of one part, and tokens of one changed stretch, that are compared with each other.
MOST_LINES, MOST_TOKENS = 1200, 800
# Stretches whose tokens are compared, over everything that is compared at once.
MOST_STRETCHES = 200
# So much of two parts decides whether one is the other, changed; and of so many parts each with each.
_COMPARED, _EACH_WITH_EACH = 400, 40
_ALIKE = 0.4
# Fewer unchanged characters between two changes are no island to rest on.
_SHORTEST_SAME = 2
_TOKEN = re.compile(r"[0-9A-Za-z_]+(?:[.:/@-][0-9A-Za-z_]+)*|[ァ-ヺー]+|[ \t]+|.", re.DOTALL)


class Op(StrEnum):
    """What happened to a run of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class Fate(StrEnum):
    """What happened to a part. One that moved may have changed as well."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Run:
    """A run of text and what happened to it."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class Facet:
    """A part as it is compared. `label` says in words what it is marked with, by the word for each; `digest` is of its file."""

    kind: str
    text: str
    label: tuple[tuple[str, str], ...] = ()
    name: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Relabelled:
    """A word of the label that changed: 格付, from, to. Empty where it was not there."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A part before and after (None where it was not there), with its runs of text."""

    fate: Fate
    before: Facet | None
    after: Facet | None
    runs: tuple[Run, ...] = ()

    @property
    def facet(self) -> Facet:
        return self.after or self.before

    @property
    def left(self) -> tuple[Run, ...]:
        """How it read before."""
        return tuple(run for run in self.runs if run.op is not Op.ADDED)

    @property
    def right(self) -> tuple[Run, ...]:
        """How it reads now."""
        return tuple(run for run in self.runs if run.op is not Op.REMOVED)

    @property
    def relabelled(self) -> list[Relabelled]:
        """What of its label changed; nothing for a part that is new or gone."""
        return relabelled(self.before.label, self.after.label) if self.before and self.after else []

    @property
    def refiled(self) -> bool:
        """Whether another file lies there, by its name or its bytes."""
        return bool(self.before and self.after) and (self.before.name, self.before.digest) != (
            self.after.name,
            self.after.digest,
        )


class _Budget:
    """How many stretches may still be compared token by token."""

    def __init__(self, left: int = MOST_STRETCHES) -> None:
        self._left = left

    def spend(self) -> bool:
        self._left -= 1
        return self._left >= 0


def relabelled(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> list[Relabelled]:
    """The words of a label that changed, in the order in which they stand."""
    was, now = dict(before), dict(after)
    names = dict.fromkeys([*was, *now])
    return [
        Relabelled(name, was.get(name, ""), now.get(name, ""))
        for name in names
        if was.get(name, "") != now.get(name, "")
    ]


def tokens(text: str) -> list[str]:
    """The text in pieces that mean something by themselves; joined they are the text."""
    return _TOKEN.findall(text)


def runs_of(before: str, after: str, budget: _Budget | None = None) -> tuple[Run, ...]:
    """What became of the text: what stayed, what was taken out and what was put in, in the order of reading."""
    budget = budget or _Budget()
    if before == after:
        return (Run(Op.SAME, before),) if before else ()
    found: list[Run] = []
    for op, old, new in _blocks(before.splitlines(keepends=True), after.splitlines(keepends=True), MOST_LINES):
        if op is Op.SAME:
            found.append(Run(Op.SAME, old))
        else:
            found += _within(old, new, budget)
    return tuple(_joined(found))


def _blocks(before: Sequence[str], after: Sequence[str], most: int) -> Iterator[tuple[Op | None, str, str]]:
    """Stretches that are the same (SAME) or differ (None), each with how it read before and how it reads now."""
    if max(len(before), len(after)) > most:
        yield from _ends(before, after)
        return
    for op, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        yield Op.SAME if op == "equal" else None, "".join(before[a:b]), "".join(after[c:d])


def _ends(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[Op | None, str, str]]:
    """Where there is too much to compare: what both begin and end with is the same, and what lies between differs."""
    shorter = min(len(before), len(after))
    head = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    tail = next((n for n in range(shorter - head) if before[-1 - n] != after[-1 - n]), shorter - head)
    first, last = "".join(before[:head]), "".join(before[len(before) - tail :])
    yield Op.SAME, first, first
    yield None, "".join(before[head : len(before) - tail]), "".join(after[head : len(after) - tail])
    yield Op.SAME, last, last


def _within(before: str, after: str, budget: _Budget) -> list[Run]:
    old, new = tokens(before), tokens(after)
    whole = [Run(Op.REMOVED, before), Run(Op.ADDED, after)]
    if not old or not new or max(len(old), len(new)) > MOST_TOKENS or not budget.spend():
        return whole
    blocks = [
        (op if op is Op.SAME and len(was) >= _SHORTEST_SAME else None, was, now)
        for op, was, now in _blocks(old, new, MOST_TOKENS)
    ]
    if not any(op is Op.SAME for op, _was, _now in blocks):
        return whole
    found = []
    for same, group in groupby(blocks, key=lambda block: block[0]):
        pieces = list(group)
        was, now = "".join(piece[1] for piece in pieces), "".join(piece[2] for piece in pieces)
        found += [Run(Op.SAME, was)] if same else [Run(Op.REMOVED, was), Run(Op.ADDED, now)]
    return found


def _joined(runs: list[Run]) -> Iterator[Run]:
    for op, group in groupby((run for run in runs if run.text), key=lambda run: run.op):
        yield Run(op, "".join(run.text for run in group))


def differences(before: Sequence[Facet], after: Sequence[Facet]) -> list[Difference]:
    """Part by part what became of them, in the order in which they stand now; what is gone stands where it was."""
    budget = _Budget()
    places = SequenceMatcher(None, [_key(each) for each in before], [_key(each) for each in after], autojunk=False)
    found: list[Difference] = []
    for op, a, b, c, d in places.get_opcodes():
        if op == "equal":
            found += [_pair(old, new, budget) for old, new in zip(before[a:b], after[c:d], strict=True)]
        else:
            found += _matched(list(before[a:b]), list(after[c:d]), budget)
    return _moved(found, budget)


def _key(facet: Facet) -> tuple[str, str, str]:
    return facet.kind, facet.text, facet.name


def _pair(old: Facet, new: Facet, budget: _Budget) -> Difference:
    runs = runs_of(old.text, new.text, budget)
    return Difference(Fate.SAME if old == new else Fate.CHANGED, old, new, runs)


def _gone(facet: Facet) -> Difference:
    return Difference(Fate.REMOVED, facet, None, (Run(Op.REMOVED, facet.text),) if facet.text else ())


def _new(facet: Facet) -> Difference:
    return Difference(Fate.ADDED, None, facet, (Run(Op.ADDED, facet.text),) if facet.text else ())


def _matched(old: list[Facet], new: list[Facet], budget: _Budget) -> list[Difference]:
    """Parts that stand in each other's place: each new one beside the next old one that it resembles, none passed twice."""
    found, start = [], 0
    for facet in new:
        partner = next((n for n in range(start, len(old)) if _alike(old, n, facet, len(new))), None)
        if partner is None:
            found.append(_new(facet))
            continue
        found += [*map(_gone, old[start:partner]), _pair(old[partner], facet, budget)]
        start = partner + 1
    return [*found, *map(_gone, old[start:])]


def _alike(old: list[Facet], n: int, new: Facet, others: int) -> bool:
    if old[n].kind != new.kind:
        return False
    if len(old) == others == 1:
        return True
    if max(len(old), others) > _EACH_WITH_EACH:
        return old[n].text[:_COMPARED] == new.text[:_COMPARED]
    return old[n].name == new.name != "" or resembles(old[n].text, new.text)


def resembles(one: str, other: str) -> bool:
    """Whether one text may be the other, changed; only how they begin is compared."""
    matcher = SequenceMatcher(None, one[:_COMPARED], other[:_COMPARED], autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _moved(found: list[Difference], budget: _Budget) -> list[Difference]:
    """A part that is gone in one place and new in another with the same words has moved."""
    gone = {_key(each.before): each for each in found if each.fate is Fate.REMOVED}
    result, used = [], set()
    for each in found:
        partner = gone.get(_key(each.after)) if each.fate is Fate.ADDED else None
        if partner is None or id(partner) in used:
            result.append(each)
            continue
        used.add(id(partner))
        result.append(replace(_pair(partner.before, each.after, budget), fate=Fate.MOVED))
    return [each for each in result if id(each) not in used]
