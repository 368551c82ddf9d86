"""Filters of the pages about bulletins: labels in the reader's own words."""

from collections.abc import Iterable
from datetime import date, datetime

from django import template
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bulletins import metadata_words
from bulletins.metadata_findings import Finding
from council.access.caveats import Caveat
from council.access.facts import Label

register = template.Library()


@register.filter
def caveat_words(caveat: Caveat) -> str:
    """The words of a caveat in the language of the page."""
    return _(caveat.words)


@register.filter
def day_mark(value: date | datetime) -> str:
    """11/21, in English 21 Nov: a day of the ruler and of the shortest lists."""
    day = localtime(value) if isinstance(value, datetime) else value
    return date_format(day, "j M" if (get_language() or "").startswith("en") else "n/j")


@register.filter
def taken_out(findings: Iterable[tuple[str, str, bool]]) -> list[str]:
    """What is no longer in an attachment, from the findings that were sealed beside it."""
    return metadata_words.taken_out([Finding(*each) for each in findings])


@register.filter
def left_in(findings: Iterable[tuple[str, str, bool]]) -> list[str]:
    """What is still in an attachment and has to be looked at."""
    return metadata_words.left([Finding(*each) for each in findings])


@register.filter
def subcommittees_in(label: Label, names: dict[str, str]) -> list[str]:
    """The names of the subcommittees on a label, of those that the reader belongs to."""
    return sorted(names[each] for each in label.subcommittees if each in names)
