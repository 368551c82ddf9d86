"""What pages show of the pledge: what one accepts and what is new in it, and how far each organisation has got, in numbers."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Q

from accounts.models import CouncilPeriod, Organisation, PledgeAcceptance, PledgeText, User
from accounts.pledge_changes import Piece, changes
from accounts.subject import council_period, pledge_version


@dataclass(frozen=True, slots=True)
class Asked:
    """The pledge as one person meets it: the text and the period, whether and when they accepted both, and what they accepted before."""

    text: PledgeText | None
    period: int
    accepted: PledgeAcceptance | None
    before: PledgeAcceptance | None
    changes: list[Piece]
    history: list[PledgeAcceptance]


def asked_of(person: User, today: date) -> Asked:
    """What is in force for the person today; `changes` is empty where they accepted no other text before."""
    version, period = pledge_version(today), council_period(today)
    history = list(PledgeAcceptance.objects.filter(person=person).order_by("-accepted_at", "-pk"))
    accepted = next((row for row in history if row.version >= version and row.period >= period), None)
    before = None if accepted else next(iter(history), None)
    texts = {
        row.version: row for row in PledgeText.objects.filter(version__in={version, before.version if before else 0})
    }
    text, old = texts.get(version), texts.get(before.version) if before else None
    differs = changes(old.body, text.body) if text and old and old.version != text.version else []
    return Asked(text, period, accepted if text else None, before, differs, history)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of an organisation's people have accepted what is in force."""

    organisation: Organisation
    people: int
    accepted: int


def shares(today: date) -> list[Share]:
    """Every organisation that takes part, in four queries; nobody's name."""
    wanted = {"version__gte": pledge_version(today), "period__gte": council_period(today), "person__is_active": True}
    rows = PledgeAcceptance.objects.filter(**wanted).values("person__organisation")
    done: dict[UUID, int] = dict(
        rows.annotate(n=Count("person", distinct=True)).values_list("person__organisation", "n")
    )
    homes = Organisation.objects.filter(is_active=True).annotate(
        active=Count("people", filter=Q(people__is_active=True))
    )
    return [Share(home, home.active, done.get(home.pk, 0)) for home in homes if home.active]


def last_text() -> PledgeText | None:
    """The newest version, also when its day has not come yet."""
    return PledgeText.objects.order_by("-version").first()


def new_against_the_last(body: str) -> list[Piece]:
    """What a text that is going to be published changes against the newest version."""
    last = last_text()
    return changes(last.body if last else "", body)


def holds_until(today: date) -> date | None:
    """The last day on which today's acceptances count, as far as is known: the day before a new version or period, in one query."""
    days = PledgeText.objects.filter(in_force_from__gt=today).order_by().values_list("in_force_from")
    begins = CouncilPeriod.objects.filter(first_day__gt=today).order_by().values_list("first_day")
    coming = [day for (day,) in days.union(begins, all=True)]
    return min(coming) - timedelta(days=1) if coming else None
