"""A council with very many bulletins, written straight into the tables by SQL, as publishing would have left them.

200 organisations, 60 subcommittees; a bulletin is released to three groups. Six in ten bulletins have no compartment
and go to three organisations; the others carry one subcommittee, some two, and go to its group and to organisations.
Audience classes come from bulletins.release, so that the rule of their keys is that of the portal.
"""

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import Model

from accounts.models import Organisation, Subcommittee, User
from accounts.subject import subject_of
from bulletins.models import Bulletin, GroupGrant, Listing, Revision
from bulletins.release import PERMISSION, _class_for
from tests import cast

SEED = 20261121
ORGANISATIONS, SUBCOMMITTEES, PATTERNS = 200, 60, 2003
TABLES: tuple[type[Model], ...] = (Bulletin, Revision, GroupGrant, Listing)
# Subcommittees that share bulletins, and those that name the organisation of the person with six groups or with fifty.
PAIRS = {0: 1, 1: 0, 10: 11, 11: 10}
NAMED = {0: 1, 1: 1, 2: 2, 3: 2, 12: 2, 13: 2}

_DIALECTS = {
    "postgresql": {
        "uuid": "gen_random_uuid()",
        "moment": "TIMESTAMPTZ '2024-01-01 00:00:00+00' + (n / 2) * INTERVAL '1 minute'",
        "json": "jsonb",
        "later": "TIMESTAMPTZ '2099-01-01 00:00:00+00'",
        "earlier": "TIMESTAMPTZ '2025-01-01 00:00:00+00'",
        "id": "uuid",
    },
    "sqlite": {
        "uuid": "lower(hex(randomblob(16)))",
        "moment": "datetime('2024-01-01', '+' || (n / 2) || ' minutes')",
        "json": "text",
        "later": "'2099-01-01 00:00:00'",
        "earlier": "'2025-01-01 00:00:00'",
        "id": "char(32)",
    },
}

# Two of a kind share a minute, so that ids have to break the tie. The number of a bulletin is in its reference.
_BULLETINS = """
INSERT INTO bulletins_bulletin (id, reference, kind, originator_id, served_id, published_at, created_at)
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {size})
SELECT {uuid}, 'B' || n, p.kind, p.originator, {uuid}, {moment}, {moment}
FROM numbers JOIN bench_pattern p ON p.number = n % {patterns} ORDER BY n"""
_OF_BULLETIN = (
    "bulletins_bulletin b JOIN {pattern} p ON p.number = CAST(substr(b.reference, 2) AS integer) % {patterns}"
)
_REVISIONS = """
INSERT INTO bulletins_revision (id, bulletin_id, number, state, author_id, floor, tier, subcommittees,
  all_subcommittees, caveats, deadline, standard_deadline, expires_at, published_at, created_at, saved_at)
SELECT b.served_id, b.id, 1, 'published', p.author, p.floor, p.floor, p.subcommittees, p.subcommittees,
  p.caveats, p.deadline, false, p.expires_at, b.published_at, b.created_at, b.created_at
FROM {bulletin_and_pattern}"""
_GRANTS = """
INSERT INTO bulletins_groupgrant (permission_id, group_id, content_object_id)
SELECT {permission}, p.grantee, b.id FROM {bulletin_and_grant}"""
_LISTINGS = """
INSERT INTO bulletins_listing (audience_id, bulletin_id, kind, published_at, expires_at, deadline)
SELECT p.audience, b.id, b.kind, b.published_at, p.expires_at, p.deadline FROM {bulletin_and_grant}"""


@dataclass(frozen=True)
class Crowd:
    """Who is in the council. `readers` by their number of grant groups: 1, 6 and 50."""

    organisations: list[Organisation]
    subcommittees: list[Subcommittee]
    author: User
    readers: dict[int, User]


def found_crowd() -> Crowd:
    """Organisations, subcommittees, and readers whose own Django groups are those that guardian asks for."""
    subcommittees = [cast.subcommittee() for _ in range(SUBCOMMITTEES)]
    organisations = [cast.organisation() for _ in range(ORGANISATIONS)]
    agency = cast.organisation("agency")
    for organisation, seats in ((organisations[1], subcommittees[:5]), (organisations[2], subcommittees[:49])):
        for subcommittee in seats:
            cast.founding.found_seat(organisation, subcommittee)
    readers = {
        1: cast.person(organisations[0], tier=1),
        6: cast.person(organisations[1], tier=2, subcommittees=subcommittees[:5]),
        50: cast.person(organisations[2], tier=2, subcommittees=subcommittees[:49]),
    }
    for reader in readers.values():
        reader.groups.set(Group.objects.filter(pk__in=subject_of(reader).groups))
    return Crowd(organisations, subcommittees, cast.person(agency, "publisher", tier=2), readers)


