"""What the logs have said the database keeps, whoever asks: raw SQL on both databases, and the migrations there and back."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from council.audit import sequencer, signer_state
from council.audit.models import AuditEvent, Cosignature, LogCheckpoint, LogEntry, LogHead, LogTile, PendingEvent
from tests.audit.test_rows_refuse import at_the_newest, migrate  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]
KEPT = {model._meta.db_table: model for model in (LogEntry, LogTile, LogCheckpoint, Cosignature)}


def execute(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def rows(write):
    """A row of each kind at least."""
    for _ in range(256):
        write(tier=1)
    sequencer.run_once()
    Cosignature.objects.create(tier=1, size=1, witness="w.example", line=b"-", signed_at=timezone.now())
    assert all(model.objects.exists() for model in KEPT.values())


def refused(table, sql):
    before = list(KEPT[table].objects.order_by("pk").values_list())
    with pytest.raises(DatabaseError, match="audit"):
        execute(sql)
    return before == list(KEPT[table].objects.order_by("pk").values_list())


COLUMNS = [(table, field.column) for table, model in KEPT.items() for field in model._meta.fields]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_no_column_is_changed_not_even_to_what_it_is(rows, table, column):
    assert refused(table, f'UPDATE {table} SET "{column}" = "{column}"')


@pytest.mark.parametrize("table", KEPT)
def test_no_row_goes(rows, table):
    assert refused(table, f"DELETE FROM {table}")
    with pytest.raises(DatabaseError, match="audit"), transaction.atomic():
        KEPT[table].objects.first().delete()


@pytest.mark.parametrize("table", KEPT)
def test_no_table_is_emptied_at_one_blow(rows, table):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has TRUNCATE")
    assert refused(table, f"TRUNCATE {table} CASCADE")


def _columns(table, *, but=()):
    return [field.column for field in KEPT[table]._meta.fields if field.column not in but]


@pytest.mark.parametrize("table", KEPT)
def test_no_row_is_replaced_by_itself(rows, table):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has REPLACE")
    assert refused(table, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")


@pytest.mark.parametrize("table", KEPT)
def test_no_row_is_replaced_by_another_in_its_place(rows, table):
    """Another key, and the same place in the log: the unique constraint would let REPLACE take the old row away."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has REPLACE")
    key = KEPT[table]._meta.pk.column
    kept = ", ".join(f'"{column}"' for column in _columns(table, but=(key,)))
    other = "'00000000000070008000000000000000'" if key == "event" else "999999"
    assert refused(table, f"INSERT OR REPLACE INTO {table} ({key}, {kept}) SELECT {other}, {kept} FROM {table} LIMIT 1")


def test_no_place_is_replaced_by_another_in_its_row(rows):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has REPLACE")
    row = "SELECT rowid, '00000000000070008000000000000000', 3, 999, leaf_hash FROM audit_logentry LIMIT 1"
    table = "audit_logentry"
    assert refused(table, f'INSERT OR REPLACE INTO {table} (rowid, event, tier, "index", leaf_hash) {row}')


@pytest.mark.parametrize("table", KEPT)
def test_on_conflict_changes_nothing_either(rows, table):
    key = KEPT[table]._meta.pk.column
    columns = ", ".join(f'"{column}"' for column in _columns(table))
    sql = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE true LIMIT 1"
    assert refused(table, f'{sql} ON CONFLICT ("{key}") DO UPDATE SET "{key}" = excluded."{key}"')


def test_the_head_and_the_queue_may_change(rows):
    execute("UPDATE audit_loghead SET signed_size = signed_size")
    execute("DELETE FROM audit_pendingevent")


def test_every_model_of_the_logs_is_kept_or_meant_to_change():
    tables = {model._meta.db_table for model in apps.get_app_config("audit").get_models() if "Log" in model.__name__}
    assert tables <= {*KEPT, LogHead._meta.db_table}
    assert set(import_module("council.audit.migrations.0005_logs_only_grow").TABLES) == set(KEPT)


def test_every_trigger_of_the_migration_is_in_the_database():
    migration = import_module("council.audit.migrations.0005_logs_only_grow")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            wanted = set(migration.sqlite_triggers())
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled = 'O'")
            wanted = {f"{table}_keeps_{name}" for table in KEPT for name in ("rows", "table")}
        assert wanted <= {name for (name,) in cursor.fetchall()}


# --- the migrations, with rows that are there already ---


@pytest.fixture
def grown(write):
    """Logs with some events, one of which waits."""
    for _ in range(3):
        with transaction.atomic():
            write()
    sequencer.run_once()
    with transaction.atomic():
        write()


def state():
    tables = (AuditEvent, LogEntry, LogTile, LogCheckpoint, LogHead, PendingEvent)
    return [list(model.objects.order_by("pk").values_list()) for model in tables]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("at_the_newest")
def test_the_triggers_of_the_logs_go_and_come_back_and_the_logs_stay(grown):
    before = state()
    migrate("0004_the_logs")
    execute("UPDATE audit_logentry SET tier = tier")
    migrate("0005_logs_only_grow")
    assert refused("audit_logentry", "UPDATE audit_logentry SET tier = tier")
    assert state() == before
    assert sequencer.run_once() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("at_the_newest")
def test_events_from_before_the_logs_get_their_places(write, memory):
    migrate("0003_details_may_be_rewrapped")
    now = timezone.now()
    AuditEvent.objects.bulk_create(
        AuditEvent(id=f"0000000{tier}-0000-7000-8000-000000000000", leaf=b"-", time=now, revision=0, tier=tier)
        for tier in (1, 2, 3)
    )
    migrate("0005_logs_only_grow")
    assert PendingEvent.objects.count() == 3
    sequencer.run_once()
    assert set(LogEntry.objects.filter(index=0).values_list("event", flat=True)) == {
        event.pk for event in AuditEvent.objects.exclude(action="log.heartbeat")
    }


def throw_the_logs_away():
    """The tables go and come back empty: every event waits again, and is placed in the order of its id."""
    migrate("0003_details_may_be_rewrapped")
    migrate("0005_logs_only_grow")
    assert PendingEvent.objects.count() == AuditEvent.objects.count() > 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("at_the_newest")
def test_logs_that_were_thrown_away_come_back_when_they_are_the_same(grown):
    throw_the_logs_away()
    assert sequencer.turn().refused == {}
    assert LogCheckpoint.objects.count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("at_the_newest")
def test_logs_that_were_thrown_away_are_not_begun_anew_in_another_order(grown):
    late = AuditEvent(id="00000000-0000-7000-8000-000000000000", leaf=b"-", time=timezone.now(), revision=0, tier=2)
    late.save(force_insert=True)
    PendingEvent.objects.create(event=late.pk, tier=2)
    sequencer.run_once()
    throw_the_logs_away()
    done = sequencer.turn()
    assert {tier: error.sentence for tier, error in done.refused.items()} == {2: signer_state.DIFFERENT}
    assert set(LogCheckpoint.objects.values_list("tier", flat=True)) == {1, 3}
