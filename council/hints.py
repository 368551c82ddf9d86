"""Telling the worker that there is something to do, after the transaction that wrote it. Ids only, and only a hint: the database
says what is due, and the sweep asks it again, so a broker that is down or forgets loses nothing.
"""

import logging
from functools import partial
from uuid import UUID

from django.db import transaction

from council.celery import app

logger = logging.getLogger(__name__)

# A hint that waited this long is worth nothing: the sweep has come by since.
_STALE = 60


def soon(task: str, *ids: UUID) -> None:
    """Sends the task once the open transaction is committed; a failure to send is logged and nothing else."""
    transaction.on_commit(partial(hint, task, *ids), robust=True)


def hint(task: str, *ids: UUID) -> None:
    """Sends the task now."""
    try:
        app.send_task(task, args=[str(each) for each in ids], expires=_STALE, retry=False)
    except Exception:  # noqa: BLE001  whatever a broker's client raises, what was committed stands
        logger.warning("The broker took no message; the sweep will find the work in the database.")
