"""What the worker does for bulletins: thin, ids only, safe to run twice. The database says what is due, never the broker."""

from uuid import UUID

from bulletins.actions.close import due_for_expiry, expire
from bulletins.actions.publish import due_for_publishing, publish_scheduled
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
