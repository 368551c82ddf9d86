"""Who has, or may have, copies of what is taken back: asked in the transaction that takes it back, while it can still be told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from accounts.models import KeyHolder, Notice, RecipientKey, User
from bulletins.access import readers_given
from bulletins.models import Bulletin, Delivery, Package, Receipt
from council.access import facts as known

_Held = tuple[UUID, User]


@dataclass(frozen=True, slots=True)
class Holders:
    """The organisations that are asked, each with the people who are told (an organisation may have nobody left), and how many
    packages were fetched.
    """

    by_organisation: dict[UUID, list[User]]
    packages: int

    @property
    def organisations(self) -> int:
        return len(self.by_organisation)

    @property
    def people(self) -> int:
        return len({person.pk for people in self.by_organisation.values() for person in people})


def holders_of(bulletin: Bulletin, about: known.Bulletin) -> Holders:
    """Whoever opened the bulletin, was told by mail that it is there, could read it now, or held the key of a package that was
    fetched; and every organisation that the served revision went to. `about` are the facts of the served revision.

    What an earlier recall has asked back already is not asked for again. Nine queries at most, however many there are.
    """
    since = _asked_back_until(bulletin)
    packages = list(_fetched(bulletin, since))
    held: dict[UUID, dict[UUID, User]] = {pk: {} for pk in _served_to(bulletin)}
    held.update({organisation: {} for organisation, _moment in packages if organisation not in held})
    for organisation, person in _people(bulletin, about, since, packages):
        held.setdefault(organisation, {})[person.pk] = person
    return Holders({pk: list(people.values()) for pk, people in held.items()}, len(packages))


def _people(
    bulletin: Bulletin, about: known.Bulletin, since: int, packages: list[tuple[UUID, datetime]]
) -> Iterator[_Held]:
    yield from ((person.organisation_id, person) for person, _subject in readers_given(about))
    receipts = Receipt.objects.filter(bulletin=bulletin, revision__gt=since).select_related("person")
    yield from ((row.organisation_id, row.person) for row in receipts)
    told = Notice.objects.filter(
        about=bulletin.pk, kind=Notice.Kind.PUBLISHED, revision__gt=since, sent_at__isnull=False, person__isnull=False
    )
    yield from ((row.person.organisation_id, row.person) for row in told.select_related("person"))
    yield from _key_holders(packages)


def _asked_back_until(bulletin: Bulletin) -> int:
    """The number of the last revision that was taken back before; 0 where none was."""
    asked = Delivery.objects.filter(bulletin=bulletin, recalled_at__isnull=False)
    return asked.aggregate(last=Max("revision__number"))["last"] or 0


def _served_to(bulletin: Bulletin) -> Iterator[UUID]:
    yield from Delivery.objects.filter(revision=bulletin.served_id).values_list("organisation_id", flat=True)


def _fetched(bulletin: Bulletin, since: int) -> Iterator[tuple[UUID, datetime]]:
    """Organisation and moment of the release of each package that somebody has fetched."""
    rows = Package.objects.filter(bulletin=bulletin, revision__number__gt=since, fetched_at__isnull=False)
    yield from rows.values_list("organisation_id", "released_at")


def _key_holders(packages: list[tuple[UUID, datetime]]) -> Iterator[_Held]:
    """Everybody who holds the key that a fetched package was sealed to: they open it without the portal.

    The seals of earlier revisions are destroyed, so it is worked out from the keys: the newest one in use at the release.
    """
    organisations = {organisation for organisation, _moment in packages}
    rows = KeyHolder.objects.filter(key__organisation__in=organisations, key__usable_from__isnull=False)
    holders: dict[RecipientKey, list[User]] = {}
    for row in rows.select_related("key", "person").order_by("key__usable_from", "key__registered_at"):
        holders.setdefault(row.key, []).append(row.person)
    for organisation, moment in packages:
        usable = [key for key in holders if key.organisation_id == organisation and _in_use(key, moment)]
        yield from ((organisation, person) for person in (holders[usable[-1]] if usable else ()))


def _in_use(key: RecipientKey, moment: datetime) -> bool:
    return key.usable_from <= moment and (key.revoked_at is None or key.revoked_at > moment)
