"""What a bulletin of each kind begins with: its parts, their headings, and what to write there, said beside the field.

The prompts are help in the editor and stand in no text: what nobody wrote can't be published by accident. A part that its author
leaves as it was is left out when the draft is saved.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from bulletins import structured


@dataclass(frozen=True, slots=True)
class Slot:
    """One part to begin with: `heading` is its first line (of a structured part the shape's own), `prompt` the help beside it."""

    name: str
    heading: str
    prompt: str
    part: str = "text"

    @property
    def text(self) -> str:
        """The words that the part begins with."""
        return "" if structured.is_structured(self.part) else f"## {self.heading}\n\n"


@dataclass(frozen=True, slots=True)
class Template:
    """The parts of a kind, and in one sentence what the kind is for."""

    purpose: str
    slots: tuple[Slot, ...]


_SUMMARY = Slot("summary", _("概要"), _("結論を先に、3行ほどで。だれが何を知るべきか。"))
_CONTACT = Slot("contact", _("問い合わせ"), _("担当の部署、電話、受け付ける時間。個人の名前は要りません。"))
_MEASURES = Slot("measures", _("対処"), _("すぐにすること、できないときの代わり、いつまでに。"))
_REQUESTS = Slot("requests", _("求める対応"), _("会員に何をいつまでに頼むか。頼まないなら、そう書きます。"))
_LIMITS = Slot("limits", _("根拠と限界"), _("何を見て判断したか。分かっていないこと、外れる場合。"))
_OUTLOOK = Slot(
    "outlook", _("見通しと確からしさ"), _("この先に起こりうること。確からしさは、高い・五分五分・低いの言葉で。")
)
_EFFECTS = Slot("effects", _("影響"), _("どの業務や製品が、どれだけの間、どうなるか。"))

# By the kind of the bulletin (bulletins.models.Bulletin.Kind).
TEMPLATES = {
    "flash": Template(
        _("いま起きていることを、分かった分だけ早く知らせます。"),
        (
            Slot("summary", _("概要"), _("何が、いつ、どこで。分かっていないことも、そう書きます。")),
            Slot("impact", _("影響"), _("だれが影響を受けるか。まだ分からないなら、そう書きます。")),
            _MEASURES,
            _CONTACT,
        ),
    ),
    "alert": Template(
        _("続いている危険について、対象と確かめ方と対処を知らせます。"),
        (
            _SUMMARY,
            Slot("targets", _("対象"), _("製品と版、設定、業種。あてはまるかを確かめる方法も。")),
            Slot("indicators", _("指標"), _("アドレス、ハッシュ値、ログに残る跡。表は | で書けます。"), "indicators"),
            _MEASURES,
            _CONTACT,
        ),
    ),
    "threat": Template(
        _("だれが何を狙い、どう動いているかを、根拠と確からしさとともに述べます。"),
        (
            _SUMMARY,
            Slot("background", _("背景"), _("これまでの経過と、なぜいま取り上げるか。")),
            Slot("methods", _("手口"), _("入口から目的までの順に。見つける手がかりも。")),
            Slot("indicators", _("指標"), _("アドレス、ハッシュ値、ログに残る跡。表は | で書けます。"), "indicators"),
            _EFFECTS,
            _OUTLOOK,
            _LIMITS,
        ),
    ),
    "scenario": Template(
        _("起こりうる事態を置き、状況を順に与えて、何を判断するかを考えます。"),
        (
            _SUMMARY,
            Slot("injects", _("シナリオと状況付与"), _("前提を書き、状況を時刻の順に並べます。"), "injects"),
            Slot("findings", _("分かったこと"), _("判断の分かれ目、足りなかった備え。")),
            _REQUESTS,
            _LIMITS,
        ),
    ),
    "supply_chain": Template(
        _("物資や部品がどこに頼っているか、途切れるとどうなるかを表で示します。"),
        (
            _SUMMARY,
            Slot(
                "supply",
                _("供給網の表"),
                _("品目や工程を1行ずつ。個社が分かる数値は、書く前に範囲を確かめます。"),
                "supply",
            ),
            Slot("weakness", _("偏りと弱点"), _("どこに集まり、代わりが立つまでどれだけかかるか。")),
            _OUTLOOK,
            _REQUESTS,
            _LIMITS,
        ),
    ),
    "technology": Template(
        _("技術の成熟度と主な担い手、頼っている先、懸念をまとめます。"),
        (
            _SUMMARY,
            Slot(
                "technology",
                _("技術シート"),
                _("技術ごとに1枚。成熟度は、公開の根拠がある段階を選びます。"),
                "technology",
            ),
            Slot("trends", _("動き"), _("この1年の変化と、次の節目。")),
            _EFFECTS,
            _REQUESTS,
            _LIMITS,
        ),
    ),
    "region": Template(
        _("地域の出来事と評価、見通しをまとめます。"),
        (
            _SUMMARY,
            Slot("region", _("地域シート"), _("出来事は日付と出典つきで、評価は確からしさつきで。"), "region"),
            _EFFECTS,
            _REQUESTS,
            _LIMITS,
        ),
    ),
}


def kinds_to_begin_with(choices: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """The kinds that a new bulletin can be of, each with what it is for and the headings that it begins with."""
    return [
        {
            "value": value,
            "words": str(words),
            "purpose": gettext(TEMPLATES[value].purpose),
            "parts": gettext("、").join(gettext(slot.heading) for slot in TEMPLATES[value].slots),
        }
        for value, words in choices
    ]


def slots_of(kind: str) -> tuple[Slot, ...]:
    """The parts that a bulletin of this kind begins with; none for a kind nobody knows."""
    return TEMPLATES[kind].slots if kind in TEMPLATES else ()


def key_of(kind: str, slot: Slot) -> str:
    """How a form names a slot of a kind."""
    return f"{kind}.{slot.name}"


def slot_named(key: str) -> Slot | None:
    """The slot that key_of() named; None for anything else."""
    kind, _dot, name = key.partition(".")
    return next((slot for slot in slots_of(kind) if slot.name == name), None)


def key_for(kind: str, part: str, text: str) -> str:
    """The key of the slot that a saved part grew from, told by its kind and heading, so that its help is there again."""
    first = text.lstrip().split("\n", 1)[0].rstrip()
    for slot in slots_of(kind):
        if slot.part == part and (structured.is_structured(part) or first == f"## {slot.heading}"):
            return key_of(kind, slot)
    return ""


def is_untouched(slot: Slot, text: str) -> bool:
    """Whether somebody wrote anything beside the heading."""
    return text.strip() in ("", slot.text.strip())


def left_out(slots: Iterable[Slot]) -> str:
    """What is said after saving of the parts that were left empty."""
    names = gettext("、").join(gettext(slot.heading) for slot in slots)
    return gettext("何も書かれていない部分は除いて保存しました：%(names)s") % {"names": names}
