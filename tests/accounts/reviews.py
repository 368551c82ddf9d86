"""Reviews for tests: begun by verbs in the named cast, answered, and taken past their deadline."""

import re
from datetime import datetime, timedelta

from django.test import Client
from django.utils import timezone

from accounts.actions.review import answer_for, open_review
from accounts.models import ReviewCampaign, ReviewItem, User
from tests.cast import Council, sign_in

KEEP, END = "keep", "end"


def begun(world: Council, *, days: int = 14) -> ReviewCampaign:
    """A review that the operator has begun just now."""
    return open_review(timezone.now() + timedelta(days=days), acting_user=world.operator)


def item(campaign: ReviewCampaign, person: User, kind: str = "account", value: object = "") -> ReviewItem:
    return ReviewItem.objects.get(campaign=campaign, person=person, kind=kind, value=str(value))


def said(campaign: ReviewCampaign, person: User, answer: str, *kinds: str) -> dict:
    """The same answer to every right of the person, or to those of these kinds."""
    rows = ReviewItem.objects.filter(campaign=campaign, person=person)
    return {row.pk: answer for row in rows if not kinds or row.kind in kinds}


def answered(campaign: ReviewCampaign, person: User, answer: str, *kinds: str, by: User) -> object:
    return answer_for(campaign, person, said(campaign, person, answer, *kinds), acting_user=by)


def overdue(campaign: ReviewCampaign) -> ReviewCampaign:
    """The same review, with a deadline that passed a minute ago."""
    return moved(campaign, deadline=timezone.now() - timedelta(minutes=1))


def moved(campaign: ReviewCampaign, **moments: datetime) -> ReviewCampaign:
    ReviewCampaign.objects.filter(pk=campaign.pk).update(**moments)
    campaign.refresh_from_db()
    return campaign


def page(client: Client, who: User, url: str) -> str:
    """What stands between <main> and </main> for the person."""
    answer = sign_in(client, who).get(url)
    assert answer.status_code == 200
    return re.search("<main.*</main>", answer.text, re.DOTALL)[0]


def laid_out(world: Council, answer: str = "") -> ReviewCampaign:
    """A review that asks about the account of one reader alone, as rows: no event tells of its beginning."""
    now = timezone.now()
    campaign = ReviewCampaign.objects.create(opened_by=world.operator, opened_at=now, deadline=now + timedelta(days=14))
    facts = {"organisation": world.company, "person": world.reader_two, "kind": ReviewItem.Kind.ACCOUNT}
    ReviewItem.objects.create(campaign=campaign, answer=answer, **facts)
    return campaign
