"""The days of a designation: whether it is in force, how far it may go on, when the agency looks at it again. No rows are changed here."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Designation, RegisterEntry
from council.access.terms import last_day_counting, last_day_from
from council.legal_years import years
from council.templatetags.portal import jst_date

# A period with no more days than these is about to end.
ENDING = timedelta(days=90)


class Standing(StrEnum):
    """Where a designation stands on a day."""

    COMING = "coming"
    IN_FORCE = "in_force"
    LIFTED = "lifted"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Step:
    """How far the next extension may go: by the agency alone, and with the Cabinet's approval."""

    alone: date
    approved: date


def standing_of(designation: Designation, day: date) -> Standing:
    """The period holds on its last day. What was lifted or written down as over stays so, wherever the clock goes."""
    if designation.cancelled_on:
        return Standing.LIFTED
    if designation.lapsed_on or designation.expires_on < day:
        return Standing.EXPIRED
    return Standing.IN_FORCE if designation.designated_on <= day else Standing.COMING


def need_in_force(designation: Designation, day: date) -> None:
    """ValidationError unless the designation is in force: one that is over never comes back."""
    if standing_of(designation, day) is Standing.LIFTED:
        said = _("この指定は%(day)sに解除されています。必要なときは、新しい指定として記録してください。")
        raise ValidationError(said % {"day": jst_date(designation.cancelled_on)})
    if standing_of(designation, day) is Standing.EXPIRED:
        said = _("この指定の有効期間は%(day)sに満了しています。必要なときは、新しい指定として記録してください。")
        raise ValidationError(said % {"day": jst_date(designation.expires_on)})


def next_step(designation: Designation) -> Step:
    """The last days to which the designation may be extended now; a step counts from the day after its end."""
    law, first = years(), designation.designated_on
    step = last_day_counting(designation.expires_on + timedelta(days=1), law.designation)
    most = step if designation.category in law.past_the_most else last_day_counting(first, law.designation_at_most)
    return Step(min(step, last_day_counting(first, law.designation_in_all)), min(step, most))


def check_extension(designation: Designation, until: date, cabinet_approved_on: date | None, today: date) -> None:
    """ValidationError, at the field, for what the law does not allow."""
    need_in_force(designation, today)
    if until <= designation.expires_on:
        raise ValidationError({"until": _("いまの有効期間の末日より後の日を選んでください。")})
    law, step = years(), next_step(designation)
    if cabinet_approved_on and not designation.designated_on <= cabinet_approved_on <= today:
        raise ValidationError(
            {"cabinet_approved_on": _("内閣の承認の日は、指定した日から今日までの日にしてください。")}
        )
    if until > last_day_counting(designation.expires_on + timedelta(days=1), law.designation):
        said = _("一度に延ばせるのは%(years)d年までです。")
        raise ValidationError({"until": said % {"years": law.designation}})
    if until > step.approved:
        said = _("この事項の指定は、通じて%(years)d年を超えられません。")
        raise ValidationError({"until": said % {"years": law.designation_at_most}})
    if until > step.alone and not cabinet_approved_on:
        said = _("通じて%(years)d年を超える延長には、内閣の承認の日が要ります。")
        raise ValidationError({"cabinet_approved_on": said % {"years": law.designation_in_all}})


def next_review(designation: Designation, reviewed_on: date | None = None) -> date:
    """The last day for the next review, counted from the last one or else from the designation."""
    return last_day_from(reviewed_on or designation.designated_on, years().review)


def reviewed_on(designation: Designation) -> date | None:
    """The day of the last review; counts prefetched lines."""
    days = [line.on for line in designation.entries.all() if line.what == RegisterEntry.What.REVIEWED]
    return max(days, default=None)


def ended_words(designation: Designation | None, day: date) -> str:
    """What stands in the place of the frame once a designation is over: 指定解除（…） or 指定有効期間満了（…）; else nothing."""
    standing = standing_of(designation, day) if designation else Standing.IN_FORCE
    if standing is Standing.LIFTED:
        return _("指定解除（%(day)s）") % {"day": jst_date(designation.cancelled_on)}
    if standing is Standing.EXPIRED:
        return _("指定有効期間満了（%(day)s）") % {"day": jst_date(designation.expires_on)}
    return ""
