"""A stage on which two worlds can be played alike: time and chance depend on the name of the step alone, nothing is kept.

What a visible bulletin gets (id, reference, moment, keys) is then the same in both worlds, however many hidden ones there are
around it, and so whatever differs in what somebody receives was caused by what they may not see.
"""

import random
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings

from council.keys import keyring

OPENING = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
IN_MEMORY = {"BACKEND": "django.core.files.storage.InMemoryStorage"}


class Stage:
    """The clock and the dice. `step("b1 publish", minutes)` sets both."""

    def __init__(self) -> None:
        self.now, self._dice, self._events = OPENING, random.Random("opening"), 0

    def step(self, name: str, minutes: float) -> None:
        """From here on it is so many minutes after the opening, and chance is that of the step with this name."""
        self.now, self._dice, self._events = OPENING + timedelta(minutes=minutes), random.Random(name), 0

    def bytes(self, length: int = 32) -> bytes:
        return self._dice.randbytes(length)

    def choice(self, options: object) -> object:
        return self._dice.choice(options)

    def uuid7(self) -> UUID:
        """Ordered by time and, within a step, by turn."""
        self._events += 1
        moment = int(self.now.timestamp() * 1000) << 80 | 0x7 << 76 | self._events << 64
        return UUID(int=moment | 0x2 << 62 | self._dice.getrandbits(62))


@contextmanager
def on_stage() -> Iterator[Stage]:
    """Whatever asks for the time or for chance asks the stage."""
    keyring()  # made with real chance, before there is none
    stage = Stage()
    with ExitStack() as curtain:
        curtain.enter_context(patch("django.utils.timezone.now", lambda: stage.now))
        curtain.enter_context(patch("os.urandom", stage.bytes))
        curtain.enter_context(patch.object(secrets, "token_bytes", stage.bytes))
        curtain.enter_context(patch.object(secrets, "choice", stage.choice))
        curtain.enter_context(patch("council.audit.record.uuid7", stage.uuid7))
        yield stage


@contextmanager
def a_world_of_its_own() -> Iterator[None]:
    """Everything in here is undone at the end: rows, files, mails, caches."""
    block = transaction.atomic()
    # As in a TestCase: transactions that must be outermost count this one as the outside.
    block._from_testcase = True
    with override_settings(STORAGES={"default": IN_MEMORY, "staticfiles": _staticfiles()}), block:
        cache.clear()
        ContentType.objects.clear_cache()
        mail.outbox.clear()
        yield
        transaction.set_rollback(True)


def _staticfiles() -> dict[str, str]:
    return {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
