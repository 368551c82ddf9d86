"""Stands by the logs of other portals and cosigns their checkpoints until it is ended: council.audit.witness, from our own folder."""

import argparse
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from council.audit import witness


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        witness.add_arguments(parser, state=settings.COUNCIL_DATA / "witness")

    def handle(self, *args: object, **options: object) -> None:
        sys.exit(witness.run(argparse.Namespace(**options)))
