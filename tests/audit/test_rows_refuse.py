"""What the database itself refuses, whoever asks: raw SQL on both databases."""

from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from council.audit.models import AuditDetail, AuditEvent

pytestmark = pytest.mark.django_db


def execute(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def event(write):
    return write()


def refused(sql):
    """Whether the database refuses the statement and both rows are as they were."""
    before = [list(table.objects.values_list()) for table in (AuditEvent, AuditDetail)]
    with pytest.raises(DatabaseError, match="audit"):
        execute(sql)
    return before == [list(table.objects.values_list()) for table in (AuditEvent, AuditDetail)]


def test_an_event_is_not_changed(event):
    assert refused("UPDATE audit_auditevent SET outcome = 'deny'")


def test_an_event_is_not_changed_to_what_it_already_is(event):
    assert refused("UPDATE audit_auditevent SET outcome = outcome")


def test_an_event_is_not_removed(event):
    assert refused("DELETE FROM audit_auditevent")


def test_an_event_is_not_removed_through_the_model_either(event):
    with pytest.raises(DatabaseError, match="audit"), transaction.atomic():
        event.delete()
    assert AuditEvent.objects.exists()


UNCHANGING = {"event": "'00000000000070008000000000000000'", "salt": "wrap", "ciphertext": "salt"}
OF_THE_WRAP = {"wrap": "salt", "epoch": "2", "algorithm": "'another'", "key_id": "'another'"}


@pytest.mark.parametrize("column", UNCHANGING)
def test_a_detail_is_not_changed(event, column):
    assert refused(f"UPDATE audit_auditdetail SET {column} = {UNCHANGING[column]}")
    assert refused(f"UPDATE audit_auditdetail SET epoch = 2, {column} = {UNCHANGING[column]}")


def test_the_key_of_a_detail_may_be_wrapped_anew(event):
    execute("UPDATE audit_auditdetail SET " + ", ".join(f"{column} = {new}" for column, new in OF_THE_WRAP.items()))
    assert AuditDetail.objects.get().epoch == 2


def test_every_column_of_a_detail_is_one_or_the_other():
    assert {field.column for field in AuditDetail._meta.fields} == {*UNCHANGING, *OF_THE_WRAP}


def test_a_detail_is_not_moved_over_another(write):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has rows that can be moved")
    write(), write()
    assert refused("UPDATE OR REPLACE audit_auditdetail SET rowid = (SELECT max(rowid) FROM audit_auditdetail)")


def test_a_detail_may_go_when_its_retention_ends(event):
    execute("DELETE FROM audit_auditdetail")
    assert not AuditDetail.objects.exists()
    assert AuditEvent.objects.exists()


def test_an_event_is_not_replaced_by_another_with_its_id(event):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has REPLACE")
    assert refused("INSERT OR REPLACE INTO audit_auditevent SELECT * FROM audit_auditevent")


def test_an_event_is_not_replaced_by_another_in_its_row(event):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has REPLACE")
    columns = [field.column for field in AuditEvent._meta.fields if field.column != "id"]
    names = ", ".join(f'"{column}"' for column in columns)
    other = f"SELECT rowid, '00000000000070008000000000000000', {names} FROM audit_auditevent"
    assert refused(f"INSERT OR REPLACE INTO audit_auditevent (rowid, id, {names}) {other}")


def test_a_detail_is_not_replaced(event):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has REPLACE")
    assert refused("INSERT OR REPLACE INTO audit_auditdetail SELECT * FROM audit_auditdetail")


def test_the_table_is_not_emptied_at_one_blow(event):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has TRUNCATE")
    assert refused("TRUNCATE audit_auditevent")


@pytest.fixture
def at_the_newest():
    """Whatever a test undoes, the next one finds every migration applied."""
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def migrate(name):
    MigrationExecutor(connection).migrate([("audit", name)])


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("at_the_newest")
def test_the_triggers_go_and_come_back_with_their_migration(write):
    with transaction.atomic():
        write()
    migrate("0001_initial")
    execute("UPDATE audit_auditevent SET outcome = 'deny'")
    migrate("0002_events_refuse_update_and_delete")
    assert refused("DELETE FROM audit_auditevent")
    assert refused("UPDATE audit_auditdetail SET epoch = 2")
    migrate("0003_details_may_be_rewrapped")
    execute("UPDATE audit_auditdetail SET epoch = 2")
    assert refused("UPDATE audit_auditdetail SET salt = wrap")


def test_every_trigger_of_the_migration_is_in_the_database():
    migration = import_module("council.audit.migrations.0002_events_refuse_update_and_delete")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            assert set(migration.SQLITE) <= {name for (name,) in cursor.fetchall()}
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgfoid = 'audit_refuses'::regproc AND tgrelid IN "
                "('audit_auditevent'::regclass, 'audit_auditdetail'::regclass)"
            )
            assert {name for (name,) in cursor.fetchall()} == {
                "audit_event_keeps_rows", "audit_event_keeps_table", "audit_detail_keeps_rows",
            }  # fmt: skip
