"""The end of a review: what was answered is settled, and what nobody answered for ends by itself, organisation by organisation."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actions.review_ending import end_right, the_portal
from accounts.last_holders import Holders, is_last, lock_holders, who_can_act
from accounts.models import Organisation, ReviewCampaign, ReviewItem, User
from accounts.review_campaigns import locked, unsettled
from accounts.review_report import write_report
from accounts.review_rights import ORDER, Right, held, right_of
from council.audit.events import Event
from council.audit.record import record
from council.failpoints import passing

Answer, Outcome, Kind = ReviewItem.Answer, ReviewItem.Outcome, ReviewItem.Kind


def lapse_organisation(campaign: ReviewCampaign, organisation: UUID) -> int:
    """Settles one organisation once the deadline has passed, in one transaction; how many rights ended. Twice is as good as once."""
    with transaction.atomic():
        campaign = locked(campaign)
        if campaign.closed_at is not None or timezone.now() < campaign.deadline:
            return 0
        ended = settle(campaign, organisation)
        passing("review.organisation_settled")
    return ended


def close_by_the_clock(campaign: ReviewCampaign) -> bool:
    """Signs the report of a review whose deadline has passed and whose organisations are settled; False when it is closed already."""
    with transaction.atomic():
        campaign = locked(campaign)
        if campaign.closed_at is not None or timezone.now() < campaign.deadline:
            return False
        detail = write_report(campaign)
        passing("review.report_written")
        record(Event.REVIEW_CLOSED, actor=None, organisation=None, object=str(campaign.pk), detail=detail)
    return True


def settle(campaign: ReviewCampaign, organisation: UUID) -> int:
    """Gives every open right of an organisation its outcome, in the open transaction; how many ended. The campaign is locked.

    What was answered with keep is kept, what was to end and is still there ends, and so does what nobody answered for: ended by the
    portal, with the events of the verbs and one for each person. Rights of the last operator, the last auditor and the last
    administrator of the organisation end in no case: their outcome stays open, for people to decide about.
    """
    items = list(ReviewItem.objects.filter(campaign=campaign, organisation=organisation, outcome=""))
    people = User.objects.select_related("organisation").filter(pk__in={item.person_id for item in items})
    there = set(held(people))
    _save(_settled_by_themselves(items, there))
    to_end = _by_person(item for item in items if right_of(item) in there and item.answer != Answer.KEEP)
    if not to_end:
        return 0
    home = Organisation.objects.get(pk=organisation)
    # Locked in one order with everybody who could leave a role without its last holder meanwhile.
    lock_holders([organisation], to_end)
    holders = who_can_act(organisation)
    order = people.filter(pk__in=to_end).order_by("last_login", "pk")
    # Whoever has not been here for longest goes first, so that the last who stays is one who comes here.
    return sum(_end_all(campaign, home, person, to_end[person.pk], holders) for person in _never_first(order))


def _never_first(people: Iterable[User]) -> list[User]:
    """Databases differ on where those without a sign-in stand."""
    return sorted(people, key=lambda person: person.last_login is not None)


def _settled_by_themselves(items: Iterable[ReviewItem], there: set[Right]) -> list[ReviewItem]:
    for item in (items := list(items)):
        if right_of(item) not in there:
            item.outcome = Outcome.ENDED if item.answer == Answer.END else Outcome.GONE
        elif item.answer == Answer.KEEP:
            item.outcome = Outcome.KEPT
    return [item for item in items if item.outcome]


def _save(items: list[ReviewItem]) -> None:
    ReviewItem.objects.bulk_update(items, ["outcome", "answered_at"], batch_size=300)


def _by_person(items: Iterable[ReviewItem]) -> dict[UUID, list[ReviewItem]]:
    found: dict[UUID, list[ReviewItem]] = defaultdict(list)
    for item in sorted(items, key=lambda item: ORDER.index(Kind(item.kind))):
        found[item.person_id].append(item)
    return found


def _end_all(
    campaign: ReviewCampaign,
    home: Organisation,
    person: User,
    items: list[ReviewItem],
    holders: Holders,
) -> int:
    if is_last(person.pk, holders):
        return 0
    now, portal = timezone.now(), the_portal(home)
    for item in items:
        end_right(portal, item, person)
        item.outcome = Outcome.ENDED if item.answer == Answer.END else Outcome.LAPSED
        item.answered_at = item.answered_at or now
        for role, people in holders.items():
            if item.kind == Kind.ACCOUNT or (item.kind == Kind.ROLE and item.value == role):
                people.discard(person.pk)
    _save(items)
    _note_lapsed(campaign, person, items, portal.organisation)
    return len(items)


def _note_lapsed(campaign: ReviewCampaign, person: User, items: Iterable[ReviewItem], organisation: str) -> None:
    """One event for the person, unless everything that ended was answered for and only carried out now."""
    lapsed = sorted(f"{item.kind}:{item.value}" for item in items if item.outcome == Outcome.LAPSED)
    if lapsed:
        detail = {"review": str(campaign.pk), "rights": lapsed}
        record(Event.REVIEW_LAPSED, actor=None, organisation=organisation, object=str(person.pk), detail=detail)


def settle_all(campaign: ReviewCampaign) -> int:
    """settle() for every organisation of a review in which everything is answered; how many rights ended."""
    homes = list(unsettled(campaign))
    # All of them before any: what one organisation's people have locked, another's are not to wait for with locks of their own.
    lock_holders(homes, ReviewItem.objects.filter(campaign=campaign, outcome="").values("person"))
    return sum(settle(campaign, organisation) for organisation in homes)
