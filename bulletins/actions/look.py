"""Looking through lists: each page of titles, each search with its words, is one event before the first byte leaves."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction

from bulletins import browse, packages, search
from bulletins.browse import Position, Row, Wish, to_acknowledge, unread_for
from bulletins.dues import Dues, dues_of
from bulletins.house import House, house_of
from bulletins.packages import Parcel, package_for, packages_for
from bulletins.tokens import words_of
from council.access.facts import Subject
from council.access.tiers import Tier
from council.audit.events import Event
from council.audit.record import record


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the home page shows of content: duties by deadline, and what has not been opened yet."""

    duties: list[Row]
    unread: list[Row]

    @property
    def tier(self) -> Tier:
        return tier_of((*self.duties, *self.unread))


def tier_of(rows: Iterable[Row]) -> Tier:
    """The tier of a screen that shows these rows: a list of tier-two titles is itself tier two."""
    return max((row.banner.tier for row in rows), default=Tier.ONE)


def look(subject: Subject, wish: Wish, before: Position | None = None) -> tuple[list[Row], Position | None]:
    """A page of the list or of what was found in it, and its event: a search when there are words, else a list."""
    page_for = search.page_for if words_of(wish.q) else browse.page_for
    rows, onward = page_for(subject, wish, before)
    # Words that somebody looks for may say as much as what they may know: sealed at their ceiling.
    tier = subject.ceiling if wish.q else tier_of(rows)
    asked = {name: value if isinstance(value, str) else int(value) for name, value in asdict(wish).items() if value}
    _note(Event.BULLETIN_SEARCH if wish.q else Event.BULLETIN_LIST, subject, tier, asked)
    return rows, onward


def look_at_desk(subject: Subject) -> Waiting:
    """What waits for the reader on the home page, and the event that its titles were shown."""
    waiting = Waiting(to_acknowledge(subject), unread_for(subject))
    _note(Event.BULLETIN_LIST, subject, waiting.tier, {"page": "home"})
    return waiting


def look_at_dues(subject: Subject) -> Dues:
    """Everything the subject owes by some moment, and the event that its titles were shown."""
    dues = dues_of(subject)
    _note(Event.BULLETIN_LIST, subject, dues.tier, {"page": "dues"})
    return dues


def look_at_packages(
    subject: Subject, before: packages.Position | None = None
) -> tuple[list[Parcel], packages.Position | None]:
    """A page of the packages that the subject may fetch, as packages_for() gives it, and its event."""
    parcels, onward = packages_for(subject, before=before)
    tier = max((parcel.tier for parcel in parcels), default=Tier.ONE)
    _note(Event.PAGE_SHOWN, subject, tier, {"page": "packages", "shown": len(parcels)})
    return parcels, onward


def look_at_package(subject: Subject, package_id: UUID) -> Parcel:
    """What a package is, and the event that somebody looked; taking its files are others. NotVisible as package_for()."""
    parcel = package_for(subject, package_id)
    _note(Event.PAGE_SHOWN, subject, parcel.tier, {"page": "package"}, about=str(package_id))
    return parcel


def look_at_house(subject: Subject, before: Position | None = None) -> House:
    """Who of the subject's own people may read what, and the event that the titles beside it were shown."""
    house = house_of(subject, before)
    _note(Event.BULLETIN_LIST, subject, tier_of(line.row for line in house.lines), {"page": "house"})
    return house


def _note(event: Event, subject: Subject, tier: Tier, detail: dict[str, object], *, about: str = "") -> None:
    with transaction.atomic():
        who = {"actor": subject.person, "organisation": subject.organisation}
        record(event, **who, object=about, tier=int(tier), detail=detail)
