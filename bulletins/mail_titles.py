"""The title of a mail: the mark of what it is about, what it asks for, a reference and a deadline. Japanese, whoever reads it.

The mark is that of the floor, which the notice carries: a title says no more than the lowest tier at which the bulletin exists, and its
caveats are those that all of its readers see (bulletins.mail_marks). Where the notice may not name what it is about it has no mark either,
for the mark alone would tell the tier.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from accounts import device_notices
from accounts.models import Notice
from bulletins.mail_marks import Marks
from council.access.caveats import Caveat
from council.access.tiers import Tier
from council.templatetags.portal import JST, tier_label

Kind = Notice.Kind
# A list of mails shows some thirty letters of a title: of more caveats the number is given, and the mail names them all.
MOST_CAVEATS = 2
_NONE: Marks = {}
# What is about no bulletin, and so has no handling of its own.
NO_BULLETIN = {
    *device_notices.KINDS, Kind.CLOCK, Kind.IDLE, Kind.ENROLMENT, Kind.LEAVING, Kind.DESIGNATION, Kind.KEY, Kind.REVIEW, Kind.LOG,
}  # fmt: skip
_WORDS = {
    Kind.REMINDER: "再通知", Kind.ESCALATION: "期限超過", Kind.RECALLED: "回収", Kind.SUPERSEDED: "差し替え", Kind.KEY: "鍵の変更",
    Kind.ENROLMENT: "登録の案内", Kind.LEAVING: "離脱と守秘の義務", Kind.REVIEW: "アクセスの見直し", Kind.LOG: "記録の週報",
    Kind.DESIGNATION: "指定の変更", Kind.DEVICE: "新しい端末", Kind.FACTOR: "サインインの手段の変更", Kind.CLOCK: "期限の知らせ",
    Kind.IDLE: "使われていない登録", Kind.REVIEW_DAY: "資料の見直し", Kind.COPY: "写しの返却",
    Kind.SEARCH: "保存した条件", Kind.PLAN: "公開の予定",
}  # fmt: skip


def title_of(
    notice: Notice, *, named: bool, mark: str = "", digest: Sequence[Notice] = (), caveats: Marks = _NONE
) -> str:
    """【機密性2情報・複製禁止】【要確認】SC-7KQ4　期限 11月17日 17:00. To be called in Japanese; `named` and the rest are those of
    letters.letter().

    A digest carries the mark of the highest that it lists, and the caveats of all.
    """
    if notice.kind == Kind.DIGEST:
        highest = max((each.tier for each in digest), default=Tier.ONE)
        every = [caveat for each in digest for caveat in caveats.get(each.pk, ())]
        return f"{_bracketed(_marked(tier_label(highest), every))}【まとめ】新しい情報 {len(digest)}件"
    words = [notice.reference] if named and notice.reference else []
    if notice.deadline:
        words.append(f"期限 {_near(notice.deadline)}")
    if notice.kind == Kind.LOG:
        words.append(_near(notice.created_at))
    said = "　".join(words) or "情報共有ポータルからのお知らせ"
    return f"{_mark(notice, named, mark, caveats)}【{_kind(notice)}】{said}"


def _mark(notice: Notice, named: bool, mark: str, caveats: Marks) -> str:
    if not named or notice.kind in NO_BULLETIN:
        return ""
    return _bracketed(_marked(mark or tier_label(notice.tier), caveats.get(notice.pk, ())))


def _marked(grade: str, caveats: Iterable[Caveat]) -> str:
    """機密性2情報・複製禁止・転送禁止・ほか1件. No word of an author: what they wrote into a caveat is left out."""
    words = list(dict.fromkeys(caveat.safe_words for caveat in sorted(caveats, key=lambda each: -len(each.stops))))
    more = len(words) - MOST_CAVEATS
    return "・".join([grade, *words[:MOST_CAVEATS], *([f"ほか{more}件"] if more > 0 else [])])


def _bracketed(words: str) -> str:
    return f"【{words}】" if words else ""


def _kind(notice: Notice) -> str:
    if notice.kind == Kind.PUBLISHED:
        return "要確認" if notice.deadline else "新しい情報"
    return _WORDS[notice.kind]


def _near(deadline: datetime) -> str:
    """11月17日 17:00, in Japan."""
    moment = deadline.astimezone(JST)
    return f"{moment.month}月{moment.day}日 {moment.hour}:{moment.minute:02}"
