"""Writes every log into a new folder, for an auditor to take away: checkpoints, their history, tiles, entries and verifier keys."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseFailure
from tqdm import tqdm

from council.audit.exporting import FolderInUse, write_export
from council.audit.record import AuditUnavailable
from council.sealing.errors import SealingError


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="a folder that is new or empty")

    def handle(self, *args: object, **options: object) -> None:
        try:
            sizes = self._write(options["folder"])
        except FolderInUse as error:
            raise CommandError(str(error), returncode=2) from None
        except (AuditUnavailable, DatabaseFailure, OSError, SealingError) as error:
            raise CommandError(f"The logs can't be exported: {error}", returncode=2) from None
        for name, size in sizes.items():
            self.stdout.write(f"{name}: {size} entries")

    def _write(self, folder: Path) -> dict[str, int]:
        with tqdm(unit="file", file=sys.stderr, disable=None) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            return write_export(folder, progress=show)
