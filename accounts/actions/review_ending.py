"""Ending one right that a review asked about, through the verb that ends it anywhere else: with its limits, and with its event."""

from django.db import transaction
from django.utils import timezone

from accounts.actions import people as verbs
from accounts.actions.verb import Deed
from accounts.models import Organisation, ReviewItem, Subcommittee, User
from accounts.review_rights import LOWEST_TIER
from council.access.facts import Role, Subject
from council.access.tiers import Tier

Kind = ReviewItem.Kind


def end_right(subject: Subject, item: ReviewItem, person: User) -> None:
    """Ends the right within the open transaction, with the event of that verb. Refused as the verb is; then nothing has changed."""
    verb, arguments = _way(item)
    with transaction.atomic():
        # Not verb(…, acting_user=…): it would open a transaction of its own and write down a refusal that is none, because the
        # answer stands and somebody else carries it out.
        verb.__wrapped__(Deed(verb.verb, subject), person, *arguments)


def _way(item: ReviewItem) -> tuple:
    match item.kind:
        case Kind.ACCOUNT:
            return verbs.suspend_person, ()
        case Kind.ROLE:
            return verbs.revoke_role, (item.value,)
        case Kind.TIER:
            return verbs.set_tier, (LOWEST_TIER,)
        case _:
            return verbs.leave_subcommittee, (Subcommittee.objects.get(pk=item.value),)


def the_portal(organisation: Organisation) -> Subject:
    """The portal itself, where the clock ends what nobody answered for: it may what an operator may, and its events name nobody.

    Not the person who began the review: they decided on no right of anybody. The organisation is that of the people it is about,
    whose administrators read these events.
    """
    now = timezone.now()
    return Subject(
        person="", organisation=str(organisation.pk), today=timezone.localdate(now), now=now,
        roles=frozenset({Role.OPERATOR}), tier=Tier.TWO,
    )  # fmt: skip
