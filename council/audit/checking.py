"""Checks the logs where they are: all that a stand-alone verifier checks, and what only the deployment itself can see."""

from collections.abc import Callable

from council.audit.exporting import LogFiles, vkeys, witnesses
from council.audit.log_keys import TIERS, log_name
from council.audit.models import LogHead
from council.audit.verify import Report, check_log

Progress = Callable[[int, int], object]


def check_deployment(progress: Progress | None = None) -> dict[str, Report]:
    """Log name ("tier-1") -> what came out for it. Writes nothing. `progress(done, total)` counts entries over all logs.

    A report has `verdict` ("whole", "broken", "unchecked"), `size`, `root`, `witnesses` and `findings` (code, index or None, sentence).
    KeyringUnavailable without keys, NoteRefused for a witness whose key is none; what else goes wrong stands in the report.
    """
    logs = [LogFiles(tier) for tier in TIERS]
    total, before, reports = sum(log.size for log in logs), 0, {}
    for log in logs:
        shown = _shifted(progress, before, total)
        reports[log_name(log.tier)] = _check(log, shown)
        before += log.size
    return reports


def _shifted(progress: Progress | None, before: int, total: int) -> Progress:
    """Counts on from the logs before."""

    def show(done: int, _: int) -> None:
        if progress:
            progress(before + done, total)

    return show


def _check(log: LogFiles, progress: Progress) -> Report:
    name = log_name(log.tier)
    if not log.size:
        return _unsigned(log)
    return check_log(
        name, lambda path: log.read(path.removeprefix(f"{name}/")), vkeys(), witnesses=witnesses(), progress=progress
    )


def _unsigned(log: LogFiles) -> Report:
    """A log that no checkpoint covers: nothing to check, which is well only while there is nothing in it."""
    report = Report(log_name(log.tier))
    if LogHead.objects.filter(pk=log.tier).exists():
        report.find("not_signed", None, "まだ署名されていないので、確かめるものがありません。")
    return report