def _grantees(crowd: Crowd, draw: random.Random) -> tuple[int, list[Subcommittee], list[int]]:
    """Floor, compartments and the three grantees of one pattern."""
    if draw.random() < 0.6:
        return draw.choice((1, 2)), [], [each.group_id for each in draw.sample(crowd.organisations, 3)]
    number = draw.randrange(SUBCOMMITTEES)
    named = NAMED.get(number, 3 + number)
    places = [number, PAIRS[number]] if number in PAIRS and draw.random() < 0.3 else [number]
    own = [crowd.subcommittees[place] for place in places]
    others = [crowd.organisations[named], crowd.organisations[100 + number]]
    if len(own) == 2:
        others = [crowd.organisations[100 + min(places)]]
    return 2, own, [each.group_id for each in (*own, *others)]


def _patterns(crowd: Crowd) -> Iterator[tuple[tuple, list[tuple[int, int]]]]:
    """For each pattern its row, and its three (grantee, audience class)."""
    draw = random.Random(SEED)
    for number in range(PATTERNS):
        floor, own, grantees = _grantees(crowd, draw)
        needed = sorted(str(each.pk) for each in own)
        label = Revision(floor=floor, subcommittees=needed)
        row = (number, draw.choice(Bulletin.Kind.values), floor, json.dumps(needed))
        yield row, [(group, _class_for(label, group=group).pk) for group in grantees]


def lay_patterns(crowd: Crowd) -> None:
    """The temporary tables that fill() multiplies."""
    words = _DIALECTS[connection.vendor]
    author = [str(pk) if words["id"] == "uuid" else pk.hex for pk in (crowd.author.organisation_id, crowd.author.pk)]
    moment = Listing._meta.get_field("expires_at").db_type(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE bench_pattern (number integer PRIMARY KEY, kind varchar(12), floor smallint,"
            f" subcommittees {words['json']}, caveats {words['json']}, expires_at {moment}, deadline {moment},"
            f" originator {words['id']}, author {words['id']})"
        )
        cursor.execute(
            f"CREATE TEMPORARY TABLE bench_grant (number integer, grantee integer, audience bigint,"
            f" expires_at {moment}, deadline {moment})"
        )
        for (number, kind, floor, needed), classes in _patterns(crowd):
            due = words["later"] if number % 25 == 0 else "NULL"
            ends = words["later"] if number % 20 == 0 else words["earlier"] if number % 211 == 0 else "NULL"
            cursor.execute(
                f"INSERT INTO bench_pattern VALUES (%s, %s, %s, %s, '[]', {ends}, {due}, %s, %s)",
                [number, kind, floor, needed, *author],
            )
            for grantee, audience in classes:
                cursor.execute(
                    f"INSERT INTO bench_grant VALUES (%s, %s, %s, {ends}, {due})", [number, grantee, audience]
                )


def _fill(size: int) -> None:
    places = {"size": size, "patterns": PATTERNS, **_DIALECTS[connection.vendor]}
    places["permission"] = Permission.objects.get(codename=PERMISSION.split(".")[1]).pk
    places["bulletin_and_pattern"] = _OF_BULLETIN.format(pattern="bench_pattern", patterns=PATTERNS)
    places["bulletin_and_grant"] = _OF_BULLETIN.format(pattern="bench_grant", patterns=PATTERNS)
    with connection.cursor() as cursor:
        for statement in (_BULLETINS, _REVISIONS, _GRANTS, _LISTINGS):
            cursor.execute(statement.format(**places))


def fill_here(size: int) -> None:
    """So many bulletins in the portal's own tables (SQLite). A bulletin and its revision name each other: checked later."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        _fill(size)
        cursor.execute("PRAGMA foreign_keys = ON")
        assert not cursor.execute("PRAGMA foreign_key_check").fetchall()
        cursor.execute("ANALYZE")


def fill_schema(schema: str, size: int) -> None:
    """So many bulletins in a schema of their own (PostgreSQL), so that one run can go to and fro between two sizes.

    No foreign keys there and indexes afterwards: a tenth of the time, the same tables for whoever reads them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'; SET work_mem = '64MB'")
        cursor.execute(f"CREATE SCHEMA {schema}")
        for model in TABLES:
            name = model._meta.db_table
            like = f"LIKE public.{name} INCLUDING DEFAULTS INCLUDING IDENTITY"
            cursor.execute(f"CREATE UNLOGGED TABLE {schema}.{name} ({like})")
        look_into(schema)
        _fill(size)
        for model in TABLES:
            name = model._meta.db_table
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s", [name])
            for (definition,) in cursor.fetchall():
                cursor.execute(definition.replace(" ON public.", f" ON {schema}."))
            cursor.execute(f"VACUUM ANALYZE {schema}.{name}")
        # The classes are shared and small; statistics for them too.
        cursor.execute("ANALYZE bulletins_audienceclass")
        cursor.execute("RESET work_mem; RESET maintenance_work_mem")


def look_into(schema: str) -> None:
    """From now on the connection finds the bulletins of this schema."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path TO {schema}, public")


def clear(schemas: Iterable[str]) -> None:
    """Takes the volume away again; the few people stay."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("RESET search_path")
            for schema in schemas:
                cursor.execute(f"DROP SCHEMA {schema} CASCADE")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
            for model in TABLES:
                cursor.execute(f"DELETE FROM {model._meta.db_table}")
            cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("DROP TABLE bench_pattern")
        cursor.execute("DROP TABLE bench_grant")
