"""The database itself refuses to change or remove what a log has said: places, full tiles, checkpoints and cosignatures.

As in migration 0002. Events that were there before the logs wait for their place like new ones.
"""

from django.db import migrations

TABLES = ("audit_logentry", "audit_logtile", "audit_logcheckpoint", "audit_cosignature")
_SAME = {
    "audit_logentry": "event = NEW.event OR (tier = NEW.tier AND \"index\" = NEW.\"index\")",
    "audit_logtile": "id = NEW.id OR (tier = NEW.tier AND level = NEW.level AND number = NEW.number)",
    "audit_logcheckpoint": "id = NEW.id OR (tier = NEW.tier AND size = NEW.size)",
    "audit_cosignature": "id = NEW.id OR (tier = NEW.tier AND size = NEW.size AND witness = NEW.witness)",
}


def sqlite_triggers() -> dict[str, str]:
    """Name -> statement. A row that would replace another is refused before it is inserted; its rowid counts too."""
    made = {}
    for table in TABLES:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        same = f"SELECT 1 FROM {table} WHERE {_SAME[table]} OR rowid = NEW.rowid"  # noqa: S608  names of our own
        made |= {
            f"{table}_keeps_update": f"CREATE TRIGGER {table}_keeps_update BEFORE UPDATE ON {table} {refuse}",
            f"{table}_keeps_delete": f"CREATE TRIGGER {table}_keeps_delete BEFORE DELETE ON {table} {refuse}",
            f"{table}_keeps_replace": f"CREATE TRIGGER {table}_keeps_replace BEFORE INSERT ON {table} WHEN EXISTS ({same}) {refuse}",
        }
    return made


def install(apps, schema_editor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for statement in sqlite_triggers().values():
            schema_editor.execute(statement, params=None)
        return
    for table in TABLES:
        for name, when in (("rows", "UPDATE OR DELETE"), ("table", "TRUNCATE")):
            each = "ROW" if name == "rows" else "STATEMENT"
            schema_editor.execute(
                f"CREATE TRIGGER {table}_keeps_{name} BEFORE {when} ON {table} FOR EACH {each} EXECUTE FUNCTION audit_refuses()"
            )


def remove(apps, schema_editor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for name in sqlite_triggers():
            schema_editor.execute(f"DROP TRIGGER {name}")
        return
    for table in TABLES:
        for name in ("rows", "table"):
            schema_editor.execute(f"DROP TRIGGER {table}_keeps_{name} ON {table}")


def wait_for_a_place(apps, schema_editor) -> None:
    """Every event of before goes to the sequencer; when this migration was undone and comes again, most have their place already."""
    schema_editor.execute(
        "INSERT INTO audit_pendingevent (event, tier) SELECT id, tier FROM audit_auditevent "
        "WHERE id NOT IN (SELECT event FROM audit_logentry) AND id NOT IN (SELECT event FROM audit_pendingevent)"
    )


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_the_logs")]
    operations = [
        migrations.RunPython(install, remove),
        migrations.RunPython(wait_for_a_place, migrations.RunPython.noop),
    ]
