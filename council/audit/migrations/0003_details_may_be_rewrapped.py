"""A rotation of keys wraps the key of a detail anew. The database lets exactly that through: wrap, epoch, algorithm and key id may
change; the event, the salt and the ciphertext, which the digest in the leaf covers, stay what they were.

SQLite: a rowid that moved is refused too, since it could land on another row (lang_conflict, "REPLACE").
"""

from django.db import migrations

TRIGGER = {"sqlite": "audit_detail_keeps_update", "postgresql": "audit_detail_keeps_rows"}
OPEN = {
    "sqlite": """
        CREATE TRIGGER audit_detail_keeps_update BEFORE UPDATE ON audit_auditdetail
        WHEN NEW.rowid IS NOT OLD.rowid OR NEW.event IS NOT OLD.event OR NEW.salt IS NOT OLD.salt
            OR NEW.ciphertext IS NOT OLD.ciphertext
        BEGIN SELECT RAISE(ABORT, 'audit details change their wrap alone'); END""",
    "postgresql": """
        CREATE TRIGGER audit_detail_keeps_rows BEFORE UPDATE ON audit_auditdetail
        FOR EACH ROW WHEN (NEW.event IS DISTINCT FROM OLD.event OR NEW.salt IS DISTINCT FROM OLD.salt
            OR NEW.ciphertext IS DISTINCT FROM OLD.ciphertext)
        EXECUTE FUNCTION audit_refuses()""",
}
SHUT = {
    "sqlite": """
        CREATE TRIGGER audit_detail_keeps_update BEFORE UPDATE ON audit_auditdetail
        BEGIN SELECT RAISE(ABORT, 'audit details never change'); END""",
    "postgresql": """
        CREATE TRIGGER audit_detail_keeps_rows BEFORE UPDATE ON audit_auditdetail
        FOR EACH ROW EXECUTE FUNCTION audit_refuses()""",
}


def _put(schema_editor, statements: dict[str, str]) -> None:
    vendor = schema_editor.connection.vendor
    of_table = "" if vendor == "sqlite" else " ON audit_auditdetail"
    schema_editor.execute(f"DROP TRIGGER {TRIGGER[vendor]}{of_table}")
    schema_editor.execute(statements[vendor], params=None)


def install(apps, schema_editor) -> None:
    _put(schema_editor, OPEN)


def remove(apps, schema_editor) -> None:
    _put(schema_editor, SHUT)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_events_refuse_update_and_delete")]
    operations = [migrations.RunPython(install, remove)]
