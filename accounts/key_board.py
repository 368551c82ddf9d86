"""The keys of organisations as pages show them: where each stands, who holds it, who confirmed it, which number to call."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from accounts.models import Contact, KeyApproval, KeyHolder, RecipientKey

# A number that came this shortly before a key, or after it, may have come from the same hand.
_TOO_NEW = timedelta(days=7)
_SPOKEN = 32
_GROUP = 4


class Stands(StrEnum):
    """Where a key stands."""

    UNPROVED = "unproved"
    PROVED = "proved"
    DELAYED = "delayed"
    IN_USE = "in_use"
    FOLLOWED = "followed"
    REVOKED = "revoked"


# The step of key_steps.html that is the current one.
_STEP = {Stands.UNPROVED: 2, Stands.PROVED: 3, Stands.DELAYED: 4}


def spoken(fingerprint: str) -> str:
    """Eight groups of four digits, as council.sealing.age_keys.spoken_fingerprint() says them, without reading the key."""
    return " ".join(fingerprint[start : start + _GROUP] for start in range(0, _SPOKEN, _GROUP))


@dataclass(frozen=True, slots=True)
class Shown:
    """One key with all that is said about it."""

    key: RecipientKey
    stands: Stands

    @property
    def spoken(self) -> str:
        return spoken(self.key.fingerprint)

    @property
    def step(self) -> int:
        """2 to 4 while it waits, 5 afterwards."""
        return _STEP.get(self.stands, 5)

    @property
    def holders(self) -> list[KeyHolder]:
        return list(self.key.holders.all())

    @property
    def approvals(self) -> list[KeyApproval]:
        return list(self.key.approvals.all())


@dataclass(frozen=True, slots=True)
class Board:
    """The keys of one organisation: in use, waiting to be, those before it that still open, and the revoked ones."""

    in_use: Shown | None
    waiting: Shown | None
    followed: tuple[Shown, ...]
    revoked: tuple[Shown, ...]


def _rows() -> QuerySet[RecipientKey]:
    holders = KeyHolder.objects.select_related("person").order_by("person__name", "pk")
    approvals = KeyApproval.objects.select_related("person__organisation").order_by("approved_at")
    return RecipientKey.objects.select_related("organisation", "registered_by").prefetch_related(
        Prefetch("holders", queryset=holders), Prefetch("approvals", queryset=approvals)
    )


def _stand(keys: Iterable[RecipientKey], now: datetime) -> list[Shown]:
    """Of all the keys of each organisation; the newest usable one is in use (keys_in_use.in_use() says the same)."""
    rows, newest = list(keys), {}
    usable = [key for key in rows if key.revoked_at is None and key.usable_from and key.usable_from <= now]
    for key in sorted(usable, key=lambda key: (key.usable_from, key.registered_at)):
        newest[key.organisation_id] = key.pk
    return [Shown(key, _stands(key, now, newest.get(key.organisation_id))) for key in rows]


def _stands(key: RecipientKey, now: datetime, in_use: UUID | None) -> Stands:
    if key.revoked_at is not None:
        return Stands.REVOKED
    if key.proved_at is None:
        return Stands.UNPROVED
    if key.usable_from is None:
        return Stands.PROVED
    if key.usable_from > now:
        return Stands.DELAYED
    return Stands.IN_USE if key.pk == in_use else Stands.FOLLOWED


def board_of(organisation: UUID | str, now: datetime) -> Board:
    """Three queries, however many keys there were."""
    shown = _stand(_rows().filter(organisation=organisation), now)
    by: dict[Stands, list[Shown]] = defaultdict(list)
    for one in shown:
        by[one.stands].append(one)
    waiting = [*by[Stands.UNPROVED], *by[Stands.PROVED], *by[Stands.DELAYED]]
    return Board(
        in_use=next(iter(by[Stands.IN_USE]), None),
        waiting=next(iter(waiting), None),
        followed=tuple(by[Stands.FOLLOWED]),
        revoked=tuple(by[Stands.REVOKED]),
    )


def shown(key: RecipientKey, now: datetime) -> tuple[Shown, Shown | None]:
    """The key, and the one that is used again when this one, which is in use, is revoked."""
    rows = _stand(_rows().filter(organisation=key.organisation_id), now)
    one = next(one for one in rows if one.key.pk == key.pk)
    before = [other for other in rows if other.stands is Stands.FOLLOWED]
    if one.stands is not Stands.IN_USE or not before:
        return one, None
    return one, max(before, key=lambda other: (other.key.usable_from, other.key.registered_at))


def open_keys(now: datetime) -> list[Shown]:
    """Every key that is not revoked, by organisation: for those who answer for all of them."""
    return _stand(_rows().filter(revoked_at=None).order_by("organisation__name", "organisation", "-registered_at"), now)


@dataclass(frozen=True, slots=True)
class Call:
    """A number to call, of whom, and whether it is too new to be trusted for this key."""

    contact: Contact
    too_new: bool


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """A proved key that two people have to compare by telephone."""

    shown: Shown
    calls: tuple[Call, ...]


def to_confirm() -> list[ToConfirm]:
    """Every proved key that waits for confirmations, the longest waiting first (four queries)."""
    rows = _rows().filter(revoked_at=None, proved_at__isnull=False, usable_from=None).order_by("proved_at", "pk")
    keys = [Shown(key, Stands.PROVED) for key in rows]
    numbers = _numbers({one.key.organisation_id for one in keys})
    return [ToConfirm(one, tuple(_call(each, one.key) for each in numbers[one.key.organisation_id])) for one in keys]


def _numbers(organisations: set[UUID]) -> dict[UUID, list[Contact]]:
    found: dict[UUID, list[Contact]] = defaultdict(list)
    rows = Contact.objects.filter(organisation__in=organisations, ended_at=None).exclude(telephone="")
    for contact in rows.select_related("person"):
        found[contact.organisation_id].append(contact)
    return found


def _call(contact: Contact, key: RecipientKey) -> Call:
    return Call(contact, contact.added_at is not None and contact.added_at > key.registered_at - _TOO_NEW)
