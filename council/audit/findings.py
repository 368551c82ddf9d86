"""What a check found, as rows kept with it and as sentences for people."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from council.audit import log_keys
from council.audit.models import Verification
from council.templatetags.portal import tier_short

# The checker speaks Japanese and says the details; for other languages what its words mean in general.
MEANINGS: Mapping[str, str] = {
    "backdated": _("ずっと前の時刻の出来事が、あとから入れられています。"),
    "bad_leaf": _("この出来事の形が、決まりどおりではありません。"),
    "bad_signature": _("署名が合いません。"),
    "detail_differs": _("出来事の詳細が、記録したものと違います。"),
    "detail_missing": _("保存期間のうちの出来事に、詳細がありません。"),
    "duplicate": _("同じ出来事が二度入っています。"),
    "edited": _("ここからの出来事が、検印したあとで書き換えられています。"),
    "forked": _("前に検印した内容と食い違います。"),
    "history_differs": _("これまでの検印のどれかと合いません。"),
    "inserted": _("検印していない出来事が入れられています。"),
    "malformed_note": _("検印の形が正しくありません。"),
    "missing_file": _("記録の一部がありません。"),
    "not_signed": _("まだ検印がありません。"),
    "older_copy": _("古い控えが戻されています。"),
    "removed": _("出来事が消されています。"),
    "reordered": _("出来事の順番が入れ替えられています。"),
    "row_differs": _("検索に使う欄が、検印した出来事と違います。"),
    "tail_cut": _("末尾の出来事が切り取られています。"),
    "tile_differs": _("木の一部が、出来事と合いません。"),
    "too_few_witnesses": _("立会いの署名が足りません。"),
    "unknown_key": _("この記録の鍵の署名がそろっていません。"),
    "unplaced": _("記録に入っていない出来事があります。"),
    "unreadable": _("最後まで確かめられませんでした。"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: in which log, at which place (None: none in particular), the word of the code and what the checker said."""

    log: str
    index: int | None
    code: str
    said: str

    @property
    def sentence(self) -> str:
        """In the active language."""
        in_japanese = (get_language() or "ja").startswith("ja")
        return self.said if self.said and in_japanese else str(MEANINGS.get(self.code, self.said))

    @property
    def place(self) -> str:
        return "" if self.index is None else f"{self.index:,}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check said of one log."""

    log: str
    verdict: str
    size: int
    witnesses: list[str]
    findings: list[Found]
    # (place, whole minutes): how long no heartbeat came before that one. Nobody wrote then, or what was written is gone.
    silences: list[tuple[str, int]]

    @property
    def count(self) -> str:
        return f"{self.size:,}"


def of(verification: Verification) -> list[Checked]:
    """Log by log, in the order of tiers; what it did not reach is not there."""
    names = {log_keys.log_name(tier): tier_short(tier) for tier in log_keys.TIERS}
    return [_checked(label, verification.result[name]) for name, label in names.items() if name in verification.result]


def sentences(verification: Verification | None) -> list[Found]:
    """All findings of it."""
    return [found for each in of(verification) for found in each.findings] if verification else []


def _checked(label: str, said: Mapping) -> Checked:
    findings = [
        Found(label, each.get("index"), each.get("code", ""), each.get("sentence", "")) for each in said["findings"]
    ]
    silences = [(f"{index:,}", gap // 60_000) for index, gap in said.get("silences", [])]
    return Checked(label, said["verdict"], said["size"], said.get("witnesses", []), findings, silences)
