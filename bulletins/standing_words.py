"""Why an organisation stands where it does, in a few words: 「2営業日・開封したまま」, 「確認中・11月20日に再び聞く」."""

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bulletins.deadlines import day_of
from bulletins.models import Answer, Package
from bulletins.stages import Stage
from council.business_days import business_days_between

if TYPE_CHECKING:
    from bulletins.standing import Parcel, Standing


def why(row: "Standing") -> str:
    """The hint beside the state; empty where the state says it all."""
    if row.state is Stage.UNDELIVERED:
        return _undelivered(row)
    if row.answer:
        return _answered(row.answer)
    if row.state is Stage.OVERDUE:
        return _overdue(row)
    if row.state is Stage.ACKNOWLEDGED:
        return ""
    return _out_of_reach(row) or _extended(row) or _of_the_key(row.parcel)


def _undelivered(row: "Standing") -> str:
    return _of_the_key(row.parcel) or _out_of_reach(row) or _waiting(row)


def _of_the_key(parcel: "Parcel") -> str:
    if parcel.state == Package.State.NO_KEY:
        return _("新しい鍵の確認待ち") if parcel.key_waits else _("鍵が登録されていません")
    return _("包みを渡せません") if parcel.state == Package.State.WITHHELD else ""


def _out_of_reach(row: "Standing") -> str:
    if row.served and not row.readers:
        return _("見られる人がいません")
    return _("メールが届きません") if row.mail.failed else ""


def _waiting(row: "Standing") -> str:
    if row.parcel.state == Package.State.QUEUED:
        return _("封を待っています")
    return _("通知の送信を待っています") if row.mail.waiting else ""


def _overdue(row: "Standing") -> str:
    days = business_days_between(day_of(row.deadline), day_of(row.asked_at))
    since = ngettext("%(days)d営業日", "%(days)d営業日", days) % {"days": days} if days else _("今日まで")
    how = _("開封したまま") if row.people.opened else _("未開封")
    words = _("%(since)s・%(how)s") % {"since": since, "how": how}
    hint = _out_of_reach(row)
    return _("%(words)s・%(hint)s") % {"words": words, "hint": hint} if hint else words


def _answered(answer: Answer) -> str:
    day = _day(answer.until) if answer.until else ""
    if answer.value == Answer.Value.CHECKING:
        return _("確認中・%(day)sに再び聞く") % {"day": day}
    if answer.value == Answer.Value.APPLICABLE:
        return _("対応の報告 %(day)s") % {"day": day} if day else ""
    if answer.value == Answer.Value.HANDLED:
        return _("%(day)sに報告") % {"day": _day(day_of(answer.answered_at))}
    return ""


def _extended(row: "Standing") -> str:
    deadline, first = row.deadline, row.delivery.revision.deadline
    if deadline and first and deadline > first:
        return _("期限を%(day)sに延長") % {"day": _day(day_of(deadline))}
    return ""


def _day(day: date) -> str:
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}
