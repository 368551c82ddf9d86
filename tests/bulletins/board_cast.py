"""A revision that went out, for tests of the distribution board: packages as the worker left them, receipts as readers left them."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.models import Organisation, User
from accounts.subject import subject_of
from bulletins.actions import answer as answering
from bulletins.models import Answer, Receipt, Revision
from tests import cast
from tests.bulletins import shelf

LATER = timezone.now().replace(microsecond=0) + timedelta(days=3650)


def out(world: cast.Council, **what: object) -> Revision:
    """Published by the agency to the company, to be acknowledged years from now."""
    facts = {"title": "板に出る題名", "tier": 2, "parts": [("本文です。", 2)], "organisations": [world.company], **what}
    facts.setdefault("deadline", LATER)
    return shelf.published(world.publisher, world.approver, **facts)


def readers(number: int, *, tier: int = 2) -> list[User]:
    """A reader in each of so many companies."""
    return [cast.person(cast.organisation(name=f"架空第{n:03}社"), tier=tier) for n in range(number)]


def of(people: list[User]) -> list[Organisation]:
    return [person.organisation for person in people]


def receipt(revision: Revision, who: User, *, acknowledged: bool = False, at: datetime | None = None) -> Receipt:
    """That somebody opened the revision, and acknowledged it too."""
    now = at or timezone.now()
    return Receipt.objects.create(
        bulletin_id=revision.bulletin_id, revision=revision.number, person=who, organisation=who.organisation,
        opened_at=now, acknowledged_at=now if acknowledged else None,
    )  # fmt: skip


def answer(revision: Revision, who: User, value: str, **said: object) -> Answer:
    """What somebody's organisation says of itself."""
    return answering.answer(subject_of(who), revision.bulletin_id, value, **said)


def at(revision: Revision | UUID, then: str = "") -> str:
    """The address of a board."""
    return f"/board/{getattr(revision, 'bulletin_id', revision)}/{then}"
