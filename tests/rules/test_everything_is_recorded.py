"""Everything is in the log: each route that shows something and each that refuses somebody. Walked, not listed.

Deeds: tests/rules/test_every_deed_is_recorded.py."""

from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.urls import path

from council import middleware
from council.audit.events import Outcome
from council.audit.models import AuditEvent
from council.guard import SIGNED_IN, guarded_by
from tests import cast
from tests.bulletins import sent
from tests.journeys.whole_map import Route, Whole, guarded_routes, whole_world

# The whole map is walked in each test.
pytestmark = pytest.mark.timeout(900)
GETS = [route for route in guarded_routes() if route.method == "GET"]
# Routes that show nothing to anybody of the cast, each with its reason.
SHOW_NOTHING = {
    "account_set_password": "leads on whoever has a password, and everybody has",
    "factor_codes": "asks whoever has not just used their passkey for it: tests/accounts/test_factors.py",
    "factor_remove": "asks whoever has not just used their passkey for it: tests/accounts/test_factors.py",
}
# Who gets nowhere: readers in the log and in the running of the council, the auditor everywhere else.
NOT_FOR_READERS = ("audit.", "retention.", "review.", "people.", "council.", "key.")


@pytest.fixture
def whole(db) -> Whole:
    return whole_world()


def _since(newest: AuditEvent | None) -> list[AuditEvent]:
    rows = AuditEvent.objects.order_by("pk")
    return list(rows.filter(pk__gt=newest.pk) if newest else rows)


def _newest() -> AuditEvent | None:
    return AuditEvent.objects.order_by("pk").last()


def _fault_of_showing(whole: Whole, route: Route) -> str | None:
    if route.name in SHOW_NOTHING:
        return None
    found = whole.reader_of(route)
    if found is None:
        return f"{route}: nobody of the cast gets anything out of it"
    name, address = found
    before = _newest()
    sent.bytes_of(whole.ask(name, route.method, address))
    told = [(event.actor, event.outcome) for event in _since(before)]
    return None if (whole.actor(name), Outcome.ALLOW) in told else f"{route}: shown to {name} without an event"


def test_every_route_that_shows_something_writes_an_event_of_who_saw_it(whole):
    faults = [fault for route in GETS if (fault := _fault_of_showing(whole, route))]
    assert faults == []


def _fault_of_refusing(whole: Whole, route: Route) -> str | None:
    if route.policy == SIGNED_IN:
        return None
    name = "reader_one" if route.policy.startswith(NOT_FOR_READERS) else "auditor"
    address, before = next(whole.addresses(route)), _newest()
    response = whole.ask(name, route.method, address)
    sent.bytes_of(response)
    if response.status_code not in (403, 404):
        return None
    told = [(event.actor, event.outcome) for event in _since(before)]
    return None if (whole.actor(name), Outcome.DENY) in told else f"{route}: refused to {name} without an event"


def test_every_route_that_refuses_somebody_writes_an_event_of_the_refusal(whole):
    faults = [fault for route in guarded_routes() if (fault := _fault_of_refusing(whole, route))]
    assert faults == []


# --- what no view has recorded is recorded on its way out --------------------------------------------------------------
@guarded_by(GET=SIGNED_IN, POST=SIGNED_IN)
def silent(request) -> HttpResponse:
    return HttpResponse("何か")


urlpatterns = [path("silent/", silent, name="silent")]


@pytest.mark.urls(__name__)
def test_a_view_that_records_nothing_is_recorded(client, db):
    reader = cast.person(cast.organisation())
    assert cast.sign_in(client, reader).get("/silent/?q=x").status_code == 200
    event = AuditEvent.objects.get()
    assert (event.action, event.outcome, event.org) == ("page.show", "allow", str(reader.organisation_id))


@pytest.mark.urls(__name__)
def test_without_the_middleware_a_silent_view_would_be_found_out(client, db, settings):
    settings.MIDDLEWARE = [
        each for each in settings.MIDDLEWARE if not each.endswith(middleware.RecordedMiddleware.__name__)
    ]
    whole = Whole(SimpleNamespace(reader=cast.person(cast.organisation())))
    assert (
        _fault_of_showing(whole, Route("GET", "/silent/", "silent", SIGNED_IN))
        == "GET /silent/: shown to reader without an event"
    )
