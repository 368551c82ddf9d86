"""The audit log: events integrated, event to signed checkpoint, a full check, proofs, and what auditing adds to a page."""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from council.audit import sequencer
from council.audit.models import LogEntry, PendingEvent
from council.audit.proof import Proof
from council.audit.record import Entry, record_many
from council.audit.tree import inclusion_proof
from council.sealing import note
from tests import cast
from tests.audit.log_stage import ROOT, log_stage
from tests.audit.trees import node_over
from tests.benchmarks import million
from tests.benchmarks.report import Line, amounts, ratio, tell
from tests.benchmarks.stopwatch import Case, measure
from tests.benchmarks.test_opening import Server, _bulletin, _event

pytestmark = pytest.mark.benchmark
MANY = int(os.environ.get("BENCHMARK_EVENTS", "1000000"))
WAITING, COMMITTED, CHECKPOINT_EACH = 20_000, 100, 100
PAUSE = 20  # milliseconds between two events of the process that writes all the time


def _timed(call: Callable[[], object], who: int = resource.RUSAGE_SELF) -> tuple[float, float]:
    """Seconds by the clock and of the processor, of this process or of those it started."""
    before, clock = resource.getrusage(who), time.perf_counter()
    call()
    taken, after = time.perf_counter() - clock, resource.getrusage(who)
    return taken, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _resident(process: int) -> float:
    """The most memory that the process has held, MiB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


@pytest.mark.django_db(transaction=True)
def test_events_integrated(settings, tmp_path):
    settings.AUDIT_STATE = tmp_path / "audit-signer.json"
    for _ in range(0, WAITING, 500):
        with transaction.atomic():
            entries = [Entry(None, object="b", tier=number % 3 + 1) for number in range(500)]
            record_many("bulletin.read", entries, actor="p")
    taken = _timed(sequencer.catch_up)
    assert (PendingEvent.objects.count(), LogEntry.objects.count()) == (0, WAITING + 3)
    tell(
        f"Events integrated, {connection.vendor}",
        [Line("events integrated and signed a second", WAITING / taken[0], WAITING / taken[1], at_least=1500)],
        f"{WAITING:,} events that waited in three logs; by the processor: the sequencer's own work, without the database server's.",
    )


def test_event_to_checkpoint(tmp_path):
    with log_stage(tmp_path) as stage:
        stage.once()
        process = stage.sequencer()
        quiet = sorted(stage.hand("wait_for_checkpoints", COMMITTED)["seconds"])
        before, begun = stage.hand("look")["events"], time.monotonic()
        writer = stage.writer(1_000_000, 0, PAUSE)
        busy = sorted(stage.hand("wait_for_checkpoints", COMMITTED)["seconds"])
        assert writer.poll() is None
        writer.terminate()
        writer.wait()
        rate = (stage.hand("look")["events"] - before) / (time.monotonic() - begun)
        resident = _resident(process.pid)
    tell(
        f"Event to signed checkpoint, {'postgresql' if stage.portal.database_url else 'sqlite'}",
        [
            Line("one event at a time, median, s", statistics.median(quiet)),
            Line("one event at a time, p99, s", quiet[int(len(quiet) * 0.99)], at_most=2),
            Line("beside a process that writes all the time, median, s", statistics.median(busy)),
            Line("beside a process that writes all the time, p99, s", busy[int(len(busy) * 0.99)], at_most=2),
            Line("events a second of that process", rate),
            Line("sequencer process, MiB resident", resident),
        ],
        f"`manage.py sequence` in a process of its own; {COMMITTED} events, each committed and then looked for.",
    )


def test_a_million_events_checked(tmp_path):
    hashes, newest = million.write(tmp_path, MANY, CHECKPOINT_EACH)
    done = []

    def verify() -> None:
        words = [sys.executable, "-m", "council.audit.verify", str(tmp_path)]
        done.append(subprocess.run(words, cwd=ROOT, text=True, capture_output=True, check=False))

    taken = _timed(verify, resource.RUSAGE_CHILDREN)
    assert done[0].returncode == 0, done[0].stderr
    index = MANY // 3
    path = inclusion_proof(index, MANY, node_over(hashes))
    proof = Proof(million.entry(index), index, tuple(path), newest)
    assert proof.check(note.Signer.from_seed(million.NAME, bytes(32)).verifier).size == MANY
    bare = Proof(b"-", index, tuple(path), newest)
    tell(
        "A long log, checked and proved",
        [
            Line("full check, s", *taken, at_most=60),
            Line("memory of the checker, MiB", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
            Line("proof: the hashes alone, bytes", 32 * len(path), at_most=1024),
            Line("proof: the file without the entry in it, bytes", len(bytes(bare)) - 4),
            Line("proof: the whole file, bytes", len(bytes(proof)), at_most=1024),
        ],
        f"{MANY:,} events with {len(hashes) // CHECKPOINT_EACH:,} checkpoints; `python -m council.audit.verify` in a process of its own.",
    )


def _silent(*given: object, **also: object) -> None:
    """In place of record(): a mock would cost more than the event."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.benchmarks.pages")
def test_what_auditing_adds_to_opening_a_bulletin(client):
    world = cast.council()
    bulletin, reader = _bulletin(world), world.reader_two
    cast.sign_in(client, reader)
    page, server = f"/bulletins/{bulletin}/", Server(client)

    def unaudited() -> None:
        with patch("bulletins.actions.read.record", _silent):
            server.answer(page)

    costs = measure(
        [
            Case("empty page", lambda: server.answer("/empty/")),
            Case("bulletin page", lambda: server.answer(page), repeats=15),
            Case("bulletin page without its event", unaudited, repeats=15),
            Case("one event, committed", lambda: _event(str(reader.pk), str(reader.organisation_id), bulletin)),
        ]
    )
    whole, bare = costs["bulletin page"], costs["bulletin page without its event"]
    tell(
        f"What auditing adds to opening a bulletin, {connection.vendor}",
        [
            ratio("bulletin page / empty page", whole, costs["empty page"], at_most=3),
            ratio("bulletin page / the same without its event", whole, bare),
            ratio("bulletin page without its event / empty page", bare, costs["empty page"]),
            ratio("one event, committed / empty page", costs["one event, committed"], costs["empty page"]),
            *amounts(costs),
        ],
    )
