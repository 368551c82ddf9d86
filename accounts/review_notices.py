"""Asking and reminding: who is told that a review waits for their answers. A notice carries how many people, and nobody's name."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.models import Notice, ReviewCampaign, RoleAssignment
from accounts.notices import queue
from accounts.review_duties import Duties, duties_of
from council.access.facts import Role
from council.business_days import add_business_days
from council.templatetags.portal import JST

OPENED, BY_HAND = "opened", "hand"
# By hand once in this time, whoever presses, and whatever the clock has sent.
ONCE_IN = timedelta(days=1)
_DAYS_BEFORE, _MORNING = 2, time(9)
_MOST = 32767


def moments(campaign: ReviewCampaign) -> dict[str, datetime]:
    """When the clock reminds: at half time, and on the morning two business days before the deadline, in Japan."""
    half = campaign.opened_at + (campaign.deadline - campaign.opened_at) / 2
    day = add_business_days(campaign.deadline.astimezone(JST).date(), -_DAYS_BEFORE)
    return {"half": half, "near": datetime.combine(day, _MORNING, JST)}


def round_due(campaign: ReviewCampaign, now: datetime) -> str:
    """The name of the latest round whose moment has come and that nobody was reminded in or after; empty when there is none."""
    since = campaign.reminded_at or campaign.opened_at
    due = [(moment, name) for name, moment in moments(campaign).items() if since < moment <= now < campaign.deadline]
    return max(due)[1] if due else ""


def may_be_reminded(campaign: ReviewCampaign, now: datetime) -> bool:
    """Whether a reminder by hand may go out now."""
    return campaign.reminded_at is None or campaign.reminded_at + ONCE_IN <= now


def ask(campaign: ReviewCampaign, round_name: str) -> list[UUID]:
    """Writes a notice to everybody whose answers are missing, in the transaction of the caller; their organisations.

    The same round of the same campaign reaches a person once.
    """
    duties = duties_of(campaign)
    queue(_notices(campaign, round_name, duties))
    return sorted(duties.open_people)


def _notices(campaign: ReviewCampaign, round_name: str, duties: Duties) -> Iterator[Notice]:
    for person, duty in duties.administrators.items():
        yield _notice(campaign, f"{round_name}:{person}", person, duty.people, duty.organisation)
    if duties.left:
        for person in operators():
            yield _notice(campaign, f"{round_name}:{person}:council", person, duties.left_in_all, None)


def operators() -> list[UUID]:
    """Everybody who runs the whole council and can sign in."""
    rows = RoleAssignment.objects.filter(
        role=Role.OPERATOR, person__is_active=True, person__organisation__is_active=True
    )
    return list(rows.values_list("person", flat=True))


def _notice(campaign: ReviewCampaign, key: str, person: UUID, people: int, organisation: UUID | None) -> Notice:
    """`level` is the number of people; without an organisation it is the operators' notice."""
    now = timezone.now()
    return Notice(
        key=f"review:{campaign.pk}:{key}", kind=Notice.Kind.REVIEW, person_id=person, organisation_id=organisation,
        about=campaign.pk, deadline=campaign.deadline, level=min(people, _MOST), created_at=now, not_before=now,
    )  # fmt: skip


def still_asked(notice: Notice) -> bool:
    """Whether the person of a notice has anything left to answer: asked again at the moment when the mail leaves."""
    campaign = ReviewCampaign.objects.filter(pk=notice.about, closed_at=None, deadline__gt=timezone.now()).first()
    if campaign is None:
        return False
    if notice.organisation_id:
        return notice.person_id in duties_of(campaign, notice.organisation_id).administrators
    return notice.person_id in operators() and bool(duties_of(campaign).left)
