"""Lines of a document become headings, lists, tables and paragraphs; wrong guesses cost no character."""

import pytest

from bulletins.documents import Document, read_document
from bulletins.markdown import render


def read(text: str, name: str = "draft.md") -> Document:
    return read_document(name, text.encode())


def body(text: str) -> str:
    return "\n".join(map(render, read(f"表題\n\n{text}").parts))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1. これまでの議論\n\n本文です。", "<h2>1. これまでの議論</h2>"),
        ("1. 章\n\n本文です。\n\n1. 1. 大国の動き\n\n本文です。", "<h3>1. 1. 大国の動き</h3>"),
        ("(1) 国際情勢\n\n本文です。", "<h2>(1) 国際情勢</h2>"),
        ("① 先端半導体\n\n本文です。", "<h2>① 先端半導体</h2>"),
        ("課題\n\n- 一つ\n- 二つ", "<h2>課題</h2>"),
        ("#### (対外依存の領域)\n\n本文です。", "<h2>(対外依存の領域)</h2>"),
        ("1. これは文です。\n\n本文です。", "<p>1. これは文です。</p>"),
        ("（注）表の値は速報\n\n- 一つ", "<p>（注）表の値は速報</p>"),
        (
            "3. 甲\n\n4. 乙\n\n① 丙\n\n② 丁\n\n本文です。",
            '<li class="marked">4. 乙\n<ul>\n<li class="marked">① 丙</li>\n<li class="marked">② 丁</li>',
        ),
        ("7. 甲\n8. 乙\n - ① 丙", '7. 甲</li>\n<li class="marked">8. 乙\n<ul>\n<li class="marked">① 丙</li>'),
        ("* 脚注の説明\n\n本文です。", "<p>* 脚注の説明</p>"),
        ("* 一つ\n* 二つ", "<ul>\n<li>一つ</li>\n<li>二つ</li>\n</ul>"),
        ("・甲\n・乙", '<ul>\n<li class="marked">・甲</li>'),
        ("\uf06c 甲\n\uf06c 乙", "<ul>\n<li>甲</li>\n<li>乙</li>\n</ul>"),
        ("2024. 年の数字で始まる", "<p>2024. 年の数字で始まる</p>"),
        ("#タグ と + 記号", "<p>#タグ と + 記号</p>"),
        ("GDPの4.7%*に当たる*1", "<p>GDPの4.7%*に当たる*1</p>"),
        ("文です。\n---\n次の文です。\n\f\n* * *", "<p>文です。</p>\n<p>次の文です。</p>"),
    ],
)
def test_guess_about_a_line(text: str, wanted: str) -> None:
    assert wanted in body(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("**甲\n乙**の話", "<p><strong>甲<br>\n乙</strong>の話</p>"),
        ("- ① 資源**", '<li class="marked">① 資源</li>'),
        ("**甲**乙**", "<p><strong>甲</strong>乙</p>"),
        ("** 甲 **乙", "<p><strong>甲</strong> 乙</p>"),
        ("****", ""),
        ("`**甲`と**乙**", "<p><code>**甲</code>と<strong>乙</strong></p>"),
        ("これが**「鍵」**を握る", "<p>これが<strong>「鍵」</strong>を握る</p>"),
    ],
)
def test_bold_marks_do_not_litter(text: str, wanted: str) -> None:
    assert body(text).strip() == wanted or wanted in body(text)
    assert "**" not in body(text).replace("<code>**甲</code>", "")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<日時>11月20日\n\n<目次>", "<p>&lt;日時&gt;11月20日</p>\n<p>&lt;目次&gt;</p>"),
        ("一行目<br>二行目<BR/>三行目", "<p>一行目<br>\n二行目<br>\n三行目</p>"),
        ("<u>下線</u>と<span class='x'>色</span>", "<p>下線と色</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("<ul><li>甲</li><li>乙</li></ul>", "<ul>\n<li>甲</li>\n<li>乙</li>\n</ul>"),
        ("<b>太字</b>と<del>取消</del>", "<p><strong>太字</strong>と<s>取消</s></p>"),
        ("<a>と<a name='x'>", "<p>&lt;a&gt;と&lt;a name='x'&gt;</p>"),
        (
            "<a target='_top' href='https://a.example/b'>資料</a>",
            '<a href="https://a.example/b" rel="noopener noreferrer nofollow">資料</a>',
        ),
        ("`<u>`という印", "<p><code>&lt;u&gt;</code>という印</p>"),
    ],
)
def test_html_fragments(text: str, wanted: str) -> None:
    assert wanted in body(text)


def test_a_table_with_tabs_and_a_header_row() -> None:
    html = body("国\t割合\t変化\nA国\t71%\t増\nB国\t12%\t減")
    assert '<th scope="col">国</th>' in html
    assert html.count("<tr>") == 3


def test_a_table_without_a_header_names_its_rows() -> None:
    html = body("EV\t25% → 100%\n太陽電池\t25% → 50%")
    assert "<thead>" not in html
    assert '<th scope="row">EV</th>\n<td>25% → 100%</td>' in html


def test_a_table_written_in_html_becomes_a_table() -> None:
    html = body("<table>\n<tr><td>甲|乙</td><td>丙。</td></tr>\n<tr><td>丁</td><td>戊<br>己</td></tr>\n</table>")
    assert '<th scope="row">甲|乙</th>' in html
    assert html.count("<table") == 1


def test_a_table_with_pipes_keeps_header_and_alignment() -> None:
    html = body("| 国 | 値 |\n|:--|--:|\n| A | 1 |")
    assert '<th scope="col" class="num">値</th>' in html
    assert '<td class="num">1</td>' in html


def test_items_and_paragraphs_of_a_cell_are_lines_of_the_cell() -> None:
    html = body('甲\t<p>一。</p><p>二。</p>\n乙\t<ul style="x"> ● 三。 ● 四。')
    assert "<td>一。<br>\n二。</td>" in html
    assert "<td>● 三。<br>\n● 四。</td>" in html


def test_a_sentence_cut_by_a_page_is_whole_again() -> None:
    first = "日本は海外と比べて株主提案のハードルが低いため、重要な技術を持つ会社の意思決定に悪意ある"
    assert f"<li>{first}取締役が来る。</li>" in body(f"- {first}\n\n取締役が来る。")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("an export rule that applies to every company in the supply chain\nand to its agents.", "chain and to"),
        ("量子やAIなどのゲームチェンジをもたらし得るエマージン\nグ技術が広がる。", "エマージング技術"),
        ("米国当局による中国の諜報機関からの\n支援と指示を受けたもの", "からの支援と"),
        ("短い行の\n次の行", "短い行の<br>\n次の行"),
        ("これはよく売れた半導体製造装置の一覧である。\nまた、次の文", "である。<br>\nまた"),
    ],
)
def test_lines_are_joined_only_where_the_page_broke_them(text: str, wanted: str) -> None:
    assert wanted in body(text)


def test_code_stays_as_it_was_typed() -> None:
    assert "<code>* a\n\n1. b\t**c\n</code>" in body("```\n* a\n\n1. b\t**c\n```")


def test_page_numbers_go_only_as_a_growing_series() -> None:
    assert "<p>14</p>" in body("専門組織\n\n14\n\n次の文です。")
    document = read("題\n\n文です。\n\n3\n\n文です。\n\n4\n")
    assert document.parts == ("文です。\n\n文です。",)
    assert document.warnings == ("ページ番号と思われる行を省きました（3、4）。",)


def test_hidden_characters_are_told_to_the_author() -> None:
    assert "2個" in read("題\n\n請求\u202e書\u200b").warnings[0]
