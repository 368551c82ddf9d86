"""The proof that one event is in its log (C2SP tlog-proof): on standard output, or in a file."""

import os
from pathlib import Path
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseFailure
from django.db import transaction

from council.audit.events import Event
from council.audit.proof import FIRST_LINE
from council.audit.proving import NotYet, prove
from council.audit.record import AuditUnavailable, record
from council.sealing.errors import SealingError


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("event", metavar="EVENT_ID")
        parser.add_argument("--out", metavar="FILE", type=Path, help="write it there; an older proof is replaced")

    def handle(self, *args: object, **options: object) -> None:
        try:
            proof = self._proof(_identifier(options["event"]))
            if options["out"]:
                _put(options["out"], proof)
            else:
                self.stdout.write(proof.decode(), ending="")
        except (AuditUnavailable, DatabaseFailure, NotYet, ObjectDoesNotExist, SealingError) as error:
            raise CommandError(f"The event can't be proved: {error}", returncode=2) from None
        except LookupError as error:
            raise CommandError(f"There is no proof: {error.args[0]}.", returncode=2) from None
        except OSError as error:
            raise CommandError(f"The proof can't be written: {error}", returncode=2) from None

    def _proof(self, event: UUID) -> bytes:
        """Proved first: an id that is no event is no event of the log either."""
        proof = bytes(prove(event))
        with transaction.atomic():
            record(Event.AUDIT_PROVE, actor=None, organisation=None, object=str(event))
        return proof


def _identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"{text!r} is no id of an event.", returncode=2) from None


def _put(path: Path, proof: bytes) -> None:
    """Whole or not at all; a file that is something else than a proof is kept."""
    if path.exists() and path.read_bytes()[: len(FIRST_LINE)] not in (b"", FIRST_LINE):
        raise CommandError(f"{path} is there already and is no proof. Name another file.", returncode=2)
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    draft.write_bytes(proof)
    os.replace(draft, path)
