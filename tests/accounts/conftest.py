"""Every test of accounts begins with no sign-in attempts counted against anybody, and with a whole council at hand."""

import sys
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests import cast


@pytest.fixture(autouse=True)
def no_attempts_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def today() -> None:
    """Files here took TODAY when they were read; a run that passes midnight in Japan takes it anew."""
    day = timezone.localdate()
    for name, module in list(sys.modules.items()):
        if name.startswith("tests.accounts.") and getattr(module, "TODAY", day) != day:
            module.TODAY = day


@pytest.fixture
def world(db: None) -> cast.Council:
    return cast.council()
