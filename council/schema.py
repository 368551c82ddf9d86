"""Whether the database has the tables that this version needs."""

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def is_behind() -> bool:
    """True while a migration has not been applied."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def catch_up() -> None:
    """Applies what is missing to the embedded database. A database server is migrated by those who run it."""
    if not settings.DATABASE_URL and is_behind():
        call_command("migrate", verbosity=0)
