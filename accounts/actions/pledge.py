"""守秘誓約: the operator publishes versions and begins periods; everybody accepts for themselves before they see anything."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import founding
from accounts.actions import limits
from accounts.actions.verb import Deed, days, verb
from accounts.models import CouncilPeriod, PledgeAcceptance, PledgeText
from accounts.subject import council_period, pledge_version
from council.audit.events import Event
from council.templatetags.portal import jst_date

Written = TypeVar("Written")


@verb(Event.PLEDGE_CREATE)
def publish_pledge(deed: Deed, body: str, *, in_force_from: date) -> PledgeText:
    """The next version; from its day on nobody sees anything before they accept it.

    ValidationError for a day that is over, for one before that of the version which is there (it would never be in force), and for the
    very same text from the same day: everybody would be asked twice.
    """
    limits.need_council(deed.subject)
    last = PledgeText.objects.select_for_update().order_by("-version").first()
    _need_coming(deed, in_force_from, "in_force_from")
    if last and in_force_from < last.in_force_from:
        said = _("第%(version)d版の適用開始日（%(day)s）以後の日を選んでください。")
        raise ValidationError({"in_force_from": said % {"version": last.version, "day": jst_date(last.in_force_from)}})
    if last and (last.body, last.in_force_from) == (body.strip(), in_force_from):
        said = _("この文は、もう第%(version)d版として登録されています。")
        raise ValidationError({"body": said % {"version": last.version}})
    pledge = _alone(lambda: founding.found_pledge(body, in_force_from=in_force_from))
    deed.note(pledge.version, {"in_force_from": in_force_from.isoformat()})
    return pledge


@verb(Event.PERIOD_BEGIN)
def begin_period(deed: Deed, first_day: date, *, last_day: date | None = None) -> CouncilPeriod:
    """The council's next period: from its first day on everybody is asked for the pledge again, also when the text is the same.

    The period before ends on the day before, unless it ends earlier. ValidationError when days overlap or stand in no order. Only the
    very first period may have begun already.
    """
    limits.need_council(deed.subject)
    last = CouncilPeriod.objects.select_for_update().order_by("-number").first()
    if last:
        _need_coming(deed, first_day, "first_day")
        _need_after(last, first_day)
    if last_day and last_day < first_day:
        raise ValidationError({"last_day": _("終わりの日が始まりの日より前です。")})
    period = CouncilPeriod(number=last.number + 1 if last else 1, first_day=first_day, last_day=last_day)
    _alone(lambda: period.save(force_insert=True))
    if last and last.last_day is None:
        last.last_day = first_day - timedelta(days=1)
        last.save(update_fields=["last_day"])
    deed.note(period.number, days(first_day, last_day))
    return period


def _need_coming(deed: Deed, day: date, field: str) -> None:
    if day < deed.subject.today:
        raise ValidationError({field: _("今日以後の日を選んでください。")})


def _need_after(last: CouncilPeriod, first_day: date) -> None:
    if first_day <= (last.last_day or last.first_day):
        said = _("第%(number)d期（%(day)sまで）より後の日を選んでください。")
        day = jst_date(last.last_day or last.first_day)
        raise ValidationError({"first_day": said % {"number": last.number, "day": day}})


def _alone(write: Callable[[], Written]) -> Written:
    """What `write` answers; ValidationError when somebody else wrote the same number at the same moment."""
    try:
        with transaction.atomic():
            return write()
    except IntegrityError:
        raise ValidationError(_("ほかの人が同時に登録しました。画面を開き直して、確かめてください。")) from None


@verb(Event.PLEDGE_ACCEPT)
def accept_pledge(deed: Deed, version: int, period: int | None = None) -> PledgeAcceptance:
    """The acting person accepts the version they have read, for the period that the page named.

    ValidationError when another version is in force by now, or another period has begun.
    """
    today = deed.subject.today
    if version == 0 or version != pledge_version(today):
        raise ValidationError(_("誓約の文が新しくなっています。もう一度読んでから同意してください。"))
    if period is not None and period != council_period(today):
        raise ValidationError(_("協議会の新しい期が始まりました。もう一度読んでから同意してください。"))
    acceptance = founding.found_acceptance(deed.subject.person, version)
    deed.note(version, {"period": acceptance.period})
    return acceptance
