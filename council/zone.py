"""The zone as the database knows it: on a connected portal it refuses content of tier three itself, whatever asks (design §5).

A table of one row without a model: nothing in the application writes it by the way. A migration makes it from COUNCIL_ZONE, and
`manage.py set_zone` alone moves it.
"""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection, transaction

from council.audit.events import Event
from council.audit.record import record

ZONES = ("connected", "closed")


class ZoneRefused(Exception):
    """The database does not let the deployment into this zone; the message says why."""


def stored() -> str:
    """The zone that the database holds to; empty when it has none, and then it refuses as a connected one does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM council_zone")
        row = cursor.fetchone()
    return row[0] if row else ""


def fault() -> str:
    """What is wrong between COUNCIL_ZONE and the database, and how to mend it, in one sentence; empty when they agree."""
    held = stored()
    if held == settings.COUNCIL_ZONE:
        return ""
    return (
        f"COUNCIL_ZONE says {settings.COUNCIL_ZONE}, the database was made for {held or 'no zone'}. "
        f"Set COUNCIL_ZONE={held or ZONES[0]}, or move the database: manage.py set_zone {settings.COUNCIL_ZONE}"
    )


def need_agreement() -> None:
    """ImproperlyConfigured when setting and database disagree: a process that serves content does not start then."""
    if found := fault():
        raise ImproperlyConfigured(found)


def move_to(name: str) -> bool:
    """Makes the database one of this zone; False when it was. ZoneRefused where tier-three content lies in it."""
    before = stored()
    if before == name:
        return False
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM council_zone")
            cursor.execute("INSERT INTO council_zone (id, name) VALUES (1, %s)", [name])
            record(
                Event.SETTINGS_CHANGE, actor=None, organisation=None, detail={"zone": {"before": before, "after": name}}
            )
    except Error as error:
        raise ZoneRefused(
            "The database holds 重要経済安保情報. A connected portal must hold none: begin a new deployment for it."
        ) from error
    return True
