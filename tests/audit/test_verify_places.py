"""No event is kept out of its log by what its columns or the queue say, and rows that hold anything at all end no check."""

import hashlib
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from council.audit import cosignature, sequencer
from council.audit.checking import check_deployment
from council.audit.models import AuditEvent, LogEntry, PendingEvent
from tests.audit.damage import codes
from tests.audit.old_events import happened
from tests.audit.rows_open import rows_may_change

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]


@pytest.fixture
def places(write):
    """The ids of the events of a small log, by their indexes."""
    for _ in range(5):
        write()
    sequencer.run_once()
    return list(LogEntry.objects.filter(tier=2).order_by("index").values_list("event", flat=True))


def found(name: str = "tier-2") -> list[tuple[str, int | None]]:
    return codes(check_deployment()[name])


def test_an_event_that_waits_for_its_place_is_no_finding(places, write):
    write()
    assert found() == []


@pytest.mark.parametrize(
    "change", [{"time": timezone.now() + timedelta(days=9999)}, {"time": timezone.now()}, {"tier": 9}, {"tier": 0}]
)
def test_an_event_without_a_place_is_found_whatever_its_columns_say(places, write, change):
    hidden = write()
    PendingEvent.objects.all().delete()
    with rows_may_change():
        AuditEvent.objects.filter(pk=hidden.pk).update(**change)
        assert found() == [("unplaced", None)]


def test_an_event_whose_leaf_is_none_and_whose_tier_has_no_log_is_told_of_the_first(places, write):
    hidden = write()
    with rows_may_change():
        AuditEvent.objects.filter(pk=hidden.pk).update(tier=9, leaf=b"[1]")
        assert found("tier-1") == [("unplaced", None)]


@pytest.mark.parametrize("tier", [9, 1])
def test_an_event_that_waits_for_another_log_than_its_own_is_found(places, write, tier):
    hidden = write()
    PendingEvent.objects.filter(pk=hidden.pk).update(tier=tier)
    assert found() == [("unplaced", None)]


@pytest.mark.parametrize(("minutes", "told"), [(10, []), (20, [("unplaced", None)])])
def test_an_event_that_waits_while_much_younger_ones_got_their_places_is_found(places, minutes, told):
    happened("bulletin.read", minutes / 60 / 24 / 365.25, tier=2)
    assert found() == told


@pytest.mark.parametrize("spoiled", [b"x", b"[]", b"[" * 60_000, b'{"a":' * 12_000])
def test_a_leaf_that_is_none_does_not_end_the_check(places, spoiled):
    with rows_may_change():
        AuditEvent.objects.filter(pk=places[1]).update(leaf=spoiled)
        LogEntry.objects.filter(pk=places[1]).update(leaf_hash=hashlib.sha256(b"\0" + spoiled).digest())
        assert check_deployment()["tier-2"].verdict == "broken"
        assert ("row_differs", 1) in found()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps moments alone in such a column")
@pytest.mark.parametrize("spoiled", ["zzz", "2026-13-45", 7])
def test_a_column_that_can_not_be_read_is_named_and_does_not_end_the_check(places, spoiled):
    with rows_may_change(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditevent SET time = %s WHERE id = %s", [spoiled, places[3].hex])
        assert found() == [("row_differs", 3)]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps bytes alone in such a column")
@pytest.mark.parametrize("spoiled", ["zzz", 7])
def test_a_leaf_that_is_no_bytes_is_named_and_does_not_end_the_check(places, spoiled):
    with rows_may_change(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditevent SET leaf = %s WHERE id = %s", [spoiled, places[3].hex])
        assert ("row_differs", 3) in found()


def test_witnesses_who_are_merely_away_say_nothing_against_the_log(places, settings):
    one = cosignature.Cosigner.from_seed("w.example", cosignature.ED25519, bytes(32))
    settings.AUDIT_WITNESSES = [{"vkey": str(one.verifier), "url": "https://w.example"}]
    report = check_deployment()["tier-2"]
    assert (report.verdict, codes(report)) == ("unchecked", [("too_few_witnesses", None)])
