"""Everything that a decision needs to know about people, in one statement.

SQL by hand: seven small queries through the ORM cost each request more than the page that it asks for. All columns are text, so
that one UNION ALL holds them on SQLite and PostgreSQL alike.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db import connection

# SQLite allows 32,766 parameters; each id is one in each of the branches.
_AT_ONCE = 4000


class Fact(NamedTuple):
    """One thing known of a person or a company: what kind, of whom, two words, and its days (ISO 8601 or None)."""

    kind: str
    of: str
    one: str
    two: str
    first: str | None
    last: str | None


_OF_PEOPLE = (
    ("role", "person_id", "role", "''", None, None, "accounts_roleassignment"),
    ("seat", "person_id", "subcommittee_id", "group_id", None, None,
     "accounts_subcommitteemembership m JOIN accounts_subcommittee s ON s.id = m.subcommittee_id"),
    ("pledge", "person_id", "version", "''", None, None, "accounts_pledgeacceptance"),
    ("clearance", "person_id", "agency_id", "''", "notified_on", "last_day", "accounts_clearance"),
    ("roster", "person_id", "designation_id", "''", "first_day", "last_day", "accounts_rosterentry"),
)  # fmt: skip
_OF_COMPANIES = (
    ("certification", "company_id", "agency_id", "''", "certified_on", "last_day", "accounts_operatorcertification"),
    ("contract", "company_id", "agency_id", "designation_id", "first_day", "i.last_day",
     "accounts_contractitem i JOIN accounts_operatorcertification c ON c.id = i.certification_id"),
)  # fmt: skip
_PLEDGE_IN_FORCE = (
    "SELECT 'version', '', CAST(COALESCE(MAX(version), 0) AS text), '', CAST(NULL AS text), CAST(NULL AS text) "
    "FROM accounts_pledgetext WHERE in_force_from <= %s"
)


def _text(column: str | None) -> str:
    return f"CAST({column or 'NULL'} AS text)"


def _branch(row: tuple, places: str) -> str:
    kind, of, *columns, table = row
    chosen = ", ".join(map(_text, (of, *columns)))
    return f"SELECT '{kind}', {chosen} FROM {table} WHERE {of} IN ({places})"  # noqa: S608  constants and %s alone


def _ask(branches: tuple[tuple, ...], ids: list[UUID], *, today: date | None = None) -> Iterator[Fact]:
    native = connection.features.has_native_uuid_field
    places, values = ", ".join(["%s"] * len(ids)), [each if native else each.hex for each in ids]
    parts = [_branch(row, places) for row in branches]
    params = values * len(branches)
    if today is not None:
        parts.append(_PLEDGE_IN_FORCE)
        params.append(connection.ops.adapt_datefield_value(today))
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)  # constant text; every value is a parameter
        yield from (Fact(*row) for row in cursor.fetchall())


def _chunks(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    every = list(ids)
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]


def facts_of_people(ids: Iterable[UUID], today: date) -> Iterator[Fact]:
    """Roles, seats, pledges, clearances and rosters of the people, and the version of the pledge in force."""
    for chunk in _chunks(ids):
        yield from _ask(_OF_PEOPLE, chunk, today=today)


def facts_of_companies(ids: Iterable[UUID]) -> Iterator[Fact]:
    """Certifications and the items of contracts of the companies."""
    for chunk in _chunks(ids):
        yield from _ask(_OF_COMPANIES, chunk)
