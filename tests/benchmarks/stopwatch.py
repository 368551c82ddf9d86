"""Times of several things in one run, in turns, so that whatever else the machine does weighs on all of them alike."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

Call = Callable[[], object]


@dataclass(frozen=True)
class Case:
    """Something to time. `before` runs ahead of each turn, untimed."""

    name: str
    call: Call
    before: Call = lambda: None
    repeats: int = 30


@dataclass(frozen=True)
class Cost:
    """Milliseconds: the median by the clock, and of the processor (this process and its database backend)."""

    clock: float
    processor: float


@contextmanager
def _without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _backend() -> Path | None:
    """Where Linux counts the work of this connection's PostgreSQL backend, when that runs on this machine."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        path = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    here = connection.settings_dict["HOST"] in ("", "127.0.0.1", "localhost")
    return path if here and path.exists() else None


def _processor(backend: Path | None) -> float:
    elsewhere = int(backend.read_text().split()[0]) / 1e9 if backend else 0.0
    return time.process_time() + elsewhere


def _turn(case: Case, backend: Path | None) -> tuple[list[float], float]:
    case.before()
    case.call()
    times, work = [], _processor(backend)
    for _ in range(case.repeats):
        start = time.perf_counter()
        case.call()
        times.append(time.perf_counter() - start)
    return times, (_processor(backend) - work) / case.repeats


def measure(cases: list[Case], rounds: int = 10) -> dict[str, Cost]:
    """Name -> cost. In each round every case has its turn of so many repeats, after one that does not count."""
    backend = _backend()
    times: dict[str, list[float]] = {case.name: [] for case in cases}
    work: dict[str, list[float]] = {case.name: [] for case in cases}
    with _without_collector():
        for _ in range(rounds):
            for case in cases:
                clock, processor = _turn(case, backend)
                times[case.name] += clock
                work[case.name].append(processor)
    median = statistics.median
    return {name: Cost(median(times[name]) * 1000, median(work[name]) * 1000) for name in times}
