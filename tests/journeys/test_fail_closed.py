"""Without a log there is no portal: every route of the map, with the events really refused by the database or the keyring really away.

503, and of content, names and references not one byte; nothing is changed. And with a log, the event is there before the first byte.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as deployed
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, connections
from django.http import HttpResponse

from council.audit.models import AuditEvent
from tests.bulletins import sent
from tests.journeys.whole_map import Route, Whole, guarded_routes, whole_world
from tests.rules.test_everything_is_recorded import SHOW_NOTHING

# The whole map is walked in each test.
pytestmark = pytest.mark.timeout(900)
# Somebody for each kind of deed; each asks with an empty body, which is enough for most verbs.
DOERS = ("publisher", "approver", "operator", "administrator", "reader_two", "auditor", "officer")
# These write while they say no or lead on: sessions and remembered answers, nothing of the council.
_TRANSIENT = {"accounts.Session", "bulletins.IdempotencyKey"}


@pytest.fixture
def whole(db) -> Whole:
    return whole_world()


@contextmanager
def no_events() -> Iterator[None]:
    """The database takes no event."""
    on_sqlite = connection.vendor == "sqlite"
    body = "BEGIN SELECT RAISE(ABORT, 'closed'); END" if on_sqlite else "EXECUTE FUNCTION closed()"
    with connection.cursor() as cursor:
        if not on_sqlite:
            cursor.execute(
                "CREATE FUNCTION closed() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'closed'; END $$ LANGUAGE plpgsql"
            )
        cursor.execute(f"CREATE TRIGGER closed BEFORE INSERT ON audit_auditevent FOR EACH ROW {body}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER closed" if on_sqlite else "DROP FUNCTION closed() CASCADE")


@contextmanager
def no_keys() -> Iterator[None]:
    """The keyring is away."""
    ring = Path(deployed.KEYRING_FILE)
    away = ring.with_suffix(".away")
    ring.rename(away)
    try:
        yield
    finally:
        away.rename(ring)


def body_of(response: HttpResponse) -> bytes:
    """Every byte of the answer, streamed or not, and its headers."""
    return sent.bytes_of(response) + repr(sorted(response.headers.items())).encode()


def rows() -> dict[str, int]:
    """How many rows each table has."""
    models = (model for model in apps.get_models() if model._meta.label not in _TRANSIENT)
    return {model._meta.label: model._base_manager.count() for model in models}


def _fault(secrets: list[bytes], response: HttpResponse, asked: str, *, must: bool) -> str | None:
    body = body_of(response)
    told = next((secret.decode() for secret in secrets if secret in body), None)
    if told or response.status_code == 500:
        return f"{asked}: {response.status_code}, and tells {told}"
    return f"{asked}: {response.status_code}" if must and response.status_code != 503 else None


GETS = [route for route in guarded_routes() if route.method == "GET" and route.name not in SHOW_NOTHING]


@pytest.mark.parametrize("gone", [no_events, no_keys])
def test_without_a_log_no_route_shows_a_byte(whole, gone):
    readers = [(route, whole.reader_of(route)) for route in GETS]
    assert [str(route) for route, found in readers if found is None] == []
    secrets, faults = whole.secrets(), []
    with gone():
        for route, (name, address) in readers:
            faults.append(_fault(secrets, whole.ask(name, "GET", address), str(route), must=True))
    assert [fault for fault in faults if fault] == []


def _deeds(whole: Whole) -> Iterator[tuple[Route, str, str]]:
    for route in guarded_routes():
        if route.method != "GET":
            yield from ((route, name, address) for address in list(whole.addresses(route))[:5] for name in DOERS)


def test_without_a_log_nothing_is_done_and_nothing_told(whole):
    asked, before = list(_deeds(whole)), rows()
    secrets = {name: whole.secrets(but=name) for name in DOERS}
    faults, refused = [], set()
    with no_events():
        for route, name, address in asked:
            response = whole.ask(name, route.method, address)
            faults.append(_fault(secrets[name], response, f"{route} by {name}", must=False))
            refused |= {str(route)} if response.status_code == 503 else set()
    assert [fault for fault in faults if fault] == []
    assert rows() == before
    # Whatever needs no more than being asked for got as far as its event.
    assert {
        f"POST /api/v1/bulletins/<uuid:bulletin_id>/{verb}/" for verb in ("acknowledge", "publish", "recall")
    } <= refused


# --- with a log -----------------------------------------------------------------------------------------------------------
def _committed(after: AuditEvent) -> set[str]:
    """Who has events that another connection can see."""
    return set(AuditEvent.objects.filter(pk__gt=after.pk, outcome="allow").values_list("actor", flat=True))


def _seen_at_the_first_byte(whole: Whole, name: str, address: str, other: ThreadPoolExecutor) -> set[str]:
    """Whose events another connection sees when the server is told to begin the answer."""
    newest, seen = AuditEvent.objects.latest("pk"), []
    path, _, query = address.partition("?")
    environ = whole.clients[name]._base_environ(PATH_INFO=path, QUERY_STRING=query, REQUEST_METHOD="GET")
    answer = WSGIHandler()(environ, lambda *_begun: seen.append(other.submit(_committed, newest).result()))
    assert b"".join(answer)
    answer.close()
    return seen[0]


@pytest.mark.django_db(transaction=True)
def test_the_event_is_committed_before_the_first_byte():
    whole, faults = whole_world(), []
    with ThreadPoolExecutor(1) as other:
        for route in GETS:
            name, address = whole.reader_of(route)
            if whole.actor(name) not in _seen_at_the_first_byte(whole, name, address, other):
                faults.append(str(route))
        other.submit(connections.close_all).result()
    assert faults == []
