"""How the logs stand: the verdict in a word, and everything that is amiss in a sentence."""

from datetime import timedelta

import pytest
from django.utils import timezone

from council.audit import amiss, sequencer, status
from council.audit.models import LogCheckpoint, LogHead
from council.audit.witness_troubles import Trouble as OfWitness
from council.audit.witnesses import Standing
from tests.audit.finished import finished
from tests.audit.log_rows import waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]


@pytest.fixture
def logs(memory):
    """All three logs, with a heartbeat each, signed just now."""
    sequencer.run_once()


def checked(verdict="whole", *, ago=timedelta(minutes=5), size=1, **changes):
    """A check that ended so long ago with this verdict for every log."""
    result = {f"tier-{tier}": {"verdict": verdict, "size": size, "findings": [], "witnesses": []} for tier in (1, 2, 3)}
    return finished(changes.pop("result", result), ago=ago, **changes)


def now(later=timedelta()):
    return status.status_of(timezone.now() + later)


def codes(found):
    return {each.code for each in found.troubles}


@pytest.mark.usefixtures("logs")
def test_logs_that_were_checked_and_grow_are_whole():
    checked()
    found = now()
    assert (found.verdict, found.troubles, found.seconds) == ("whole", [], 8)
    assert [each.size for each in found.logs] == [1, 1, 1]


@pytest.mark.usefixtures("logs")
def test_before_the_first_check_nothing_is_said_to_be_whole():
    assert now().verdict == "unchecked"


@pytest.mark.usefixtures("logs")
@pytest.mark.parametrize("verdict", ["broken", "unchecked"])
def test_one_log_that_is_not_whole_is_enough(verdict):
    result = checked().result
    result["tier-2"]["verdict"] = verdict
    checked(ago=timedelta(minutes=1), result=result)
    assert now().verdict == verdict


@pytest.mark.usefixtures("logs")
def test_a_check_of_long_ago_is_called_old():
    checked(ago=status.OLD - timedelta(minutes=1))
    assert now().verdict == "whole"
    assert now(timedelta(minutes=2)).verdict == "old"


@pytest.mark.usefixtures("logs")
def test_a_log_without_a_checkpoint_for_two_minutes_is_told():
    assert "late" not in codes(now(timedelta(seconds=110)))
    assert "late" in codes(now(timedelta(seconds=130)))


def test_a_log_that_was_never_signed_is_told():
    assert codes(now()) == {"unsigned"}


@pytest.mark.usefixtures("logs")
def test_events_that_wait_for_long_are_told_with_their_number():
    waiting(3)  # their ids are of 1970
    sentences = [each.sentence for each in now().troubles if each.code == "waiting"]
    assert sentences == ["機密性2の出来事3件が、記録に入るのを待っています。"]


@pytest.mark.usefixtures("logs")
def test_a_log_shorter_than_the_signer_remembers_is_broken_before_anybody_checks():
    checked(size=0)
    LogHead.objects.filter(pk=2).update(size=0)
    assert (now().verdict, "signer" in codes(now())) == ("broken", True)
    assert [each.verdict for each in now().logs] == ["whole", "broken", "whole"]


@pytest.mark.usefixtures("logs")
def test_a_log_shorter_than_at_its_check_is_broken():
    checked(size=2)
    assert (now().verdict, codes(now())) == ("broken", {"shorter"})


@pytest.mark.usefixtures("logs")
def test_a_signer_that_remembers_another_root_is_told(memory):
    root = bytes(LogCheckpoint.objects.get(tier=2).root).hex()
    memory.write_text(memory.read_text().replace(root, "0" * 64))
    assert now().verdict == "broken"


@pytest.mark.usefixtures("logs")
@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_text("{")])
def test_a_signers_memory_that_is_gone_is_told_and_says_nothing_of_the_logs(memory, spoil):
    checked()
    spoil(memory)
    assert (now().verdict, codes(now())) == ("whole", {"signer"})


@pytest.mark.usefixtures("logs")
def test_a_check_that_did_not_end_is_told_and_the_one_before_still_counts():
    checked()
    checked(ago=timedelta(), state="failed", result={}, asked_at=timezone.now())
    assert (now().verdict, codes(now())) == ("whole", {"failed"})


@pytest.mark.usefixtures("logs")
def test_a_check_under_way_is_shown_beside_the_last_result():
    checked()
    running = checked(state="running", result={}, asked_at=timezone.now())
    assert (now().verdict, now().running) == ("whole", running)


def stands(trouble="", *, ago=timedelta(minutes=1), behind=3, tier=1, name="w1"):
    at = timezone.now() - ago
    return Standing(name, tier, 5, at, behind, trouble, at if trouble else None)


@pytest.fixture
def two_of_two(settings):
    settings.AUDIT_WITNESSES, settings.AUDIT_WITNESS_QUORUM = [{}, {}], 2


@pytest.mark.usefixtures("two_of_two")
def test_witnesses_that_cosigned_of_late_are_there():
    assert not amiss.of_witnesses([stands(), stands(name="w2")], timezone.now())


@pytest.mark.usefixtures("two_of_two")
def test_a_witness_that_is_silent_for_long_is_missing_and_says_why():
    found = amiss.of_witnesses([stands(), stands(OfWitness.AWAY, ago=timedelta(minutes=20), name="w2")], timezone.now())
    assert [(each.code, each.grave) for each in found] == [("witnesses", False), ("witness", False)]
    assert "応答がありません" in found[1].sentence


@pytest.mark.usefixtures("two_of_two")
@pytest.mark.parametrize("trouble", [OfWitness.AHEAD, OfWitness.DIFFERS])
def test_a_witness_that_has_seen_another_history_breaks_the_verdict(trouble):
    found = amiss.of_witnesses([stands(), stands(trouble, name="w2")], timezone.now())
    assert [each.grave for each in found] == [True]


@pytest.mark.usefixtures("two_of_two")
def test_a_witness_of_a_log_that_does_not_grow_is_not_missing():
    assert not amiss.of_witnesses([stands(ago=timedelta(days=1), behind=0), stands(name="w2")], timezone.now())
