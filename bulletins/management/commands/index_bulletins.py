"""Writes the search index for every bulletin that is served and not in it, with the words inside its files."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from bulletins.attached import read_files
from bulletins.indexing import index, outdated


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anew", action="store_true", help="also those that are in the index already")

    def handle(self, *args: object, **options: object) -> None:
        revisions = outdated(everything=options["anew"])
        for revision_id in revisions:
            index(revision_id)
            read_files(revision_id)
        self.stdout.write(f"Indexed {len(revisions)} bulletins.")
