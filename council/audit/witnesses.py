"""Asks the witnesses to cosign the newest checkpoint of each log (C2SP tlog-witness, the log's side), and knows how each stands.

What a witness cosigned is a row; what went wrong last is in the shared cache, for the desk. A witness that has seen another log under
our key, or a longer one, is an event: it is what witnesses are for.
"""

import base64
import re
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from council.audit import log_keys, proving, witness_troubles
from council.audit.cosignature import check
from council.audit.models import Cosignature, LogCheckpoint
from council.audit.tiles import LogReader
from council.audit.witness_call import PATIENCE, Away, Reply, add_checkpoint
from council.audit.witness_settings import Witness, configured
from council.audit.witness_troubles import Trouble
from council.sealing import note
from council.sealing.errors import NoteRefused

# A witness whose clock is further from ours says nothing about when it saw a checkpoint.
CLOCKS = timedelta(minutes=5)
# Seconds for a whole round: two submissions to the slowest, and finding its address.
_ROUND = 3 * PATIENCE
_AT_ONCE = 60
# Rows of one witness that are looked through for one that holds. When none of them does, it is asked from the beginning, and says itself
# where it is.
_MOST_TRIED = 20
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n")
_STATUSES = {403: Trouble.UNTRUSTED, 404: Trouble.UNKNOWN_LOG, 422: Trouble.DIFFERS}


@dataclass(frozen=True, slots=True)
class Standing:
    """A witness and a log: the size it last cosigned (0: none) and when, how many entries behind the newest checkpoint that is, and
    what went wrong last and since when (a word of Trouble, empty when nothing did).
    """

    witness: str
    tier: int
    size: int
    cosigned_at: datetime | None
    behind: int
    trouble: str
    trouble_since: datetime | None

    @property
    def log(self) -> str:
        return log_keys.log_name(self.tier)

    @property
    def trouble_words(self) -> str:
        """The trouble in words of the active language."""
        return str(witness_troubles.WORDS.get(self.trouble, self.trouble))


@dataclass(frozen=True, slots=True)
class Submission:
    """A checkpoint for a witness, and the size from which we prove that it goes on. `again`: it is the second try."""

    witness: Witness
    checkpoint: LogCheckpoint
    old: int
    again: bool = False

    @property
    def body(self) -> bytes:
        """LookupError when the log does not have what the proof needs, ValueError for an old size beyond it."""
        newest = self.checkpoint
        proof = LogReader(newest.tier, newest.size).consistency(self.old)
        lines = [b"old %d" % self.old, *map(base64.b64encode, proof)]
        return b"\n".join(lines) + b"\n\n" + bytes(newest.note)


def state_of_witnesses() -> list[Standing]:
    """Every witness with every log, in the order of the setting; none without witnesses."""
    newest = {tier: found.size for tier in log_keys.TIERS if (found := proving.newest_checkpoint(tier))}
    return [_standing(each, tier, newest.get(tier, 0)) for each in configured() for tier in log_keys.TIERS]


def ask_all() -> int:
    """Asks each witness about each log whose newest checkpoint it has not cosigned; how many cosignatures came.

    All are asked at once, and each is waited for by itself. To be run by one process at a time, outside of a transaction.
    """
    wanted = list(_wanted())
    pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="witness")
    try:
        return _drive(pool, wanted)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _wanted() -> Iterator[Submission]:
    newest, now = [found for tier in log_keys.TIERS if (found := proving.newest_checkpoint(tier))], timezone.now()
    for witness in configured():
        for checkpoint in newest:
            if witness_troubles.last(witness.name, checkpoint.tier).is_left_alone(now):
                continue
            held = _last_of(witness, checkpoint.tier, checkpoint.size)
            if held is None or held.size < checkpoint.size:
                yield Submission(witness, checkpoint, held.size if held else 0)


def _drive(pool: ThreadPoolExecutor, wanted: list[Submission]) -> int:
    until, got = time.monotonic() + _ROUND, 0
    waiting = _sent(pool, wanted)
    while waiting:
        done, _late = wait(waiting, max(until - time.monotonic(), 0), FIRST_COMPLETED)
        if not done:
            break
        outcomes = [_settle(waiting.pop(future), future) for future in done]
        got += sum(each is True for each in outcomes)
        waiting |= _sent(pool, [each for each in outcomes if isinstance(each, Submission)])
    for each in waiting.values():
        _trouble(each, Trouble.AWAY)
    return got


