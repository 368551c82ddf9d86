"""Markdown of authors and imported documents as HTML that is safe to place in a page.

CommonMark, GFM tables and strikethrough, with these differences, each so that no text vanishes and none can lie:

* HTML is text: `<script>` and `<日時>` alike are shown as they were typed. Only `<br>` breaks a line (cells need it).
* A newline is a line break, as in every Japanese form field.
* `**` opens and closes beside Japanese brackets and full stops too (CommonMark's rule assumes spaces between words).
* Images are not fetched: `![alt](url)` reads "alt（url）". Links other than http, https and mailto stay text.
* Link reference definitions are text (an unused one would disappear).
* Characters that hide or reorder text (bidi controls, zero-width, NUL) are shown as ⟦U+202E⟧.
* Nesting stops at `MAX_NESTING` levels; deeper marks are text.
* A line of its own before a table, 「表：…」 or 「表1　…」, is the table's caption; its first column then names the rows.

Pure: no Django, no settings. The allow-list of nh3 runs last, over everything.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from bulletins.inline_rules import emphasis, image, inline_link, line_break_tag
from bulletins.lettering import OWN_MARK, show_hidden
from bulletins.named_tables import plain_words, with_named_tables, without_empty_heads

MAX_NESTING = 40

_LINK = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
_PREFIX = re.compile(r"[a-z][a-z0-9-]{0,40}")
_LANGUAGE = re.compile(r"[A-Za-z0-9+#.-]{0,20}")
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_PLAIN_TAGS = [
    "a",
    "blockquote",
    "br",
    "caption",
    "code",
    "del",
    "div",
    "em",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
]
_CLEANER = nh3.Cleaner(
    tags=set(_PLAIN_TAGS),
    attributes={"a": {"href", "title"}, "div": {"aria-label"}, "ol": {"start"}, **{tag: {"id"} for tag in _HEADINGS}},
    tag_attribute_values={
        "div": {"class": {"table-scroll"}, "tabindex": {"0"}, "role": {"region"}},
        "table": {"class": {"pairs"}},
        "th": {"scope": {"col", "row"}, "class": {"num"}},
        "td": {"class": {"num"}},
        "li": {"class": {"marked"}},
        "pre": {"tabindex": {"0"}},
    },
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)


@dataclass(frozen=True)
class Heading:
    """One line of a contents list: `level` 2 to 6, plain `text`, `anchor` the id given by `render`."""

    level: int
    text: str
    anchor: str


def render(text: str, *, heading_prefix: str = "") -> str:
    """Safe HTML of Markdown `text`; headings are h2 to h6.

    With `heading_prefix="p3"` headings carry the ids p3-1, p3-2, …; without it nothing has an id.
    Raises ValueError for a prefix that is not a plain lower-case name.
    """
    if heading_prefix and not _PREFIX.fullmatch(heading_prefix):
        raise ValueError("heading_prefix must be lower-case letters, digits and hyphens")
    parser, env = _parser(), {"prefix": heading_prefix}
    tokens = with_named_tables(parser.parse(_typed(text), env))
    return _CLEANER.clean(show_hidden(parser.renderer.render(tokens, parser.options, env)))


def headings(text: str, *, heading_prefix: str = "part") -> list[Heading]:
    """The headings `render` would show, in order, with the anchors it gives for the same `heading_prefix`."""
    tokens = _parser().parse(_typed(text), {"prefix": heading_prefix})
    found = ((token, tokens[at + 1]) for at, token in enumerate(tokens) if token.type == "heading_open")
    return [
        Heading(int(token.tag[1]), show_hidden(plain_words(inline)), f"{heading_prefix}-{number}")
        for number, (token, inline) in enumerate(found, 1)
    ]


def parsed(text: str) -> list[Token]:
    """The tokens that `render` makes its HTML of, for other ways to show the same words. What hides is not written out yet."""
    return _parser().parse(_typed(text), {"prefix": ""})


def _typed(text: str) -> str:
    """The input with what the parser would swallow made visible first: NUL, lone surrogates; page breaks are lines."""
    text = text.replace("\f", "\n").replace("\v", "\n").removeprefix("\ufeff")
    return re.sub("[\0\ud800-\udfff]", lambda found: f"⟦U+{ord(found[0]):04X}⟧", text)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "xhtmlOut": False})
    parser.options["maxNesting"] = MAX_NESTING + 20  # never reached: there the parser would skip text
    parser.enable(["table", "strikethrough"]).disable(["reference", "html_block", "html_inline"])
    parser.validateLink = lambda url: bool(_LINK.match(url))
    _limit_nesting(parser)
    parser.inline.ruler.at("emphasis", emphasis)
    parser.inline.ruler.at("image", image)
    parser.inline.ruler.at("link", inline_link)
    parser.inline.ruler.before("autolink", "line_break_tag", line_break_tag)
    parser.core.ruler.push("house_style", _house_style)
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("code_block", _fence)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    return parser


def _limit_nesting(parser: MarkdownIt) -> None:
    """Lists and quotes deeper than the limit are read as text; the parser's own limit would drop them."""
    alternatives = ["paragraph", "reference", "blockquote", "list"]
    for rule in [rule for rule in parser.block.ruler.__rules__ if rule.name in ("blockquote", "list")]:
        parser.block.ruler.at(
            rule.name, _guarded(rule.fn), {"alt": alternatives[: 4 if rule.name == "blockquote" else 3]}
        )


def _guarded(rule: Callable[..., bool]) -> Callable[..., bool]:
    def guarded(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return state.level < MAX_NESTING and rule(state, start, end, silent)

    return guarded


# What the pages expect of the tokens


def _house_style(state: StateCore) -> None:
    state.tokens = without_empty_heads(state.tokens)
    number = 0
    for at, token in enumerate(state.tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{max(2, int(token.tag[1]))}"
        if token.type == "heading_open" and state.env.get("prefix"):
            number += 1
            token.attrSet("id", f"{state.env['prefix']}-{number}")
        if token.type in ("th_open", "td_open"):
            _style_cell(token)
        if token.type == "list_item_open" and _brings_mark(state.tokens, at):
            token.attrSet("class", "marked")


def _style_cell(token: Token) -> None:
    if token.type == "th_open":
        token.attrSet("scope", "col")
    if "right" in str(token.attrs.pop("style", "")):
        token.attrSet("class", "num")


def _brings_mark(tokens: list[Token], at: int) -> bool:
    """True when the item starts with a mark of its own (①, ・, 1.): a bullet before it would be a second one."""
    return tokens[at + 1].type == "paragraph_open" and bool(OWN_MARK.match(tokens[at + 2].content))


# Rendering


def _fence(renderer: RendererHTML, tokens: list[Token], at: int, options: object, env: object) -> str:
    """Code as typed; the word after the fence is shown too unless it is a language name."""
    info = tokens[at].info.strip()
    shown = "" if _LANGUAGE.fullmatch(info) else f"{info}\n"
    return f'<pre tabindex="0"><code>{escapeHtml(shown + tokens[at].content)}</code></pre>\n'


def _table_open(renderer: RendererHTML, tokens: list[Token], at: int, options: object, env: object) -> str:
    label, kind = escapeHtml(tokens[at].meta.get("label", "表")), tokens[at].attrs.get("class", "")
    attribute = f' class="{kind}"' if kind else ""
    return f'<div class="table-scroll" tabindex="0" role="region" aria-label="{label}"><table{attribute}>\n'


def _table_close(renderer: RendererHTML, tokens: list[Token], at: int, options: object, env: object) -> str:
    return "</table></div>\n"
