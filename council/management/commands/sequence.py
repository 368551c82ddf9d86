"""Gives events their places in the logs and signs the logs, twice a second, until it is ended. Any number may run: one at a time writes.

What it can't do now it does at the next turn; what it refuses to sign it says, and goes on with the other logs.
"""

import logging
from collections.abc import Mapping

from django.core import checks
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseFailure
from django.db import close_old_connections, connection, transaction

from council.audit import log_keys, sequencer
from council.audit.events import Event, Outcome
from council.audit.record import AuditUnavailable, record
from council.audit.signer_state import SignerRefused, SignerUnavailable
from council.sealing.errors import SealingError
from council.settings_watch import Process, note_changes_at_start
from council.stopping import Stop

logger = logging.getLogger(__name__)
PAUSE = 0.5
PAUSE_AFTER_TROUBLE = 2.0
# A keyring that is away is waited for.
_PASSING = {"council.E003"}
_CAN_T_WRITE = (AuditUnavailable, DatabaseFailure, SealingError)


class Command(BaseCommand):
    help = __doc__
    # Those of the URLs and templates would load every page of the portal: half as much memory again, for a process that serves none.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once",
            action="store_true",
            help="all that waits; exit 1 when a log was refused, 2 when it could not be done",
        )

    def handle(self, *args: object, **options: object) -> None:
        for found in checks.run_checks(tags=[checks.Tags.security]):
            if found.level >= checks.ERROR and found.id not in _PASSING:
                raise CommandError(f"{found.msg} {found.hint or ''}".strip(), returncode=2)
        note_changes_at_start(Process.SEQUENCER)
        if options["once"]:
            self._once()
            return
        stop, watch = Stop(), Watch()
        while not stop.wait(watch.turn()):
            pass

    def _once(self) -> None:
        try:
            done = sequencer.catch_up()
        except _CAN_T_WRITE as error:
            raise CommandError(f"The logs can't be written: {_in_words(error)}", returncode=2) from None
        Watch().tell(done.refused)
        if done.refused:
            waits = all(isinstance(error, SignerUnavailable) for error in done.refused.values())
            raise CommandError("\n".join(_sentences(done.refused)), returncode=2 if waits else 1)
        self.stdout.write(f"{done.placed} events were given their places.")


class Watch:
    """Remembers what this process has said already, so that a trouble that stays is said once."""

    def __init__(self) -> None:
        self._said: set[tuple[int, str]] = set()
        self._told: set[tuple[int, str]] = set()

    def turn(self) -> float:
        """One turn of the loop; how many seconds to wait before the next."""
        close_old_connections()
        try:
            done = sequencer.turn()
        except _CAN_T_WRITE as error:
            connection.close()
            self._say({(0, type(error).__name__): error})
            return PAUSE_AFTER_TROUBLE
        # By log and kind of sentence: the numbers in a sentence change with every event.
        self._say({(tier, error.sentence): error for tier, error in done.refused.items()})
        self.tell(done.refused)
        return 0 if done.more else PAUSE

    def tell(self, refused: dict[int, SignerRefused]) -> None:
        """An event for every refusal that is new; one that was over and comes again is new."""
        lasting = {tier: error for tier, error in refused.items() if not isinstance(error, SignerUnavailable)}
        self._told &= {(tier, error.sentence) for tier, error in lasting.items()}
        for tier, error in lasting.items():
            if (tier, error.sentence) not in self._told and _record(tier, error):
                self._told.add((tier, error.sentence))

    def _say(self, troubles: dict[tuple[int, str], Exception]) -> None:
        for sentence in _sentences({key: troubles[key] for key in troubles if key not in self._said}):
            logger.error("The logs: %s", sentence)
        self._said = set(troubles)


def _sentences(troubles: Mapping[object, Exception]) -> list[str]:
    """Each once: what is wrong with the memory is wrong with all logs."""
    return list(dict.fromkeys(_in_words(error) for error in troubles.values()))


def _in_words(error: Exception) -> str:
    if isinstance(error, AuditUnavailable) and isinstance(error.__cause__, Exception):
        return f"{error}: {_in_words(error.__cause__)}"
    return str(error) if isinstance(error, SealingError) else f"{type(error).__name__}: {error}"


def _record(tier: int, refusal: SignerRefused) -> bool:
    """Whether the refusal is written down; the log of tier one holds it, also when it is another that is refused."""
    try:
        with transaction.atomic():
            record(
                Event.LOG_REFUSED, actor=None, organisation=None, object=log_keys.origin(tier), outcome=Outcome.DENY,
                reason="log_differs", detail={"sentence": str(refusal)},
            )  # fmt: skip
    except (AuditUnavailable, DatabaseFailure):
        connection.close()
        return False
    return True
