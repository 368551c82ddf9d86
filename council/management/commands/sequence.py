"""Gives events their places in the logs and signs the logs, twice a second, until it is ended. Any number may run: one at a time writes.

What it can't do now it does at the next turn; what it refuses to sign it says, and goes on with the other logs.
"""

import logging
import signal
import threading

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseFailure
from django.db import close_old_connections, connection, transaction

from council.audit import sequencer
from council.audit.events import Event, Outcome
from council.audit.record import AuditUnavailable, record
from council.audit.signer_state import SignerRefused
from council.sealing.errors import SealingError

logger = logging.getLogger(__name__)
PAUSE = 0.5
PAUSE_AFTER_TROUBLE = 2.0


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="one turn; exit 1 when a log was refused, 2 when it could not be done"
        )

    def handle(self, *args: object, **options: object) -> None:
        if options["once"]:
            self._once()
            return
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: ended.set())
        said = ""
        while not ended.is_set():
            trouble = turn()
            if trouble and trouble != said:
                logger.error("The logs: %s", trouble)
            said = trouble
            ended.wait(PAUSE_AFTER_TROUBLE if trouble else PAUSE)

    def _once(self) -> None:
        try:
            self.stdout.write(f"{sequencer.run_once()} events were given their places.")
        except SignerRefused as error:
            raise CommandError(str(error), returncode=1) from None
        except (AuditUnavailable, DatabaseFailure, SealingError) as error:
            raise CommandError(f"The logs can't be written: {error}", returncode=2) from None


_refused: set[str] = set()


def turn() -> str:
    """One turn of the loop; what went wrong in it, or nothing. A refusal to sign goes into the log, once a process and sentence."""
    close_old_connections()
    try:
        sequencer.run_once()
    except SignerRefused as error:
        _tell(str(error), str(error.facts.get("origin", "")))
        return str(error)
    except (AuditUnavailable, DatabaseFailure, SealingError) as error:
        connection.close()
        return f"{type(error).__name__}: {error}"
    return ""


def _tell(sentence: str, origin: str) -> None:
    if sentence in _refused:
        return
    try:
        with transaction.atomic():
            record(
                Event.LOG_REFUSED, actor=None, organisation=None, object=origin, outcome=Outcome.DENY, reason="log_differs",
                detail={"sentence": sentence},
            )  # fmt: skip
        _refused.add(sentence)
    except (AuditUnavailable, DatabaseFailure):
        connection.close()
