"""The database of a connected portal refuses content of tier three, answers too. Without a row in council_zone it refuses too.

Moving to "connected" is refused while such content is there. TRUNCATE and DELETE of the row need no trigger: then nothing opens.
"""

from django.conf import settings
from django.db import migrations

CONTENT = ("bulletins_part", "bulletins_revision", "bulletins_payload", "bulletins_answer")
_REFUSES = "NOT EXISTS (SELECT 1 FROM council_zone WHERE name = 'closed')"
_HOLDS = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE tier > 2)" for table in CONTENT)  # noqa: S608  constants
TABLE = """
    CREATE TABLE council_zone (
        id integer PRIMARY KEY CHECK (id = 1), name varchar(9) NOT NULL CHECK (name IN ('connected', 'closed')))"""
_WHEN = {"insert": "INSERT", "update": "UPDATE"}
SQLITE = {
    **{
        f"{table}_zone_{name}": f"""
        CREATE TRIGGER {table}_zone_{name} BEFORE {event} ON {table} WHEN NEW.tier > 2 AND {_REFUSES}
        BEGIN SELECT RAISE(ABORT, 'this zone holds no tier-three content'); END"""
        for table in CONTENT
        for name, event in _WHEN.items()
    },
    **{
        f"council_zone_{name}": f"""
        CREATE TRIGGER council_zone_{name} BEFORE {event} ON council_zone WHEN NEW.name <> 'closed' AND ({_HOLDS})
        BEGIN SELECT RAISE(ABORT, 'tier-three content is here'); END"""
        for name, event in _WHEN.items()
    },
}
POSTGRESQL = [
    f"""
    CREATE FUNCTION council_zone_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.tier > 2 AND {_REFUSES} THEN
            RAISE EXCEPTION 'this zone holds no tier-three content' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$""",
    *(
        f"""
    CREATE TRIGGER {table}_zone BEFORE INSERT OR UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION council_zone_refuses()"""
        for table in CONTENT
    ),
    f"""
    CREATE FUNCTION council_zone_moves() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.name <> 'closed' AND ({_HOLDS}) THEN
            RAISE EXCEPTION 'tier-three content is here' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """
    CREATE TRIGGER council_zone_moves BEFORE INSERT OR UPDATE ON council_zone
    FOR EACH ROW EXECUTE FUNCTION council_zone_moves()""",
]


def _zone(editor) -> str:
    """That of the setting; closed where a portal from before this table holds tier-three content already."""
    with editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 WHERE {_HOLDS}")  # noqa: S608  constants
        return "closed" if cursor.fetchone() else settings.COUNCIL_ZONE


def install(apps, schema_editor) -> None:
    schema_editor.execute(TABLE, params=None)
    schema_editor.execute("INSERT INTO council_zone (id, name) VALUES (1, %s)", params=[_zone(schema_editor)])
    statements = SQLITE.values() if schema_editor.connection.vendor == "sqlite" else POSTGRESQL
    for statement in statements:
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for name in SQLITE:
            schema_editor.execute(f"DROP TRIGGER {name}")
    else:
        schema_editor.execute("DROP FUNCTION council_zone_refuses() CASCADE")
        schema_editor.execute("DROP FUNCTION council_zone_moves() CASCADE")
    schema_editor.execute("DROP TABLE council_zone")


class Migration(migrations.Migration):
    dependencies = [("bulletins", "0005_distribution")]
    operations = [migrations.RunPython(install, remove)]
