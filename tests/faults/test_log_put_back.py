"""A full old copy of the database is put back: the signer does not forget, says so everywhere, and signs nothing over it."""

import json

import pytest

from tests.audit.log_stage import LogStage, log_stage

pytestmark = pytest.mark.timeout(300)
LOG = "127.0.0.1/log/tier-2"


@pytest.fixture
def stage(tmp_path) -> LogStage:
    """The copy of before is back; since it was made, the log of tier two grew by five events and was signed."""
    with log_stage(tmp_path) as made:
        made.hand("write", 9)
        made.once()
        made.copy_database()
        made.hand("write", 5, 2)
        made.once()
        assert made.settled()["sizes"][1] == 9
        made.put_back()
        yield made


def test_an_old_copy_is_refused_before_anything_new_is_written(stage):
    remembered = json.loads(stage.memory.read_bytes())[LOG]
    sentence = stage.once(expect=1)
    assert (LOG in sentence, "9件" in sentence, "Traceback" in sentence) == (True, True, False)
    assert sentence.count("\n") == 1
    seen = stage.hand("look")
    assert seen["signed"][1] == 4
    assert json.loads(stage.memory.read_bytes())[LOG] == remembered
    assert seen["refused"] == [LOG]


def test_the_doctor_says_which_log_and_why(stage):
    said = stage.portal.manage("doctor", expect=1)
    wrong = [line for line in said.stderr.splitlines() if line.startswith("Wrong: log ")]
    assert len(wrong) == 1
    assert LOG in wrong[0]
    assert "log tier-1" in said.stdout
    assert "log tier-2" not in said.stdout


def test_the_other_logs_go_on_and_it_is_written_down_once(stage):
    process = stage.sequencer()
    assert stage.until(lambda: LOG in stage.said), stage.said
    stage.hand("write", 3)

    def others_are_signed() -> bool:
        seen = stage.hand("look")
        return seen["sizes"][0] >= 6 and seen["sizes"][2] >= 5 and seen["signed"][::2] == seen["sizes"][::2]

    assert stage.until(others_are_signed), stage.hand("look")
    stage.hand("write", 3, 2)
    assert stage.until(lambda: stage.hand("look")["sizes"][1] >= 8)
    seen = stage.hand("look")
    assert (seen["signed"][1], set(seen["refused"])) == (4, {LOG})
    assert len(seen["refused"]) == stage.said.count("ERROR") <= 2  # shorter than signed, and later perhaps another
    assert process.poll() is None


def test_a_copy_that_has_outgrown_what_was_signed_is_another_log_and_refused(stage):
    stage.hand("write", 30, 2)
    sentence = stage.once(expect=1)
    assert (LOG in sentence, "9件目まで" in sentence) == (True, True)
    assert stage.hand("look")["signed"][1] == 4


def test_a_copy_that_holds_all_that_was_signed_goes_on(tmp_path):
    with log_stage(tmp_path) as stage:
        stage.hand("write", 3)
        stage.once()
        stage.copy_database()
        stage.hand("write", 3)
        stage.put_back()
        stage.hand("write", 6)
        stage.once()
        stage.settled()
        stage.assert_whole()
