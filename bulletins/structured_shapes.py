"""The shapes of structured parts: which fields and rows an analysis asks for, under which words, and what each can hold. Pure.

The words stand in the Markdown of every part that was ever written (bulletins.structured): a changed word is a shape that older
parts don't have, and those are then edited as plain text.
"""

from dataclasses import dataclass
from enum import Enum

from council.access.words import gettext_noop

LINE_LENGTH = 200
CELL_LENGTH = 400
TEXT_LENGTH = 4000
MOST_ROWS = 60


class Holds(Enum):
    """What a field holds."""

    LINE = "line"
    LINES = "lines"
    DATE = "date"
    CHOICE = "choice"
    PERCENT = "percent"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `choices` are (value, words); a number has its unit in its label."""

    name: str
    label: str
    help: str = ""
    holds: Holds = Holds.LINE
    longest: int = LINE_LENGTH
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def is_number(self) -> bool:
        return self.holds in (Holds.PERCENT, Holds.DAYS)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a caption; the first column names its row."""

    name: str
    caption: str
    columns: tuple[Field, ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A structured part: the word of its heading, the field that stands in it, the facts below, the tables. `order`: two dates."""

    heading: str
    title: Field
    caption: str
    facts: tuple[Field, ...]
    tables: tuple[Table, ...] = ()
    order: tuple[str, str] | None = None


# The same three words wherever an analysis says how sure it is: words first, numbers beside them, never a colour alone.
CONFIDENCE = (
    ("high", gettext_noop("高い（7割以上）")),
    ("even", gettext_noop("五分五分（4〜6割）")),
    ("low", gettext_noop("低い（3割以下）")),
)
READINESS = (
    ("1", gettext_noop("TRL 1（基本原理の観察）")),
    ("2", gettext_noop("TRL 2（技術の構想）")),
    ("3", gettext_noop("TRL 3（構想の実験による確認）")),
    ("4", gettext_noop("TRL 4（実験室での検証）")),
    ("5", gettext_noop("TRL 5（使う環境に近いところでの検証）")),
    ("6", gettext_noop("TRL 6（使う環境に近いところでの実証）")),
    ("7", gettext_noop("TRL 7（実際の環境での試作品の実証）")),
    ("8", gettext_noop("TRL 8（完成と認定）")),
    ("9", gettext_noop("TRL 9（実際の運用での実績）")),
)


def _text(name: str, label: str, help_text: str = "", *, required: bool = False) -> Field:
    return Field(name, label, help_text, Holds.LINES, TEXT_LENGTH, required)


def _cell(name: str, label: str, help_text: str = "", *, required: bool = False) -> Field:
    return Field(name, label, help_text, Holds.LINES, CELL_LENGTH, required)


def _date(name: str, label: str, help_text: str = "", *, required: bool = False) -> Field:
    return Field(name, label, help_text, Holds.DATE, required=required)


def _choice(name: str, label: str, choices: tuple[tuple[str, str], ...], *, required: bool = False) -> Field:
    return Field(name, label, holds=Holds.CHOICE, required=required, choices=choices)


SCENARIO = Shape(
    gettext_noop("シナリオ"),
    Field("name", gettext_noop("シナリオの名前"), gettext_noop("演習や検討で呼ぶ名前です。"), required=True),
    gettext_noop("シナリオの前提"),
    (
        _text("premise", gettext_noop("前提"), gettext_noop("始まるときの状況と、置いた仮定。"), required=True),
        _text("aim", gettext_noop("狙い"), gettext_noop("何を判断できるようになりたいか。")),
    ),
    (
        Table(
            "injects",
            gettext_noop("状況付与"),
            (
                Field("at", gettext_noop("時刻・経過"), gettext_noop("9:00、開始から30分、2日目など。"), required=True),
                _cell("inject", gettext_noop("状況付与"), gettext_noop("何が起きたと知らせるか。"), required=True),
                _cell("to", gettext_noop("対象"), gettext_noop("だれに知らせるか。")),
                _cell("expected", gettext_noop("期待される判断")),
                _cell("question", gettext_noop("問い"), gettext_noop("あとで話し合うこと。")),
            ),
            required=True,
        ),
    ),
)
TECHNOLOGY = Shape(
    gettext_noop("技術シート"),
    Field("name", gettext_noop("技術名"), required=True),
    gettext_noop("技術の要点"),
    (
        _text("summary", gettext_noop("概要"), gettext_noop("何ができる技術か。使いみちも。"), required=True),
        _choice("readiness", gettext_noop("成熟度（TRL）"), READINESS, required=True),
        _text("actors", gettext_noop("主要国・主体"), gettext_noop("国、企業、研究機関。")),
        _text("dependence", gettext_noop("依存と代替"), gettext_noop("どこに頼り、代わりは何か。")),
        _text("concern", gettext_noop("懸念"), gettext_noop("流出、転用、供給の途絶など。")),
        _choice("confidence", gettext_noop("確からしさ"), CONFIDENCE),
        _text("basis", gettext_noop("根拠"), gettext_noop("出典と、そう判断した理由。")),
        _date("as_of", gettext_noop("情報の時点")),
    ),
)
REGION = Shape(
    gettext_noop("地域シート"),
    Field("name", gettext_noop("地域"), required=True),
    gettext_noop("地域の概況"),
    (
        _date("since", gettext_noop("期間の始め")),
        _date("until", gettext_noop("期間の終わり")),
        _text("overview", gettext_noop("概況"), required=True),
        _text("outlook", gettext_noop("見通し"), gettext_noop("この先に起こりうることと、その兆し。")),
    ),
    (
        Table(
            "events",
            gettext_noop("主な出来事"),
            (
                _date("date", gettext_noop("日付"), required=True),
                _cell("event", gettext_noop("出来事"), required=True),
                _cell("source", gettext_noop("出典")),
            ),
        ),
        Table(
            "assessments",
            gettext_noop("評価と確からしさ"),
            (
                _cell("judgement", gettext_noop("評価"), required=True),
                _choice("confidence", gettext_noop("確からしさ"), CONFIDENCE, required=True),
                _cell("basis", gettext_noop("根拠")),
            ),
        ),
    ),
    order=("since", "until"),
)
SUPPLY = Shape(
    gettext_noop("供給網"),
    Field("name", gettext_noop("対象の製品・物資"), required=True),
    gettext_noop("供給網の要点"),
    (
        _text("summary", gettext_noop("要点"), gettext_noop("表から読み取れること。")),
        _date("as_of", gettext_noop("情報の時点")),
        _text("basis", gettext_noop("出典・作り方")),
    ),
    (
        Table(
            "steps",
            gettext_noop("品目・工程ごとの供給"),
            (
                Field("item", gettext_noop("品目・工程"), required=True),
                _cell("suppliers", gettext_noop("主な供給者（所在）")),
                Field("share", gettext_noop("依存度（%）"), holds=Holds.PERCENT),
                Field("stock", gettext_noop("在庫（日分）"), holds=Holds.DAYS),
                _cell("substitute", gettext_noop("代替")),
                _cell("note", gettext_noop("備考")),
            ),
            required=True,
        ),
    ),
)
# By the kind of the part (bulletins.models.Part.Kind).
SHAPES = {"injects": SCENARIO, "technology": TECHNOLOGY, "region": REGION, "supply": SUPPLY}
