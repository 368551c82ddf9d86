"""The facts that decide() needs about people, gathered in two queries however many people are asked for."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from accounts.gathering import Fact, facts_of_companies, facts_of_people
from accounts.models import Organisation, PledgeText, User
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
        case _:
            return Term(agency=_id(fact.one), first=first, last=last)


Known = dict[tuple[str, str], list[Fact]]


def _known(facts: Iterable[Fact]) -> Known:
    known: Known = defaultdict(list)
    for fact in facts:
        known[fact.kind, _id(fact.of) if fact.of else ""].append(fact)
    return known


def _terms(known: Known, kind: str, of: str) -> frozenset[Term]:
    return frozenset(map(_term, known.get((kind, of), ())))


def subjects_of(users: Iterable[User]) -> dict[UUID, Subject]:
    """The facts about each of the users; their organisation must be loaded.

    One query, and a second about the companies of those who hold a clearance: without one, tier three is out of reach anyway.
    """
    users, now = list(users), timezone.now()
    today = timezone.localdate(now)
    people = _known(facts_of_people([user.pk for user in users], today))
    cleared = {user.organisation_id for user in users if people.get(("clearance", str(user.pk)))}
    companies = _known(facts_of_companies(cleared))
    version = max((int(fact.one) for fact in people.get(("version", ""), ())), default=0)

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
            pledge_current=max((int(fact.one) for fact in people.get(("pledge", person), ())), default=0) >= version,
            roles=frozenset(Role(fact.one) for fact in people.get(("role", person), ())),
            tier=Tier(user.tier),
            organisation_tier=Tier(user.organisation.tier),
            zone=zone_ceiling(),
            subcommittees=frozenset(_id(fact.one) for fact in seats),
            groups=frozenset({user.organisation.group_id, *(int(fact.two) for fact in seats)}),
            clearances=_terms(people, "clearance", person),
            rosters=_terms(people, "roster", person),
            certifications=_terms(companies, "certification", home),
            contracts=_terms(companies, "contract", home),
        )

    return {user.pk: subject(user) for user in users}


def subject_of(user: User) -> Subject:
    """The facts about one person, asked for anew each time, so that a revocation counts on the very next request."""
    fresh = User.objects.select_related("organisation").get(pk=user.pk)
    return subjects_of([fresh])[fresh.pk]
