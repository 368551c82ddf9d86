"""A hand in the logs of a deployment under test: `python -m tests.audit.log_hand COMMAND [NUMBER…]` prints one JSON line."""

import json
import random
import sys
import time
from collections import Counter

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.db.models import Subquery  # noqa: E402

from council.audit import checkpoint, log_keys  # noqa: E402
from council.audit.models import AuditEvent, LogCheckpoint, LogEntry, LogHead, PendingEvent  # noqa: E402
from council.audit.record import record  # noqa: E402
from council.audit.tree import Frontier  # noqa: E402
from tests.audit.log_rows import assert_whole, leaves_of  # noqa: E402


def write(count: int, tier: int = 0, milliseconds: int = 0) -> dict:
    """So many events, each in a transaction of its own with a pause before it, in this tier or in all in turn; their ids."""
    ids = []
    for number in range(count):
        time.sleep(milliseconds / 1000)
        with transaction.atomic():
            ids.append(record("bulletin.read", actor="p", organisation=None, object="b", tier=tier or number % 3 + 1))
    return {"ids": [str(event.pk) for event in ids]}


def look() -> dict:
    """What the logs hold, and what is wrong with them when nothing waits any more."""
    sizes = {head.tier: head.size for head in LogHead.objects.order_by("tier")}
    return {
        "events": AuditEvent.objects.count(),
        "places": LogEntry.objects.count(),
        "waiting": PendingEvent.objects.count(),
        "sizes": [sizes.get(tier, 0) for tier in log_keys.TIERS],
        "signed": [max(_signed(tier), default=0) for tier in log_keys.TIERS],
        "checkpoints": LogCheckpoint.objects.count(),
        "actions": dict(Counter(AuditEvent.objects.values_list("action", flat=True))),
        "refused": list(AuditEvent.objects.filter(action="log.refused").values_list("object", flat=True)),
    }


def verify() -> dict:
    """Every log against its events, and every checkpoint ever signed against the events that it covers."""
    for tier in log_keys.TIERS:
        assert_whole(tier)
        verifier, _ = log_keys.verifiers(tier)
        signed, edge = {}, Frontier.empty()
        for row in LogCheckpoint.objects.filter(tier=tier):
            signed[row.size] = checkpoint.read(bytes(row.note), verifier).root
        for leaf in leaves_of(tier):
            edge.append(leaf)
            assert signed.pop(edge.size, edge.root()) == edge.root(), f"checkpoint of {edge.size} in tier {tier}"
        assert not signed
    assert LogEntry.objects.count() == AuditEvent.objects.count()
    return {"whole": True}


def _signed(tier: int) -> list[int]:
    return list(LogCheckpoint.objects.filter(tier=tier).values_list("size", flat=True))


def wait_for_checkpoints(count: int) -> dict:
    """Commits so many events, each when the one before is covered by a checkpoint; seconds from each commit until one can be seen."""
    taken = []
    for number in range(count):
        with transaction.atomic():
            event = record("bulletin.read", actor="p", organisation=None, object="b", tier=number % 3 + 1)
        begun = time.monotonic()
        covered = LogHead.objects.filter(tier=event.tier, signed_size__gt=_index(event))
        while not covered.exists() and time.monotonic() < begun + 30:
            time.sleep(0.005)
        taken.append(time.monotonic() - begun)
        time.sleep(random.random() / 5)  # at any moment of the sequencer's turn
    return {"seconds": taken}


def _index(event: AuditEvent) -> Subquery:
    return Subquery(LogEntry.objects.filter(pk=event.pk).values("index"))


def silence() -> dict:
    """As if the last heartbeat were long ago: the next turn writes one."""
    return {"logs": LogHead.objects.update(beat_at=None)}


def cut_connections() -> dict:
    """Ends every other connection to this database, as an administrator or a failover would."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return {"cut": cursor.fetchone()[0]}


COMMANDS = {each.__name__: each for each in (write, wait_for_checkpoints, look, verify, silence, cut_connections)}

if __name__ == "__main__":
    answer = COMMANDS[sys.argv[1]](*map(int, sys.argv[2:]))
    print(json.dumps(answer, ensure_ascii=False))
