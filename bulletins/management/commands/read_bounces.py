"""Reads a folder of delivery reports and marks which notices did not arrive. Nothing is moved or deleted; a second run changes nothing."""

import sys
from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from bulletins.bounces import Found, read_report, reports_in


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="a Maildir, or a folder of .eml files")

    def handle(self, *args: object, **options: object) -> None:
        folder = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.", returncode=2)
        found: Counter[str] = Counter()
        unread = 0
        for path in tqdm(reports_in(folder), unit="message", file=sys.stderr, disable=None):
            try:
                found[read_report(path)] += 1
            except OSError as error:
                self.stderr.write(f"{path.name} can't be read: {error.strerror}.")
                unread += 1
        counts = f"noted {found[Found.NOTED]}, known {found[Found.KNOWN]}, of something else {found[Found.UNKNOWN]}"
        self.stdout.write(f"{counts}, unread {unread}")
        sys.exit(2 if unread else 0)
