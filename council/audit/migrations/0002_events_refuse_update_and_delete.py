"""The database itself refuses to change or remove an event, and to change a detail. Removing a detail is its retention ending.

SQLite: REPLACE removes the old row without firing its DELETE trigger (lang_conflict, "REPLACE"), so a row that would replace another
is refused before it is inserted; its rowid counts too. PostgreSQL: TRUNCATE fires no row trigger and gets one of its own.
"""

from django.db import migrations

SQLITE = {
    "audit_event_keeps_update": """
        CREATE TRIGGER audit_event_keeps_update BEFORE UPDATE ON audit_auditevent
        BEGIN SELECT RAISE(ABORT, 'audit events never change'); END""",
    "audit_event_keeps_delete": """
        CREATE TRIGGER audit_event_keeps_delete BEFORE DELETE ON audit_auditevent
        BEGIN SELECT RAISE(ABORT, 'audit events never go'); END""",
    "audit_event_keeps_replace": """
        CREATE TRIGGER audit_event_keeps_replace BEFORE INSERT ON audit_auditevent
        WHEN EXISTS (SELECT 1 FROM audit_auditevent WHERE id = NEW.id OR rowid = NEW.rowid)
        BEGIN SELECT RAISE(ABORT, 'audit events never change'); END""",
    "audit_detail_keeps_update": """
        CREATE TRIGGER audit_detail_keeps_update BEFORE UPDATE ON audit_auditdetail
        BEGIN SELECT RAISE(ABORT, 'audit details never change'); END""",
    "audit_detail_keeps_replace": """
        CREATE TRIGGER audit_detail_keeps_replace BEFORE INSERT ON audit_auditdetail
        WHEN EXISTS (SELECT 1 FROM audit_auditdetail WHERE event = NEW.event OR rowid = NEW.rowid)
        BEGIN SELECT RAISE(ABORT, 'audit details never change'); END""",
}
POSTGRESQL = [
    """
    CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'audit rows refuse %', TG_OP USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    """
    CREATE TRIGGER audit_event_keeps_rows BEFORE UPDATE OR DELETE ON audit_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_refuses()""",
    """
    CREATE TRIGGER audit_event_keeps_table BEFORE TRUNCATE ON audit_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()""",
    """
    CREATE TRIGGER audit_detail_keeps_rows BEFORE UPDATE ON audit_auditdetail
    FOR EACH ROW EXECUTE FUNCTION audit_refuses()""",
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
        schema_editor.execute("DROP FUNCTION audit_refuses() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
