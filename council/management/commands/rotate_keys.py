"""A new epoch of keys: every wrap is made anew in it, then the epochs before are closed. Run again, it goes on where it was broken off.

--retire also destroys the keys of the closed epochs: what was sealed with them opens for nobody any more, also from a backup of
the database. Backups of the keyring made earlier still hold those keys and have to be destroyed apart.
"""

import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from council import rotation
from council.audit.record import AuditUnavailable
from council.rewrapping import Batch, remaining
from council.sealing.errors import SealingError


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--retire", action="store_true", help="also destroy the keys of the closed epochs, for good"
        )
        parser.add_argument("--abandon", action="store_true", help="close the epochs although some wraps do not open")

    def handle(self, *args: object, **options: object) -> None:
        try:
            self._rotate(abandon=options["abandon"])
            if options["retire"]:
                self._retire()
        except SealingError as error:
            raise CommandError(f"The keyring can't be used: {error}", returncode=2) from None
        except AuditUnavailable as error:
            raise CommandError(f"{error}; nothing more was done.", returncode=2) from None

    def _rotate(self, *, abandon: bool) -> None:
        epoch = rotation.begin()
        self.stdout.write(f"epoch {epoch}")
        made, stuck = self._make_anew()
        if not rotation.last_writers_are_gone():
            raise CommandError(
                "Transactions from before the rotation are still open. The new epoch is in use; run this again to end it.",
                returncode=2,
            )
        late, stuck = self._make_anew()
        left = rotation.finish(abandon=abandon)
        self.stdout.write(f"made anew {made + late}, not opened {stuck}")
        if left and not abandon:
            raise CommandError(f"{self._where(left)} Mend the rows, or close the epochs with --abandon.", returncode=1)
        self.stdout.write(f"closed every epoch before {epoch}")

    def _make_anew(self) -> rotation.Tally:
        with tqdm(total=sum(remaining().values()), unit="wrap", file=sys.stderr, disable=None) as bar:

            def show(batch: Batch) -> None:
                bar.update(batch.done)

            return rotation.catch_up(show)

    def _where(self, left: int) -> str:
        places = ", ".join(f"{count} of {name}" for name, count in remaining().items() if count)
        return f"{left} wraps could not be made anew ({places}), so the epochs before stay open."

    def _retire(self) -> None:
        gone = rotation.retire()
        self.stdout.write(f"destroyed the keys of {', '.join(f'epoch {epoch}' for epoch in gone) or 'no epoch'}")
