"""The days that an author names, and what is wrong with them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from bulletins.models import Revision

# Years that every clock, calendar and time zone can show.
FIRST_YEAR, LAST_YEAR = 2000, 2999


def faults_in(deadline: datetime | None, review_on: date | None, *, standard: bool) -> Iterator[tuple[str, str]]:
    """Field and sentence for each fault: of the deadline (or `standard`, which asks for none), and of the day of the next look."""
    if deadline is not None and standard:
        yield "deadline", _("標準の期限にするときは、日時を指定しないでください。")
    elif deadline is not None and timezone.is_naive(deadline):
        yield "deadline", _("期限は時差つきの日時で指定してください。")
    elif deadline is not None and not FIRST_YEAR <= deadline.year <= LAST_YEAR:
        yield "deadline", _("期限の年を確かめてください。")
    if review_on is not None and not is_to_come(review_on):
        yield "review_on", _("見直しの日には、今日よりあとの日を指定してください。")


def last_day_of(revision: Revision) -> date | None:
    """The last day in Japan on which the revision is served; None without one."""
    return timezone.localdate(revision.expires_at - timedelta(microseconds=1)) if revision.expires_at else None


def is_to_come(day: date) -> bool:
    """Whether something can be put off to this day."""
    return timezone.localdate() < day and day.year <= LAST_YEAR
