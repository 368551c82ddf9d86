"""What every test stands on. Kept small: builders live in tests/cast.py."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from tests import council_rows

_refusals = import_module("council.audit.migrations.0002_events_refuse_update_and_delete")
_rewraps = import_module("council.audit.migrations.0003_details_may_be_rewrapped")
_logs = import_module("council.audit.migrations.0005_logs_only_grow")
_register = import_module("accounts.migrations.0006_register_only_grows")
_figures = import_module("accounts.migrations.0009_yearly_figures")


@contextmanager
def audit_rows_may_go() -> Iterator[None]:
    """Lifts the triggers that keep audit rows, for the flush after a test that really commits, and puts them back."""
    with connection.schema_editor() as editor:
        _figures.remove(None, editor)
        _register.remove(None, editor)
        _logs.remove(None, editor)
        _refusals.remove(None, editor)
    yield
    with connection.schema_editor() as editor:
        _refusals.install(None, editor)
        _rewraps.install(None, editor)
        _logs.install(None, editor)
        _register.install(None, editor)
        _figures.install(None, editor)


_flush = TransactionTestCase._fixture_teardown


def _flush_audit_rows_too(case: TransactionTestCase) -> None:
    with audit_rows_may_go():
        _flush(case)
    council_rows.forget()


# TestCase rolls back in a teardown of its own: this reaches `django_db(transaction=True)` and the live server alone.
TransactionTestCase._fixture_teardown = _flush_audit_rows_too


# Whole files go to one worker. Those that start portals and browsers take minutes: begun last, they would run alone at the end.
_LONGEST = ("browser", "faults", "journeys", "test_rotation_processes.py", "rules/test_everything_is_recorded.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; with --no-loadscope-reorder workers take them in this order."""
    here = Path(__file__).parent
    items.sort(key=lambda item: not item.path.relative_to(here).as_posix().startswith(_LONGEST))


@pytest.fixture(autouse=True)
def forgetful_signer() -> None:
    """The log signer remembers what it signed on disk; a test's logs are rolled back, and the next test's begin anew."""
    Path(settings.AUDIT_STATE).unlink(missing_ok=True)