def _sent(pool: ThreadPoolExecutor, wanted: list[Submission]) -> dict[Future[Reply], Submission]:
    """The threads only speak HTTP: what a submission says is read from the database here."""
    sent = {}
    for each in wanted:
        try:
            sent[pool.submit(add_checkpoint, each.witness.url, each.body)] = each
        except (LookupError, ValueError):
            _trouble(each, Trouble.UNPROVABLE)
    return sent


def _settle(asked: Submission, future: Future[Reply]) -> Submission | bool:
    """Whether it was cosigned, or what to submit instead."""
    try:
        reply = future.result()
    except Away as error:
        return _trouble(asked, Trouble.AWAY, cause=str(error))
    if reply.status == 200:
        return _take(asked, reply.body)
    if reply.status == 409:
        return _elsewhere(asked, _SIZE.fullmatch(reply.body))
    return _trouble(asked, _STATUSES.get(reply.status, Trouble.UNEXPECTED), status=reply.status)


def _elsewhere(asked: Submission, found: re.Match[bytes] | None) -> Submission | bool:
    """The witness holds another size than we thought: once more from there, unless that tells of another log."""
    if found is None:
        return _trouble(asked, Trouble.UNEXPECTED, status=409)
    theirs, ours = int(found[1]), asked.checkpoint.size
    if theirs > ours:
        return _trouble(asked, Trouble.AHEAD, theirs=theirs)
    if theirs == ours == asked.old:
        return _trouble(asked, Trouble.DIFFERS, theirs=theirs)
    if asked.again:
        return _trouble(asked, Trouble.UNEXPECTED, status=409, theirs=theirs)
    return replace(asked, old=theirs, again=True)


def _take(asked: Submission, body: bytes) -> bool:
    """Writes the line down, if it is a cosignature of this witness on this checkpoint, given just now."""
    witness, checkpoint = asked.witness, asked.checkpoint
    signed = bytes(checkpoint.note) + body
    try:
        given = check(signed, [witness.verifier])
    except NoteRefused:
        given = []
    if not given:
        return _trouble(asked, Trouble.BAD_LINE)
    now = timezone.now()
    if abs(now.timestamp() - given[0].time) > CLOCKS.total_seconds():
        return _trouble(asked, Trouble.CLOCK)
    own = witness.name, witness.verifier.key_id
    line = next(note.line(*each) for each in note.split(signed)[1] if each[:2] == own)
    at = datetime.fromtimestamp(given[0].time, UTC)
    row = Cosignature(tier=checkpoint.tier, size=checkpoint.size, witness=witness.name, line=line, signed_at=at)
    if Cosignature.objects.filter(tier=row.tier, size=row.size, witness=row.witness).exists():
        # We asked because nothing there holds; rows of a log are neither changed nor removed, not even then.
        return _trouble(asked, Trouble.TAKEN)
    row.save()
    witness_troubles.none(witness.name, checkpoint.tier)
    return True


def _trouble(asked: Submission, trouble: Trouble, **facts: object) -> bool:
    # As text: what a witness says may be a larger number than canonical JSON has.
    about = {name: str(fact) for name, fact in {"ours": asked.checkpoint.size, "old": asked.old, **facts}.items()}
    witness_troubles.note(asked.witness.name, asked.checkpoint.tier, trouble, about)
    return False


def _last_of(witness: Witness, tier: int, newest: int) -> Cosignature | None:
    """Its last cosignature that holds, on a checkpoint of at most the newest size."""
    rows = Cosignature.objects.filter(tier=tier, witness=witness.name, size__lte=newest).order_by("-size")
    return next((row for row in proving.with_notes(rows)[:_MOST_TRIED] if proving.holds(row, witness.verifier)), None)


def _standing(witness: Witness, tier: int, newest: int) -> Standing:
    held, last = _last_of(witness, tier, newest), witness_troubles.last(witness.name, tier)
    size = held.size if held else 0
    return Standing(
        witness.name, tier, size, held.signed_at if held else None, max(newest - size, 0), last.trouble, last.since
    )
