"""The facts that decide() needs about people, gathered in a fixed number of queries however many people are asked for."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from accounts.models import (
    Clearance,
    ContractItem,
    OperatorCertification,
    Organisation,
    PledgeAcceptance,
    PledgeText,
    RoleAssignment,
    RosterEntry,
    SubcommitteeMembership,
    User,
)
from council.access.facts import Role, Subject, Term
from council.access.tiers import Tier

_GOVERNMENT = {Organisation.Kind.AGENCY, Organisation.Kind.AUDIT}


def zone_ceiling() -> Tier:
    """A connected portal holds no tier-three content; a closed one does (design §5)."""
    return Tier.CRITICAL if settings.COUNCIL_ZONE == "closed" else Tier.TWO


def pledge_version(today: date) -> int:
    """The version of the pledge that people must have accepted today; 0 while there is none."""
    return PledgeText.objects.filter(in_force_from__lte=today).aggregate(Max("version"))["version__max"] or 0


def _terms_of_people(people: list[UUID]) -> tuple[dict, dict]:
    clearances, rosters = defaultdict(set), defaultdict(set)
    for person, agency, first, last in Clearance.objects.filter(person__in=people).values_list(
        "person_id", "agency_id", "notified_on", "last_day"
    ):
        clearances[person].add(Term(agency=str(agency), first=first, last=last))
    for person, item, first, last in RosterEntry.objects.filter(person__in=people).values_list(
        "person_id", "designation_id", "first_day", "last_day"
    ):
        rosters[person].add(Term(item=str(item), first=first, last=last))
    return clearances, rosters


def _terms_of_companies(companies: set[UUID]) -> tuple[dict, dict]:
    certifications, contracts = defaultdict(set), defaultdict(set)
    for company, agency, first, last in OperatorCertification.objects.filter(company__in=companies).values_list(
        "company_id", "agency_id", "certified_on", "last_day"
    ):
        certifications[company].add(Term(agency=str(agency), first=first, last=last))
    rows = ContractItem.objects.filter(certification__company__in=companies)
    for company, agency, item, first, last in rows.values_list(
        "certification__company_id", "certification__agency_id", "designation_id", "first_day", "last_day"
    ):
        contracts[company].add(Term(agency=str(agency), item=str(item), first=first, last=last))
    return certifications, contracts


def _seats(people: list[UUID]) -> dict[UUID, set[tuple[str, int]]]:
    seats = defaultdict(set)
    for person, subcommittee, group in SubcommitteeMembership.objects.filter(person__in=people).values_list(
        "person_id", "subcommittee_id", "subcommittee__group_id"
    ):
        seats[person].add((str(subcommittee), group))
    return seats


def subjects_of(users: Iterable[User]) -> dict[UUID, Subject]:
    """The facts about each of the users (their organisation must be loaded), in eight queries altogether."""
    users = list(users)
    people, now = [user.pk for user in users], timezone.now()
    today = timezone.localdate(now)
    seats, roles, version = _seats(people), defaultdict(set), pledge_version(today)
    for person, role in RoleAssignment.objects.filter(person__in=people).values_list("person_id", "role"):
        roles[person].add(Role(role))
    pledged = dict(PledgeAcceptance.objects.filter(person__in=people).values_list("person_id").annotate(Max("version")))
    clearances, rosters = _terms_of_people(people)
    certifications, contracts = _terms_of_companies({user.organisation_id for user in users})
    return {
        user.pk: Subject(
            person=str(user.pk),
            organisation=str(user.organisation_id),
            today=today,
            now=now,
            active=user.is_active,
            organisation_active=user.organisation.is_active,
            government=user.organisation.kind in _GOVERNMENT,
            pledge_current=pledged.get(user.pk, 0) >= version,
            roles=frozenset(roles[user.pk]),
            tier=Tier(user.tier),
            organisation_tier=Tier(user.organisation.tier),
            zone=zone_ceiling(),
            subcommittees=frozenset(subcommittee for subcommittee, _ in seats[user.pk]),
            groups=frozenset({user.organisation.group_id, *(group for _, group in seats[user.pk])}),
            clearances=frozenset(clearances[user.pk]),
            rosters=frozenset(rosters[user.pk]),
            certifications=frozenset(certifications[user.organisation_id]),
            contracts=frozenset(contracts[user.organisation_id]),
        )
        for user in users
    }


def subject_of(user: User) -> Subject:
    """The facts about one person, asked for anew each time, so that a revocation counts on the very next request."""
    fresh = User.objects.select_related("organisation").get(pk=user.pk)
    return subjects_of([fresh])[fresh.pk]
