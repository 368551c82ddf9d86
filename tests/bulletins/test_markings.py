"""A document that marks itself above this portal is refused; one that writes about the grade is read."""

import pytest

from bulletins.documents import Document, DocumentRefused, read_document


def read(text: str, name: str = "draft.md") -> Document:
    return read_document(name, text.encode())


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
        with pytest.raises(DocumentRefused, match="機密性3"):
            read(text)


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
