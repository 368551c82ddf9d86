"""Blocks of a document as parts of readable size, each Markdown of its own with headings from ## down. Pure."""

from collections import Counter

from bulletins.blocks import Block
from bulletins.outline import UNNUMBERED

SMALLEST_PART = 400
FULL_PART = 2500
MOST_PARTS = 60
GROWTH = 1.4
DEEPEST_LEVEL = 6


def parts_of(blocks: list[Block]) -> tuple[str, ...]:
    """Markdown of each part: one section each, tiny ones together, long ones cut at lower headings, at most MOST_PARTS.

    A part begins at a heading, or at a paragraph where two full parts have no heading; never inside a table or list.
    """
    smallest, full = float(SMALLEST_PART), float(FULL_PART)
    groups = _cut(blocks, smallest, full)
    while len(groups) > MOST_PARTS:
        smallest, full = smallest * GROWTH, full * GROWTH
        groups = _cut(blocks, smallest, full)
    return tuple(_markdown(group) for group in groups)


def _cut(blocks: list[Block], smallest: float, full: float) -> list[list[Block]]:
    top = _top_rank(blocks)
    groups: list[list[Block]] = [[]]
    size = 0
    for block in blocks:
        if groups[-1] and _begins_part(block, groups[-1][-1], top, size, smallest, full):
            groups.append([])
            size = 0
        groups[-1].append(block)
        size += _size(block)
    if len(groups) > 1 and size < smallest:
        groups[-2:] = [groups[-2] + groups[-1]]
    return [group for group in groups if group]


def _top_rank(blocks: list[Block]) -> int:
    """The highest rank that at least two headings share; a single title at the top divides nothing."""
    counts = Counter(block.rank for block in blocks if block.kind == "heading")
    return min((rank for rank, count in counts.items() if count > 1), default=min(counts, default=0))


def _begins_part(block: Block, before: Block, top: int, size: int, smallest: float, full: float) -> bool:
    if before.kind == "heading":
        return False
    if block.kind != "heading":
        return size >= 2 * full
    enough = smallest if block.rank <= top else 1.5 * full if block.rank == UNNUMBERED else full
    return size >= enough


def _size(block: Block) -> int:
    return len(block.text) + sum(len(text) for _, text in block.items)


def _markdown(group: list[Block]) -> str:
    """Headings numbered from ## without a gap, whatever ranks the source used."""
    above: list[int] = []
    pieces: list[str] = []
    bullet = ""
    for block in group:
        if block.kind == "heading":
            above = [rank for rank in above if rank < block.rank] + [block.rank]
        bullet = "" if block.kind != "list" else "+" if bullet == "-" else "-"
        pieces.append(block.markdown(min(DEEPEST_LEVEL, 1 + len(above)), bullet))
    return "\n\n".join(pieces)
