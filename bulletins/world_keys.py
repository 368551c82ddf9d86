"""Keys and packages of worlds that are built: recipients entered as confirmed keys, and what was published really sealed."""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.founding_keys import check_unspoilt, found_key, parse_recipient, write_key
from accounts.models import KeyHolder, Organisation, RecipientKey, User
from bulletins import distribution, releasing
from bulletins.models import Package
from bulletins.world_file import PersonSpec, WorldRefused
from council.access.facts import Role
from council.sealing.age_keys import fingerprint


def enter_recipient(
    organisation: Organisation, recipient: str, people: Iterable[tuple[User, PersonSpec]]
) -> RecipientKey:
    """The recipient as the organisation's key in use; entered before, it stays as it is. WorldRefused for what is no key.

    A world file does not say who holds the identity: it is the one of its people who reaches furthest. Without anybody nothing
    is sealed to the key until a later file brings people.
    """
    try:
        mark = fingerprint(parse_recipient(recipient))
        known = RecipientKey.objects.filter(organisation=organisation, fingerprint=mark, revoked_at=None).first()
        holder = _furthest(people)
        if known:
            return _with_holder(known, holder)
        return found_key(organisation, recipient, [holder]) if holder else _without_holder(organisation, recipient)
    except ValidationError as refused:
        raise WorldRefused(f"organisation {organisation.name}: {'; '.join(refused.messages)}") from refused


def _furthest(people: Iterable[tuple[User, PersonSpec]]) -> User | None:
    """Who reaches the highest tier, then the most subcommittees; the first of several. Auditors hold no keys."""
    rows = [(person, spec) for person, spec in people if Role.AUDITOR not in spec.roles]
    best = max(rows, key=lambda row: (row[1].tier, len(row[1].subcommittees)), default=None)
    return best[0] if best else None


def _with_holder(key: RecipientKey, holder: User | None) -> RecipientKey:
    if holder and not KeyHolder.objects.filter(key=key).exists():
        KeyHolder.objects.create(key=key, person=holder)
    return key


def _without_holder(organisation: Organisation, text: str) -> RecipientKey:
    recipient, now = parse_recipient(text), timezone.now()
    check_unspoilt(organisation, recipient)
    return write_key(organisation, recipient, [], registered_at=now, proved_at=now, usable_from=now)


def seal_everything() -> None:
    """Settles every queued package here and now, as the worker would."""
    distribution.queue_for_new_keys()
    distribution.reconsider_withheld()
    for revision_id in distribution.unfinished():
        releasing.distribute(revision_id)


def packages_of(bulletins: dict[str, str], organisations: dict[str, str]) -> list[dict[str, str]]:
    """The released packages of these bulletins, each with the keys of bulletin and organisation; both dicts are id -> key."""
    rows = Package.objects.filter(bulletin__in=map(UUID, bulletins), state=Package.State.RELEASED)
    return [
        {
            "id": str(row.pk),
            "bulletin": bulletins[str(row.bulletin_id)],
            "organisation": organisations[str(row.organisation_id)],
        }
        for row in rows.order_by("released_at", "pk")
        if str(row.organisation_id) in organisations
    ]
