"""SIGKILL at each step of the sequencer: the next one completes the log, and everything ever signed holds."""

import json
import signal

import pytest

from council.failpoints import NAMES
from tests.audit.log_stage import LogStage, log_stage

pytestmark = pytest.mark.timeout(300)
STEPS = [name for name in NAMES if name.startswith("log.")]


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> LogStage:
    with log_stage(tmp_path_factory.mktemp("logs")) as made:
        made.once()
        yield made


@pytest.fixture(autouse=True)
def _every_test_begins_without_a_sequencer(stage):
    yield
    stage.stop()


def killed_at(stage: LogStage, failpoint: str) -> None:
    process = stage.sequencer(failpoint)
    assert process.wait(timeout=60) == -signal.SIGKILL
    assert (stage.portal.folder / f"failpoint-{failpoint}").exists()


def test_every_step_of_the_sequencer_has_a_name_here():
    assert STEPS == ["log.batch_written", "log.batch_committed", "log.state_written", "log.checkpoint_committed"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("time", ["", "@2"])
def test_a_sequencer_that_is_killed_leaves_what_the_next_one_completes(stage, step, time):
    stage.hand("write", 300)
    killed_at(stage, step + time)
    stage.hand("write", 6)
    stage.once()
    seen = stage.settled()
    assert seen["places"] == seen["events"]
    assert stage.hand("verify") == {"whole": True}


def test_a_crash_between_memory_and_checkpoint_lets_the_same_size_be_signed(stage):
    """The log of tier one is the first in each turn."""
    before = stage.settled()
    stage.hand("write", 5, 1)
    for path in stage.portal.folder.glob("failpoint-*"):
        path.unlink()
    killed_at(stage, "log.state_written")
    between = stage.hand("look")
    assert between["sizes"][0] >= before["sizes"][0] + 5
    assert between["signed"][0] == before["signed"][0]
    assert json.loads(stage.memory.read_bytes())["127.0.0.1/log/tier-1"][0] == between["sizes"][0]
    stage.once()
    assert stage.settled()["signed"][0] >= between["sizes"][0]
    stage.assert_whole()


def test_killed_again_and_again_it_still_gets_there(stage):
    for path in stage.portal.folder.glob("failpoint-*"):
        path.unlink()
    stage.hand("write", 700)
    for step in STEPS:
        killed_at(stage, f"{step}")
        stage.hand("write", 1)
        for tier in (1, 2, 3):
            stage.hand("write", 1, tier)
    stage.once()
    stage.settled()
    stage.assert_whole()
