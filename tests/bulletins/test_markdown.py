"""Markdown becomes HTML that is safe in a page, keeps every character and cannot lie about what it says."""

import re
from html.parser import HTMLParser

import pytest

from bulletins.markdown import MAX_NESTING, Heading, headings, render
from tests.growth import TOLERABLE, growth

ALLOWED = {
    *("a", "blockquote", "br", "code", "del", "div", "em", "hr", "li", "ol", "p", "pre", "s", "strong"),
    *("h2", "h3", "h4", "h5", "h6", "table", "caption", "tbody", "td", "th", "thead", "tr", "ul"),
}
ATTRIBUTES = {"href", "title", "rel", "start", "id", "class", "tabindex", "role", "aria-label", "scope"}


class Page(HTMLParser):
    """Tags, attributes and text of HTML, as a browser would read them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: dict[str, list[str]] = {}
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


# What comes out


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("# 一\n## 二\n### 三\n###### 六", "<h2>一</h2>\n<h2>二</h2>\n<h3>三</h3>\n<h6>六</h6>"),
        ("**太字**と*斜体*と~~取消~~", "<p><strong>太字</strong>と<em>斜体</em>と<s>取消</s></p>"),
        ("一行目\n二行目", "<p>一行目<br>\n二行目</p>"),
        ("一行目<br>二行目<BR />三行目", "<p>一行目<br>\n二行目<br>\n三行目</p>"),
        ("- 甲\n  - 乙", "<ul>\n<li>甲\n<ul>\n<li>乙</li>\n</ul>\n</li>\n</ul>"),
        ("3. 甲\n4. 乙", '<ol start="3">\n<li>甲</li>\n<li>乙</li>\n</ol>'),
        ("- ① 甲\n- 乙", '<ul>\n<li class="marked">① 甲</li>\n<li>乙</li>\n</ul>'),
        ("> 引用", "<blockquote>\n<p>引用</p>\n</blockquote>"),
        ("---", "<hr>"),
        ("`<b>`", "<p><code>&lt;b&gt;</code></p>"),
        ("```python\na < b\n```", '<pre tabindex="0"><code>a &lt; b\n</code></pre>'),
        ("```秘密の 一行\nx\n```", '<pre tabindex="0"><code>秘密の 一行\nx\n</code></pre>'),
        ("[注]: これは本文", "<p>[注]: これは本文</p>"),
        ("![図1](https://a.example/x.png)", "<p>図1（https://a.example/x.png）</p>"),
    ],
)
def test_markdown_reads_as_html(text: str, wanted: str) -> None:
    assert render(text).strip() == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("これが**「鍵」**を握る", "これが<strong>「鍵」</strong>を握る"),
        ("**重要。**次の文", "<strong>重要。</strong>次の文"),
        ("**競争（AI）**が", "<strong>競争（AI）</strong>が"),
        ("**競争(AI)**が", "<strong>競争(AI)</strong>が"),
        ("の**(注)**を", "の<strong>(注)</strong>を"),
        ("**甲**、**乙**", "<strong>甲</strong>、<strong>乙</strong>"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("a_b_c", "a_b_c"),
    ],
)
def test_bold_works_beside_japanese_marks(text: str, wanted: str) -> None:
    assert render(text) == f"<p>{wanted}</p>\n"


def test_a_table_can_be_scrolled_and_its_columns_are_named() -> None:
    html = render("| 国 | 値 |\n|:--|--:|\n| A | 1 |")
    assert html.startswith('<div class="table-scroll" tabindex="0" role="region" aria-label="表"><table>')
    assert '<th scope="col">国</th>\n<th scope="col" class="num">値</th>' in html
    assert '<td>A</td>\n<td class="num">1</td>' in html
    assert html.rstrip().endswith("</table></div>")


def test_a_table_with_an_empty_header_names_its_rows() -> None:
    html = render("| | |\n|--|--|\n| 概要 | 一つ |\n| | 二つ |")
    assert "thead" not in html
    assert '<th scope="row">概要</th>\n<td>一つ</td>' in html
    assert "<td></td>\n<td>二つ</td>" in html


def test_a_table_after_one_with_an_empty_header_keeps_its_own() -> None:
    html = render("| | |\n|--|--|\n| 概要 | 一つ |\n\n| 国 | 値 |\n|--|--|\n| A | 1 |")
    assert html.count("<thead>") == 1
    assert "<td>A</td>" in html


def test_headings_have_ids_only_when_asked() -> None:
    text = "# 概要\n\n本文\n\n### **見通し**と`値`"
    assert "id=" not in render(text)
    assert '<h2 id="p3-1">概要</h2>' in render(text, heading_prefix="p3")
    assert '<h3 id="p3-2">' in render(text, heading_prefix="p3")


def test_the_contents_list_names_the_headings_and_their_ids() -> None:
    text = "# 概要\n\n本文\n\n> ### **見通し**と`値` &amp; 他\n\n## 請求\u202e書"
    found = headings(text, heading_prefix="p3")
    assert found == [
        Heading(2, "概要", "p3-1"),
        Heading(3, "見通しと値 & 他", "p3-2"),
        Heading(2, "請求⟦U+202E⟧書", "p3-3"),
    ]
    assert all(f'id="{heading.anchor}"' in render(text, heading_prefix="p3") for heading in found)


@pytest.mark.parametrize("prefix", ["P3", "3p", 'p"onclick="x', "p 3", "ｐ"])
def test_a_prefix_that_is_no_plain_name_is_an_error(prefix: str) -> None:
    with pytest.raises(ValueError, match="heading_prefix"):
        render("# 概要", heading_prefix=prefix)


def test_rendering_twice_gives_the_same_bytes() -> None:
    text = "# 一\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n[x](https://a.example)"
    assert len({render(text, heading_prefix="p1") for _ in range(20)}) == 1


# Hostile input

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<p onclick=alert(1)>本文</p>",
    "<svg/onload=alert(1)><animate onbegin=alert(1)>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>*{display:none}</style>",
    "<!-- 見えない指示 -->",
    "<![CDATA[x]]>",
    "<a href='javascript:alert(1)'>押す</a>",
    "[押す](javascript:alert(1))",
    "[押す](JaVaScRiPt:alert(1))",
    "[押す](java&#x73;cript:alert(1))",
    "[押す](&#x6A;avascript:alert(1))",
    "[押す](\x01javascript:alert(1))",
    "[押す](vbscript:x)",
    "[押す](data:text/html;base64,PHNjcmlwdD4=)",
    "[押す](data:image/png;base64,AAAA)",
    "[押す](//evil.example)",
    "[押す](/accounts/delete/)",
    "[押す](../secret)",
    "[押す](file:///etc/passwd)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    '![x" onerror="alert(1)](https://a.example/x.png)',
    "![x](https://evil.example/pixel.gif)",
    "![x][r]\n\n[r]: https://evil.example/pixel.gif",
    "[x]: javascript:alert(1)\n\n[x]",
    '[x](https://a.example "\\" onmouseover=\\"alert(1)")',
    "# <b id=csrf>x</b> {#csrf}",
    "| <script>x</script> |\n|--|\n| <img src=x onerror=y> |",
    "```<script>\n</code></pre><script>x</script>\n```",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "<div class='table-scroll' style='position:fixed'>x</div>",
    "<a id=x name=y target=_blank href=https://a.example>z</a>",
    "<form action=https://evil.example><input name=password></form>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content=0>",
    "\ud800<script>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_input_yields_only_allowed_tags_and_safe_links(text: str) -> None:
    page = Page(render(text, heading_prefix="p1"))
    assert page.tags <= ALLOWED
    assert set(page.attributes) <= ATTRIBUTES
    assert all(re.match(r"(?:https?://|mailto:)", url, re.IGNORECASE) for url in page.attributes.get("href", []))
    assert all(re.fullmatch(r"p1-\d+", anchor) for anchor in page.attributes.get("id", []))


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.startswith("<") and "&" not in text])
def test_html_is_shown_as_it_was_typed(text: str) -> None:
    assert Page(render(text)).text.strip() == text


@pytest.mark.parametrize(
    "text", ["[押す](javascript:alert(1))", "[押す](//evil.example)", "[押す](/accounts/delete/)", "[x]: javascript:a"]
)
def test_a_refused_link_stays_readable_as_text(text: str) -> None:
    assert Page(render(text)).text.strip() == text
    assert "<a" not in render(text)


@pytest.mark.parametrize("url", ["https://a.example/b?c=1", "http://a.example", "mailto:desk@a.example"])
def test_an_allowed_link_tells_the_other_side_nothing(url: str) -> None:
    html = render(f"[x]({url}) <{url}>")
    assert html.count(f'<a href="{url}" rel="noopener noreferrer nofollow">') == 2


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("請求\u202e書\u202c", "請求⟦U+202E⟧書⟦U+202C⟧"),
        ("a\u2066b\u2069", "a⟦U+2066⟧b⟦U+2069⟧"),
        ("&#x202e;書", "⟦U+202E⟧書"),
        ("a\0b", "a⟦U+0000⟧b"),
        ("a\u200bb\u2060c\ufeffd", "a⟦U+200B⟧b⟦U+2060⟧c⟦U+FEFF⟧d"),
        ("a\u200eb\u00adc", "a⟦U+200E⟧b⟦U+00AD⟧c"),
        ("a\U000e0041b", "a⟦U+E0041⟧b"),
        ("a\x1bb\x7f", "a⟦U+001B⟧b⟦U+007F⟧"),
        ("a\ud800b", "a⟦U+D800⟧b"),
        ("`a\u202eb`", "a⟦U+202E⟧b"),
        ("葛\U000e0100城と⼊⺠", "葛\U000e0100城と⼊⺠"),
        ("\U0001f469\u200d\U0001f52c", "\U0001f469\u200d\U0001f52c"),
    ],
)
def test_characters_that_hide_or_turn_text_are_shown(typed: str, shown: str) -> None:
    assert Page(render(typed)).text.strip() == shown


def test_bidi_controls_cannot_hide_in_a_link_title_or_a_heading() -> None:
    html = render('# a\u202eb\n\n[x](https://a.example/\u202e "t\u202eu")')
    assert "\u202e" not in html
    assert "⟦U+202E⟧" in html


MANY = 10_000


@pytest.mark.parametrize(
    "text",
    [
        "[" * MANY,
        "[" * MANY + "]" * MANY,
        "[" * MANY + "](x)" * MANY,
        "![" * MANY,
        "![a" * 5000 + "](x)" * 5000,
        "[a](" * MANY,
        "(" * MANY + ")" * MANY,
        ">" * MANY + "x",
        "> " * MANY + "x",
        "- " * MANY + "x",
        "1. " * MANY + "x",
        "> - " * MANY + "x",
        "*a " * MANY + "a* " * MANY,
        "**a" * MANY,
        "*_ " * MANY + "a" + " _*" * MANY,
        "~~a " * MANY,
        "`" * MANY + "a",
        "".join("`" * (n % 200) + "a" for n in range(MANY)),
        "<" * MANY,
        "<!--" * MANY,
        "<a href=" * MANY,
        "&#x" * MANY,
        "\\" * MANY,
        "#" * MANY,
        "<br>" * MANY,
        "| " * MANY + "\n" + "|-" * MANY + "|\n" + "| " * MANY,
        "\u202e" * MANY,
        "a\n" * MANY,
        "あ" * 500_000,
    ],
)
def test_hostile_nesting_finishes_quickly(text: str) -> None:
    render("x")
    assert growth(render, text) < TOLERABLE


@pytest.mark.parametrize("mark", ["> ", "- ", ">", "> - "])
def test_what_is_nested_too_deep_is_still_there(mark: str) -> None:
    depth = 4 * MAX_NESTING
    text = Page(render(mark * depth + "最後の言葉")).text
    assert "最後の言葉" in text
    assert text.count(">") + text.count("-") >= depth - MAX_NESTING


def test_a_list_indented_too_deep_keeps_every_item() -> None:
    text = Page(render("\n".join(" " * (2 * depth) + f"- 項目{depth}。" for depth in range(200)))).text
    assert all(f"項目{depth}。" in text for depth in range(200))
