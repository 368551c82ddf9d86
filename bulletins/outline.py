"""Which lines of a document are headings, which numbered lines a contents list, which paragraphs belong together. Pure.

A line is taken for a heading only if it stands alone, is short, does not end like a sentence, and either carries a
number with text below it or is followed by a list or a table. Numbered lines that follow each other with nothing
between them are a list of contents. Nothing is renumbered: the numbers are text.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from bulletins.blocks import Block, raw_blocks
from bulletins.inline_marks import clean_line_marks, plain
from bulletins.line_ends import PARTICLES, continues, glue

HEADING_MAX = 70
UNNUMBERED_HEADING_MAX = 45
UNNUMBERED = 7  # rank of a heading that carries no number

_RANKS = (
    (2, re.compile(r"\d{1,2}[.．](?!\s*\d)\s*\S|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ][.．]|第[一二三四五六七八九十\d]+[章部]")),
    (3, re.compile(r"\d{1,2}[.．]\s*\d{1,2}[.．]?\s+\S|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ][－-][①-⑳][.．]|第[一二三四五六七八九十\d]+節")),
    (4, re.compile(r"[（(](?:\d{1,2}|視点\d+|参考)[)）]\s*\S|【(?:参考|対応の方向性)】\s*\S")),
    (5, re.compile(r"[①-⑳]\s*\S")),
)
_NOT_A_HEADING = re.compile(
    r"[（(]?(?:注|資料|出典|出展|出所|写真|※|備考)|[<＜]|https?:|[-–—・•●✓➢*\"“]|[（(]?\d[\d,.]*[)）]?$"
)
_SENTENCE = re.compile(r"。|[、，：:；;]$")


def read_blocks(text: str) -> tuple[list[Block], dict[str, list[str]]]:
    """Blocks of `text` in order, and what was left out: {"page_numbers": ["11", …], "bold": ["**", …]}."""
    left_out: dict[str, list[str]] = {"page_numbers": [], "bold": []}
    blocks = _joined(raw_blocks(text, left_out))
    ranks = _numbered_ranks(blocks)
    blocks = [_outlined(block, ranks[at], blocks[at + 1 : at + 2]) for at, block in enumerate(blocks)]
    return [_clean(block, left_out) for block in _merged_lists(blocks)], left_out


def _joined(blocks: list[Block]) -> list[Block]:
    """Paragraphs and items that a page break cut in the middle of a sentence, whole again."""
    kept: list[Block] = []
    for at, block in enumerate(blocks):
        before = kept[-1] if at > 1 else None  # the first block may be the title: nothing is drawn into it
        if before is None or block.kind != "text" or not _goes_on(before, block):
            kept.append(block)
        elif before.kind == "text":
            kept[-1] = replace(before, text=glue(before.text, block.text), lone=False)
        else:
            depth, text = before.items[-1]
            kept[-1] = replace(before, items=(*before.items[:-1], (depth, glue(text, block.text))))
    return kept


def _goes_on(before: Block, block: Block) -> bool:
    text = before.items[-1][1] if before.kind == "list" else before.text if before.kind == "text" else ""
    if not text or (before.lone and _rank(before)):
        return False
    first = block.text.split("\n", 1)[0]
    if first[0].isdigit() or (
        "。" not in block.text and not ("\u3041" <= first[0] <= "\u30fc") and text[-1] not in PARTICLES
    ):
        return False
    return _rank(block) == 0 and not _NOT_A_HEADING.match(block.text) and continues(text, first)


def _rank(block: Block) -> int:
    """1 to 5 for a line on its own that carries a number and could be a heading, else 0."""
    text = plain(block.text)
    if block.kind != "text" or not block.lone or len(text) > HEADING_MAX or _SENTENCE.search(text):
        return 0
    return next((rank for rank, mark in _RANKS if mark.match(text)), 0)


def _numbered_ranks(blocks: list[Block]) -> list[int]:
    """The rank of each block that is a numbered heading; -1 or -2 for a line of a contents list; 0 for the others."""
    ranks = [_rank(block) for block in blocks]
    at = 0
    while at < len(ranks):
        end = at
        while end < len(ranks) and ranks[end]:
            end += 1
        run = ranks[at:end]
        if len(run) > 2 and any(a >= b for a, b in zip(run, run[1:], strict=False)):
            ranks[at:end] = [-1 if rank == min(run) else -2 for rank in run]
        at = end + 1
    return ranks


def _outlined(block: Block, rank: int, following: list[Block]) -> Block:
    if rank > 0:
        return Block("heading", plain(block.text), rank=rank)
    if rank < 0:
        return Block("list", items=((-1 - rank, block.text),))
    names_next = following and (following[0].kind == "table" or following[0].marked)
    if block.kind == "text" and block.lone and names_next and _could_name(plain(block.text)):
        return Block("heading", plain(block.text), rank=UNNUMBERED)
    return block


def _could_name(text: str) -> bool:
    return len(text) <= UNNUMBERED_HEADING_MAX and not _NOT_A_HEADING.match(text) and not _SENTENCE.search(text)


def _merged_lists(blocks: list[Block]) -> Iterator[Block]:
    """Lists of one kind that only blank lines kept apart are one list."""
    open_list: Block | None = None
    for block in blocks:
        if open_list and block.kind == "list" and block.marked == open_list.marked:
            open_list = replace(open_list, items=open_list.items + block.items)
            continue
        if open_list:
            yield open_list
        open_list = block if block.kind == "list" else None
        if not open_list:
            yield block
    if open_list:
        yield open_list


def _clean(block: Block, left_out: dict[str, list[str]]) -> Block:
    if block.kind == "list":
        cleaned = [(depth, *clean_line_marks(text)) for depth, text in block.items]
        left_out["bold"] += ["**"] * sum(lone for _, _, lone in cleaned)
        return replace(block, items=tuple((depth, text) for depth, text, _ in cleaned))
    if block.kind != "text":
        return block
    text, lone = clean_line_marks(block.text)
    left_out["bold"] += ["**"] * lone
    return replace(block, text=text)
