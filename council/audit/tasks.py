"""What the worker does for the logs: thin, safe to run twice."""

from django.conf import settings

from council.audit import witnesses
from council.celery import app
from council.only_one import only_one


@app.task(name="council.audit.tasks.ask_witnesses")
def ask_witnesses() -> int:
    """Asks the witnesses about what is new, unless somebody is asking already; how many cosignatures came."""
    if not settings.AUDIT_WITNESSES:
        return 0
    with only_one("ask the witnesses") as mine:
        return witnesses.ask_all() if mine else 0
