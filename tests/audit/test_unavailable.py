"""No event, no answer: 503, with not one byte of what would have been shown."""

from contextlib import contextmanager

import pytest
from django.db import connection

from council.audit.models import AuditEvent
from tests.audit.pages import SECRET

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.audit.pages")]


@contextmanager
def without(table):
    """The table is out of reach under another name."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table}_away RENAME TO {table}")


def test_a_page_is_served_after_its_event_is_written(client, own_keyring):
    response = client.get("/read/")
    assert (response.status_code, response.content.decode()) == (200, SECRET)
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("table", ["audit_auditevent", "audit_auditdetail"])
def test_without_its_table_the_page_is_503_and_shows_nothing(client, own_keyring, table):
    with without(table):
        response = client.get("/read/")
    assert response.status_code == 503
    assert SECRET not in response.content.decode()
    assert "いまは利用できません" in response.content.decode()
    assert not AuditEvent.objects.exists()


def test_without_the_keyring_the_page_is_503(client, own_keyring):
    own_keyring.unlink()
    response = client.get("/read/")
    assert response.status_code == 503
    assert str(own_keyring) not in response.content.decode()


def test_without_the_keyring_the_api_is_a_503_problem(client, own_keyring):
    own_keyring.unlink()
    response = client.get("/api/read/")
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "instance"}
    assert (response.status_code, problem["status"], problem["title"]) == (503, 503, "いまは使えません")


def test_when_the_keyring_is_back_the_page_is_back(client, own_keyring):
    kept = own_keyring.read_bytes()
    own_keyring.unlink()
    assert client.get("/read/").status_code == 503
    own_keyring.touch(mode=0o600)
    own_keyring.write_bytes(kept)
    assert client.get("/read/").status_code == 200
