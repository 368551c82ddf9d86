"""Tables as a page shows them: each with a name for its region, and with header cells where its words name rows. Pure."""

import re

from markdown_it.token import Token

# What stands before a table as its caption: 「表：」 is only the mark of it, a number belongs to it.
_CAPTION_MARK = re.compile(r"表[：:]\s*")
_CAPTION = re.compile(r"表(?:[：:]|[0-9０-９]+(?:[-－.．][0-9０-９]+)*[：:．.\s])\s*\S[^\n]{0,118}")


def without_empty_heads(tokens: list[Token]) -> list[Token]:
    """Tables whose header cells are all empty lose the header; the first cell of each row then names its row."""
    kept: list[Token] = []
    headless = False
    for at, token in enumerate(tokens):
        if token.type == "thead_open":
            close = next(i for i in range(at, len(tokens)) if tokens[i].type == "thead_close")
            headless = not any(cell.content.strip() for cell in tokens[at:close] if cell.type == "inline")
            skipping = headless
        elif token.type == "tr_open" and headless:
            _name_row(tokens, at)
        if not (headless and skipping):
            kept.append(token)
        if token.type == "thead_close":
            skipping = False
        headless = headless and token.type != "table_close"
    return kept


def _name_row(tokens: list[Token], at: int) -> None:
    first, content = tokens[at + 1], tokens[at + 2]
    if first.type == "td_open" and content.content.strip():
        first.tag = tokens[at + 3].tag = "th"
        first.attrSet("scope", "row")


def with_named_tables(tokens: list[Token]) -> list[Token]:
    """Each table with what names its region: its caption, drawn into it, or else the heading above it.

    Only on a page: `parsed` leaves the words of a caption where they stand.
    """
    kept: list[Token] = []
    heading = ""
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = plain_words(tokens[at + 1])
        kept.append(token)
        if token.type != "table_open":
            continue
        token.meta["label"] = f"表：{heading}" if heading else "表"
        if _has_two_columns_without_head(tokens, at):
            token.attrSet("class", "pairs")
        if caption := _caption_before(kept):
            del kept[-4:-1]
            token.meta["label"] = plain_words(caption)
            kept += [Token("caption_open", "caption", 1), caption, Token("caption_close", "caption", -1)]
            _name_rows(tokens, at)
    return kept


def _caption_before(kept: list[Token]) -> Token | None:
    """The line that stands as a paragraph right before the table that was kept last, without the mark 「表：」."""
    if len(kept) < 4 or kept[-4].type != "paragraph_open" or not _CAPTION.fullmatch(kept[-3].content):
        return None
    first = kept[-3].children[0]
    first.content = _CAPTION_MARK.sub("", first.content, count=1)
    return kept[-3]


def _end_of_table(tokens: list[Token], at: int) -> int:
    return next(i for i in range(at, len(tokens)) if tokens[i].type == "table_close")


def _has_two_columns_without_head(tokens: list[Token], at: int) -> bool:
    """A list of facts: names left, what they are right. It fits on a phone without being scrolled."""
    if tokens[at + 1].type == "thead_open":
        return False
    row = next((i for i in range(at, len(tokens)) if tokens[i].type in ("tr_close", "table_close")), at)
    return sum(each.type == "td_open" for each in tokens[at:row]) == 2


def _name_rows(tokens: list[Token], at: int) -> None:
    end = _end_of_table(tokens, at)
    body = next((i for i in range(at, end) if tokens[i].type == "tbody_open"), end)
    for i in range(body, end):
        if tokens[i].type == "tr_open":
            _name_row(tokens, i)


def plain_words(inline: Token) -> str:
    """The words of a line without its marks."""
    return "".join(" " if part.type.endswith("break") else part.content for part in inline.children or ()).strip()
