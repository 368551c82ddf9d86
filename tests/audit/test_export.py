"""`manage.py export_audit`: every log as files, whole, as of one moment, into a folder that nobody else uses."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from council.audit import exporting, sequencer
from council.audit.events import Event
from council.audit.exporting import FolderInUse, LogFiles, log_file, write_export
from council.audit.models import AuditEvent, LogHead
from council.audit.record import AuditUnavailable, Entry, record_many
from council.audit.tiles import tiles_of
from tests.audit import copies
from tests.audit.copies import WITNESS
from tests.audit.damage import check, entries_of, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]


@pytest.fixture
def export(tmp_path):
    return tmp_path / "export"


def events(count, tier=1):
    with transaction.atomic():
        record_many("bulletin.read", [Entry(None, tier=tier) for _ in range(count)], actor="p")


def test_what_waits_is_signed_first_and_goes_along(export):
    events(3)
    assert write_export(export)["tier-1"] == 3 + 2  # the heartbeat, and the export itself
    assert run(export)[0] == 0


def test_the_export_is_an_event_of_the_portal_and_in_the_export(export):
    call_command("export_audit", str(export))
    event = AuditEvent.objects.get(action=Event.AUDIT_EXPORT)
    assert event.actor == ""
    assert bytes(event.leaf) in (export / "tier-1/tile/entries/000.p/2").read_bytes()


def test_every_file_is_the_one_that_is_served(export):
    events(300)
    write_export(export)
    files = [path for path in (export / "tier-1").rglob("*") if path.is_file()]
    served = LogFiles(1)
    assert {str(path.relative_to(export / "tier-1")) for path in files} == set(served.paths())
    assert all(path.read_bytes() == log_file(1, str(path.relative_to(export / "tier-1"))) for path in files)


@pytest.mark.parametrize(
    "path",
    ["", "vkeys", "tile/0/000", "tile/0/000.p/1", "tile/9/000", "0/000.p/2", "tile/entries/001", "tile/0/../0/000"],
)
def test_nothing_else_is_served(path):
    events(1)
    sequencer.catch_up()
    assert log_file(1, "tile/0/000.p/2")
    assert log_file(1, path) is None


def test_all_that_is_there_stands_at_one_size_while_the_log_goes_on(export):
    events(300)

    def grow(done, total):
        events(1)
        copies.sequencer.catch_up()

    write_export(export, progress=grow)
    assert LogHead.objects.get(pk=1).size > 303
    assert (check(export).verdict, check(export).size) == ("whole", 302)


def test_the_history_holds_every_checkpoint_with_its_cosignatures(export):
    copies.grow(1, 2, 2)
    copies.witness(1)
    write_export(export)
    notes = entries_of((export / "tier-1/history").read_bytes())
    assert [int(note.split(b"\n")[1]) for note in notes] == [2, 4, 6]
    assert [b"witness.example" in note for note in notes] == [False, True, False]


def test_keys_and_witnesses_go_along(export, settings):
    settings.AUDIT_WITNESSES = [{"vkey": str(WITNESS.verifier), "url": "https://witness.example"}]
    write_export(export)
    assert len((export / "vkeys").read_text().splitlines()) == 6
    assert (export / "witnesses").read_text() == f"quorum 1\n{WITNESS.verifier}\n"
    assert "verify.py" in (export / "README.txt").read_text()


def test_without_witnesses_nobody_is_asked(export):
    write_export(export)
    assert (export / "witnesses").read_text() == "quorum 0\n"


def test_a_folder_that_is_not_empty_is_refused_and_kept(export):
    export.mkdir()
    (export / "mine").write_text("mine")
    with pytest.raises(FolderInUse):
        write_export(export)
    with pytest.raises(CommandError, match="not empty") as refused:
        call_command("export_audit", str(export))
    assert (refused.value.returncode, [path.name for path in export.iterdir()]) == (2, ["mine"])
    assert not AuditEvent.objects.filter(action=Event.AUDIT_EXPORT).exists()


def test_an_empty_folder_is_taken(export):
    export.mkdir()
    call_command("export_audit", str(export))
    assert run(export)[0] == 0


def test_an_export_that_breaks_off_leaves_nothing_behind(export):
    def full(done, total):
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        write_export(export, progress=full)
    assert not export.exists()


def test_nothing_is_written_when_the_export_can_not_be_recorded(export, monkeypatch):
    def refuse(*args, **facts):
        raise AuditUnavailable("the audit log can't be written")

    monkeypatch.setattr(exporting, "record", refuse)
    with pytest.raises(CommandError, match="can't be exported") as refused:
        call_command("export_audit", str(export))
    assert (refused.value.returncode, export.exists()) == (2, False)


def test_a_place_that_is_no_folder_exits_with_2(tmp_path):
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file/below"):
        with pytest.raises(CommandError) as refused:
            call_command("export_audit", str(place))
        assert refused.value.returncode == 2


def test_the_files_of_a_log_are_those_of_its_size(export):
    events(256)
    write_export(export)
    size = check(export).size
    assert size == 258
    assert {tile.path for tile in tiles_of(size)} < set(LogFiles(1).paths())
