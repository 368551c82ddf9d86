"""The tables of the log as somebody meets them who owns the database: nothing refuses a change."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def rows_may_change() -> Iterator[None]:
    """Without the triggers, until the transaction of the test is rolled back."""
    with connection.cursor() as cursor:
        for statement in _sqlite(cursor) if connection.vendor == "sqlite" else _postgresql(cursor):
            cursor.execute(statement)
    yield


def _sqlite(cursor: object) -> list[str]:
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit%'")
    return [f'DROP TRIGGER "{name}"' for (name,) in cursor.fetchall()]


def _postgresql(cursor: object) -> list[str]:
    cursor.execute(
        "SELECT DISTINCT event_object_table FROM information_schema.triggers WHERE event_object_table LIKE 'audit%'"
    )
    return [f'ALTER TABLE "{table}" DISABLE TRIGGER USER' for (table,) in cursor.fetchall()]
