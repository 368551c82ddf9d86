"""Every algorithm in use and every key there is, as JSON; --table for people. Nothing secret is in it."""

import json

from django.core.management.base import BaseCommand, CommandError, CommandParser

from council.crypto_inventory import inventory
from council.sealing.errors import SealingError

_COLUMNS = ("algorithm", "id", "use", "standard", "cryptrec", "post_quantum", "where")
_YES_NO = {True: "yes", False: "no", None: "–"}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--table", action="store_true", help="tables for people in place of JSON")

    def handle(self, *args: object, **options: object) -> None:
        try:
            made = inventory()
        except SealingError as error:
            raise CommandError(f"The keyring can't be used: {error}", returncode=2) from None
        if not options["table"]:
            self.stdout.write(json.dumps(made, ensure_ascii=False, indent=1))
            return
        self._table([{name: row[name] for name in _COLUMNS} for row in made["algorithms"]])
        for name, held in made["keys"].items():
            self.stdout.write(f"\n{name}")
            self._table(held if isinstance(held, list) else [{"what": key, "value": held[key]} for key in held])

    def _table(self, rows: list[dict[str, object]]) -> None:
        """Columns as wide as what is in them; nothing for no rows."""
        if not rows:
            return
        shown = [list(rows[0]), *([_text(value) for value in row.values()] for row in rows)]
        widths = [max(len(row[column]) for row in shown) for column in range(len(shown[0]))]
        for row in shown:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return _YES_NO[value]
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
