"""A process that is asked to end ends, whatever it is doing when it is asked."""

import os
import signal
import subprocess
import sys

import pytest

from council.stopping import Stop

LOOP = """
from council.stopping import Stop
stop = Stop()
print("ready", flush=True)
while not stop.wait(0):
    pass
"""


@pytest.fixture
def stop():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield Stop()
    for number, handler in before.items():
        signal.signal(number, handler)


def test_nobody_who_was_not_asked_ends(stop):
    assert not stop.wait(0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_wish_is_heard_and_stays(stop, number):
    os.kill(os.getpid(), number)
    assert stop.wait()
    assert stop.wait(0)


def test_a_wish_that_is_repeated_for_ever_blocks_nothing(stop):
    for _ in range(70_000):
        stop._ask()
    assert stop.wait()


def test_a_loop_that_does_nothing_but_listen_ends_each_time():
    for _ in range(10):
        with subprocess.Popen([sys.executable, "-c", LOOP], stdout=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            process.terminate()
            assert process.wait(timeout=30) == 0
