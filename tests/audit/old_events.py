"""Events of years ago: their moment is in their id, so an id of years ago is all it takes."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from unittest.mock import patch
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from council.audit.models import AuditEvent
from council.audit.record import record

_TICKS = count()


@contextmanager
def years_ago(years: float) -> Iterator[None]:
    """What is recorded inside happened so many years ago."""
    with happening_at(timezone.now() - timedelta(days=365.25 * years)):
        yield


@contextmanager
def happening_at(then: datetime) -> Iterator[None]:
    """What is recorded inside happens at that moment, each event some milliseconds after the last of them all."""
    begun = int(then.timestamp() * 1000)
    with patch("council.audit.record.uuid7", lambda: _id_of(begun + next(_TICKS))):
        yield


def happened(action: str, years: float, **facts: object) -> AuditEvent:
    """One event of years ago, with its detail."""
    with years_ago(years), transaction.atomic():
        return record(action, **{"actor": None, "organisation": None, **facts})


def _id_of(milliseconds: int) -> UUID:
    return UUID(int=milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62))
