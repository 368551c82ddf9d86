"""`manage.py verify_audit`: what happened to the database is found, although its triggers were lifted for it."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from council.audit import log_keys, signer_state
from council.audit.checking import check_deployment
from council.audit.checkpoint import Checkpoint
from council.audit.models import AuditEvent, LogCheckpoint, LogEntry, LogHead, LogTile, PendingEvent
from council.audit.sequencer import catch_up
from tests.audit import copies
from tests.audit.damage import codes, run
from tests.conftest import audit_rows_may_go

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def logs(memory):
    """Three logs; the second has 304 entries under three checkpoints."""
    with copies.transaction.atomic():
        catch_up()
        copies.grow(2, 200, 103)


def exit_code():
    try:
        call_command("verify_audit")
    except CommandError as error:
        return error.returncode
    return 0


def found():
    """Code and index of what was found in the second log, once the triggers are back; the others are whole."""
    reports = check_deployment()
    assert {reports["tier-1"].verdict, reports["tier-3"].verdict} == {"whole"}
    return codes(reports["tier-2"])


def event_at(index):
    return AuditEvent.objects.filter(pk=LogEntry.objects.get(tier=2, index=index).event)


def test_whole_logs_exit_with_0(capsys):
    call_command("verify_audit")
    said = capsys.readouterr()
    assert "tier-2: whole" in said.out
    assert found() == []


def test_a_deployment_without_events_is_whole(memory):
    with audit_rows_may_go():
        for model in (AuditEvent, LogCheckpoint, LogEntry, LogHead, LogTile):
            model.objects.all().delete()
    memory.unlink()
    assert {report.verdict for report in check_deployment().values()} == {"whole"}


def test_an_edited_event_exits_with_1_and_names_log_and_index(capsys):
    with audit_rows_may_go():
        leaf = bytes(event_at(77).get().leaf).replace(b'"allow"', b'"deny"')
        event_at(77).update(leaf=leaf)
    with pytest.raises(CommandError, match="broken: tier-2 at 77") as refused:
        call_command("verify_audit")
    assert refused.value.returncode == 1
    assert "tier-2 77: " in capsys.readouterr().err
    assert ("edited", 77) in found()


def test_a_deleted_event_is_named():
    with audit_rows_may_go():
        event_at(301).delete()
    assert found() == [("removed", 301)]


def test_a_column_that_says_something_else_than_its_leaf_is_named():
    for change in ({"actor": "a" * 64}, {"outcome": "deny"}, {"time": timezone.now()}, {"object": "other"}):
        old = event_at(5).values(*change).get()
        with audit_rows_may_go():
            event_at(5).update(**change)
        assert found() == [("row_differs", 5)]
        with audit_rows_may_go():
            event_at(5).update(**old)


def test_two_events_that_exchanged_their_places_are_named():
    one, two = (LogEntry.objects.get(tier=2, index=index).event for index in (10, 11))
    with audit_rows_may_go():
        LogEntry.objects.filter(tier=2, index__in=(10, 11)).delete()
        LogEntry.objects.create(event=two, tier=2, index=10, leaf_hash=b"")
        LogEntry.objects.create(event=one, tier=2, index=11, leaf_hash=b"")
    assert found()[0] == ("reordered", 10)


def test_a_changed_hash_of_an_entry_is_named():
    with audit_rows_may_go():
        LogEntry.objects.filter(tier=2, index=20).update(leaf_hash=bytes(32))
    assert ("row_differs", 20) in found()


def test_a_changed_tile_is_named():
    with audit_rows_may_go():
        tile = LogTile.objects.get(tier=2, level=0, number=0)
        hashes = bytes(tile.hashes)
        LogTile.objects.filter(pk=tile.pk).update(hashes=hashes[:320] + bytes(32) + hashes[352:])
    assert ("tile_differs", 10) in found()


def test_an_event_taken_out_with_its_place_is_found():
    with audit_rows_may_go():
        event = event_at(303).get()
        LogEntry.objects.filter(pk=event.pk).delete()
        event.delete()
    assert {"missing_file", "tail_cut"} <= {code for code, _ in found()}


def test_an_older_copy_of_the_database_is_found_by_what_the_signer_remembers():
    head = LogHead.objects.filter(pk=2).values().get()
    copies_of = {
        model: list(model.objects.filter(tier=2).values_list("pk", flat=True)) for model in (LogEntry, LogCheckpoint)
    }
    with copies.transaction.atomic():
        copies.grow(2, 5)
    with audit_rows_may_go():
        for model, kept in copies_of.items():
            model.objects.filter(tier=2).exclude(pk__in=kept).delete()
        AuditEvent.objects.filter(tier=2).exclude(pk__in=copies_of[LogEntry]).delete()
        LogHead.objects.filter(pk=2).update(**{name: value for name, value in head.items() if name != "tier"})
    assert found() == [("older_copy", 304)]
    assert exit_code() == 1


def test_a_head_that_was_set_back_is_found_although_the_signer_s_memory_was_too(memory):
    head = LogHead.objects.filter(pk=2).values("size", "frontier", "signed_size", "note").get()
    remembered = memory.read_text()
    with copies.transaction.atomic():
        copies.grow(2, 5)
    LogHead.objects.filter(pk=2).update(**head)
    memory.write_text(remembered)
    assert found() == [("older_copy", 304)]


@pytest.mark.parametrize("leaf", [b"[1]", b"{}", b"\xff", b"1" * 70_000])
def test_an_event_that_was_overwritten_with_anything_at_all_is_named(leaf, tmp_path):
    with audit_rows_may_go():
        event_at(9).update(leaf=leaf)
    assert ("row_differs", 9) in found()
    assert exit_code() == 1
    call_command("export_audit", str(tmp_path / "export"))
    assert run(tmp_path / "export")[0] == 1


def test_leaves_that_are_none_are_named_although_they_were_signed():
    with audit_rows_may_go():
        with copies.transaction.atomic():
            (event,) = copies.record_many("bulletin.read", [copies.Entry(None, tier=2)], actor="p")
        AuditEvent.objects.filter(pk=event.pk).update(leaf=b"[1]")
    with copies.transaction.atomic():
        copies.grow(2, 0)
    assert found() == [("bad_leaf", 304), ("row_differs", 304)]


def test_logs_that_were_taken_away_whole_are_found():
    with audit_rows_may_go():
        for model in (LogCheckpoint, LogEntry, LogHead, LogTile):
            model.objects.filter(**({"pk": 2} if model is LogHead else {"tier": 2})).delete()
    assert "older_copy" in dict(found())


def test_another_root_than_the_signer_remembers_is_a_fork(memory):
    root = signer_state.last_signed(log_keys.origin(2)).root.hex()
    memory.write_text(memory.read_text().replace(root, "00" * 32))
    assert found() == [("forked", None)]


def test_a_lost_memory_of_the_signer_can_not_be_checked(memory):
    memory.unlink()
    reports = check_deployment()
    assert {report.verdict for report in reports.values()} == {"unchecked"}
    assert exit_code() == 2


def test_a_signature_that_was_remembered_and_not_yet_written_breaks_nothing():
    """The signer remembers before the database does; a process that died between them left a log that is whole."""
    with copies.transaction.atomic():
        copies.record_many("bulletin.read", [copies.Entry(None, tier=2)], actor="p")
        copies.sequencer.integrate(2)
    head = LogHead.objects.get(pk=2)
    made = Checkpoint(head.origin, head.size, copies.sequencer._edge(head).root())
    signer_state.advance(made, copies.LogReader(2, head.size).consistency, begun=True)
    assert found() == []


def test_an_event_that_neither_has_a_place_nor_waits_for_one_is_found():
    with copies.transaction.atomic():
        (event,) = copies.record_many("bulletin.read", [copies.Entry(None, tier=2)], actor="p")
    assert found() == []
    PendingEvent.objects.filter(pk=event.pk).delete()
    assert found() == [("unplaced", None)]


def test_events_before_the_first_signature_are_signed_first_and_then_checked(memory, capsys):
    with audit_rows_may_go():
        for model in (LogCheckpoint, LogEntry, LogHead, LogTile):
            model.objects.all().delete()
        waiting = [PendingEvent(event=each.pk, tier=each.tier) for each in AuditEvent.objects.all()]
        PendingEvent.objects.bulk_create(waiting)
    memory.unlink()
    assert {report.verdict for report in check_deployment().values()} == {"unchecked"}
    assert exit_code() == 0
    assert f"tier-2: whole（{log_keys.origin(2)}、305件" in capsys.readouterr().out


def test_logs_that_were_all_taken_away_do_not_begin_anew():
    with audit_rows_may_go():
        for model in (AuditEvent, LogCheckpoint, LogEntry, LogHead, LogTile):
            model.objects.all().delete()
    assert exit_code() == 1


def test_without_keys_nothing_can_be_checked(settings, tmp_path):
    settings.KEYRING_FILE = tmp_path / "nowhere" / "keyring.json"
    (tmp_path / "nowhere").touch()
    with pytest.raises(CommandError, match="can't be checked") as refused:
        call_command("verify_audit")
    assert refused.value.returncode == 2


def test_progress_goes_up_to_its_end():
    seen = []
    check_deployment(lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]
    assert len({total for _, total in seen}) == 1


def test_logs_that_go_on_while_they_are_checked_are_whole():
    def grow(done, total):
        with copies.transaction.atomic():
            for tier in (1, 2, 3):
                copies.grow(tier, 60)

    reports = check_deployment(grow)
    assert {report.verdict for report in reports.values()} == {"whole"}
    assert reports["tier-2"].size == 304 < LogHead.objects.get(pk=2).size
