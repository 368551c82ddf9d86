"""Files become drafts: what is read, what is refused, and that no character of text is lost on the way."""

import difflib
import gzip
import io
import re
import time
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bulletins.documents import MAX_BYTES, Document, DocumentRefused, name_of_file, read_document
from bulletins.markdown import headings, render
from bulletins.parts import MOST_PARTS

REAL = Path(__file__).parents[3] / "shared" / "real-input"
PAGE_NUMBERS = {  # of the five documents; nothing else that carries a letter or a digit may go
    "action-plan-review-2024-10.md": (),
    "action-plan-revision-2025-06.md": (),
    "expert-meeting-minutes-2025-11.md": (),
    "manufacturing-base-report-2026-04.md": (),
    "trade-control-review-2021.md": ("11", "19", "28", "41"),
}
LARGEST = "manufacturing-base-report-2026-04.md"


def real(name: str) -> Path:
    path = REAL / name
    if not path.exists():
        pytest.skip(f"the real documents are not here: {path}")
    return path


def read(text: str, name: str = "draft.md") -> Document:
    return read_document(name, text.encode())


def body(text: str) -> str:
    return "\n".join(map(render, read(f"表題\n\n{text}").parts))


def refusal(name: str, data: bytes) -> str:
    with pytest.raises(DocumentRefused) as refused:
        read_document(name, data)
    return refused.value.reason


# Every character of text is still there


