"""How the work on a text grows with it: a ratio within one run, so that neither a slow nor a busy machine decides."""

import time
from collections.abc import Callable

# Below this the clock says more about the machine than about the work.
_NOTHING = 0.02
# Four times the text: 4 is linear, 16 quadratic. Nested links of the Markdown library reach 10.
TOLERABLE = 12


def _seconds_of_the_processor(work: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    work(text)
    return time.process_time() - start


def growth(work: Callable[[str], object], text: str) -> float:
    """Processor time for the text over that for a quarter of it, which has the same beginning and the same end.

    The smallest of a few tries counts: what else the machine does can only add to one.
    """
    smallest = _once(work, text)
    for _again in range(4):
        if smallest < TOLERABLE:
            break
        smallest = min(smallest, _once(work, text))
    return smallest


def _once(work: Callable[[str], object], text: str) -> float:
    eighth = len(text) // 8
    quarter = _seconds_of_the_processor(work, text[:eighth] + text[-eighth:])
    return _seconds_of_the_processor(work, text) / max(quarter, _NOTHING)
