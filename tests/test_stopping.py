"""A process that is asked to end ends, whatever it is doing when it is asked."""

import os
import signal
import subprocess
import sys

import pytest

from council.stopping import Stop

# The signal goes to a thread that is not the main one, as the kernel may choose to do at any time.
ELSEWHERE = """
import signal, threading, time
from council.stopping import Stop
stop = Stop()
def ask():
    time.sleep(0.3)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    threading.Event().wait()
threading.Thread(target=ask, daemon=True).start()
print(stop.wait(), flush=True)
"""
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
    signal.set_wakeup_fd(-1)
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


def test_a_wish_that_another_thread_hears_wakes_the_main_one():
    done = subprocess.run([sys.executable, "-c", ELSEWHERE], stdout=subprocess.PIPE, text=True, timeout=30, check=False)
    assert (done.stdout, done.returncode) == ("True\n", 0)


def test_a_loop_that_does_nothing_but_listen_ends_each_time():
    for _ in range(10):
        with subprocess.Popen([sys.executable, "-c", LOOP], stdout=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            process.terminate()
            assert process.wait(timeout=30) == 0
