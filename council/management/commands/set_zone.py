"""Moves the database of this deployment into another zone. Into "connected" only while it holds no 重要経済安保情報."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from council import zone
from council.audit.record import AuditUnavailable


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("zone", choices=zone.ZONES)

    def handle(self, *args: object, **options: object) -> None:
        try:
            moved = zone.move_to(options["zone"])
        except zone.ZoneRefused as refused:
            raise CommandError(str(refused), returncode=1) from None
        except AuditUnavailable as error:
            raise CommandError(f"{error}; nothing was changed.", returncode=2) from None
        self.stdout.write(f"The database is {'now ' if moved else ''}one of a {options['zone']} portal.")
