"""Whoever writes into the database has no keys: details that are gone or altered, and events that nobody recorded, are found."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from council.access.facts import Role
from council.audit import detail_rows, disposal, sequencer
from council.audit.checking import check_deployment
from council.audit.filters import first_id_at
from council.audit.leaf import fields_of, leaf, moment_of, time_text
from council.audit.models import AuditDetail, AuditEvent, Disposal, LogEntry, PendingEvent
from council.sealing.errors import KeyringUnavailable
from tests.audit.damage import codes
from tests.audit.keepers import keeper
from tests.audit.old_events import happened
from tests.audit.rows_open import rows_may_change

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]
_COLUMNS = ("actor", "org", "action", "object", "revision", "tier", "outcome", "reason", "request")


@pytest.fixture
def places(write):
    """The ids of the events of a small log, by their indexes; the first is a heartbeat's or the oldest reading."""
    for _ in range(5):
        write()
    sequencer.run_once()
    return list(LogEntry.objects.filter(tier=2).order_by("index").values_list("event", flat=True))


def found(name: str = "tier-2") -> list[tuple[str, int | None]]:
    return codes(check_deployment()[name])


def forge(days: float, seal: UUID | None = None) -> int:
    """An event that nobody recorded, by somebody else's actor, with the detail of another event or none; its index."""
    honest = AuditEvent.objects.filter(action="bulletin.read").first()
    forged = UUID(int=first_id_at(timezone.now() - timedelta(days=days)).int | uuid4().int >> 72)
    fields = {**fields_of(bytes(honest.leaf)), "id": str(forged), "time": time_text(moment_of(forged)), "object": "b"}
    columns = {name: fields[name] for name in _COLUMNS}
    AuditEvent.objects.create(id=forged, leaf=leaf(fields), time=moment_of(forged), **columns)
    if seal:
        taken = AuditDetail.objects.filter(pk=seal).values().get()
        AuditDetail.objects.create(**{**taken, "event": forged})
    PendingEvent.objects.create(event=forged, tier=fields["tier"])
    sequencer.run_once()
    return LogEntry.objects.get(pk=forged).index


def test_whole_details_are_whole(places):
    assert found() == found("tier-1") == found("tier-3") == []


def test_a_detail_that_went_before_its_time_is_named(places):
    AuditDetail.objects.filter(pk=places[1])._raw_delete("default")
    assert found() == [("detail_missing", 1)]


def test_details_that_all_went_are_named_one_by_one(places):
    AuditDetail.objects.all()._raw_delete("default")
    assert found() == [("detail_missing", index) for index in range(len(places))]


@pytest.mark.parametrize(
    "change",
    [{"salt": bytes(32)}, {"salt": b""}, {"ciphertext": b"x"}, {"wrap": bytes(60)}, {"epoch": 99}, {"algorithm": "-"}],
)
def test_a_detail_of_which_anything_was_changed_is_named(places, change):
    with rows_may_change():
        AuditDetail.objects.filter(pk=places[2]).update(**change)
        assert found() == [("detail_differs", 2)]


def test_a_detail_that_another_event_had_is_named(places):
    other = AuditDetail.objects.values("salt", "ciphertext", "wrap").get(pk=places[2])
    with rows_may_change():
        AuditDetail.objects.filter(pk=places[1]).update(**other)
        assert found() == [("detail_differs", 1)]


@pytest.mark.parametrize("days", [0, 400])
def test_an_event_that_nobody_recorded_is_named(places, days):
    index = forge(days)
    assert ("detail_missing", index) in found()


def test_an_event_that_nobody_recorded_has_no_use_for_the_detail_of_another(places):
    index = forge(0, seal=places[3])
    assert found() == [("detail_differs", index)]


def test_an_event_whose_retention_has_ended_needs_no_detail():
    gone, kept = happened("session.sign_in", 4), happened("session.sign_in", 2)
    sequencer.run_once()
    AuditDetail.objects.filter(pk__in=[gone.pk, kept.pk]).delete()
    assert found("tier-1") == [("detail_missing", LogEntry.objects.get(pk=kept.pk).index)]


def dispose_of_sign_ins() -> None:
    disposal.propose("session", subject=keeper(str(uuid4()), Role.OPERATOR))
    disposal.approve(Disposal.objects.get(), subject=keeper(str(uuid4()), Role.AUDITOR))
    disposal.carry_out(Disposal.objects.get().pk)


def test_a_detail_that_a_disposal_took_is_not_missed_when_years_are_lengthened_later(settings):
    gone = happened("session.sign_in", 4)
    dispose_of_sign_ins()
    sequencer.run_once()
    settings.RETENTION = {"session": 9}
    assert not AuditDetail.objects.filter(pk=gone.pk).exists()
    assert found("tier-1") == []


def test_a_disposal_whose_approval_does_not_open_explains_nothing(settings):
    gone = happened("session.sign_in", 4)
    dispose_of_sign_ins()
    sequencer.run_once()
    settings.RETENTION = {"session": 9}
    approval = AuditEvent.objects.get(action="retention.approve")
    AuditDetail.objects.filter(pk=approval.pk).delete()
    assert ("detail_missing", LogEntry.objects.get(pk=gone.pk).index) in found("tier-1")


@pytest.mark.parametrize("change", [{"epoch": 2**31 - 1}, {"ciphertext": b""}, {"salt": b""}])
def test_an_approval_that_was_spoiled_does_not_end_the_check(change):
    happened("session.sign_in", 4)
    dispose_of_sign_ins()
    sequencer.run_once()
    approval = AuditEvent.objects.get(action="retention.approve")
    with rows_may_change():
        AuditDetail.objects.filter(pk=approval.pk).update(**change)
        AuditEvent.objects.filter(pk=approval.pk).update(tier=9)
        assert ("detail_differs", LogEntry.objects.get(pk=approval.pk).index) in found("tier-1")


def test_keys_that_are_away_say_nothing_against_the_log(places, monkeypatch):
    def away():
        raise KeyringUnavailable("the keys are away")

    monkeypatch.setattr(detail_rows, "keyring", away)
    report = check_deployment()["tier-2"]
    assert (report.verdict, codes(report)) == ("unchecked", [("unreadable", None)])


def test_details_of_many_batches_are_all_looked_at(places, monkeypatch):
    monkeypatch.setattr(detail_rows, "_AT_ONCE", 2)
    AuditDetail.objects.filter(pk__in=[places[1], places[4]])._raw_delete("default")
    assert found() == [("detail_missing", 1), ("detail_missing", 4)]
