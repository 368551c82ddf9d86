"""What the worker does for retention: thin, ids only, safe to run twice."""

from uuid import UUID

from council.audit import disposal
from council.celery import app


@app.task(name="council.audit.tasks.dispose")
def dispose(disposal_id: str) -> int:
    """Destroys what one approved disposal names; how many details went."""
    return disposal.carry_out(UUID(disposal_id))


@app.task(name="council.audit.tasks.sweep_disposals")
def sweep_disposals() -> None:
    """Hands every approved disposal that is not done to a task of its own."""
    for disposal_id in disposal.unfinished():
        dispose.delay(str(disposal_id))
