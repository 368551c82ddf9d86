"""What the worker does for the frame: thin, safe to run twice."""

from council.celery import app
from council.rotation import go_on

# A short piece each time, so that what people wait for is not kept waiting behind it.
_SECONDS = 5.0


@app.task(name="council.tasks.rewrap_some")
def rewrap_some() -> int:
    """Goes on with a rotation of keys; how many wraps are left. The beat comes again, so nothing is sent from here."""
    return go_on(_SECONDS)
