"""The facts that decide() needs about people, gathered in two queries however many people are asked for."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from accounts.gathering import Fact, facts_of_companies, facts_of_people
from accounts.models import CouncilPeriod, Organisation, PledgeText, User
from council.access.facts import Role, Subject, Term
from council.access.tiers import Tier

_GOVERNMENT = {Organisation.Kind.AGENCY, Organisation.Kind.AUDIT}


def zone_ceiling() -> Tier:
    """A connected portal holds no tier-three content; a closed one does (design §5)."""
    return Tier.CRITICAL if settings.COUNCIL_ZONE == "closed" else Tier.TWO


def pledge_version(today: date) -> int:
    """The version of the pledge that people must have accepted today; 0 while there is none."""
    return PledgeText.objects.filter(in_force_from__lte=today).aggregate(Max("version"))["version__max"] or 0


def _id(text: str) -> str:
    # SQLite keeps UUIDs without dashes; facts carry them as str(UUID) everywhere.
    return str(UUID(text))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _term(fact: Fact) -> Term:
    first, last = _day(fact.first), _day(fact.last)
    match fact.kind:
        case "roster":
            return Term(item=_id(fact.one), first=first, last=last)
        case "contract":
            return Term(agency=_id(fact.one), item=_id(fact.two), first=first, last=last)
        case "department":
            return Term(agency=_id(fact.one), item=fact.two)
        case _:
            return Term(agency=_id(fact.one), first=first, last=last)


def council_period(today: date) -> int:
    """The number of the council's period today; 0 while there is none."""
    return CouncilPeriod.objects.filter(first_day__lte=today).aggregate(Max("number"))["number__max"] or 0


Known = dict[tuple[str, str], list[Fact]]


def _known(facts: Iterable[Fact]) -> Known:
    known: Known = defaultdict(list)
    for fact in facts:
        known[fact.kind, _id(fact.of) if fact.of else ""].append(fact)
    return known


def _terms(known: Known, kind: str, of: str) -> frozenset[Term]:
    return frozenset(map(_term, known.get((kind, of), ())))


def _in_force(known: Known) -> tuple[int, int]:
    """The version of the pledge and the period of the council that people must have pledged for."""
    rows = known.get(("version", ""), ())
    return max((int(fact.one) for fact in rows), default=0), max((int(fact.two) for fact in rows), default=0)


def subjects_of(users: Iterable[User]) -> dict[UUID, Subject]:
    """The facts about each of the users; their organisation must be loaded.

    One query, and a second about the companies of those who hold a clearance: without one, tier three is out of reach anyway.
    """
    users, now = list(users), timezone.now()
    today = timezone.localdate(now)
    people = _known(facts_of_people([user.pk for user in users], today))
    cleared = {user.organisation_id for user in users if people.get(("clearance", str(user.pk)))}
    companies = _known(facts_of_companies(cleared))
    version, period = _in_force(people)

    def subject(user: User) -> Subject:
        person, home = str(user.pk), str(user.organisation_id)
        seats = people.get(("seat", person), ())
        return Subject(
            person=person,
            organisation=home,
            today=today,
            now=now,
            active=user.is_active,
            organisation_active=user.organisation.is_active,
            government=user.organisation.kind in _GOVERNMENT,
            pledge_current=not version
            or any(int(fact.one) >= version and int(fact.two) >= period for fact in people.get(("pledge", person), ())),
            roles=frozenset(Role(fact.one) for fact in people.get(("role", person), ())),
            tier=Tier(user.tier),
            organisation_tier=Tier(user.organisation.tier),
            session=user.session,
            zone=zone_ceiling(),
            subcommittees=frozenset(_id(fact.one) for fact in seats),
            groups=frozenset({user.organisation.group_id, *(int(fact.two) for fact in seats)}),
            clearances=_terms(people, "clearance", person),
            rosters=_terms(people, "roster", person),
            certifications=_terms(companies, "certification", home),
            agreements=_terms(companies, "agreement", home),
            contracts=_terms(companies, "contract", home),
            department=user.department,
            departments=_terms(companies, "department", home),
            educations=_terms(people, "education", person),
        )

    return {user.pk: subject(user) for user in users}


def subject_of(user: User) -> Subject:
    """The facts about one person, asked for anew each time, so that a revocation counts on the very next request.

    How far the session reaches comes from the user that the request put there; no row says it.
    """
    fresh = User.objects.select_related("organisation").get(pk=user.pk)
    fresh.session = user.session
    return subjects_of([fresh])[fresh.pk]
