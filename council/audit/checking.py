"""Checks the logs where they are: all that a stand-alone verifier checks, and what only the deployment itself can see."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from council.audit import detail_rows, log_keys, rows, signer_state
from council.audit.checkpoint import Checkpoint
from council.audit.exporting import LogFiles, vkeys, witness_keys, witnesses_asked
from council.audit.filters import first_id_at
from council.audit.leaf import moment_of
from council.audit.log_keys import TIERS, log_name
from council.audit.models import AuditEvent, LogCheckpoint, LogEntry, PendingEvent
from council.audit.signer_state import SignerRefused
from council.audit.tiles import LogReader
from council.audit.tree import subtree_root
from council.audit.verify import LATE, Report, check_log
from council.sealing.errors import KeyringUnavailable

Progress = Callable[[int, int], object]
_NAMED = 10


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
    total, before, reports = 3 * sum(log.files.size for log in logs), 0, {}
    for log in logs:
        step = _shifted(progress, before, total)
        reports[log.report.name] = _check(log, keys, step)
        before += 3 * log.files.size
    _check_tiers(reports)
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
            report.name,
            lambda path: files.read(path.partition("/")[2]),
            keys,
            witnesses=witness_keys(),
            quorum=witnesses_asked(),
            progress=step,
        )
        whole.findings += report.findings
        log.report = whole
        _check_rows(log, step)
        _check_details(log, step)
    _check_head(log)
    _check_memory(log)
    _check_places(log)
    return log.report


def _check_rows(log: LogRows, step: Progress) -> None:
    """The columns that the pages show are what the leaves say."""
    for found in rows.differences(log.tier, log.files.size, lambda done: step(log.files.size + done, 0)):
        log.report.find("row_differs", found.index, found.sentence)


def _check_details(log: LogRows, step: Progress) -> None:
    """Every event has the sealed detail that it was recorded with, as long as its retention says."""
    size = log.files.size
    try:
        for found in detail_rows.amiss(log.tier, size, lambda done: step(2 * size + done, 0)):
            log.report.find(*found)
    except KeyringUnavailable as error:
        log.report.find("unreadable", None, str(error))


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
    """Every event has its place in the log, or waits for one; and none is passed over, for places are given in the order of ids."""
    last = LogEntry.objects.filter(tier=log.tier).order_by("-index").values_list("event", flat=True).first()
    waits = Exists(PendingEvent.objects.filter(event=OuterRef("pk"), tier=log.tier))
    passed_over = Q(pk__lt=first_id_at(moment_of(last) - timedelta(milliseconds=LATE))) if last else Q(pk__in=[])
    for event in _without_place().filter(~waits | passed_over, tier=log.tier).values_list("pk", flat=True)[:_NAMED]:
        log.report.find("unplaced", None, f"記録 {event} が、木の中にも順番待ちにもありません。")


def _check_tiers(reports: dict[str, Report]) -> None:
    """No event without a place says that it is of a tier that has no log. Told of the log that its leaf belongs to."""
    lost = _without_place().exclude(tier__in=TIERS)
    for event, leaf in lost.values_list("pk", "leaf")[:_NAMED]:
        tier = rows.members(leaf).get("tier")
        report = reports[log_name(tier if tier in TIERS else TIERS[0])]
        report.find("unplaced", None, f"記録 {event} の格付には記録がなく、木の中にもありません。")


def _without_place() -> QuerySet[AuditEvent]:
    """An event and its place in the queue are one transaction, and so are leaving the queue and getting a place in the log."""
    return AuditEvent.objects.filter(~Exists(LogEntry.objects.filter(event=OuterRef("pk")))).order_by("pk")
