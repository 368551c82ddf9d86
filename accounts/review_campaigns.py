"""Reviews as rows: the one that runs, the newest, and what of one is still open."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import ReviewCampaign, ReviewItem

Answer = ReviewItem.Answer


def running() -> ReviewCampaign | None:
    """The one that is not closed, whether or not its deadline has passed."""
    return ReviewCampaign.objects.filter(closed_at=None).first()


def newest() -> ReviewCampaign | None:
    return ReviewCampaign.objects.select_related("opened_by").first()


def locked(campaign: ReviewCampaign) -> ReviewCampaign:
    """The campaign as it is now. Whoever answers, lapses or closes holds this row: they come one after the other."""
    return ReviewCampaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)


def takes_answers(campaign: ReviewCampaign) -> bool:
    return campaign.closed_at is None and timezone.now() < campaign.deadline


def unanswered(campaign: ReviewCampaign) -> QuerySet[ReviewItem]:
    """What nobody has answered for, and has not ended since."""
    return ReviewItem.objects.filter(campaign=campaign, answer=Answer.OPEN, outcome="")


def beyond(campaign: ReviewCampaign) -> QuerySet[ReviewItem]:
    """What is to end, but could not be ended by whoever answered: an operator does it, or the end of the review."""
    rows = ReviewItem.objects.filter(campaign=campaign, answer=Answer.END, outcome="")
    return rows.select_related("organisation", "person", "answered_by").order_by(
        "organisation__name", "person__name", "pk"
    )


def by_hand(campaign: ReviewCampaign) -> QuerySet[ReviewItem]:
    """Of a closed review: what has not ended, so that nobody is locked out, and that people have to decide about."""
    rows = ReviewItem.objects.filter(campaign=campaign, outcome="").select_related("organisation", "person")
    return rows.order_by("organisation__name", "person__name", "person", "kind", "value")


def unsettled(campaign: ReviewCampaign) -> list[UUID]:
    """The organisations with anything whose outcome is open, in a fixed order."""
    rows = ReviewItem.objects.filter(campaign=campaign, outcome="")
    return list(rows.order_by("organisation").values_list("organisation", flat=True).distinct())