class Words(HTMLParser):
    """The text of HTML, as a browser would show it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def letters_of_source(text: str, page_numbers: tuple[str, ...]) -> str:
    """What must be shown: the source minus list marks, number signs, `**`, delimiter rows, pipes of tables, the five
    tags of presentation that occur, backslashes before marks, private-use bullets, page numbers and white space."""
    left = list(page_numbers)
    kept = []
    for line in text.split("\n"):
        if left and line.strip() == left[0]:
            left.pop(0)
            continue
        row = re.sub(r"^\s*(?:-\s+(?=\|))?", "", line)
        if row.startswith("|"):
            line = "" if re.fullmatch(r"[|\s:-]+", row) else row.replace("|", "")
        line = re.sub(r"^\s*(?:[-+]\s+|#{1,6}\s+|[\uf06c\uf0fc])", "", line)
        line = re.sub(r"</?(?:p|ul|ol|u|div)(?:\s[^<>]*)?>", "", line)
        kept.append(re.sub(r"\\(?=[$*|])", "", line.replace("**", "")))
    assert not left, f"page numbers not found in the source: {left}"
    return "".join("".join(kept).split())


def letters_shown(document: Document) -> str:
    html = "\n".join(map(render, document.parts))
    return "".join((document.title + "".join(Words(html).found)).split())


def difference(wanted: str, shown: str) -> str:
    """The places where the two differ, with ten characters around each, for the message of a failing test."""
    steps = difflib.SequenceMatcher(None, wanted, shown, autojunk=False).get_opcodes() if len(wanted) < 9000 else []
    if not steps:
        at = next(
            (i for i, (a, b) in enumerate(zip(wanted, shown, strict=False)) if a != b), min(len(wanted), len(shown))
        )
        return f"from character {at}: wanted {wanted[at - 20 : at + 40]!r}, shown {shown[at - 20 : at + 40]!r}"
    return "\n".join(
        f"{step}: {wanted[max(0, a - 10) : a]!r} wanted {wanted[a:b]!r} shown {shown[c:d]!r}"
        for step, a, b, c, d in steps
        if step != "equal"
    )


@pytest.mark.parametrize("name", PAGE_NUMBERS)
def test_every_character_of_a_real_document_is_shown_in_its_place(name: str) -> None:
    path = real(name)
    wanted = letters_of_source(path.read_text(encoding="utf-8"), PAGE_NUMBERS[name])
    shown = letters_shown(read_document(path, path.read_bytes()))
    assert shown == wanted, difference(wanted, shown)


def test_the_comparison_notices_one_lost_character() -> None:
    source = "題\n\n1. 一\n2. 二\n\n- *注\n\n本文〈は〉<日時>ここ-まで"
    wanted = letters_of_source(source, ())
    document = read(source)
    assert letters_shown(document) == wanted
    assert letters_shown(Document(document.title, (document.parts[0].replace("二", ""),), ())) != wanted
    assert "二" in difference(wanted, wanted.replace("二", ""))


@pytest.mark.parametrize("name", PAGE_NUMBERS)
def test_no_marks_litter_a_real_document(name: str) -> None:
    path = real(name)
    html = "\n".join(map(render, read_document(path, path.read_bytes()).parts))
    shown = "".join(Words(html).found)
    assert "**" not in shown
    assert not re.search(r"</?(?:p|ul|ol|u|div|br)\b[^<>]*>|[\uf06c\uf0fc\f]|\\[.)*$|#]", shown)
    assert not re.search(r"<p>[\s\u00a0]*</p>|<li>\s*</li>", html)
    assert not re.search(r"\|\s*-{2,}", shown)


@pytest.mark.parametrize("name", PAGE_NUMBERS)
def test_a_real_document_has_a_title_and_parts_of_readable_size(name: str) -> None:
    path = real(name)
    document = read_document(path, path.read_bytes())
    assert 10 <= len(document.title) <= 60
    assert 2 <= len(document.parts) <= MOST_PARTS
    assert all(400 <= len("".join(Words(render(part)).found)) <= 7000 for part in document.parts[:-1])


def test_headings_tables_and_lists_of_real_documents_come_out_as_such() -> None:
    path = real(LARGEST)
    parts = read_document(path, path.read_bytes()).parts
    html = "\n".join(map(render, parts))
    found = [heading.text for part in parts for heading in headings(part)]
    assert "2. 製造能力強化に向けた各国の取組" in found
    assert html.count("<table>") > 30
    assert html.count("<li") > 500
    assert "<h1" not in html


def test_table_rows_of_the_largest_document_keep_their_number_of_cells() -> None:
    path = real(LARGEST)
    rows = [line for line in path.read_text(encoding="utf-8").split("\n") if "\t" in line]
    html = "\n".join(map(render, read_document(path, path.read_bytes()).parts))
    cells = sum(line.count("\t") + 1 for line in rows)
    shown = len(re.findall(r"<t[dh][ >]", html))
    assert shown - cells == 6  # three small tables with pipes, two cells each


def test_the_largest_document_is_read_and_rendered_within_a_second() -> None:
    path = real(LARGEST)
    data = path.read_bytes()
    start = time.perf_counter()
    for part in read_document(path, data).parts:
        render(part)
    assert time.perf_counter() - start < 1


def test_reading_twice_gives_the_same() -> None:
    path = real(LARGEST)
    assert read_document(path, path.read_bytes()) == read_document(path, path.read_bytes())


def test_compatibility_characters_stay_as_they_are() -> None:
    assert "⼊⺠" in read("題\n\n出⼊⺠間").parts[0]


# Title and parts


def test_the_first_line_is_the_title_and_leaves_the_text() -> None:
    document = read("\ufeff\n\n供給網の動き\n\n本文です。\n")
    assert document == Document("供給網の動き", ("本文です。",), ())


def test_a_marked_heading_near_the_start_is_the_title() -> None:
    document = read("2026年4月15日\n\n# **供給網**の動き\n\n本文です。")
    assert document.title == "供給網の動き"
    assert document.parts == ("2026年4月15日\n\n本文です。",)


def test_a_long_first_line_is_shortened_in_the_title_and_kept_in_the_text() -> None:
    document = read("あ" * 300)
    assert document.title == "あ" * 119 + "…"
    assert document.parts == ("あ" * 300,)


def test_a_document_of_one_line_keeps_it_as_text() -> None:
    assert read("# お知らせ").parts == ("## お知らせ",)


def test_sections_become_parts_and_tiny_ones_stay_together() -> None:
    long = "文です。" * 150
    document = read(f"# 題\n\n## 一\n\n{long}\n\n## 二\n\n短い。\n\n## 三\n\n{long}\n\n## 四\n\n短い。")
    assert [part.split("\n")[0] for part in document.parts] == ["## 一", "## 二"]


def test_a_document_without_headings_is_cut_between_paragraphs_only() -> None:
    items = "\n".join(f"- 項目{number}" for number in range(3000))
    document = read("題\n\n" + "\n\n".join(["文です。" * 100] * 40) + f"\n\n{items}")
    assert 2 < len(document.parts) < MOST_PARTS
    assert sum("- 項目0\n" in part and "- 項目2999" in part for part in document.parts) == 1


def test_never_more_than_sixty_parts() -> None:
    text = "# 題\n\n" + "\n\n".join(f"## 節{number}\n\n" + "文です。" * 150 for number in range(500))
    assert 20 < len(read(text).parts) <= MOST_PARTS


# Guesses


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
            '<ul>\n<li class="marked">3. 甲</li>\n<li class="marked">4. 乙</li>',
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
    assert html.count("<table>") == 1


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


def test_code_stays_as_it_was_typed() -> None:
    assert "<code>* a\n\n1. b\t**c\n</code>" in body("```\n* a\n\n1. b\t**c\n```")


def test_page_numbers_go_only_as_a_growing_series() -> None:
    assert "<p>14</p>" in body("専門組織\n\n14\n\n次の文です。")
    document = read("題\n\n文です。\n\n3\n\n文です。\n\n4\n")
    assert document.parts == ("文です。\n\n文です。",)
    assert document.warnings == ("ページ番号と思われる行を省きました（3、4）。",)


def test_hidden_characters_are_told_to_the_author() -> None:
    assert "2個" in read("題\n\n請求\u202e書\u200b").warnings[0]


# Refusals


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.md", "0" * 100_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("日本語".encode("cp932"), "UTF-8"),
        ("日本語".encode("utf-16"), "UTF-8"),
        (b"", "空"),
        ("\ufeff \n\u3000\u200b\n".encode(), "空"),
        (b"a" * (MAX_BYTES + 1), "5MB"),
        (b"abc\0def", "文字ではない"),
        (zipped(), "圧縮"),
        (gzip.compress(b"0" * 100_000), "圧縮"),
        (b"---\n\n***\n", "本文"),
    ],
)
def test_data_that_is_no_text_is_refused_with_one_sentence(data: bytes, word: str) -> None:
    reason = refusal("draft.md", data)
    assert word in reason
    assert reason.endswith("。")
    assert reason.count("。") == 1


@pytest.mark.parametrize("name", ["draft.docx", "draft", "draft.md.exe", "draft.html", "draft.zip"])
def test_other_kinds_of_file_are_refused(name: str) -> None:
    assert ".markdown" in refusal(name, "文".encode())


@pytest.mark.parametrize("name", ["draft.md", "DRAFT.MD", "draft.markdown", "メモ.txt"])
def test_text_files_are_read_whatever_the_case_of_their_name(name: str) -> None:
    assert read("題\n\n文", name).title == "題"


BAD_NAMES = [
    "../draft.md",
    "a/b.md",
    "a\\b.md",
    "..",
    ".md",
    "",
    "a\x00.md",
    "a\n.md",
    "a\u202edm.md",
    "a\u200b.md",
    "con.md",
    "a:b.md",
    "a.md.",
    "長" * 100 + ".md",
    ".md",
    "【極秘】計画.md",
    "C:\\a.md",
    "a..md",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_unsafe_names_are_refused(name: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        name_of_file(name)
    assert refused.value.reason.endswith("。")
    assert refusal(name, b"text")


@pytest.mark.parametrize("name", ["図 1（修正）.pdf", "a-b_c.tar.gz", "ﾃﾞｰﾀ.csv"])
def test_ordinary_names_are_kept(name: str) -> None:
    assert name_of_file(name) == name


def test_names_are_composed_so_that_equal_names_are_equal() -> None:
    assert name_of_file("か\u3099.txt") == "が.txt"


def test_an_operators_path_may_have_folders_and_a_browsers_name_may_not() -> None:
    assert read_document(Path("../folder/draft.md"), "題\n\n文".encode()).title == "題"
    assert "フォルダー" in refusal("../folder/draft.md", "題".encode())


MARKED = [
    "機密性3情報",
    "機密性３情報",
    "機密性 3",
    "# 機密性3情報",
    "**機密性3情報**",
    "【機密性3情報】",
    "格付: 機密性3",
    "格付け：機密性３情報",
    "情報の格付　機密性3",
    "| 格付 | 機密性3情報 |",
    "格付\t極秘",
    "【極秘】",
    "極　秘",
    "極秘",
    "（秘）",
    "(秘)",
    "㊙",
    "秘",
    "## 秘",
    "[秘]",
    "【極秘】半導体の供給について",
    "半導体の供給について（機密性3情報）",
    "機密性3情報・関係者限り",
    "機密性3情報 完全性2情報 可用性1情報",
    "機密性3情報（令和8年3月末まで）",
    "機\u200b密性3情報",
    "<b>極秘</b>",
    "&#26997;秘",
    "> 極秘",
    "- 機密性3情報",
    "機密区分：秘",
    "マル秘",
    "【機密性3情報・複製禁止】",
    "機密性：3",
    "機密性\\3情報",
    "秘\u3000\u3000",
    "取扱区分: 極秘",
]


@pytest.mark.parametrize("line", MARKED)
def test_a_document_marked_above_this_portal_is_refused(line: str) -> None:
    for text in (f"{line}\n\n題\n\n文です。", f"題\n\n文です。\n\n{line}\n"):
        assert "機密性3" in refusal("draft.md", text.encode())


MENTIONED = [
    "機密性3情報は、このポータルでは扱わない。",
    "機密性1、機密性2、機密性3の三つに分ける。",
    "極秘裏に進められた交渉",
    "重要経済安保情報の指定",
    "秘密保持契約の締結",
    "（秘密保持）",
    "企業秘密の流出を防ぐ。",
    "- 機密性1情報\n- 機密性2情報\n- 機密性3情報",
    "神秘",
    "秘書課",
    "秘匿性",
    "| 機密性3情報 | 秘密文書に当たる情報 |",
    "「極秘」と書かれた文書が見つかった。",
    "格付の例として機密性3がある。",
    "【秘密計算】技術の動向",
    "営業秘密に関する周知（機密性3情報の取扱いを含む。）",
]


@pytest.mark.parametrize("text", MENTIONED)
def test_a_document_that_talks_about_the_grade_is_read(text: str) -> None:
    assert read(f"題\n\n{text}\n\n文です。").title == "題"


def test_a_single_letter_deep_in_the_text_is_no_mark() -> None:
    assert read("題\n\n" + "文です。\n\n" * 30 + "秘\n\n文です。").title == "題"


@pytest.mark.parametrize(
    "text",
    [
        "題\n\n" + "1" * 200_000 + "秘",
        "題\n\n" + "【" * 100_000 + "極秘",
        "題\n\n" + "複製" * 100_000 + "秘",
        "題\n\n" + "**" * 100_000 + "a",
        "題\n\n" + "<" * 100_000,
        "題\n\n" + "- " * 100_000 + "a",
        "題\n\n" + "> " * 100_000 + "a",
        "題\n\n" + "| " * 100_000 + "a",
        "題\n\n" + "a\t" * 100_000,
        "題\n\n" + "\n".join(" " * (2 * depth) + "- x" for depth in range(1000)),
        "題\n\n" + "```\n" * 20_001,
        "題\n\n" + "あ\n" * 50_000,
        "題\n\n" + "*a" * 50_000,
        "題\n\n" + "`a" * 50_000,
        "題\n\n" + "- a" + "\n続き" * 20_000,
    ],
)
def test_hostile_text_is_read_quickly(text: str) -> None:
    start = time.perf_counter()
    read(text)
    assert time.perf_counter() - start < 2
