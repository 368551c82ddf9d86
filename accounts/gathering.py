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
    ("pledge", "person_id", "version", "period", None, None, "accounts_pledgeacceptance"),
    ("clearance", "person_id", "agency_id", "''", "notified_on", "last_day", "accounts_clearance"),
    ("education", "person_id", "agency_id", "''", "held_on", "last_day", "accounts_education"),
    # Entry and derived grant: neither counts alone (accounts.roster_grants).
    ("roster", "person_id", "designation_id", "''", "first_day", "last_day",
     "(SELECT r.person_id, r.designation_id, r.first_day, r.last_day FROM accounts_rosterentry r JOIN accounts_rostergrant g "
     "ON g.content_object_id = r.designation_id AND g.user_id = r.person_id "
     "WHERE r.accepted_at IS NOT NULL AND r.pledged_at IS NOT NULL AND r.ended_at IS NULL) held"),
)  # fmt: skip
# A certification that is suspended carries nothing.
_CERTIFIED = "(SELECT * FROM accounts_operatorcertification WHERE suspended_on IS NULL) c"
_OF_COMPANIES = (
    ("certification", "company_id", "agency_id", "''", "certified_on", "last_day", _CERTIFIED),
    ("agreement", "company_id", "agency_id", "''", "k.first_day", "k.last_day",
     f"accounts_contract k JOIN {_CERTIFIED} ON c.id = k.certification_id"),
    ("contract", "company_id", "agency_id", "designation_id", "i.first_day", "i.last_day",
     f"accounts_contractitem i JOIN {_CERTIFIED} ON c.id = i.certification_id"),
    ("department", "company_id", "agency_id", "d.name", None, None,
     f"accounts_contractdepartment d JOIN {_CERTIFIED} ON c.id = d.certification_id"),
)  # fmt: skip
_PLEDGE_IN_FORCE = (
    "SELECT 'version', '', CAST(COALESCE(MAX(version), 0) AS text), CAST((SELECT COALESCE(MAX(number), 0) FROM accounts_councilperiod "
    "WHERE first_day <= %s) AS text), CAST(NULL AS text), CAST(NULL AS text) FROM accounts_pledgetext WHERE in_force_from <= %s"
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
        params += [connection.ops.adapt_datefield_value(today)] * 2
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)  # constant text; every value is a parameter
        yield from (Fact(*row) for row in cursor.fetchall())


def _chunks(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    every = list(ids)
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]


def facts_of_people(ids: Iterable[UUID], today: date) -> Iterator[Fact]:
    """Roles, seats, pledges, clearances, education and rosters of the people, and the pledge and the period in force."""
    for chunk in _chunks(ids):
        yield from _ask(_OF_PEOPLE, chunk, today=today)


def facts_of_companies(ids: Iterable[UUID]) -> Iterator[Fact]:
    """Certifications of the companies, and the days, items and departments of their contracts."""
    for chunk in _chunks(ids):
        yield from _ask(_OF_COMPANIES, chunk)
