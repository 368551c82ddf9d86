"""Bad days of the worker, the broker, the database and the disk: afterwards everything was released and told exactly once."""

import random
import time

import pytest

from council.failpoints import NAMES
from tests.faults.stage import COMPANIES, DISTRIBUTE, SEND, SWEEP, Stage, assert_exactly_once, stage

pytestmark = pytest.mark.timeout(600)
IN_THE_WORKER = [name for name in NAMES if name.startswith(("seal.", "notice."))]


@pytest.fixture(scope="module")
def play(tmp_path_factory) -> Stage:
    with stage(tmp_path_factory.mktemp("faults")) as made:
        yield made


@pytest.fixture(autouse=True)
def _every_schedule_begins_without_a_worker(play):
    yield
    for worker in list(play.workers):
        play.kill(worker)


def test_a_worker_that_is_killed_at_every_step_releases_each_package_once(play):
    play.worker(",".join(IN_THE_WORKER))
    bulletin = play.hand("publish")["bulletin"]
    assert_exactly_once(play.healed(bulletin))
    assert [name for name in IN_THE_WORKER if not play.died_at(name)] == []


def test_what_was_published_without_a_worker_is_done_when_one_comes(play):
    bulletin = play.hand("publish")["bulletin"]
    play.hand("forget")
    assert play.hand("look", bulletin=bulletin)["packages"] == {"queued": COMPANIES}
    play.worker()
    assert_exactly_once(play.healed(bulletin))


def test_messages_that_come_again_and_out_of_order_do_nothing_twice(play):
    first, second = (play.hand("publish") for _ in range(2))
    for made in (second, first, second, first):
        play.hand("hint", task=DISTRIBUTE, ids=[made["revision"]], times=3)
        play.hand("hint", task=SEND, ids=[], times=3)
    for _ in range(2):
        play.worker()
    for made in (first, second):
        assert_exactly_once(play.healed(made["bulletin"]))


def test_two_workers_share_the_work_and_one_may_die(play):
    workers = [play.worker() for _ in range(2)]
    made = [play.hand("publish") for _ in range(3)]
    time.sleep(1)
    play.kill(workers[0])
    for each in made:
        assert_exactly_once(play.healed(each["bulletin"]))


def test_a_broker_that_forgets_everything_loses_nothing(play):
    bulletin = play.hand("publish")["bulletin"]
    play.hand("forget")
    play.worker()
    play.hand("forget")
    assert_exactly_once(play.healed(bulletin))


def test_a_broker_that_is_killed_and_comes_back_empty_loses_nothing(play):
    if play.redis is None:
        pytest.skip("the embedded broker is a folder")
    worker = play.worker()
    time.sleep(2)
    play.redis.kill()
    bulletin = play.hand("publish")["bulletin"]
    play.redis.start()
    assert_exactly_once(play.healed(bulletin))
    assert worker.poll() is None


def test_cut_database_connections_lose_nothing(play):
    play.worker()
    bulletin = play.hand("publish")["bulletin"]
    for _ in range(5):
        play.hand("cut_connections")
        time.sleep(0.3)
    assert_exactly_once(play.healed(bulletin))


def test_a_full_disk_leaves_no_half_payload_and_heals(play):
    play.worker(largest_file=256 * 1024)
    bulletin = play.hand("publish", size=2_000_000)["bulletin"]
    play.until(lambda: False, seconds=5)
    seen = play.hand("look", bulletin=bulletin)
    assert (seen["payloads"], seen["seals"]) == (0, 0)
    play.kill(play.workers[0])
    play.worker()
    assert_exactly_once(play.healed(bulletin))


def test_a_company_that_is_suspended_after_queueing_gets_nothing_and_the_log_says_so(play):
    bulletin = play.hand("publish")["bulletin"]
    play.hand("suspend", active=False, company=1)
    play.worker()
    seen = play.healed(bulletin)
    play.hand("suspend", active=True, company=1)
    assert seen["packages"] == {"released": COMPANIES - 1, "withheld": 1}
    assert seen["reasons"] == ["organisation_suspended"]
    assert seen["notices"] == {"sent": COMPANIES - 1, "skipped": 1}


def test_a_recall_while_a_worker_seals_leaves_nothing_to_open(play):
    play.worker()
    bulletin = play.hand("publish", size=4_000_000)["bulletin"]
    time.sleep(random.Random(3).random() / 2)
    play.hand("withdraw", bulletin=bulletin)
    seen = play.healed(bulletin)
    assert seen["packages"] == {"closed": COMPANIES}
    assert (seen["seals"], seen["payload_files"]) == (0, [])


def test_the_scheduler_sweeps_often_enough_to_heal_within_a_minute(play):
    row = play.hand("beat")
    assert row["sweep"] == SWEEP
    assert row["seconds"] <= 10
