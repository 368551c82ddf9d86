"""Filters and tags every page uses: dates in Japanese form, countdowns in business days, the words of the tiers, icons.

Dates are always JST, whatever the zone of the process; with the English catalogue they come out in English form.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.contrib.messages import constants
from django.forms import BoundField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from council.business_days import business_days_between

register = template.Library()

JST = ZoneInfo("Asia/Tokyo")
_WEEKDAYS = "月火水木金土日"
_GRADES = {1: "1", 2: "2", 3: "critical"}
_NOTICE_KINDS = {
    constants.DEBUG: "info",
    constants.INFO: "info",
    constants.SUCCESS: "ok",
    constants.WARNING: "warn",
    constants.ERROR: "error",
}
# A deadline this near is set in bold; the home page counts "3営業日以内" with the same number.
SOON = 3


def _english() -> bool:
    return (get_language() or "ja").startswith("en")


def _in_jst(value: date | datetime) -> date | datetime:
    return value.astimezone(JST) if isinstance(value, datetime) else value


def _clock(moment: date | datetime) -> str:
    return f"{moment.hour}:{moment.minute:02}" if isinstance(moment, datetime) else ""


@register.filter
def jst(value: date | datetime | None) -> str:
    """2026年11月21日（土）21:30; a date comes without a time, nothing comes as an empty string."""
    if not value:
        return ""
    moment = _in_jst(value)
    if _english():
        clock = f", {_clock(moment)} JST" if _clock(moment) else ""
        return f"{moment:%a} {moment.day} {moment:%B %Y}{clock}"
    return f"{moment.year}年{moment.month}月{moment.day}日（{_WEEKDAYS[moment.weekday()]}）{_clock(moment)}"


@register.filter
def jst_date(value: date | datetime | None) -> str:
    """2026年11月21日: the day alone, without weekday and time."""
    if not value:
        return ""
    day = _in_jst(value)
    return f"{day.day} {day:%B %Y}" if _english() else f"{day.year}年{day.month}月{day.day}日"


@register.filter
def jst_near(value: date | datetime | None) -> str:
    """11月21日（土）21:30: for deadlines and lists of this year, where the year would only be noise."""
    if not value:
        return ""
    moment = _in_jst(value)
    if _english():
        return f"{moment:%a} {moment.day} {moment:%B} {_clock(moment)}".rstrip()
    return f"{moment.month}月{moment.day}日（{_WEEKDAYS[moment.weekday()]}）{_clock(moment)}"


@register.filter
def jst_short(value: date | datetime | None) -> str:
    """11/21（土）: the narrowest form, for the first column of a list."""
    if not value:
        return ""
    day = _in_jst(value)
    return f"{day:%a} {day.day} {day:%b}" if _english() else f"{day.month}/{day.day}（{_WEEKDAYS[day.weekday()]}）"


@register.filter
def jst_iso(value: date | datetime | None) -> str:
    """2026-11-21T21:30+09:00, for the datetime attribute of <time>."""
    if not value:
        return ""
    moment = _in_jst(value)
    return moment.isoformat(timespec="minutes") if isinstance(moment, datetime) else moment.isoformat()


@register.simple_tag
def now_jst() -> datetime:
    """The present moment as an aware datetime, to be shown through one of the filters above."""
    return timezone.now()


@register.filter
def tier_label(tier: int | None) -> str:
    """1 -> 機密性1情報, 2 -> 機密性2情報, 3 -> 重要経済安保情報; anything else is an empty string, never a guess."""
    labels = {1: _("機密性1情報"), 2: _("機密性2情報"), 3: _("重要経済安保情報")}
    return labels.get(_as_int(tier), "")


@register.filter
def tier_short(tier: int | None) -> str:
    """1 -> 機密性1, 2 -> 機密性2, 3 -> 重要経済安保情報: the words in the margin of a part."""
    labels = {1: _("機密性1"), 2: _("機密性2"), 3: _("重要経済安保情報")}
    return labels.get(_as_int(tier), "")


@register.filter
def tier_grade(tier: int | None) -> str:
    """The data-grade value the stylesheet knows: 1, 2 or critical; empty for anything else."""
    return _GRADES.get(_as_int(tier), "")


def _as_int(tier: Any) -> int:
    try:
        return int(tier)
    except (TypeError, ValueError):
        return 0


@register.filter
def tlp_slug(label: str) -> str:
    """TLP:AMBER+STRICT -> amber-strict, the data-tlp value of the stylesheet."""
    return label.removeprefix("TLP:").replace("+", "-").lower()


@register.filter
def due_label(deadline: date | datetime | None) -> str:
    """あと3営業日, 今日まで, 期限を過ぎました or 2営業日超過, counted from now; a date ends with its day."""
    if not deadline:
        return ""
    days = _business_days_left(deadline)
    if _is_past(deadline):
        late = ngettext("%(days)d営業日超過", "%(days)d営業日超過", -days) % {"days": -days}
        return late if days else _("期限を過ぎました")
    if _in_jst_day(deadline) == _today():
        return _("今日まで")
    return ngettext("あと%(days)d営業日", "あと%(days)d営業日", days) % {"days": days}


@register.filter
def due_tone(deadline: date | datetime | None) -> str:
    """overdue, soon (three business days or fewer) or an empty string: the data-tone of the stylesheet."""
    if not deadline:
        return ""
    if _is_past(deadline):
        return "overdue"
    return "soon" if _business_days_left(deadline) <= SOON else ""


def _today() -> date:
    return timezone.localdate(timezone=JST)


def _in_jst_day(deadline: date | datetime) -> date:
    moment = _in_jst(deadline)
    return moment.date() if isinstance(moment, datetime) else moment


def _is_past(deadline: date | datetime) -> bool:
    if isinstance(deadline, datetime):
        return deadline < timezone.now()
    return deadline < _today()


def _business_days_left(deadline: date | datetime) -> int:
    return business_days_between(_today(), _in_jst_day(deadline))


@register.filter
def notice_kind(message: Any) -> str:
    """The data-kind of a notice (info, ok, warn, error) for a message of django.contrib.messages."""
    return _NOTICE_KINDS.get(getattr(message, "level", None), "info")


@register.filter
def notice_icon(kind: str) -> str:
    """The icon that goes with a kind of notice, so that colour is never the only difference."""
    return {"ok": "ok", "warn": "warn", "error": "stop"}.get(kind, "info")


@register.filter
def control(field: BoundField) -> SafeString:
    """The widget of a bound field without a placeholder: labels stand above, help under the label, nothing inside."""
    blank = {"placeholder": ""} if "placeholder" in field.field.widget.attrs else None
    return field.as_widget(attrs=blank)


@register.simple_tag
def icon(name: str, extra_class: str = "") -> SafeString:
    """An icon of components/sprite.html, hidden from screen readers: words always stand beside it."""
    classes = f"icon {extra_class}".rstrip()
    return format_html(
        '<svg class="{}" viewBox="0 0 20 20" aria-hidden="true"><use href="#i-{}"/></svg>', classes, name
    )
