"""Checks every log against its checkpoints, its signer's memory and its rows. Exit codes: 0 whole, 1 broken, 2 could not be checked.

Writes nothing; only where no log was ever signed, as right after a world was loaded, the first checkpoints are signed before.
"""

import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseFailure
from tqdm import tqdm

from council.audit import sequencer
from council.audit.checking import check_deployment
from council.audit.models import LogCheckpoint
from council.audit.record import AuditUnavailable
from council.audit.verify import EXITS, Report
from council.sealing.errors import SealingError


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: object, **options: object) -> None:
        try:
            if not LogCheckpoint.objects.exists():
                sequencer.catch_up()
            reports = self._check()
        except (AuditUnavailable, DatabaseFailure, SealingError) as error:
            raise CommandError(f"The logs can't be checked: {error}", returncode=2) from None
        for report in reports:
            out = self.stdout if report.verdict == "whole" else self.stderr
            out.write("\n".join(report.lines()))
        if wrong := [report for report in reports if report.verdict != "whole"]:
            code = min(EXITS[report.verdict] for report in wrong)
            raise CommandError(
                _sentence([report for report in wrong if EXITS[report.verdict] == code]), returncode=code
            )

    def _check(self) -> list[Report]:
        with tqdm(unit="step", file=sys.stderr, disable=None) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            return list(check_deployment(show).values())


def _sentence(reports: list[Report]) -> str:
    places = ", ".join(f"{report.name}{_place(report)}" for report in reports)
    return f"The logs are {reports[0].verdict}: {places}."


def _place(report: Report) -> str:
    """The first index among the findings, where one of them has one."""
    return next((f" at {finding.index}" for finding in report.findings if finding.index is not None), "")
