"""`manage.py sequence`: what it says, how it ends, what it leaves in the log."""

import logging
import os
import signal

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from council.audit import log_keys, sequencer, signer_state
from council.audit.details import details_of
from council.audit.models import AuditEvent, LogEntry, LogHead
from council.audit.record import AuditUnavailable
from council.audit.signer_state import SignerRefused, SignerUnavailable
from council.management.commands import sequence
from council.sealing.errors import KeyringUnavailable
from tests.audit.log_rows import waiting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("memory")]


def once():
    """Its exit code and the sentence."""
    with pytest.raises(CommandError) as caught:
        call_command("sequence", "--once")
    return caught.value.returncode, str(caught.value)


def refused(tier=2, kind=signer_state.SHORTER, **facts):
    return SignerRefused(kind, **{"origin": log_keys.origin(tier), "size": 3, "signed": 5, **facts})


def told():
    return list(AuditEvent.objects.filter(action="log.refused").order_by("id"))


@pytest.fixture
def turns(monkeypatch):
    """What each turn ends with: refusals by log, or an error."""

    def play(*ends):
        left = list(ends)

        def turn(now=None):
            end = left.pop(0)
            if isinstance(end, Exception):
                raise end
            return sequencer.Turn(0, more=False, refused=end)

        monkeypatch.setattr(sequencer, "turn", turn)

    return play


def test_once_says_how_many_found_their_place(capsys):
    waiting(4)
    call_command("sequence", "--once")
    # Three of them heartbeats, and what a start tells of the settings.
    assert capsys.readouterr().out == f"{LogEntry.objects.count()} events were given their places.\n"
    assert LogEntry.objects.count() >= 7


def test_once_ends_with_1_and_one_sentence_when_a_log_is_refused():
    waiting(4)
    call_command("sequence", "--once")
    LogHead.objects.filter(pk=2).update(size=0, frontier=b"")
    code, sentence = once()
    assert (code, log_keys.origin(2) in sentence, "\n" in sentence) == (1, True, False)
    assert [(event.object, event.outcome, event.reason) for event in told()] == [
        (log_keys.origin(2), "deny", "log_differs")
    ]
    assert details_of(told())[told()[0].pk]["facts"] == {"sentence": sentence}


def test_a_memory_that_is_gone_is_said_once_for_all_logs(memory):
    call_command("sequence", "--once")
    memory.unlink()
    code, sentence = once()
    assert (code, sentence.count(str(memory))) == (1, 1)
    assert {event.object for event in told()} == {log_keys.origin(tier) for tier in (1, 2, 3)}


def test_once_ends_with_2_when_the_memory_can_t_be_written(memory):
    memory.mkdir(parents=True)
    code, sentence = once()
    assert (code, str(memory) in sentence) == (2, True)
    assert not told()


def test_once_ends_with_2_when_the_keyring_is_away(own_keyring):
    own_keyring.unlink()
    code, sentence = once()
    assert (code, str(own_keyring) in sentence) == (2, True)


def test_settings_that_must_not_boot_end_it_with_2(settings):
    settings.DEBUG, settings.COUNCIL_DEPLOYMENT = True, "production"
    code, sentence = once()
    assert (code, "DEBUG" in sentence) == (2, True)


def test_a_refusal_that_stays_is_written_down_and_said_once(turns, caplog):
    watch = sequence.Watch()
    turns({2: refused(size=3)}, {2: refused(size=4)}, {2: refused(size=5)})
    with caplog.at_level(logging.ERROR):
        assert [watch.turn() for _ in range(3)] == [sequence.PAUSE] * 3
    assert (len(told()), len(caplog.records)) == (1, 1)


def test_one_that_was_over_and_comes_again_is_written_down_again(turns):
    watch = sequence.Watch()
    turns({2: refused()}, {}, {2: refused()})
    for _ in range(3):
        watch.turn()
    assert len(told()) == 2


def test_each_log_and_each_kind_is_written_down(turns):
    watch = sequence.Watch()
    turns({2: refused()}, {2: refused(), 3: refused(3)}, {2: refused(kind=signer_state.DIFFERENT), 3: refused(3)})
    for _ in range(3):
        watch.turn()
    assert [event.object for event in told()] == [log_keys.origin(2), log_keys.origin(3), log_keys.origin(2)]


def test_a_refusal_that_could_not_be_written_down_is_at_the_next_turn(turns, monkeypatch):
    watch, real = sequence.Watch(), sequence.record
    turns({2: refused()}, {2: refused()})

    def unavailable(*given, **also):
        raise AuditUnavailable("away")

    monkeypatch.setattr(sequence, "record", unavailable)
    watch.turn()
    monkeypatch.setattr(sequence, "record", real)
    watch.turn()
    assert len(told()) == 1


PASSING = [
    OperationalError("the server closed the connection"),
    KeyringUnavailable("鍵がありません。"),
    AuditUnavailable("the audit log can't be written"),
]


@pytest.mark.parametrize("error", PASSING, ids=lambda error: type(error).__name__)
def test_what_passes_is_said_once_and_tried_again_after_a_pause(turns, caplog, error):
    watch = sequence.Watch()
    turns(error, error, {}, error)
    with caplog.at_level(logging.ERROR):
        pauses = [watch.turn() for _ in range(4)]
    trouble = sequence.PAUSE_AFTER_TROUBLE
    assert pauses == [trouble, trouble, sequence.PAUSE, trouble]
    assert len(caplog.records) == 2
    assert str(error) in caplog.text


def test_a_memory_that_is_away_for_a_while_is_no_refusal(turns, caplog):
    watch = sequence.Watch()
    turns({2: SignerUnavailable(signer_state.UNREADABLE, path="p", cause="No space left on device")})
    watch.turn()
    assert "No space left" in caplog.text
    assert not told()


def test_while_more_waits_there_is_no_pause(monkeypatch):
    monkeypatch.setattr(sequencer, "turn", lambda: sequencer.Turn(9, more=True, refused={}))
    assert sequence.Watch().turn() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_after_the_turn(monkeypatch, number):
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    made = []

    def turn():
        made.append(1)
        os.kill(os.getpid(), number)
        return sequencer.Turn(0, more=False, refused={})

    monkeypatch.setattr(sequencer, "turn", turn)
    try:
        call_command("sequence")
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert made == [1]
