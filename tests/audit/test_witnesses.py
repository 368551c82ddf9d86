"""The portal asks its witnesses: real processes on loopback, one of them away, one that has seen another log."""

import socket
import threading
from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from council.audit import checkpoint, cosignature, log_keys, proving, sequencer, witness_troubles, witnesses
from council.audit.events import Event
from council.audit.models import AuditEvent, Cosignature, LogCheckpoint
from council.audit.record import AuditUnavailable
from council.audit.tasks import ask_witnesses
from council.only_one import only_one
from tests.audit.standing_by import Log, body, own_cache, standing

pytestmark = pytest.mark.django_db
NAMES = ("w1.example/a", "w2.example/b", "w3.example/c")


@pytest.fixture(autouse=True)
def _fresh(memory, settings, tmp_path):
    own_cache(settings, tmp_path)


@pytest.fixture
def grow(write):
    """Events of tier 1 that have their places; the last one's id."""

    def grow(count=1):
        with transaction.atomic():
            events = [write(tier=1) for _ in range(count)]
        sequencer.catch_up()
        return UUID(str(events[-1].pk))

    return grow


@pytest.fixture
def three(tmp_path, settings, grow):
    """Three witnesses of all three logs, in the settings."""
    grow(5)
    vkeys = [str(log_keys.verifiers(tier)[0]) for tier in log_keys.TIERS]
    with ExitStack() as stack:
        found = [stack.enter_context(standing(tmp_path / name[:2], *vkeys, name=name)) for name in NAMES]
        settings.AUDIT_WITNESSES = [each.setting for each in found]
        yield found


def _newest(tier=1):
    return LogCheckpoint.objects.filter(tier=tier).order_by("-size").first()


def _who(tier=1):
    """Whose lines are on the newest checkpoint, checked with their keys."""
    found = cosignature.check(proving.with_cosignatures(_newest(tier)), proving.witness_verifiers())
    return [each.name for each in found]


def _troubles(tier=1):
    return {each.witness: each.trouble for each in witnesses.state_of_witnesses() if each.tier == tier}


def _other_log(tier=1):
    """Another history under the very key of the log."""
    origin = log_keys.origin(tier)
    return Log("a leaf that nobody wrote here", origin, log_keys.signer(tier, origin))


def _refusals():
    return list(AuditEvent.objects.filter(action=Event.WITNESS_REFUSED).order_by("id"))


def test_every_log_is_cosigned_by_every_witness(three):
    assert witnesses.ask_all() == 9
    assert [_who(tier) for tier in log_keys.TIERS] == [list(NAMES)] * 3
    assert witnesses.ask_all() == 0


def test_what_grew_is_cosigned_from_where_they_were(three, grow):
    witnesses.ask_all()
    grow(300)
    assert witnesses.ask_all() == 3
    assert _who() == list(NAMES)
    assert not _refusals()


def test_state_tells_how_far_each_is(three, grow):
    witnesses.ask_all()
    before = _newest().size
    grow(7)
    first = witnesses.state_of_witnesses()[0]
    assert (first.witness, first.log, first.size, first.behind, first.trouble) == (NAMES[0], "tier-1", before, 7, "")
    assert first.cosigned_at is not None


def test_two_of_three_are_a_quorum_while_one_is_away(three, grow):
    three[1].kill()
    event = grow()
    assert witnesses.ask_all() == 6
    names = {each.name for each in cosignature.check(proving.prove(event).note, proving.witness_verifiers())}
    assert names == {NAMES[0], NAMES[2]}
    assert _troubles() == {NAMES[0]: "", NAMES[1]: "away", NAMES[2]: ""}


def test_a_proof_takes_the_newest_checkpoint_with_a_quorum(three, grow):
    event = grow()
    witnesses.ask_all()
    seen = _newest().size
    grow(3)
    proof = proving.prove(event)
    assert proof.check(log_keys.verifiers(1)[0]).size == seen < _newest().size


def test_one_of_three_is_no_quorum(three, grow):
    event = grow()
    witnesses.ask_all()
    three[0].kill()
    three[1].kill()
    later = grow()
    witnesses.ask_all()
    assert _who() == [NAMES[2]]
    assert proving.prove(later).check(log_keys.verifiers(1)[0]).size == _newest().size
    assert proving.prove(event).check(log_keys.verifiers(1)[0]).size < _newest().size


def test_who_was_away_catches_up(three, grow, tmp_path, settings):
    witnesses.ask_all()
    three[1].kill()
    grow(10)
    witnesses.ask_all()
    listen = f"127.0.0.1:{three[1].place[1]}"
    with standing(tmp_path / "w2", *(str(log_keys.verifiers(tier)[0]) for tier in log_keys.TIERS), listen=listen):
        assert witnesses.ask_all() == 1
    assert sorted(_who()) == sorted(NAMES)
    assert _troubles()[NAMES[1]] == ""


