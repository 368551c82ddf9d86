"""取扱者名簿 as pages show them: to an agency's officers by item, to administrators their own people, to a person what they are named for.

An organisation sees of its people that they were named, accepted, have signed, came off: never why, and never a clearance.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from accounts.holding import cleared_on, not_ended_before, taught_on
from accounts.models import Clearance, Designation, Education, Organisation, RosterEntry, User
from accounts.roster_grants import differences

# The newest of those who came off; the log has the others.
MOST_ENDED = 50


@dataclass(frozen=True, slots=True)
class Line:
    """An entry; for officers of its agency also until when the agency's clearance and education of the person hold, if they do."""

    entry: RosterEntry
    stands: str
    officer: bool = False
    oneself: bool = False
    cleared_until: date | None = None
    taught_until: date | None = None
    # Whether the organisation's side may name the person for the days after this entry's last.
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """The roster of an item, as far as the reader may see it."""

    item: Designation
    open: list[Line]
    ended: list[Line]


def stands(entry: RosterEntry, today: date) -> str:
    """ended, over, pledged, accepted or nominated."""
    if entry.ended_at:
        return "ended"
    if entry.last_day and entry.last_day < today:
        return "over"
    if entry.pledged_at:
        return "pledged"
    return "accepted" if entry.accepted_at else "nominated"


def _entries() -> QuerySet[RosterEntry]:
    return RosterEntry.objects.select_related("designation__agency", "person__organisation").order_by(
        "designation__register_number", "person__organisation__name", "person__name", "first_day", "pk"
    )


def entries_of_agency(agency: UUID | str) -> QuerySet[RosterEntry]:
    """Everybody on the rosters of the agency's items."""
    return _entries().filter(designation__agency=agency)


def entries_of_home(home: UUID | str) -> QuerySet[RosterEntry]:
    """The organisation's own people on whichever roster."""
    return _entries().filter(person__organisation=home)


def of_agency(agency: Organisation, today: date, oneself: str) -> list[Roster]:
    """The rosters of the agency, for its officers."""
    entries = list(entries_of_agency(agency.pk))
    may_go_on = _prolongable(entries, today)
    people = {entry.person_id for entry in entries}
    cleared = _until(Clearance.objects.filter(cleared_on(today), agency=agency, person__in=people))
    taught = _until(Education.objects.filter(taught_on(today), agency=agency, person__in=people))

    def line(entry: RosterEntry) -> Line:
        person = entry.person_id
        return Line(
            entry,
            stands(entry, today),
            officer=True,
            oneself=str(person) == oneself,
            cleared_until=cleared.get(person),
            taught_until=taught.get(person),
            goes_on=entry.pk in may_go_on and entry.person.organisation_id == agency.pk and str(person) != oneself,
        )

    return _by_item(map(line, entries))


def of_home(home: Organisation, today: date) -> list[Roster]:
    """The organisation's own people, for its administrators."""
    entries = list(entries_of_home(home.pk))
    may_go_on = _prolongable(entries, today)
    return _by_item(Line(entry, stands(entry, today), goes_on=entry.pk in may_go_on) for entry in entries)


def _prolongable(entries: list[RosterEntry], today: date) -> set[int]:
    """Those that end one day, count now and are followed by nothing yet."""
    followed = {entry.prolongs_id for entry in entries if entry.ended_at is None}
    return {
        entry.pk
        for entry in entries
        if entry.last_day and entry.pk not in followed and stands(entry, today) == "pledged"
    }


def _until(rows: QuerySet) -> dict[UUID, date]:
    """Person -> the latest day on which one of the rows still holds."""
    return dict(rows.order_by("last_day").values_list("person_id", "last_day"))


def _by_item(lines: Iterable[Line]) -> list[Roster]:
    items: dict[UUID, Designation] = {}
    found: dict[UUID, list[Line]] = defaultdict(list)
    for line in lines:
        items[line.entry.designation_id] = line.entry.designation
        found[line.entry.designation_id].append(line)
    return [
        Roster(item, [line for line in found[key] if not line.entry.ended_at], _newest(found[key]))
        for key, item in items.items()
    ]


def _newest(lines: list[Line]) -> list[Line]:
    ended = [line for line in lines if line.entry.ended_at]
    return sorted(ended, key=lambda line: line.entry.ended_at, reverse=True)[:MOST_ENDED]


def differing(agency: Organisation) -> int:
    """How many grants of the agency's items are not what its rosters say."""
    items = list(Designation.objects.filter(agency=agency))
    return len(differences(*items)) if items else 0


def of_person(person: User, today: date) -> list[Line]:
    """What the person is or was named for: what waits for their signature first, what ended last."""
    order = ("accepted", "nominated", "pledged", "over", "ended")
    lines = [Line(entry, stands(entry, today)) for entry in _entries().filter(person=person)]
    return sorted(lines, key=lambda line: order.index(line.stands))


def waits_for_signature(person: UUID | str, today: date) -> int:
    """How many entries the person has yet to sign."""
    rows = RosterEntry.objects.filter(person=person, accepted_at__isnull=False, pledged_at=None, ended_at=None)
    return rows.filter(not_ended_before(today)).count()
