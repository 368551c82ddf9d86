"""Writing notices into the outbox, in the transaction of what they tell of. Sending them is somebody else's work."""

from collections.abc import Iterable

from accounts.models import Notice


def queue(notices: Iterable[Notice]) -> None:
    """Writes the notices; one whose key is there already is not written again."""
    Notice.objects.bulk_create(notices, batch_size=500, ignore_conflicts=True)
