"""Writing notices into the outbox, in the transaction of what they tell of. Sending them is somebody else's work."""

from collections.abc import Iterable

from accounts.models import Notice, User

# Where no mail ever arrives (RFC 2606): what stands in the place of an address that went with its owner to a new account.
NOWHERE = "left.invalid"


def queue(notices: Iterable[Notice]) -> None:
    """Writes the notices; one whose key is there already is not written again."""
    Notice.objects.bulk_create(notices, batch_size=500, ignore_conflicts=True)


def address_of(person: User) -> str:
    """Where the person is written to: what they owe from before they moved reaches them where they are now."""
    while person.email.endswith(f"@{NOWHERE}"):
        successor = User.objects.filter(predecessor=person.pk).first()
        if successor is None:
            break
        person = successor
    return person.email
