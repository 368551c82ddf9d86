"""機密性3 marks in a text. This portal holds nothing of that grade, so whatever carries the mark is refused. Pure.

Where the line is drawn: a document is refused when a line *marks* it, not when a sentence *talks about* the grade.
A line marks the document when, letter widths, spaces, invisible characters, HTML tags and Markdown marks aside,

* it consists of nothing but 機密性3(情報), 極秘 or マル秘, alone or with words of handling (関係者限り, 複製禁止,
  a date, …);
* it names a grade as a label: 格付: 機密性3, 情報の格付け｜機密性３情報, 秘密区分: 極秘;
* it begins or ends with such a mark in brackets: 【極秘】…, …（機密性3情報）. The single letter （秘） counts at the
  beginning of a line or alone on it; 「極秘」 is a quotation;
* it consists of the single letter 秘, as a heading or among the first 20 lines.

「機密性3情報は扱わない。」 and 「極秘裏に」 are prose. A list or table that names 機密性1 or 機密性2 beside it explains
the grades; there a bare 機密性3情報 marks nothing. Where a line could be either, it is refused.
"""

import html
import re
import unicodedata

HEAD_LINES = 20
LONGEST_MARK = 120  # characters of a line without spaces; a longer line is prose (and costs no time)

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_NOISE = re.compile(r"[\s*_`~#|>\\]+")
_GRADE = r"(?:機密性-?(?:3|三|III)(?:情報)?|極秘(?:情報|文書)?|マル秘|丸秘)(?:相当|取?扱い?|指定)?"
_SINGLE = r"(?:○秘|秘)"
_HANDLING = (
    r"(?:(?:取扱|取り扱い|複製|複写|転送|転載|印刷|配布|持出し?|関係者|部外|課|局|省|庁|会議|検討|保存|期間|要|厳|暗号化|必須)"
    r"[^。、]{0,12}?(?:注意|禁止|限り|厳禁|要許可|秘|必須|保護|まで|年|用)|完全性\d(?:情報)?|可用性\d(?:情報)?|取扱注意|[\d年月日時点末まで作成版頁ページ令和平成第号./-]++)"
)
_OPEN, _CLOSE = r"[【\[(〔「『<《〈]", r"[】\])〕」』>》〉]"
_GAP = r"[・,、/／:;\-+＋【\[(〔「『<《〈】\])〕」』>》〉]*+"
_ONLY = re.compile(rf"{_GAP}(?:{_HANDLING}{_GAP})*{_GRADE}{_GAP}(?:{_HANDLING}{_GAP})*")
_LABEL = re.compile(
    rf"{_GAP}(?:(?:情報|文書|本文書|本資料|資料)?の?(?:格付け?|秘密?区分|機密区分|取扱区分|区分|秘密?等級|分類|取扱い?))"
    rf"[:：=は・\-]*{_GAP}(?:{_GRADE}|{_SINGLE}(?![密書匿])|機密性[:：=]?(?:3|三))(?:{_GAP}|である|です|とする|相当)*(?:{_HANDLING}{_GAP})*。?"
)
_SPLIT_GRADE = re.compile(r"機密性[:：=](?:3|三)(?:情報)?")
_LABEL_OPEN = r"[【\[(〔《〈<]"  # 「極秘」 is a quotation
_BRACKETED = re.compile(rf"^{_LABEL_OPEN}(?:{_GRADE}(?:{_GAP}{_HANDLING})*|{_SINGLE}){_CLOSE}")
_BRACKETED_END = re.compile(rf"{_LABEL_OPEN}{_GRADE}(?:{_GAP}{_HANDLING})*{_CLOSE}$")
_SENTENCE = re.compile(r"。")
_SINGLE_ONLY = re.compile(rf"{_GAP}{_SINGLE}{_GAP}")
_BRACKETED_SINGLE = re.compile(rf"{_OPEN}{_SINGLE}{_CLOSE}")
_LOWER_GRADE = re.compile(r"機密性[12一二](?:情報)?")
_INVISIBLE = ("Cf", "Cc")
_ENCODINGS = ("utf-8", "cp932", "euc_jp", "iso2022_jp")


def is_marked_secret(text: str) -> bool:
    """True when a line of `text` marks the document as 機密性3, 極秘 or 秘; the module says where the line is drawn."""
    lines = [(_bare(line), line.lstrip().startswith("#")) for line in _decoded(text).split("\n")]
    lines = [(line, is_heading) for line, is_heading in lines if line]
    return any(
        _marks(line, at < HEAD_LINES, is_heading, lines[max(0, at - 2) : at + 3])
        for at, (line, is_heading) in enumerate(lines)
        if "秘" in line or "機密性" in line
    )


def is_marked_file(data: bytes) -> bool:
    """is_marked_secret() for a file of unknown encoding: a mark counts in each in which Japanese text is written."""
    wide = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be") if b"\0" in data else ()
    return any(is_marked_secret(data.decode(name, errors="replace")) for name in (*_ENCODINGS, *wide))


def _decoded(text: str) -> str:
    plain = html.unescape(text).replace("㊙", "○秘")
    plain = _TAG.sub("", unicodedata.normalize("NFKC", plain).replace("\r", "\n").replace("\f", "\n"))
    return "".join(char for char in plain if char in "\n\t" or unicodedata.category(char) not in _INVISIBLE)


def _bare(line: str) -> str:
    return re.sub(r"^[-+•・]", "", _NOISE.sub("", line))


def _marks(line: str, in_head: bool, is_heading: bool, around: list[tuple[str, bool]]) -> bool:
    if _BRACKETED.search(line):
        return True
    if len(line) > LONGEST_MARK:
        return False
    if _ONLY.fullmatch(line) or _SPLIT_GRADE.fullmatch(line):
        return not any(_LOWER_GRADE.match(other) for other, _ in around)
    if _LABEL.fullmatch(line) or _BRACKETED_SINGLE.fullmatch(line):
        return True
    if _SINGLE_ONLY.fullmatch(line):
        return in_head or is_heading
    return bool(_BRACKETED_END.search(line)) and not _SENTENCE.search(line)
