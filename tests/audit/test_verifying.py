"""Checks of the logs that run in the background: one at a time, each start and each result in the log, none lost with its worker."""

import re
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone, translation

from accounts.subject import subject_of
from council.audit import checking, detail_rows, findings, sequencer, verify, verifying
from council.audit.models import AuditEvent, Verification
from council.audit.verify import Finding, Report
from council.celery import app
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]


@pytest.fixture
def sent(monkeypatch):
    """What was handed to the worker: names of tasks and their ids."""
    messages = []
    monkeypatch.setattr(app, "send_task", lambda task, args, **_options: messages.append((task, *args)))
    return messages


@pytest.fixture
def subject():
    return subject_of(cast.council().auditor)


@pytest.fixture
def found(monkeypatch):
    """Makes the check find this: verdicts follow from the codes."""

    def find(*codes):
        report = Report("tier-2", *(Finding(code, 3, "3番が違います。") for code in codes))
        monkeypatch.setattr(verifying, "check_deployment", lambda progress: {"tier-2": report})

    return find


def events():
    rows = AuditEvent.objects.filter(action="audit.verify").order_by("id")
    return list(rows.values_list("outcome", "reason"))


def test_a_start_is_a_row_an_event_and_a_message_with_its_id(subject, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        made = verifying.start(subject=subject)
    assert (made.state, str(made.asked_by)) == ("queued", subject.person)
    assert sent == [(verifying.VERIFY, str(made.pk))]
    assert events() == [("allow", "allowed")]


def test_while_one_is_under_way_another_start_leads_to_it(subject, sent):
    first = verifying.start(subject=subject)
    assert verifying.start(subject=None) == first
    assert Verification.objects.count() == len(events()) == 1


def test_the_real_check_of_whole_logs_finds_them_whole(subject):
    sequencer.run_once()
    made = verifying.start(subject=subject)
    assert verifying.run(made.pk)
    made.refresh_from_db()
    assert made.state == "done"
    assert {each["verdict"] for each in made.result.values()} == {"whole"}
    assert len(made.result) == 3
    assert events()[-1] == ("allow", "allowed")


def test_what_is_broken_is_kept_with_log_and_index_and_the_event_says_deny(subject, found):
    found("bad_leaf")
    made = verifying.start(subject=subject)
    verifying.run(made.pk)
    made.refresh_from_db()
    told = findings.sentences(made)[0]
    assert (told.log, told.index, told.code, told.place) == ("機密性2", 3, "bad_leaf", "3")
    assert events()[-1] == ("deny", "log_differs")


def test_a_check_that_fails_says_so_and_is_not_tried_for_ever(subject, monkeypatch, caplog):
    def fails(progress):
        raise RuntimeError("the disk is away")

    monkeypatch.setattr(verifying, "check_deployment", fails)
    made = verifying.start(subject=subject)
    assert not verifying.run(made.pk)
    made.refresh_from_db()
    assert (made.state, made.reason, events()[-1]) == ("failed", "not_checked", ("deny", "not_checked"))
    assert not verifying.run(made.pk)


def test_a_check_that_is_over_is_not_carried_out_again(subject, found):
    found()
    made = verifying.start(subject=subject)
    assert [verifying.run(made.pk), verifying.run(made.pk)] == [True, False]
    assert len(events()) == 2


def test_two_workers_do_not_check_at_once(subject, found, monkeypatch):
    found()
    made = verifying.start(subject=subject)
    monkeypatch.setattr(verifying, "only_one", lambda name: nullcontext(False))
    assert not verifying.run(made.pk)
    made.refresh_from_db()
    assert made.state == "queued"


def test_a_check_whose_worker_died_is_handed_out_again_and_only_then(subject, sent):
    made = verifying.start(subject=subject)
    Verification.objects.filter(pk=made.pk).update(state="running")
    verifying.drive(made.moved_at + verifying.STALLED)
    assert sent == []
    verifying.drive(made.moved_at + verifying.STALLED + timedelta(seconds=1))
    assert sent == [(verifying.VERIFY, str(made.pk))]


def test_the_clock_asks_once_a_day(found, sent):
    found()
    now = timezone.now()
    verifying.drive(now)
    verifying.run(Verification.objects.get().pk)
    verifying.drive(now + timedelta(hours=23))
    assert Verification.objects.count() == 1
    verifying.drive(now + timedelta(hours=25))
    assert list(Verification.objects.values_list("asked_by", flat=True)) == [None, None]


def test_how_far_it_is_stands_in_the_row(subject):
    made = verifying.start(subject=subject)
    pace = verifying.Pace(made)
    pace(1, 10)
    pace(2, 10)
    made.refresh_from_db()
    assert (made.done, made.total) == (1, 10)
    pace(10, 10)
    made.refresh_from_db()
    assert made.done == 10


def test_every_word_of_the_checker_has_a_meaning_for_other_languages():
    said = set()
    for module in (verify, checking, detail_rows):
        source = Path(module.__file__).read_text("utf-8")
        said |= set(re.findall(r'(?:find|Amiss)\(\s*"([a-z_]+)"', source)) | set(
            re.findall(r'code = "([a-z_]+)"', source)
        )
    assert {"bad_leaf", "not_signed", "detail_missing"} <= said
    assert said - {"other_log"} <= set(findings.MEANINGS)


def test_in_japanese_the_checker_speaks_for_itself_and_elsewhere_its_word_does():
    found = findings.Found("機密性1", 3, "removed", "番号3からが、署名と違います。")
    with translation.override("ja"):
        assert found.sentence == "番号3からが、署名と違います。"
    with translation.override("en"):
        assert found.sentence == findings.MEANINGS["removed"]
