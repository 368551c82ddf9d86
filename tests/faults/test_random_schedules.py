"""Random schedules of faults, each from its own seed: three in every run, as many as FAULT_SCHEDULES says in `make faults`."""

import os
import random
import time

import pytest

from council.failpoints import NAMES
from tests.faults.stage import DISTRIBUTE, SEND, SWEEP, Stage, assert_exactly_once, stage

SCHEDULES = int(os.environ.get("FAULT_SCHEDULES", "3"))
pytestmark = pytest.mark.timeout(300)
IN_THE_WORKER = [name for name in NAMES if name.startswith(("seal.", "notice."))]


@pytest.fixture(scope="module")
def play(tmp_path_factory) -> Stage:
    with stage(tmp_path_factory.mktemp("schedules")) as made:
        yield made


def _kill_one(play: Stage, draw: random.Random, made: list[dict]) -> None:
    play.kill(draw.choice(play.workers))
    play.worker()


def _forget(play: Stage, draw: random.Random, made: list[dict]) -> None:
    play.hand("forget")


def _cut(play: Stage, draw: random.Random, made: list[dict]) -> None:
    play.hand("cut_connections")


def _repeat(play: Stage, draw: random.Random, made: list[dict]) -> None:
    for each in draw.sample(made, len(made)):
        play.hand("hint", task=DISTRIBUTE, ids=[each["revision"]], times=draw.randint(1, 4))
    play.hand("hint", task=draw.choice([SEND, SWEEP]), ids=[], times=2)


def _restart_broker(play: Stage, draw: random.Random, made: list[dict]) -> None:
    if play.redis:
        play.redis.kill()
        time.sleep(draw.random())
        play.redis.start()


FAULTS = [_kill_one, _forget, _cut, _repeat, _restart_broker]


def _failpoints(draw: random.Random) -> str:
    return ",".join(f"{name}@{draw.randint(1, 3)}" for name in draw.sample(IN_THE_WORKER, draw.randint(1, 4)))


@pytest.mark.parametrize("seed", range(SCHEDULES))
def test_whatever_happens_each_package_is_released_and_each_notice_sent_once(play, seed):
    draw = random.Random(seed)
    for path in play.portal.folder.glob("failpoint-*"):
        path.unlink()
    for _ in range(draw.randint(1, 2)):
        play.worker(_failpoints(draw))
    made = []
    for _ in range(draw.randint(1, 3)):
        made.append(play.hand("publish", size=draw.choice([100, 200_000])))
        for fault in draw.choices(FAULTS, k=draw.randint(0, 2)):
            time.sleep(draw.random())
            fault(play, draw, made)
    for each in made:
        assert_exactly_once(play.healed(each["bulletin"]))
    for worker in list(play.workers):
        play.kill(worker)
