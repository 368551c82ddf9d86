"""Bad days of the sequencer: connections cut, a full disk, no keyring. It says so, goes on when it can, and loses nothing."""

import pytest

from tests.audit.log_stage import LogStage, log_stage

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> LogStage:
    with log_stage(tmp_path_factory.mktemp("logs")) as made:
        made.once()
        yield made


@pytest.fixture(autouse=True)
def _every_test_begins_without_a_sequencer(stage):
    (stage.portal.folder / "sequencer.log").write_text("")
    yield
    stage.stop()
    stage.once()


def assert_nothing_was_lost(stage: LogStage) -> None:
    stage.settled()
    stage.assert_whole()


def test_cut_connections_lose_nothing(stage):
    if not stage.portal.database_url:
        pytest.skip("SQLite has no connections that could be cut")
    process = stage.sequencer()
    cut = 0
    for _ in range(6):
        writer = stage.writer(20)
        writer.wait(timeout=60)
        cut += stage.hand("cut_connections")["cut"]
    assert cut > 0
    assert_nothing_was_lost(stage)
    assert process.poll() is None


def test_a_full_disk_stops_the_signing_and_loses_nothing(stage):
    """On SQLite the database lies on the same disk, so that nothing gets a place either."""
    before = stage.settled()
    kept = stage.memory.read_bytes()
    limited = stage.sequencer(largest_file=len(kept) - 20)
    stage.hand("write", 5, 2)
    assert stage.until(lambda: bool(stage.said.strip())), "it said nothing"
    if stage.portal.database_url:
        assert stage.until(lambda: stage.hand("look")["waiting"] == 0)
    assert (stage.hand("look")["signed"], stage.memory.read_bytes()) == (before["signed"], kept)
    assert "Traceback" not in stage.said
    assert limited.poll() is None
    stage.stop()
    stage.once()
    assert_nothing_was_lost(stage)


def test_without_its_keyring_it_says_so_and_goes_on_when_it_is_back(stage):
    before = stage.settled()
    process = stage.sequencer()
    stage.hand("write", 1)
    stage.settled()
    ring = stage.portal.folder / "keyring.json"
    away = ring.rename(ring.with_name("keyring.away"))
    stage.hand("silence")
    assert stage.until(lambda: "keyring.json" in stage.said), stage.said
    assert process.poll() is None
    away.rename(ring)
    stage.hand("write", 5, 2)
    assert stage.settled()["sizes"][1] >= before["sizes"][1] + 5
    assert_nothing_was_lost(stage)


def test_a_keyring_that_is_away_at_the_start_is_waited_for(stage):
    ring = stage.portal.folder / "keyring.json"
    stage.hand("write", 5, 2)
    away = ring.rename(ring.with_name("keyring.away"))
    process = stage.sequencer()
    assert stage.until(lambda: "keyring.json" in stage.said), stage.said
    assert "keyring.json" in stage.once(expect=2)
    assert process.poll() is None
    away.rename(ring)
    assert_nothing_was_lost(stage)


def test_a_memory_that_is_gone_stops_the_signing_until_it_is_back(stage):
    before = stage.settled()
    away = stage.memory.rename(stage.memory.with_name("away"))
    stage.sequencer()
    stage.hand("write", 5, 2)
    assert stage.until(lambda: "audit-signer.json" in stage.said)
    assert "audit-signer.json" in stage.once(expect=1)
    assert stage.hand("look")["signed"] == before["signed"]
    assert not stage.memory.exists()
    away.rename(stage.memory)
    assert_nothing_was_lost(stage)
    assert len(stage.hand("look")["refused"]) >= 3
