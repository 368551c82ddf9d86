"""Attacks on the log and its pages that are held off, and that must stay so."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from council.audit import sequencer
from council.audit.checking import check_deployment
from council.audit.models import (
    AuditEvent,
    LogCheckpoint,
    LogEntry,
    LogHead,
    PendingEvent,
    SavedQuery,
)
from council.spreadsheets import harmless
from tests import cast
from tests.audit.rows_open import rows_may_change
from tests.bulletins import shelf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]


@pytest.fixture
def world():
    return cast.council()


@pytest.fixture
def hidden(world):
    """A bulletin that the administrator of another company may not know of."""
    facts = {"tier": 2, "organisations": [world.other_company]}
    return shelf.published(world.publisher, world.approver, **facts).bulletin


@pytest.fixture
def places(write):
    for _ in range(5):
        write()
    sequencer.run_once()
    return list(LogEntry.objects.filter(tier=2).order_by("index").values_list("event", flat=True))


def answer(client, path):
    """What somebody outside can measure: status, length, where it leads, and how many queries it took."""
    with CaptureQueriesContext(connection) as asked:
        got = client.get(path)
    return got.status_code, len(got.content), got.headers.get("Location"), len(asked)


def broken():
    return [name for name, report in check_deployment().items() if report.verdict == "broken"]


@pytest.mark.parametrize(
    "path",
    ["/audit/bulletins/{}/", "/audit/timelines/?of={}", "/audit/events/?object={}", "/api/v1/audit/events/?object={}"],
)
def test_a_reference_that_is_hidden_answers_as_one_that_never_was(world, client, hidden, path):
    cast.sign_in(client, world.administrator).get("/audit/events/")
    assert answer(client, path.format(hidden.reference)) == answer(client, path.format("TH-0000"))


@pytest.mark.parametrize("path", ["/audit/people/{}/", "/audit/events/?actor={}", "/audit/events/?object={}"])
def test_a_person_elsewhere_answers_as_one_that_never_was(world, client, path):
    cast.sign_in(client, world.administrator).get("/audit/events/")
    assert answer(client, path.format(world.other_reader.pk)) == answer(client, path.format(uuid4()))


@pytest.mark.parametrize(
    "path",
    [
        "/audit/", "/audit/signals/", "/audit/verifications/", "/audit/offline/", "/audit/packs/", "/audit/packs/new/",
        "/audit/retention/", "/reviews/", "/api/v1/audit/checkpoint/tier-3", "/api/v1/audit/tile/tier-3/entries/000.p/1",
    ],
)  # fmt: skip
def test_what_is_the_auditors_own_is_not_there_for_an_administrator(world, client, path):
    sequencer.run_once()
    cast.sign_in(client, world.administrator)
    for method in (client.get, client.head):
        assert method(path).status_code in (404, 405)


@pytest.mark.parametrize(
    "path", ["/audit/queries/", "/audit/verifications/", "/audit/packs/new/", "/audit/retention/", "/reviews/"]
)
def test_a_page_elsewhere_makes_nobody_do_anything(world, path):
    client = cast.sign_in(Client(enforce_csrf_checks=True), world.auditor)
    before = AuditEvent.objects.filter(action__startswith="audit.").count()
    assert client.post(path, {"what": "everything", "reason": "x"}).status_code == 403
    assert AuditEvent.objects.filter(action__startswith="audit.").count() == before


def test_what_an_auditor_keeps_is_not_there_for_another(world, client):
    mine = cast.sign_in(client, world.auditor)
    mine.post("/audit/queries/", {"name": "夜の閲覧の調査", "query": "outcome=deny"})
    kept = SavedQuery.objects.get()
    other = cast.sign_in(Client(), cast.person(world.audit, "auditor"))
    assert kept.name not in other.get("/audit/events/").text
    assert other.post(f"/audit/queries/{kept.pk}/remove/").status_code == 404
    assert SavedQuery.objects.exists()


def test_a_kept_question_leads_nowhere_else(world, client):
    cast.sign_in(client, world.auditor)
    said = {"name": "外へ", "query": "next=https://elsewhere.example&outcome=deny"}
    client.post("/audit/queries/", said)
    assert SavedQuery.objects.get().query == "outcome=deny"


@pytest.mark.parametrize(
    "cell", ["=1+1", "＝1+1", "+1", "＋1", "-1", "－1", "@SUM(1)", "＠SUM(1)", "\t=1", "\r=1", "\n=1"]
)
def test_no_cell_is_run_by_a_spreadsheet(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "0" * 64), ("org", "x"), ("action", "bulletin.list"), ("object", ""), ("revision", 9), ("tier", 1),
        ("outcome", "deny"), ("reason", "tier"), ("request", "x"), ("time", timezone.now() - timedelta(days=9)),
    ],
)  # fmt: skip
def test_a_column_that_says_something_else_than_its_leaf_is_found(places, column, value):
    with rows_may_change():
        AuditEvent.objects.filter(pk=places[1]).update(**{column: value})
        assert broken() == ["tier-2"]


@pytest.mark.parametrize("what", [LogHead, LogCheckpoint])
def test_a_log_whose_head_or_checkpoints_are_gone_is_found(places, what):
    with rows_may_change():
        what.objects.filter(tier=2)._raw_delete("default")
        assert broken() == ["tier-2"]


def test_two_events_that_changed_places_are_found(places):
    one, two = AuditEvent.objects.filter(pk__in=places[1:3]).order_by("pk")
    with rows_may_change():
        AuditEvent.objects.filter(pk=one.pk).update(leaf=two.leaf)
        AuditEvent.objects.filter(pk=two.pk).update(leaf=one.leaf)
        assert broken() == ["tier-2"]


def test_all_that_there_was_is_missed_by_the_signer(places):
    with rows_may_change():
        for what in (LogHead, LogCheckpoint, LogEntry, AuditEvent, PendingEvent):
            what.objects.all()._raw_delete("default")
        assert broken() == ["tier-1", "tier-2", "tier-3"]


def test_a_log_under_another_name_is_found(places):
    LogHead.objects.filter(tier=2).update(origin="elsewhere.example/log/tier-2")
    assert broken() == ["tier-2"]
