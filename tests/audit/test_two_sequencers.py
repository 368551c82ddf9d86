"""Several sequencers at once while several processes write: one chain, no gap, nothing twice."""

import time

import pytest

from tests.audit.log_stage import log_stage

pytestmark = pytest.mark.timeout(300)
EACH = 120


@pytest.mark.parametrize("count", [2, 4])
def test_many_sequencers_and_writers_make_one_chain(tmp_path, count):
    with log_stage(tmp_path) as stage:
        begun = time.monotonic()
        for _ in range(count):
            stage.sequencer()
        writers = [stage.writer(EACH) for _ in range(count)]
        assert [writer.wait(timeout=120) for writer in writers] == [0] * count
        seen = stage.settled()
        assert seen["actions"]["bulletin.read"] == EACH * count
        assert seen["places"] == seen["events"]
        # They were at it while the events came, and no log has two heartbeats within a minute.
        assert seen["checkpoints"] > 3
        assert seen["actions"]["log.heartbeat"] <= 3 * (1 + (time.monotonic() - begun) // 60)
        stage.assert_whole()
        assert all(process.poll() is None for process in stage.running[:count])
        assert stage.said == ""


def test_once_beside_a_sequencer_that_runs_does_nothing_twice(tmp_path):
    with log_stage(tmp_path) as stage:
        stage.sequencer()
        writer = stage.writer(EACH)
        while writer.poll() is None:
            stage.once()
        stage.settled()
        stage.assert_whole()
