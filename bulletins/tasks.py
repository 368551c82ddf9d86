"""What the worker does for bulletins: thin, ids only, safe to run twice. The database says what is due, never the broker."""

from uuid import UUID

from django.utils import timezone

from bulletins import (
    attached,
    copy_notices,
    digests,
    distribution,
    latecomers,
    mailing,
    payloads,
    releasing,
    reminding,
    review_telling,
)
from bulletins.actions.close import due_for_expiry, expire
from bulletins.actions.publish import due_for_publishing, publish_scheduled
from bulletins.actions.scratch import sweep_old
from council.celery import app


@app.task(name="bulletins.tasks.publish_due")
def publish_due() -> None:
    """Hands each scheduled bulletin whose moment has come to a task of its own."""
    for bulletin_id in due_for_publishing():
        publish_one.delay(str(bulletin_id))


@app.task(name="bulletins.tasks.publish_one")
def publish_one(bulletin_id: str) -> bool:
    """Publishes one scheduled bulletin, if it still is due."""
    return publish_scheduled(UUID(bulletin_id))


@app.task(name="bulletins.tasks.close_expired")
def close_expired() -> int:
    """Closes every listed bulletin whose last moment has passed; how many."""
    return sum(expire(bulletin_id) for bulletin_id in due_for_expiry())


@app.task(name="bulletins.tasks.distribute")
def distribute(revision_id: str) -> int:
    """Settles the queued packages of one revision; how many."""
    return releasing.distribute(UUID(revision_id))


@app.task(name="bulletins.tasks.sweep")
def sweep() -> None:
    """Drives on whatever the database says is not finished: lost messages, dead workers, new and revoked keys."""
    distribution.queue_for_new_keys()
    distribution.replace_revoked()
    for revision_id in distribution.unfinished():
        distribute.delay(str(revision_id))
    if mailing.due(limit=1):
        send_notices.delay()


@app.task(name="bulletins.tasks.send_notices")
def send_notices() -> int:
    """Mails the notices that are due, some at a time; how many were looked at. The sweep comes again while there are more."""
    return mailing.send_due()


@app.task(name="bulletins.tasks.remind")
def remind() -> int:
    """Reminds of deadlines that are near, asks again who wanted to say more, and climbs the ladder where one has passed; how many."""
    now = timezone.now()
    return reminding.remind_due(now) + reminding.escalate_due(now)


@app.task(name="bulletins.tasks.tell_of_review_days")
def tell_of_review_days() -> int:
    """Tells the desk of what is to be looked at again; of how many revisions."""
    return review_telling.tell()


@app.task(name="bulletins.tasks.remind_of_copies")
def remind_of_copies() -> int:
    """Reminds of numbered copies whose day is near or over; of how many."""
    return copy_notices.tell(timezone.now())


@app.task(name="bulletins.tasks.gather_digests")
def gather_digests() -> int:
    """Writes the digests whose hour has come; how many."""
    return digests.gather()


@app.task(name="bulletins.tasks.reconsider")
def reconsider() -> None:
    """Queues what was withheld and would not be now."""
    distribution.reconsider_withheld()


@app.task(name="bulletins.tasks.reach_latecomers")
def reach_latecomers() -> int:
    """Tells organisations that have gained their first reader since a bulletin was published; for how many revisions."""
    return latecomers.reach()


@app.task(name="bulletins.tasks.sweep_files")
def sweep_files() -> int:
    """Removes files of packages that no row names; how many."""
    return payloads.sweep_files()


@app.task(name="bulletins.tasks.sweep_scratches")
def sweep_scratches() -> int:
    """Drops unsaved words that nobody has touched for long; how many."""
    return sweep_old()


@app.task(name="bulletins.tasks.read_files")
def read_files(revision_id: str) -> int:
    """Makes the words inside the files of one revision searchable; how many files."""
    return attached.read_files(UUID(revision_id))


@app.task(name="bulletins.tasks.read_missed_files")
def read_missed_files() -> None:
    """Hands each revision whose files were not read to a task of its own."""
    for revision_id in attached.missed():
        read_files.delay(str(revision_id))
