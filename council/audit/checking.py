"""Checks the logs where they are: all that a stand-alone verifier checks, and what only the deployment itself can see."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from council.audit import log_keys, rows, signer_state
from council.audit.checkpoint import Checkpoint
from council.audit.exporting import LogFiles, vkeys, witness_keys
from council.audit.log_keys import TIERS, log_name
from council.audit.models import AuditEvent, LogCheckpoint, LogEntry, PendingEvent
from council.audit.signer_state import SignerRefused
from council.audit.tiles import LogReader
from council.audit.tree import subtree_root
from council.audit.verify import Report, check_log

Progress = Callable[[int, int], object]
# An event commits with its effect, and gets its place right after.
_SETTLED = timedelta(minutes=1)


class LogRows:
    """What the deployment says of one log, read in the order in which it is written: nothing read later can be older."""

    def __init__(self, tier: int) -> None:
        self.tier, self.report = tier, Report(log_name(tier))
        self.report.origin = log_keys.origin(tier)
        self.memory = self._memory()
        self.signed = LogCheckpoint.objects.filter(tier=tier).aggregate(most=Max("size"))["most"] or 0
        last = LogEntry.objects.filter(tier=tier).aggregate(most=Max("index"))["most"]
        self.entries = 0 if last is None else last + 1
        self.files = LogFiles(tier)

    def _memory(self) -> Checkpoint | None:
        try:
            return signer_state.last_signed(self.report.origin)
        except SignerRefused as error:
            self.report.find("unreadable", None, str(error))
            return None


def check_deployment(progress: Progress | None = None) -> dict[str, Report]:
    """Log name ("tier-1") -> what came out for it. Writes nothing. `progress(done, total)` counts steps over all logs.

    A report has `verdict` ("whole", "broken", "unchecked"), `size`, `root`, `witnesses` and `findings` (code, index or None, sentence).
    KeyringUnavailable without keys; what else goes wrong stands in the report.
    """
    logs, keys = [LogRows(tier) for tier in TIERS], vkeys()
    total, before, reports = 2 * sum(log.files.size for log in logs), 0, {}
    for log in logs:
        step = _shifted(progress, before, total)
        reports[log.report.name] = _check(log, keys, step)
        before += 2 * log.files.size
    return reports


def _shifted(progress: Progress | None, before: int, total: int) -> Progress:
    """Counts on from the logs before."""

    def show(done: int, _: int) -> None:
        if progress:
            progress(before + done, total)

    return show


def _check(log: LogRows, keys: list[str], step: Progress) -> Report:
    report, files = log.report, log.files
    if files.size:
        whole = check_log(
            report.name, lambda path: files.read(path.partition("/")[2]), keys, witnesses=witness_keys(), progress=step
        )
        whole.findings += report.findings
        log.report = whole
        _check_rows(log, step)
    _check_head(log)
    _check_memory(log)
    _check_places(log)
    return log.report


def _check_rows(log: LogRows, step: Progress) -> None:
    """The columns that the pages show are what the leaves say."""
    for found in rows.differences(log.tier, log.files.size, lambda done: step(log.files.size + done, 0)):
        log.report.find("row_differs", found.index, found.sentence)


def _check_head(log: LogRows) -> None:
    """The head of a log is as far as its checkpoints and its entries are."""
    head = log.files.head
    if head.signed_size < log.signed or head.size < log.entries:
        log.report.find(
            "older_copy",
            head.signed_size,
            f"記録の先頭は{head.size}件（署名は{head.signed_size}件）までで、行より古いものです。",
        )
    elif not log.files.size and (log.entries or AuditEvent.objects.filter(tier=log.tier).exists()):
        log.report.find("not_signed", None, "まだ署名されていないので、確かめるものがありません。")


def _check_memory(log: LogRows) -> None:
    """What the signer remembers outside the database is in the database."""
    memory, head, report = log.memory, log.files.head, log.report
    if memory is None and log.signed:
        report.find("unreadable", None, "署名の控えがないので、古い控えが戻されていないかを確かめられません。")
    elif memory and memory.size > head.size:
        report.find(
            "older_copy",
            head.size,
            f"{memory.size}件まで署名したのに{head.size}件です。古いデータベースが戻されています。",
        )
    elif memory and memory.size and _root(log, memory.size) != memory.root:
        report.find("forked", None, f"署名の控えにある{memory.size}件の根と、データベースの根が違います。")


def _root(log: LogRows, size: int) -> bytes | None:
    """The root over the first `size` leaves, or None when the rows do not give one."""
    try:
        return subtree_root(0, size, LogReader(log.tier, size).node)
    except LookupError:
        return None


def _check_places(log: LogRows) -> None:
    """Every event has its place, or waits for one."""
    same = {"event": OuterRef("pk")}
    settled = AuditEvent.objects.filter(tier=log.tier, time__lt=timezone.now() - _SETTLED)
    lost = settled.filter(~Exists(LogEntry.objects.filter(**same)), ~Exists(PendingEvent.objects.filter(**same)))
    for event in lost.order_by("pk").values_list("pk", flat=True)[:10]:
        log.report.find("unplaced", None, f"記録 {event} が、木の中にも順番待ちにもありません。")
