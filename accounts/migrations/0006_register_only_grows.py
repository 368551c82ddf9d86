"""The database itself refuses to change or remove a line of the register, as council.audit's migrations do for events.

SQLite: REPLACE removes the old row without firing its DELETE trigger, so a row that would replace another is refused before it is
inserted. PostgreSQL: TRUNCATE fires no row trigger and gets one of its own.
"""

from django.db import migrations

SQLITE = {
    "register_keeps_update": """
        CREATE TRIGGER register_keeps_update BEFORE UPDATE ON accounts_registerentry
        BEGIN SELECT RAISE(ABORT, 'lines of the register never change'); END""",
    "register_keeps_delete": """
        CREATE TRIGGER register_keeps_delete BEFORE DELETE ON accounts_registerentry
        BEGIN SELECT RAISE(ABORT, 'lines of the register never go'); END""",
    "register_keeps_replace": """
        CREATE TRIGGER register_keeps_replace BEFORE INSERT ON accounts_registerentry
        WHEN EXISTS (SELECT 1 FROM accounts_registerentry WHERE id = NEW.id OR rowid = NEW.rowid)
        BEGIN SELECT RAISE(ABORT, 'lines of the register never change'); END""",
}
POSTGRESQL = [
    """
    CREATE FUNCTION register_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'lines of the register refuse %', TG_OP USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    """
    CREATE TRIGGER register_keeps_rows BEFORE UPDATE OR DELETE ON accounts_registerentry
    FOR EACH ROW EXECUTE FUNCTION register_refuses()""",
    """
    CREATE TRIGGER register_keeps_table BEFORE TRUNCATE ON accounts_registerentry
    FOR EACH STATEMENT EXECUTE FUNCTION register_refuses()""",
]


def install(apps, schema_editor) -> None:
    statements = SQLITE.values() if schema_editor.connection.vendor == "sqlite" else POSTGRESQL
    for statement in statements:
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for name in SQLITE:
            schema_editor.execute(f"DROP TRIGGER {name}")
    else:
        schema_editor.execute("DROP FUNCTION register_refuses() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_people_and_clearances")]
    operations = [migrations.RunPython(install, remove)]