def test_who_stays_away_is_asked_less_and_less(three, grow, settings, monkeypatch):
    settings.AUDIT_WITNESSES = [three[0].setting | {"url": f"http://127.0.0.1:{_nobody()}"}]
    asked, begun = [], timezone.now()
    for second in range(0, 300, 10):
        with monkeypatch.context() as clock:
            clock.setattr("django.utils.timezone.now", lambda at=begun + timedelta(seconds=second): at)
            before = witness_troubles.last(NAMES[0], 1).met
            witnesses.ask_all()
            if witness_troubles.last(NAMES[0], 1).met != before:
                asked.append(second)
    assert asked == [0, 10, 20, 40, 80, 140, 200, 260]


def test_an_answer_that_was_lost_is_asked_for_again(three):
    newest = _newest()
    assert three[0].submit(body(0, [], bytes(newest.note)))[0] == 200
    assert witnesses.ask_all() == 9
    assert _who() == list(NAMES)


@pytest.mark.parametrize(
    ("size", "trouble", "reason"),
    [(3, "differs", "log_differs"), (0, "differs", "log_differs"), (900, "ahead", "log_shorter")],
)
def test_a_witness_of_another_history_refuses_and_the_log_tells_once(three, grow, size, trouble, reason):
    other = _other_log()
    assert three[0].submit(other.submission(0, size or _newest().size))[0] == 200
    for _ in range(3):
        witnesses.ask_all()
        grow()
    assert _troubles() == {NAMES[0]: trouble, NAMES[1]: "", NAMES[2]: ""}
    assert [(each.object, each.outcome, each.reason, each.tier) for each in _refusals()] == [
        (f"tier-1:{NAMES[0]}", "deny", reason, 1)
    ]
    assert not Cosignature.objects.filter(tier=1, witness=NAMES[0]).exists()


def test_another_root_of_the_same_size_is_noticed_in_the_first_round(three):
    assert three[0].submit(_other_log().submission(0, _newest().size))[0] == 200
    assert witnesses.ask_all() == 8
    assert _troubles()[NAMES[0]] == "differs"
    assert len(_refusals()) == 1


def test_the_witness_keeps_what_proves_two_histories(three, tmp_path):
    three[0].submit(_other_log().submission(0, _newest().size))
    witnesses.ask_all()
    kept = (tmp_path / "w1" / "refusals.jsonl").read_text()
    assert log_keys.origin(1) in kept
    assert kept.count("\n") == 1


def test_a_refusal_that_can_not_be_written_is_told_the_next_time(three, monkeypatch):
    three[0].submit(_other_log().submission(0, 900))

    def unavailable(*given, **also):
        raise AuditUnavailable

    with monkeypatch.context() as broken:
        broken.setattr("council.audit.witness_troubles.record", unavailable)
        with pytest.raises(AuditUnavailable):
            witnesses.ask_all()
    witnesses.ask_all()
    assert len(_refusals()) == 1


def test_a_witness_that_does_not_know_the_logs_is_no_alarm(tmp_path, settings, grow):
    grow()
    with standing(tmp_path / "w", Log().vkey, name="w.example") as one:
        settings.AUDIT_WITNESSES = [one.setting]
        assert witnesses.ask_all() == 0
    assert _troubles() == {"w.example": "unknown_log"}
    assert not _refusals()


def test_a_log_that_is_cut_short_proves_nothing(three, monkeypatch):
    witnesses.ask_all()

    def cut(*given):
        raise LookupError

    grown = _newest()
    LogCheckpoint.objects.create(tier=1, size=grown.size + 9, root=bytes(32), note=b"x", signed_at=grown.signed_at)
    monkeypatch.setattr("council.audit.tiles.LogReader.consistency", cut)
    assert witnesses.ask_all() == 0
    assert set(_troubles().values()) == {"unprovable"}


def test_the_task_does_nothing_without_witnesses(settings, django_assert_num_queries):
    settings.AUDIT_WITNESSES = []
    with django_assert_num_queries(0):
        assert ask_witnesses() == 0


def test_the_task_asks(three):
    assert ask_witnesses() == 9


def test_trouble_has_words_for_people(three, settings):
    settings.AUDIT_WITNESSES = [three[0].setting | {"url": f"http://127.0.0.1:{_nobody()}"}]
    witnesses.ask_all()
    assert witnesses.state_of_witnesses()[0].trouble_words == "応答がありません"


def _nobody():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_ask_at_once(three):
    with only_one("ask the witnesses"):
        assert _in_another_thread(ask_witnesses) == 0
    assert not Cosignature.objects.exists()


def _in_another_thread(work):
    found = []

    def once():
        found.append(work())
        connection.close()

    thread = threading.Thread(target=once)
    thread.start()
    thread.join(60)
    return found[0]


def test_a_checkpoint_of_ours_is_what_they_sign(three):
    witnesses.ask_all()
    newest = _newest()
    assert checkpoint.read(proving.with_cosignatures(newest), log_keys.verifiers(1)[0]).size == newest.size
