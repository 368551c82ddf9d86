"""Filters of the distribution board and of schedules: moments as short, or as exact, as they are needed there."""

from collections.abc import Mapping
from datetime import UTC, datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language

from bulletins import board_rows
from bulletins.standing import Standing

register = template.Library()


@register.filter
def moment_mark(value: datetime | None, before: datetime | None = None) -> str:
    """11/13 9:30, the year too when it is another one; 9:31 alone on the day of the moment in the column before."""
    if not value:
        return ""
    moment = localtime(value)
    clock = f"{moment.hour}:{moment.minute:02}"
    if before and localtime(before).date() == moment.date():
        return clock
    english, this_year = (get_language() or "").startswith("en"), moment.year == localtime(timezone.now()).year
    day = ("j M" if this_year else "j M Y") if english else ("n/j" if this_year else "Y/n/j")
    return f"{date_format(moment, day)} {clock}"


@register.filter
def utc(value: datetime | None) -> str:
    """2026-11-21 12:30 UTC: beside the moment in Japan, for whoever has to tell people elsewhere."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if value else ""


@register.filter
def note_of(notes: Mapping, organisation: object) -> str:
    """The note of an organisation's answer, where it is shown."""
    return notes.get(organisation, "")


@register.filter
def unsettled(row: Standing) -> bool:
    """Whether nobody of the organisation has acknowledged or answered."""
    return board_rows.unsettled(row)
