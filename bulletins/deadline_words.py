"""What the desk says of deadlines: the three ways to choose one, with the day that the standard comes to."""

from django.utils import timezone
from django.utils.translation import gettext as _

from bulletins.deadlines import standard_deadline, table
from bulletins.models import Bulletin, Revision
from council.access.tiers import Tier
from council.templatetags.portal import jst_near

NONE, STANDARD, MOMENT = "none", "standard", "moment"


def deadline_chosen(revision: Revision) -> str:
    """Which of the three ways the revision has."""
    if revision.standard_deadline:
        return STANDARD
    return MOMENT if revision.deadline else NONE


def deadline_choices(kind: object, tier: object) -> list[tuple[str, str]]:
    """The ways as (value, words). The day of the standard is there once kind and tier (of the floor) are certain."""
    known = kind in Bulletin.Kind.values and str(tier) in {str(int(each)) for each in Tier}
    standard = standard_words(str(kind), int(str(tier))) if known else _("標準（種類と格付で決まる営業日数）")
    return [(NONE, _("求めない")), (STANDARD, standard), (MOMENT, _("日時を指定"))]


def standard_words(kind: str, tier: int) -> str:
    """標準（いま公開すると11月25日（水）17:00まで）; the tier is that of the floor."""
    until = jst_near(standard_deadline(kind, tier, timezone.now()))
    return _("標準（いま公開すると%(until)sまで）") % {"until": until}


def days_asked_for() -> str:
    """The standard numbers of business days by kind, and that tier three has others."""
    days = table().days
    said = _("、").join(
        _("%(kind)s %(days)d") % {"kind": kind.label, "days": days[kind.value][Tier.TWO]} for kind in Bulletin.Kind
    )
    return _("標準の営業日数は、%(said)sです。重要経済安保情報では別に決めています。") % {"said": said}
