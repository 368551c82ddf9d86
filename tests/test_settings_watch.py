"""Changes of settings are events: once each, with what was and what is, and never with a secret."""

import json
import runpy
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from council import environment
from council.audit.details import details_of
from council.audit.models import AuditDetail, AuditEvent
from council.celery import note_settings
from council.settings_watch import Process, note_changes, note_changes_at_start
from tests.portal import ROOT, deployment

pytestmark = pytest.mark.django_db
PASSWORD = "himitsu-no-aikotoba"


@pytest.fixture
def given(monkeypatch):
    """Gives settings other values, as another environment would."""
    monkeypatch.setattr(environment, "origins", dict(environment.origins))
    monkeypatch.setattr(environment, "digests", dict(environment.digests))

    def give(**values):
        environment.origins.update({name: ("environment", value) for name, value in values.items()})

    return give


def told():
    """The facts of each event, the oldest first."""
    events = list(AuditEvent.objects.filter(action="settings.change").order_by("id"))
    facts = details_of(events)
    return [facts[event.pk].get("facts") for event in events]


def test_the_first_start_writes_down_everything_and_the_next_nothing():
    assert (note_changes(Process.WEB), note_changes(Process.WEB)) == (True, False)
    [facts] = told()
    assert facts["known_before"] is False
    assert set(facts["settings"]) == set(environment.origins)
    event = AuditEvent.objects.get()
    assert (event.actor, event.org, event.object, event.tier, event.outcome) == ("", "", "web", 1, "allow")


def test_a_change_is_told_with_what_was_and_what_is(given):
    note_changes(Process.WEB)
    given(COUNCIL_ZONE="connected")
    assert (note_changes(Process.WEB), note_changes(Process.WEB)) == (True, False)
    was = ["default", "closed"]
    assert told()[1]["changed"] == {"COUNCIL_ZONE": {"before": was, "after": ["environment", "connected"]}}


def test_a_process_is_compared_with_its_own_kind_alone(given):
    for _ in range(3):
        for process, port in ((Process.WEB, "8443"), (Process.WORKER, "8000"), (Process.SEQUENCER, "8000")):
            given(PORT=port)
            note_changes(process)
    assert [facts["process"] for facts in told()] == ["web", "worker", "sequencer"]
    given(PORT="8444")
    assert (note_changes(Process.WEB), note_changes(Process.WEB)) == (True, False)
    assert told()[3]["changed"] == {"PORT": {"before": ["environment", "8443"], "after": ["environment", "8444"]}}


@pytest.mark.parametrize("process", ["web", "worker"])
def test_web_and_worker_tell_of_the_settings_they_start_with(process, monkeypatch):
    started = []
    monkeypatch.setattr("council.settings_watch.note_changes_at_start", started.append)
    note_settings() if process == "worker" else runpy.run_module("council.wsgi")
    assert started == [process]


def test_a_kind_of_process_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="scheduler"):
        note_changes_at_start("scheduler")


def test_a_setting_that_is_taken_back_is_a_change_too(given):
    note_changes(Process.WEB)
    given(COUNCIL_ZONE="connected")
    note_changes(Process.WEB)
    environment.origins["COUNCIL_ZONE"] = ("default", "closed")
    assert note_changes(Process.WEB)
    assert told()[2]["changed"]["COUNCIL_ZONE"]["after"] == ["default", "closed"]


def test_a_secret_is_told_as_changed_and_never_shown(given):
    note_changes(Process.WEB)
    given(COUNCIL_SMTP_PASSWORD=PASSWORD, DATABASE_URL=f"postgres://a:{PASSWORD}@db/x")
    note_changes(Process.WEB)
    said = json.dumps(told())
    assert set(told()[1]["changed"]) == {"COUNCIL_SMTP_PASSWORD", "DATABASE_URL"}
    assert PASSWORD not in said
    assert environment.origins["SECRET_KEY"][1] not in said or not environment.origins["SECRET_KEY"][1]


def test_another_secret_is_another_digest(given):
    for value in ("eins", "zwei"):
        given(COUNCIL_SMTP_PASSWORD=value)
        assert note_changes(Process.WEB)


def test_a_file_that_changes_under_the_same_path_is_a_change(given, tmp_path, monkeypatch):
    path = tmp_path / "witnesses.json"
    monkeypatch.setenv("COUNCIL_WITNESSES", str(path))
    for text in ("[]", "[ ]"):
        path.write_text(text)
        environment.structure("COUNCIL_WITNESSES")
        assert note_changes(Process.WEB)
    assert list(told()[1]["changed"]) == ["COUNCIL_WITNESSES"]


def test_after_the_detail_is_destroyed_all_is_written_anew():
    note_changes(Process.WEB)
    AuditDetail.objects.all().delete()
    assert note_changes(Process.WEB)
    assert AuditEvent.objects.filter(action="settings.change").count() == 2
    event = AuditEvent.objects.order_by("id").last()
    assert details_of([event])[event.pk]["facts"]["known_before"] is False


def test_without_keys_a_process_starts_and_says_so(settings, tmp_path, caplog, given):
    note_changes(Process.WEB)
    given(COUNCIL_ZONE="connected")
    settings.KEYRING_FILE = tmp_path / "nowhere" / "keyring.json"
    (tmp_path / "nowhere").write_text("no folder")
    note_changes_at_start(Process.WEB)
    assert "could not be compared" in caplog.text
    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_processes_that_start_together_one_writes(given):
    given(COUNCIL_ZONE="connected")
    together = Barrier(4)

    def start(_number):
        together.wait(10)
        try:
            return note_changes(Process.WEB)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(start, range(4))) == [False, False, False, True]
    assert AuditEvent.objects.filter(action="settings.change").count() == 1


WEB = ["-c", "import council.wsgi"]
ASK = (
    "import django; django.setup()\n"
    "from council.audit.models import AuditEvent\n"
    "from council.audit.details import details_of\n"
    "rows = list(AuditEvent.objects.filter(action='settings.change').order_by('id'))\n"
    "facts = [details_of([row])[row.pk]['facts'] for row in rows]\n"
    "import json; print(json.dumps([[each['process'], sorted(each['changed'])] for each in facts if each['known_before']]))\n"
)


def test_a_deployment_tells_of_its_changes_when_it_starts_again(tmp_path):
    with deployment(tmp_path) as portal:
        run = lambda **more: portal_run(portal, ["manage.py", "sequence", "--once"], more)  # noqa: E731
        portal_run(portal, ["manage.py", "migrate", "-v0"], {})
        run()
        run()
        portal_run(portal, WEB, {"PORT": "8443"})
        run()
        portal_run(portal, WEB, {"PORT": "8443"})
        run(COUNCIL_ZONE="connected", COUNCIL_SMTP="mail.example", COUNCIL_SMTP_TLS="none")
        told = [["sequencer", ["COUNCIL_SMTP", "COUNCIL_SMTP_TLS", "COUNCIL_ZONE"]]]
        assert json.loads(portal_run(portal, ["-c", ASK], {})) == told


def portal_run(portal, words, more):
    env = {**portal.environment, **more}
    ran = subprocess.run([sys.executable, *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
